package twilio_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/twilio"
)

const (
	inboundURL = "https://sms.example.test/twilio/in"
	receiptURL = "https://sms.example.test/twilio/receipt"
	sid        = "SM1b1a4672430ca5e6ac72000000000000"
)

func reader(t testing.TB) *twilio.Provider {
	t.Helper()
	p, err := twilio.New(account, token, &twilio.Options{InboundURL: inboundURL, ReceiptURL: receiptURL})
	require.NoError(t, err)
	return p
}

// sign is Twilio's signature for fields that have one value each, written once more from its documentation.
func sign(target string, fields url.Values) string {
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(target))
	if len(fields) > 0 {
		// Encode orders by key; taking it apart again gives the keys in order.
		for _, pair := range strings.Split(fields.Encode(), "&") {
			key, value, _ := strings.Cut(pair, "=")
			k, _ := url.QueryUnescape(key)
			v, _ := url.QueryUnescape(value)
			mac.Write([]byte(k + v))
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// post is a form as it arrives behind a proxy: the host and the scheme are the proxy's own.
func post(query string, fields url.Values, signature string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://10.0.0.7:8080/behind/the/proxy"+query, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	r.Header.Set("X-Twilio-Signature", signature)
	return r
}

func inbound(change map[string]string) url.Values {
	fields := url.Values{
		"MessageSid": {sid}, "SmsStatus": {"received"}, "From": {to}, "To": {from}, "Body": {"yes 👍"}, "NumMedia": {"0"},
		"ApiVersion": {"2010-04-01"}, "SomethingNew": {"1"},
	}
	for key, value := range change {
		fields.Set(key, value)
	}
	return fields
}

func TestReadInbound(t *testing.T) {
	want := func(change func(*sms.Inbound)) sms.Inbound {
		in := sms.Inbound{Provider: "twilio", ID: sid, From: to, To: from, Body: "yes 👍"}
		change(&in)
		return in
	}
	long := "Please stop texting me, I have moved away and I have another dentist now. Thank you."
	encoded := base64.StdEncoding.EncodeToString([]byte(long))
	require.Zero(t, len(encoded)%4)
	tests := map[string]struct {
		fields url.Values
		want   sms.Inbound
	}{
		"a text":             {inbound(nil), want(func(*sms.Inbound) {})},
		"an old name":        {inbound(map[string]string{"MessageSid": "", "SmsSid": sid}), want(func(*sms.Inbound) {})},
		"spaces are kept":    {inbound(map[string]string{"Body": "  STOP \n"}), want(func(in *sms.Inbound) { in.Body = "  STOP \n" })},
		"pictures":           {inbound(map[string]string{"NumMedia": "2"}), want(func(in *sms.Inbound) { in.Media = 2 })},
		"countless pictures": {inbound(map[string]string{"NumMedia": "99999"}), want(func(in *sms.Inbound) { in.Media = 10 })},
		"no count":           {inbound(map[string]string{"NumMedia": "x"}), want(func(*sms.Inbound) {})},
		"base64":             {inbound(map[string]string{"Body": encoded}), want(func(in *sms.Inbound) { in.Body = long })},
		"a short word that could be base64": {
			inbound(map[string]string{"Body": "STOP"}), want(func(in *sms.Inbound) { in.Body = "STOP" }),
		},
		"a long word that is no text in base64": {
			inbound(map[string]string{"Body": strings.Repeat("haha", 20)}),
			want(func(in *sms.Inbound) { in.Body = strings.Repeat("haha", 20) }),
		},
		"a keyword of Twilio's own list": {
			inbound(map[string]string{"Body": "ADIOS", "OptOutType": "STOP"}),
			want(func(in *sms.Inbound) { in.Body, in.Keyword = "ADIOS", "STOP" }),
		},
		"a keyword without its text": {
			inbound(map[string]string{"Body": " ", "OptOutType": "STOP"}),
			want(func(in *sms.Inbound) { in.Body, in.Keyword = "STOP", "STOP" }),
		},
		"help, answered": {
			inbound(map[string]string{"Body": "", "OptOutType": "HELP"}),
			want(func(in *sms.Inbound) { in.Body, in.Keyword = "HELP", "HELP" }),
		},
		"start, answered": {
			inbound(map[string]string{"Body": "", "OptOutType": "START"}),
			want(func(in *sms.Inbound) { in.Body, in.Keyword = "START", "START" }),
		},
		"a yes, which Twilio takes for a start": {
			inbound(map[string]string{"Body": " Yes!", "OptOutType": "START"}), want(func(in *sms.Inbound) { in.Body = " Yes!" }),
		},
		"a start": {
			inbound(map[string]string{"Body": "unstop", "OptOutType": "START"}),
			want(func(in *sms.Inbound) { in.Body, in.Keyword = "unstop", "START" }),
		},
		"another type": {inbound(map[string]string{"OptOutType": "stop "}), want(func(*sms.Inbound) {})},
		"what no store can keep": {
			inbound(map[string]string{"Body": "a\x00b\xff"}), want(func(in *sms.Inbound) { in.Body = "a\uFFFDb\uFFFD" }),
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := readInbound(reader(t), post("", test.fields, sign(inboundURL, test.fields)))
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(test.want, got))
		})
	}
}

