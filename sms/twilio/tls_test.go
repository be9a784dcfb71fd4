package twilio_test

import (
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms/twilio"
)

// TestPromise_D5_4_EveryCallRefusesTLS12 goes through all that the provider asks its API, and where a number or a body leaves.
func TestPromise_D5_4_EveryCallRefusesTLS12(t *testing.T) {
	calls := map[string]func(*twilio.Provider) error{
		"send":   func(p *twilio.Provider) error { _, err := p.Send(t.Context(), message()); return err },
		"find":   func(p *twilio.Provider) error { _, _, err := p.Find(t.Context(), message()); return err },
		"cancel": func(p *twilio.Provider) error { _, err := p.Cancel(t.Context(), sid); return err },
		"deactivated": func(p *twilio.Provider) error {
			for _, err := range p.Deactivated(t.Context(), noon) {
				return err
			}
			return nil
		},
		"lookup": func(p *twilio.Provider) error { _, err := p.Lookup(t.Context(), to, time.Time{}); return err },
	}
	serve := func(t *testing.T, version uint16) (p *twilio.Provider, served *atomic.Int32) {
		t.Helper()
		served = new(atomic.Int32)
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			served.Add(1)
			w.WriteHeader(http.StatusTeapot)
		}))
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.TLS = &tls.Config{MaxVersion: version} //nolint:gosec // one of the versions must be refused
		s.StartTLS()
		t.Cleanup(s.Close)
		url, roots := s.URL, x509.NewCertPool()
		roots.AddCert(s.Certificate())
		p, err := twilio.New(account, token, &twilio.Options{BaseURL: url, LookupURL: url, MessagingURL: url, RootCAs: roots, Timeout: 5 * time.Second})
		require.NoError(t, err)
		return p, served
	}
	for name, call := range calls {
		t.Run("refuses_tls12_of_"+name, func(t *testing.T) {
			p, served := serve(t, tls.VersionTLS12)
			require.ErrorContains(t, call(p), "protocol version")
			require.Zero(t, served.Load())
		})
		t.Run("without_rule_"+name, func(t *testing.T) {
			p, served := serve(t, tls.VersionTLS13)
			_ = call(p) // whatever it makes of the answer
			require.NotZero(t, served.Load(), "the same call reaches a server that speaks TLS 1.3")
		})
	}
}
