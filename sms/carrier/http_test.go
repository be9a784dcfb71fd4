package carrier_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

const (
	token  = "planted-token-7731"
	secret = "planted-secret-0123456789"
)

// serve starts a server that speaks TLS up to a version.
func serve(t *testing.T, h http.Handler, version uint16) (url string, roots *x509.CertPool) {
	t.Helper()
	s := httptest.NewUnstartedServer(h)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = &tls.Config{MaxVersion: version} //nolint:gosec // one of the versions must be refused
	s.StartTLS()
	t.Cleanup(s.Close)
	roots = x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s.URL, roots
}

func dial(t *testing.T, o *carrier.Options) (*carrier.Carrier, *carrier.Client) {
	t.Helper()
	o.Token = token
	c, err := carrier.New(o)
	require.NoError(t, err)
	url, roots := serve(t, carrier.Handler(c), tls.VersionTLS13)
	client, err := carrier.Dial(url, token, &carrier.DialOptions{RootCAs: roots})
	require.NoError(t, err)
	return c, client
}

func TestClientSeesWhatTheCarrierDoes(t *testing.T) {
	fates := map[string]carrier.Fate{
		"lost":   {Lost: true},
		"busy":   {Refuse: carrier.CodeBusy},
		"stop":   {Refuse: carrier.CodeOptedOut},
		"nobody": {Code: carrier.CodeNoNumber},
	}
	c, client := dial(t, &carrier.Options{Script: carrier.Script{
		Message: func(m sms.Message, _ int) carrier.Fate { return fates[m.Reference] },
	}})
	ctx := context.Background()

	accepted, err := client.Send(ctx, text("elm/1 %&"))
	require.NoError(t, err)
	require.Equal(t, c.Messages()[0].ID, accepted.ID)
	require.Equal(t, text("").Body, c.Messages()[0].Body)
	require.Equal(t, time.Hour, c.Messages()[0].Expires.Sub(c.Messages()[0].Accepted))

	_, err = client.Send(ctx, text("lost"))
	require.Equal(t, sms.Unknown, classOf(t, err))
	_, err = client.Send(ctx, text("busy"))
	require.Equal(t, sms.Throttled, classOf(t, err))
	_, err = client.Send(ctx, text("stop"))
	require.Equal(t, sms.OptedOut, classOf(t, err))
	_, err = client.Send(ctx, sms.Message{})
	require.Equal(t, sms.Rejected, classOf(t, err))
	long := text("long")
	long.Body = strings.Repeat("a", 70<<10)
	_, err = client.Send(ctx, long)
	require.Equal(t, sms.Rejected, classOf(t, err))
	_, err = client.Send(ctx, text("nobody"))
	require.NoError(t, err)
	_, err = c.Step(ctx)
	require.NoError(t, err)

	for _, reference := range []string{"elm/1 %&", "lost", "nobody", "busy", "never"} {
		want, wantFound, err := c.Find(ctx, text(reference))
		require.NoError(t, err)
		got, found, err := client.Find(ctx, text(reference))
		require.NoError(t, err)
		require.Equal(t, wantFound, found)
		require.Empty(t, cmp.Diff(want, got))
	}
	require.Len(t, c.Messages(), 3)
}

func TestTwoClientsShareOneNetwork(t *testing.T) {
	c, err := carrier.New(&carrier.Options{Token: token})
	require.NoError(t, err)
	s := httptest.NewServer(carrier.Handler(c)) // http, on this machine
	defer s.Close()
	for range 2 {
		client, err := carrier.Dial(s.URL+"/", token, nil)
		require.NoError(t, err)
		_, err = client.Send(context.Background(), text("r1"))
		require.NoError(t, err)
	}
	require.Len(t, c.Messages(), 2, "the same reference from two workers is two texts, and is seen")
}

