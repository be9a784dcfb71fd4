package https_test

import (
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/https"
)

var errWrong = errors.New("wrong")

func TestBase(t *testing.T) {
	for raw, want := range map[string][2]bool{ // without loopback, with it
		"https://api.example.test":      {true, true},
		"https://api.example.test/v1":   {true, true},
		"https://127.0.0.1:8443":        {true, true},
		"http://127.0.0.1:8080":         {false, true},
		"http://[::1]:8080":             {false, true},
		"http://localhost":              {false, true},
		"http://localhost.evil.test":    {false, false},
		"http://127.0.0.1.evil.test":    {false, false},
		"http://10.0.0.1":               {false, false},
		"http://api.example.test":       {false, false},
		"https://":                      {false, false},
		"https://user@api.example.test": {false, false},
		"https://api.example.test?a=b":  {false, false},
		"https://api.example.test?":     {false, false},
		"https://api.example.test#a":    {false, false},
		"https://api.example.test/#":    {false, false},
		"https://:443":                  {false, false},
		"file:///etc/passwd":            {false, false},
		"api.example.test":              {false, false},
		"https://%zz":                   {false, false},
		"":                              {false, false},
	} {
		for i, loopback := range []bool{false, true} {
			got, err := https.Base(errWrong, raw, loopback)
			if want[i] {
				require.NoError(t, err, raw)
				require.Equal(t, raw, got)
				continue
			}
			require.ErrorIs(t, err, errWrong, raw)
		}
	}
}

func TestTransportSpeaksTLS13Alone(t *testing.T) {
	for version, served := range map[uint16]bool{tls.VersionTLS12: false, tls.VersionTLS13: true} {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.TLS = &tls.Config{MaxVersion: version} //nolint:gosec // the server of the past that must be refused
		s.StartTLS()
		c := https.Client(https.Transport(s.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, time.Minute))
		resp, err := c.Get(s.URL)
		if served {
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
		} else {
			require.ErrorContains(t, err, "protocol version")
		}
		c.CloseIdleConnections()
		s.Close()
	}
}

func TestClientFollowsNoRedirect(t *testing.T) {
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	}))
	defer s.Close()
	c := https.Client(https.Transport(nil, time.Minute))
	defer c.CloseIdleConnections()
	resp, err := c.Get(s.URL)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusTemporaryRedirect, resp.StatusCode)
	require.Equal(t, 1, asked)
}
