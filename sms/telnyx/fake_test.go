package telnyx_test

import (
	"context"
	"crypto/ed25519"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/telnyx"
)

const (
	apiKey  = "KEYplanted7731" // no error may hold it
	hookURL = "https://sms.example.test/telnyx"
	office  = "+15125550142"
	patient = "+16045550199"
	body    = "planted body: see you at 3"
	id      = "84cca175-9755-4859-b67f-4730d7f58a10"
)

var (
	noon   = time.Date(2026, 11, 2, 18, 0, 0, 0, time.UTC)
	hookBy = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
)

// api is a stand-in for Telnyx's API: it answers what it was told to, and keeps what it was asked.
type api struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
}

func newAPI(t *testing.T, answer http.HandlerFunc) *api {
	t.Helper()
	a := &api{}
	a.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		a.mu.Lock()
		a.requests, a.bodies = append(a.requests, r), append(a.bodies, string(data))
		a.mu.Unlock()
		answer(w, r)
	}))
	a.Config.ErrorLog = log.New(io.Discard, "", 0)
	a.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	a.StartTLS()
	t.Cleanup(a.Close)
	return a
}

// provider returns a provider of this API. Its clock stands at noon.
func (a *api) provider(t *testing.T) *telnyx.Provider {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(a.Certificate())
	return build(t, &telnyx.Options{BaseURL: a.URL, RootCAs: roots, Timeout: 5 * time.Second})
}

// build returns a provider whose clock stands at noon and whose webhooks this test signs.
func build(t *testing.T, o *telnyx.Options) *telnyx.Provider {
	t.Helper()
	o.PublicKey = base64.StdEncoding.EncodeToString(hookBy.Public().(ed25519.PublicKey))
	o.WebhookURL, o.Now = hookURL, func() time.Time { return noon }
	p, err := telnyx.New(apiKey, o)
	require.NoError(t, err)
	return p
}

// says answers with a status and a body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// post is a webhook, signed at a time.
func post(data string, at time.Time) *http.Request {
	stamp := strconv.FormatInt(at.Unix(), 10)
	r := httptest.NewRequest(http.MethodPost, "http://10.0.0.7/behind/the/proxy", strings.NewReader(data))
	r.Header.Set("Telnyx-Timestamp", stamp)
	r.Header.Set("Telnyx-Signature-Ed25519", base64.StdEncoding.EncodeToString(ed25519.Sign(hookBy, []byte(stamp+"|"+data))))
	return r
}

// event is the body of a webhook.
func event(kind string, payload map[string]any) string {
	data, _ := json.Marshal(map[string]any{
		"data": map[string]any{"id": "b301ed3f", "event_type": kind, "occurred_at": "2026-11-02T18:00:00Z", "payload": payload},
		"meta": map[string]any{"attempt": 1},
	})
	return string(data)
}

func message() sms.Message {
	return sms.Message{Reference: "elm-street/t 1%", From: office, To: patient, Body: body, Validity: 90 * time.Minute, Sent: noon.Add(-time.Hour)}
}

// sendError returns the error's class and code, and checks that the error shows no secret.
func sendError(t *testing.T, err error) *sms.SendError {
	t.Helper()
	var e *sms.SendError
	require.ErrorAs(t, err, &e)
	for _, secret := range []string{apiKey, office[2:], patient[2:], "planted"} {
		require.NotContains(t, err.Error(), secret)
	}
	return e
}

func send(p sms.Provider) (sms.Accepted, error) { return p.Send(context.Background(), message()) }