func TestClientErrors(t *testing.T) {
	c, err := carrier.New(&carrier.Options{Token: token})
	require.NoError(t, err)
	s := httptest.NewServer(carrier.Handler(c))
	client, err := carrier.Dial(s.URL, "planted-wrong", nil)
	require.NoError(t, err)
	_, err = client.Send(context.Background(), text("r1"))
	require.Equal(t, sms.BadSender, classOf(t, err))
	require.NotContains(t, err.Error(), "planted")
	_, _, err = client.Find(context.Background(), text("r1"))
	require.Equal(t, sms.Unknown, classOf(t, err))
	client, err = carrier.Dial(s.URL, token, nil) // without a connection that is still open
	require.NoError(t, err)
	s.Close()
	_, err = client.Send(context.Background(), text("r1"))
	require.Equal(t, sms.Transient, classOf(t, err), "nothing can have arrived")

	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("reference") {
		case "":
			panic(http.ErrAbortHandler)
		case "r1":
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	broken.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer broken.Close()
	client, err = carrier.Dial(broken.URL, token, nil)
	require.NoError(t, err)
	_, err = client.Send(context.Background(), text("r1"))
	require.Equal(t, sms.Unknown, classOf(t, err))
	require.NotContains(t, err.Error(), "planted")
	_, _, err = client.Find(context.Background(), text("r1"))
	require.Equal(t, sms.Transient, classOf(t, err))

	for _, bad := range []string{"http://example.test", "ftp://127.0.0.1", "127.0.0.1:80", "https://a@b", ""} {
		_, err = carrier.Dial(bad, token, nil)
		require.ErrorIs(t, err, sms.ErrInvalid, bad)
	}
	_, err = carrier.Dial("https://example.test", "", nil)
	require.ErrorIs(t, err, sms.ErrInvalid)
	_, err = carrier.Dial("https://example.test", token, &carrier.DialOptions{Secret: []byte("short")})
	require.ErrorIs(t, err, sms.ErrInvalid)
}

func TestHandler(t *testing.T) {
	c, err := carrier.New(&carrier.Options{Token: token})
	require.NoError(t, err)
	h := carrier.Handler(c)
	call := func(method, path, body, bearer string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		r.Header.Set("Authorization", bearer)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	good := "Bearer " + token
	reply := `{"from":"` + patient + `","to":"` + practice + `","body":"Stop"}`
	for name, test := range map[string]struct {
		method, path, body, bearer string
		want                       int
	}{
		"a reply":           {"POST", "/v1/replies", reply, good, 201},
		"no token":          {"POST", "/v1/replies", reply, "", 401},
		"a wrong token":     {"GET", "/v1/state", "", "Bearer no", 401},
		"not a bearer":      {"GET", "/v1/state", "", token, 401},
		"basic":             {"GET", "/v1/state", "", "Basic " + token, 401},
		"no sender":         {"POST", "/v1/replies", `{"to":"+1"}`, good, 422},
		"no JSON":           {"POST", "/v1/replies", `{`, good, 400},
		"not even a body":   {"POST", "/v1/messages", ``, good, 400},
		"too long":          {"POST", "/v1/replies", strings.Repeat(" ", 70<<10), good, 413},
		"an unknown path":   {"GET", "/v1/secrets", "", good, 404},
		"an unknown method": {"DELETE", "/v1/messages", "", good, 405},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, call(test.method, test.path, test.body, test.bearer).Code)
		})
	}
	_, err = c.Send(context.Background(), text("r1"))
	require.NoError(t, err)
	_, err = c.Step(context.Background())
	require.NoError(t, err)
	var state struct {
		Messages []carrier.Message
		Threads  map[string][]carrier.Text
	}
	w := call("GET", "/v1/state", "", good)
	require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &state))
	require.Empty(t, cmp.Diff(c.Messages(), state.Messages))
	require.Empty(t, cmp.Diff(c.Thread(patient), state.Threads[patient]))
	require.Len(t, state.Threads[patient], 2)

	tokenless, err := carrier.New(nil)
	require.NoError(t, err)
	h = carrier.Handler(tokenless)
	require.Equal(t, 401, call("GET", "/v1/state", "", "Bearer ").Code, "no token lets nobody in")
}

// practiceServer is the receiving side of webhooks, with a client as its reader.
type practiceServer struct {
	mu       sync.Mutex
	reader   *carrier.Client
	inbound  []sms.Inbound
	receipts []sms.Receipt
	failed   []error
	requests []*http.Request
	bodies   [][]byte
}

func (p *practiceServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	p.requests, p.bodies = append(p.requests, r), append(p.bodies, body)
	if r.URL.Path == "/in" {
		in, err := readInbound(p.reader, r)
		p.inbound, p.failed = append(p.inbound, in), append(p.failed, err)
		return
	}
	receipt, err := readReceipt(p.reader, r)
	p.receipts, p.failed = append(p.receipts, receipt), append(p.failed, err)
}