func TestReadInboundRefuses(t *testing.T) {
	for name, fields := range map[string]url.Values{
		"no id":            inbound(map[string]string{"MessageSid": ""}),
		"a strange id":     inbound(map[string]string{"MessageSid": "SM\x00"}),
		"no sender":        inbound(map[string]string{"From": ""}),
		"no recipient":     inbound(map[string]string{"To": ""}),
		"a sender of NUL":  inbound(map[string]string{"From": "\x00"}),
		"a receipt":        inbound(map[string]string{"SmsStatus": "delivered"}),
		"nothing in a row": {},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readInbound(reader(t), post("", fields, sign(inboundURL, fields)))
			require.ErrorIs(t, err, sms.ErrInvalid)
			require.NotErrorIs(t, err, sms.ErrSignature)
		})
	}
}

func TestReadReceipt(t *testing.T) {
	query := "?ref=elm-street%2Ft+1%25"
	tests := map[string]struct {
		status, code string
		want         sms.Receipt
	}{
		"queued":      {"queued", "", sms.Receipt{Status: sms.StatusAccepted}},
		"accepted":    {"accepted", "", sms.Receipt{Status: sms.StatusAccepted}},
		"sending":     {"sending", "", sms.Receipt{Status: sms.StatusAccepted}},
		"scheduled":   {"scheduled", "", sms.Receipt{Status: sms.StatusAccepted}},
		"sent":        {"sent", "", sms.Receipt{Status: sms.StatusSent}},
		"delivered":   {"delivered", "", sms.Receipt{Status: sms.StatusDelivered}},
		"read":        {"read", "", sms.Receipt{Status: sms.StatusDelivered}},
		"canceled":    {"canceled", "", sms.Receipt{Status: sms.StatusFailed}},
		"opted out":   {"failed", "21610", sms.Receipt{Status: sms.StatusFailed, Code: "21610", Class: sms.OptedOut}},
		"unreachable": {"undelivered", "30003", sms.Receipt{Status: sms.StatusUndelivered, Code: "30003", Class: sms.Transient}},
		"blocked":     {"undelivered", "30004", sms.Receipt{Status: sms.StatusUndelivered, Code: "30004", Class: sms.Blocked}},
		"gone":        {"undelivered", "30005", sms.Receipt{Status: sms.StatusUndelivered, Code: "30005", Class: sms.BadNumber}},
		"filtered":    {"undelivered", "30007", sms.Receipt{Status: sms.StatusUndelivered, Code: "30007", Class: sms.Filtered}},
		"unregistered": {
			"undelivered", "30034", sms.Receipt{Status: sms.StatusUndelivered, Code: "30034", Class: sms.BadSender},
		},
		"too late":      {"failed", "30036", sms.Receipt{Status: sms.StatusFailed, Code: "30036", Class: sms.Expired}},
		"no code":       {"failed", "", sms.Receipt{Status: sms.StatusFailed}},
		"a word":        {"failed", "planted", sms.Receipt{Status: sms.StatusFailed}},
		"not a failure": {"sent", "30003", sms.Receipt{Status: sms.StatusSent}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fields := url.Values{
				"MessageSid": {sid}, "SmsSid": {sid}, "MessageStatus": {test.status}, "SmsStatus": {test.status},
				"ErrorCode": {test.code}, "To": {to}, "From": {from}, "AccountSid": {account},
			}
			got, err := readReceipt(reader(t), post(query, fields, sign(receiptURL+query, fields)))
			require.NoError(t, err)
			test.want.Provider, test.want.ID, test.want.Reference = "twilio", sid, "elm-street/t 1%"
			require.Empty(t, cmp.Diff(test.want, got))
		})
	}
	t.Run("the longest reference", func(t *testing.T) {
		long := strings.Repeat("%C3%A9", 32) + "/" + strings.Repeat("%C3%A9", 64) // what a vendor's longest ids become
		query := "?" + url.Values{"ref": {long}}.Encode()
		fields := url.Values{"MessageSid": {sid}, "MessageStatus": {"sent"}}
		got, err := readReceipt(reader(t), post(query, fields, sign(receiptURL+query, fields)))
		require.NoError(t, err)
		require.Equal(t, long, got.Reference)
	})
	for name, fields := range map[string]url.Values{
		"a text that came in": {"MessageSid": {sid}, "SmsStatus": {"received"}},
		"no status":           {"MessageSid": {sid}},
		"no id":               {"MessageStatus": {"sent"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readReceipt(reader(t), post(query, fields, sign(receiptURL+query, fields)))
			require.ErrorIs(t, err, sms.ErrInvalid)
		})
	}
}

