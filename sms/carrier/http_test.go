package carrier_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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