func TestWebhooks(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	clock := func() time.Time { return now }
	reader, err := carrier.Dial("https://carrier.example.test", token, &carrier.DialOptions{
		Secret: []byte(secret), Now: clock,
	})
	require.NoError(t, err)
	p := &practiceServer{reader: reader}
	url, roots := serve(t, p, tls.VersionTLS13)
	c, err := carrier.New(&carrier.Options{
		InboundURL: url + "/in", ReceiptURL: url + "/receipt", Secret: []byte(secret), RootCAs: roots, Now: clock,
		Script: carrier.Script{Message: func(sms.Message, int) carrier.Fate { return carrier.Fate{Code: carrier.CodeLandline} }},
	})
	require.NoError(t, err)
	_, err = c.Send(context.Background(), text("elm/1"))
	require.NoError(t, err)
	id, err := c.ReplyPictures(patient, practice, "Stop 👍\x00", 3)
	require.NoError(t, err)
	_, err = c.Step(context.Background())
	require.NoError(t, err)

	require.Equal(t, []error{nil, nil, nil}, p.failed)
	require.Empty(t, cmp.Diff([]sms.Inbound{
		{Provider: "carrier", ID: id, From: patient, To: practice, Body: "Stop 👍\uFFFD", Media: 3, At: now.UTC().Truncate(time.Microsecond)},
	}, p.inbound))
	require.Len(t, p.receipts, 2)
	require.Empty(t, cmp.Diff(sms.Receipt{
		Provider: "carrier", ID: c.Messages()[0].ID, Reference: "elm/1",
		Status: sms.StatusUndelivered, Code: carrier.CodeLandline, Class: sms.BadNumber,
	}, p.receipts[1]))

	var in int
	for i, r := range p.requests {
		if r.URL.Path == "/in" {
			in = i
		}
	}
	again := func(change func(r *http.Request)) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/in", bytes.NewReader(p.bodies[in]))
		r.Header = p.requests[in].Header.Clone()
		change(r)
		return r
	}
	read := func(r *http.Request) error {
		_, err := readInbound(reader, r)
		return err
	}
	require.NoError(t, read(again(func(*http.Request) {})))
	for name, change := range map[string]func(r *http.Request){
		"no signature":    func(r *http.Request) { r.Header.Del("Carrier-Signature") },
		"not hexadecimal": func(r *http.Request) { r.Header.Set("Carrier-Signature", "zz") },
		"another time":    func(r *http.Request) { r.Header.Set("Carrier-Timestamp", strconv.FormatInt(now.Unix()+1, 10)) },
		"no time":         func(r *http.Request) { r.Header.Del("Carrier-Timestamp") },
		"another body":    func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(`{"type":"inbound"}`)) },
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorIs(t, read(again(change)), sms.ErrSignature)
		})
	}
	t.Run("one for the other", func(t *testing.T) {
		_, err := readReceipt(reader, again(func(*http.Request) {}))
		require.ErrorIs(t, err, sms.ErrInvalid)
	})
	t.Run("too long", func(t *testing.T) {
		require.ErrorIs(t, read(again(func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(strings.Repeat(" ", 64<<10+1)))
		})), sms.ErrTooLarge)
	})
	t.Run("GET", func(t *testing.T) {
		require.ErrorIs(t, read(again(func(r *http.Request) { r.Method = http.MethodGet })), sms.ErrInvalid)
	})
	t.Run("played again", func(t *testing.T) {
		then := now
		defer func() { now = then }()
		now = then.Add(5 * time.Minute)
		require.NoError(t, read(again(func(*http.Request) {})))
		now = then.Add(5*time.Minute + 2*time.Second)
		require.ErrorIs(t, read(again(func(*http.Request) {})), sms.ErrSignature)
		now = then.Add(-5*time.Minute - 2*time.Second)
		require.ErrorIs(t, read(again(func(*http.Request) {})), sms.ErrSignature)
	})
	t.Run("without a secret", func(t *testing.T) {
		blind, err := carrier.Dial("https://carrier.example.test", token, nil)
		require.NoError(t, err)
		_, err = readInbound(blind, again(func(*http.Request) {}))
		require.ErrorIs(t, err, sms.ErrSignature)
	})
	t.Run("by the carrier itself", func(t *testing.T) {
		_, err := readInbound(c, again(func(*http.Request) {}))
		require.NoError(t, err)
	})
}