func TestSignatureCoversEverything(t *testing.T) {
	fields, query := inbound(nil), "?practice=elm&x=%2F"
	good := sign(inboundURL+query, fields)
	read := func(r *http.Request) error {
		_, err := readInbound(reader(t), r)
		return err
	}
	require.NoError(t, read(post(query, fields, good)))
	require.NoError(t, read(post(query, fields, sign("https://sms.example.test:443/twilio/in"+query, fields))), "with its port")
	require.NoError(t, read(post(query, fields, sign(receiptURL+query, fields))), "at the other of our addresses")

	changed := map[string]*http.Request{
		"no signature":         post(query, fields, ""),
		"another body":         post(query, inbound(map[string]string{"Body": "START"}), good),
		"another sender":       post(query, inbound(map[string]string{"From": "+15125550143"}), good),
		"a field more":         post(query, inbound(map[string]string{"OptOutType": "START"}), good),
		"another query":        post("?practice=oak&x=%2F", fields, good),
		"the query re-encoded": post("?practice=elm&x=/", fields, good),
		"no query":             post("", fields, good),
		"another port":         post(query, fields, sign("https://sms.example.test:8443/twilio/in"+query, fields)),
		"in clear":             post(query, fields, sign("http://sms.example.test/twilio/in"+query, fields)),
		"the request's own address": post(query, fields,
			sign("http://10.0.0.7:8080/behind/the/proxy"+query, fields)),
		"not base64": post(query, fields, good+"!"),
		"cut short":  post(query, fields, good[:20]),
	}
	for _, name := range []string{"X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Path", "Forwarded", "Host"} {
		r := post(query, fields, sign("https://evil.example.test/twilio/in"+query, fields))
		r.Header.Set(name, "evil.example.test")
		r.Host = "evil.example.test"
		changed["address from "+name] = r
	}
	twice := post(query, fields, good)
	twice.Header.Add("X-Twilio-Signature", good)
	changed["two signatures"] = twice
	for name, r := range changed {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, read(r), sms.ErrSignature)
		})
	}

	unset, err := twilio.New(account, token, nil)
	require.NoError(t, err)
	_, err = readInbound(unset, post(query, fields, sign(query, fields)))
	require.ErrorIs(t, err, sms.ErrSignature, "without a public address nothing can be checked")
	_, err = readReceipt(unset, post(query, fields, sign(query, fields)))
	require.ErrorIs(t, err, sms.ErrSignature)
}

