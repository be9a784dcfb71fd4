package bandwidth_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/bandwidth"
)

// account holds the planted secrets: none may be found in an error.
var account = bandwidth.Account{
	ID: "9900000", Application: "93de2206-9669-4e07-948d-329f4b722ee2", User: "planteduser", Password: "plantedpassword",
}

const (
	hookUser     = "hook"
	hookPassword = "planted-hook-password-7731"
	office       = "+15125550142"
	patient      = "+16045550199"
	body         = "planted body: see you at 3"
	id           = "14762070468292kw2fuqty55yp2b2"
)

var noon = time.Date(2026, 11, 2, 18, 0, 0, 0, time.UTC)

// api is a stand-in for Bandwidth's APIs: it answers what it was told to, and keeps what it was asked.
type api struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
}

func newAPI(t *testing.T, status int, answer string) *api {
	t.Helper()
	a := &api{}
	a.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		a.mu.Lock()
		a.requests, a.bodies = append(a.requests, r), append(a.bodies, string(data))
		a.mu.Unlock()
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	a.Config.ErrorLog = log.New(io.Discard, "", 0)
	a.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	a.StartTLS()
	t.Cleanup(a.Close)
	return a
}

// provider returns a provider of this API. Its clock stands at noon.
func (a *api) provider(t *testing.T) *bandwidth.Provider {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AddCert(a.Certificate())
	p, err := bandwidth.New(account, &bandwidth.Options{
		BaseURL: a.URL + "/api/v2", LookupURL: a.URL + "/v2", RootCAs: roots, Timeout: 5 * time.Second, Now: func() time.Time { return noon },
	})
	require.NoError(t, err)
	return p
}

// hook returns a provider that reads webhooks.
func hook(t *testing.T) *bandwidth.Provider {
	t.Helper()
	p, err := bandwidth.New(account, &bandwidth.Options{HookUser: hookUser, HookPassword: hookPassword})
	require.NoError(t, err)
	return p
}

// post is a webhook with the right credentials.
func post(data string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://10.0.0.7/behind/the/proxy", strings.NewReader(data))
	r.SetBasicAuth(hookUser, hookPassword)
	return r
}

func message() sms.Message {
	return sms.Message{Reference: "elm-street/t 1%", From: office, To: patient, Body: body, Validity: 90 * time.Minute, Sent: noon.Add(-7 * time.Hour)}
}

// sendError returns the error's class and code, and checks that the error shows no secret.
func sendError(t *testing.T, err error) *sms.SendError {
	t.Helper()
	var e *sms.SendError
	require.ErrorAs(t, err, &e)
	for _, secret := range []string{office[2:], patient[2:], "planted"} {
		require.NotContains(t, err.Error(), secret)
	}
	return e
}
