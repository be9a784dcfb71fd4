package carrier_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"fmt"
	"io"
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