// What parses the form before us takes it away, and is told so: the signature is not to blame.
func TestFormThatWasReadBefore(t *testing.T) {
	fields := url.Values{"MessageSid": {sid}, "From": {"+12125550100"}, "To": {"+12145550199"}, "Body": {"STOP"}}
	r := post("", fields, sign(inboundURL, fields))
	require.NoError(t, r.ParseForm())
	_, err := reader(t).ReadWebhook(r)
	require.ErrorIs(t, err, sms.ErrInvalid)
	require.NotErrorIs(t, err, sms.ErrSignature)
	require.ErrorContains(t, err, "was read before")
}

func TestSignatureOfRepeatedFields(t *testing.T) {
	fields := inbound(nil)
	fields["MediaUrl"] = []string{"b", "a", "b"}
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(inboundURL + "ApiVersion2010-04-01Bodyyes 👍From" + to + "MediaUrlaMediaUrlbMessageSid" + sid +
		"NumMedia0SmsStatusreceivedSomethingNew1To" + from))
	_, err := readInbound(reader(t), post("", fields, base64.StdEncoding.EncodeToString(mac.Sum(nil))))
	require.NoError(t, err)
}

func TestReadJSON(t *testing.T) {
	data := `{"MessageSid":"` + sid + `","From":"` + to + `","To":"` + from + `","Body":"STOP","NumMedia":0}`
	sum := sha256.Sum256([]byte(data))
	query := "?bodySHA256=" + hex.EncodeToString(sum[:])
	request := func(query, body, signature string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "http://10.0.0.7/"+query, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Twilio-Signature", signature)
		return r
	}
	good := sign(inboundURL+query, nil)
	got, err := readInbound(reader(t), request(query, data, good))
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(sms.Inbound{Provider: "twilio", ID: sid, From: to, To: from, Body: "STOP"}, got))

	for name, r := range map[string]*http.Request{
		"another body":     request(query, strings.Replace(data, "STOP", "STAY", 1), good),
		"another digest":   request("?bodySHA256="+strings.Repeat("0", 64), data, good),
		"no digest":        request("", data, sign(inboundURL, nil)),
		"an empty digest":  request("?bodySHA256=", data, sign(inboundURL+"?bodySHA256=", nil)),
		"signed otherwise": request(query, data, sign(inboundURL, nil)),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readInbound(reader(t), r)
			require.ErrorIs(t, err, sms.ErrSignature)
		})
	}
	t.Run("as a form", func(t *testing.T) {
		// The signature of a JSON body covers no field: it must not let a form through.
		r := post(query, inbound(nil), good)
		_, err := readInbound(reader(t), r)
		require.ErrorIs(t, err, sms.ErrSignature)
	})
}

