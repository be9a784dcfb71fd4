package twilio_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/twilio"
)

// The planted secrets: none may be found in an error.
const (
	account = "AC0cc175b9c0f1b6a831c399e269772661"
	token   = "planted-token-7731"
	from    = "+15125550142"
	to      = "+16045550199"
	body    = "planted body: see you at 3"
)

var noon = time.Date(2026, 11, 2, 18, 0, 0, 0, time.UTC)

func message() sms.Message {
	return sms.Message{
		Reference: "elm-street/t 1%", From: from, To: to, Body: body, Validity: 90 * time.Minute, Sent: noon.Add(-7 * time.Hour),
	}
}

// api is a stand-in for Twilio's API: it answers what it was told to, and keeps what it was asked.
type api struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
	forms    []url.Values
	answer   func(w http.ResponseWriter, r *http.Request)
}

func newAPI(t *testing.T, answer func(w http.ResponseWriter, r *http.Request)) *api {
	t.Helper()
	a := &api{answer: answer}
	a.Server = httptest.NewUnstartedServer(a)
	a.Config.ErrorLog = log.New(io.Discard, "", 0)
	a.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	a.StartTLS()
	t.Cleanup(a.Close)
	return a
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(data))
	a.mu.Lock()
	a.requests = append(a.requests, r)
	a.forms = append(a.forms, form)
	a.mu.Unlock()
	a.answer(w, r)
}

func (a *api) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.requests)
}

func (a *api) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.Certificate())
	return pool
}

// provider returns a provider of this API. Its clock stands at noon.
func (a *api) provider(t *testing.T, change func(o *twilio.Options)) *twilio.Provider {
	t.Helper()
	o := &twilio.Options{
		BaseURL: a.URL, RootCAs: a.roots(), Timeout: 5 * time.Second, Now: func() time.Time { return noon },
		InboundURL: "https://sms.example.test/twilio/in", ReceiptURL: "https://sms.example.test/twilio/receipt",
	}
	if change != nil {
		change(o)
	}
	p, err := twilio.New(account, token, o)
	require.NoError(t, err)
	return p
}

// reply answers with a status and a JSON value.
func reply(status int, value any) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(value)
	}
}

func created() func(http.ResponseWriter, *http.Request) {
	return reply(http.StatusCreated, map[string]any{"sid": "SM" + strings.Repeat("a", 32), "status": "queued", "error_code": nil})
}

// sendError returns the error's class and code, and checks that the error shows no secret.
func sendError(t *testing.T, err error) *sms.SendError {
	t.Helper()
	var e *sms.SendError
	require.ErrorAs(t, err, &e)
	for _, secret := range []string{token, account, from[2:], to[2:], body, "planted"} {
		require.NotContains(t, err.Error(), secret)
	}
	return e
}

func send(t *testing.T, p *twilio.Provider) (sms.Accepted, error) {
	t.Helper()
	return p.Send(context.Background(), message())
}