func TestWebhookThatIsRefusedIsToldAgain(t *testing.T) {
	now, calls := time.Now(), 0
	url, roots := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls++; calls == 1 {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		} else if calls == 2 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}), tls.VersionTLS13)
	c, err := carrier.New(&carrier.Options{
		InboundURL: url, Secret: []byte(secret), RootCAs: roots, Now: func() time.Time { return now },
	})
	require.NoError(t, err)
	_, err = c.Reply(patient, practice, "Stop")
	require.NoError(t, err)
	for range 10 {
		_, err = c.Step(context.Background())
		require.NoError(t, err)
		now = now.Add(time.Minute)
	}
	require.Equal(t, 3, calls, "a redirect is not followed, an error is no answer, the third is taken")
}

func TestPromise_M4_2_CarrierClientsRefuseTLS12(t *testing.T) {
	served := 0
	url, roots := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { served++ }), tls.VersionTLS12)

	t.Run("refuses_tls12", func(t *testing.T) {
		client, err := carrier.Dial(url, token, &carrier.DialOptions{RootCAs: roots})
		require.NoError(t, err)
		_, err = client.Send(context.Background(), text("r1"))
		require.Equal(t, sms.Transient, classOf(t, err))
		require.ErrorContains(t, err, "protocol version")
		require.Zero(t, served)
	})
	t.Run("refuses_tls12_webhook", func(t *testing.T) {
		c, err := carrier.New(&carrier.Options{InboundURL: url, Secret: []byte(secret), RootCAs: roots})
		require.NoError(t, err)
		_, err = c.Reply(patient, practice, "Stop")
		require.NoError(t, err)
		_, err = c.Step(context.Background())
		require.NoError(t, err)
		require.Zero(t, served)
	})
	t.Run("refuses_clear_text", func(t *testing.T) {
		const elsewhere = "http://carrier.example.test" // in clear it may speak with this very machine alone
		_, err := carrier.Dial(elsewhere, token, nil)
		require.ErrorIs(t, err, sms.ErrInvalid)
		for _, o := range []carrier.Options{{InboundURL: elsewhere}, {ReceiptURL: elsewhere}} {
			o.Secret = []byte(secret)
			_, err := carrier.New(&o)
			require.ErrorIs(t, err, sms.ErrInvalid)
		}
	})
	t.Run("without_rule", func(t *testing.T) {
		// A client that insists on no version is served by the same server, so it was the version that was refused.
		config := &tls.Config{RootCAs: roots} //nolint:gosec // that it asks for no version is the point
		resp, err := (&http.Client{Transport: &http.Transport{TLSClientConfig: config}}).Get(url)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, 1, served)
	})
}

// Whatever arrives with a right signature is read without a panic, and what is read can be stored.
func FuzzWebhooks(f *testing.F) {
	f.Add(`{"type":"inbound","id":"1","from":"+1","to":"+1","body":"Stop"}`, int64(0))
	f.Add(`{"type":"receipt","id":"1","reference":"a/b","status":"failed","code":"expired"}`, int64(1))
	f.Add(`{"type":"receipt","id":"\u0000"}`, int64(-1))
	f.Add(`{"type":"receipt","id":"1","from":"+1","to":"+1","body":"Stop","status":"sent"}`, int64(2)) // never both
	f.Add("[", int64(1<<62))
	now := time.Now()
	reader, err := carrier.Dial("https://carrier.example.test", token, &carrier.DialOptions{
		Secret: []byte(secret), Now: func() time.Time { return now },
	})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body string, skew int64) {
		at := strconv.FormatInt(now.Unix()+skew, 10)
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(at + "." + body))
		request := func() *http.Request {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
			r.Header.Set("Carrier-Timestamp", at)
			r.Header.Set("Carrier-Signature", hex.EncodeToString(mac.Sum(nil)))
			return r
		}
		in, err1 := readInbound(reader, request())
		receipt, err2 := readReceipt(reader, request())
		if skew > 301 || skew < -301 {
			require.ErrorIs(t, err1, sms.ErrSignature)
			require.ErrorIs(t, err2, sms.ErrSignature)
		}
		require.False(t, err1 == nil && err2 == nil)
		require.Equal(t, err2 == nil, receipt.Status.Rank() > 0)
		for _, s := range []string{in.ID, in.From, in.To, in.Body, receipt.ID, receipt.Reference, receipt.Code} {
			require.True(t, utf8.ValidString(s) && !strings.Contains(s, "\x00"))
		}
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