func TestWebhooksAreBounded(t *testing.T) {
	fields := inbound(map[string]string{"Body": strings.Repeat("a", 64<<10)})
	_, err := readInbound(reader(t), post("", fields, sign(inboundURL, fields)))
	require.ErrorIs(t, err, sms.ErrTooLarge)
	_, err = readReceipt(reader(t), post("", fields, sign(receiptURL, fields)))
	require.ErrorIs(t, err, sms.ErrTooLarge)

	fields = inbound(map[string]string{"Body": strings.Repeat("a", 60<<10)})
	_, err = readInbound(reader(t), post("", fields, sign(inboundURL, fields)))
	require.NoError(t, err)

	for name, change := range map[string]func(*http.Request){
		"GET":            func(r *http.Request) { r.Method = http.MethodGet },
		"no type":        func(r *http.Request) { r.Header.Del("Content-Type") },
		"multipart":      func(r *http.Request) { r.Header.Set("Content-Type", "multipart/form-data; boundary=x") },
		"a broken form":  func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("a=%zz")) },
		"a broken body":  func(r *http.Request) { r.Body = io.NopCloser(iotest.ErrReader(errors.New("planted"))) },
		"without a body": func(r *http.Request) { r.Body = nil },
	} {
		t.Run(name, func(t *testing.T) {
			r := post("", fields, sign(inboundURL, fields))
			change(r)
			_, err := readInbound(reader(t), r)
			require.Error(t, err)
			require.True(t, errors.Is(err, sms.ErrInvalid) || errors.Is(err, sms.ErrSignature), err)
			require.NotContains(t, err.Error(), "planted")
		})
	}
}

// Whatever arrives with a right signature is read without a panic, and what is read can be stored.
func FuzzWebhooks(f *testing.F) {
	f.Add("MessageSid="+sid+"&From=%2B1&To=%2B1&Body=STOP&OptOutType=STOP", "ref=a%2Fb", false)
	f.Add("MessageSid="+sid+"&MessageStatus=failed&ErrorCode=30007", "ref=%ff", false)
	f.Add(`{"MessageSid":"`+sid+`","From":"+1","To":"+1","Body":"\u0000"}`, "", true)
	f.Add("a=%zz&;", "&&=", false)
	p := reader(f)
	f.Fuzz(func(t *testing.T, data, query string, asJSON bool) {
		u := &url.URL{Path: "/", RawQuery: query}
		var fields url.Values
		kind := "application/x-www-form-urlencoded"
		if asJSON {
			kind = "application/json"
			sum := sha256.Sum256([]byte(data))
			u.RawQuery = "bodySHA256=" + hex.EncodeToString(sum[:])
		} else {
			fields, _ = url.ParseQuery(data)
			for key := range fields {
				fields[key] = fields[key][:1]
			}
			data = fields.Encode()
		}
		target := ""
		if u.RawQuery != "" {
			target = "?" + u.RawQuery
		}
		request := func(public string) *http.Request {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(data))
			r.URL = u
			r.Header.Set("Content-Type", kind)
			r.Header.Set("X-Twilio-Signature", sign(public+target, fields))
			return r
		}
		in, err := readInbound(p, request(inboundURL))
		require.NotErrorIs(t, err, sms.ErrSignature)
		for _, s := range []string{in.ID, in.From, in.To, in.Body} {
			require.True(t, utf8.ValidString(s) && !strings.Contains(s, "\x00"))
		}
		receipt, err := readReceipt(p, request(receiptURL))
		require.NotErrorIs(t, err, sms.ErrSignature)
		require.Equal(t, err == nil, receipt.Status.Rank() > 0)
		require.True(t, utf8.ValidString(receipt.Reference) && !strings.Contains(receipt.Reference, "\x00"))
	})
}

// readInbound reads a webhook that has to tell of one text that came in.
func readInbound(p sms.WebhookReader, r *http.Request) (sms.Inbound, error) {
	events, err := p.ReadWebhook(r)
	if err != nil {
		return sms.Inbound{}, err
	}
	if len(events) != 1 || events[0].Inbound == nil {
		return sms.Inbound{}, fmt.Errorf("%w: no text that came in", sms.ErrInvalid)
	}
	return *events[0].Inbound, nil
}

// readReceipt reads a webhook that has to be one receipt.
func readReceipt(p sms.WebhookReader, r *http.Request) (sms.Receipt, error) {
	events, err := p.ReadWebhook(r)
	if err != nil {
		return sms.Receipt{}, err
	}
	if len(events) != 1 || events[0].Receipt == nil {
		return sms.Receipt{}, fmt.Errorf("%w: no receipt", sms.ErrInvalid)
	}
	return *events[0].Receipt, nil
}
