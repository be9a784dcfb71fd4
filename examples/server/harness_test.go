package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/network"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/sms"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// layout is the tables of a server on Postgres.
var layout = pgtest.NewLayout(world.Migrate)

const testToken = "a-token-for-tests-alone"

// site is a running server and a client that knows its certificate and its token.
type site struct {
	*app
	t      *testing.T
	client *http.Client
}

// openSite starts a server in memory, which has sent what its story begins with.
func openSite(t *testing.T, c config) *site {
	t.Helper()
	s := startSite(t, c)
	s.settle()
	return s
}

// startSite starts a server on ports of its own; it is stopped when the test ends.
func startSite(t *testing.T, c config) *site {
	t.Helper()
	c.addr, c.carrier, c.token = "127.0.0.1:0", "127.0.0.1:0", testToken
	s, err := open(t.Context(), c, slog.New(slog.NewTextHandler(testWriter{t}, nil)))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.serve(ctx) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-ended)
	})
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: s.cert.Pool()}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return &site{app: s, t: t, client: &http.Client{
		Transport: transport, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// settle waits until nothing is left to plan, to send or to be told of, and fails when that takes longer than any machine
// needs for it.
func (s *site) settle() {
	s.t.Helper()
	const limit = 2 * time.Minute
	ctx, cancel := context.WithTimeout(s.t.Context(), limit)
	defer cancel()
	require.NoError(s.t, s.scene.Load().Settle(ctx, limit))
	require.NoError(s.t, ctx.Err(), "the world does not get quiet")
}

// onBoth runs a test in memory, and on Postgres with a worker beside the server. What its story begins with has been sent by
// then.
func onBoth(t *testing.T, test func(t *testing.T, s *site)) { onBothWith(t, 1, test) }

// crowded is onBoth with two workers, of whom each may be in the other's way: for tests of what is sent.
func crowded(t *testing.T, test func(t *testing.T, s *site)) { onBothWith(t, 2, test) }

func onBothWith(t *testing.T, workers int, test func(t *testing.T, s *site)) {
	t.Parallel()
	t.Run("mem", func(t *testing.T) {
		t.Parallel()
		test(t, openSite(t, config{}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		db := layout.New(t)
		c := config{database: db.DSN(), schema: db.Schema(), keys: filepath.Join(t.TempDir(), "keys")}
		s := startSite(t, c)
		for range workers {
			s.employ()
		}
		s.settle()
		test(t, s)
	})
}

// employ starts a worker as a process of its own would be: with its own pools, and the network over HTTPS.
func (s *site) employ() {
	s.t.Helper()
	ground, err := world.Postgres(s.t.Context(), world.Place{URL: s.config.database, Schema: s.config.schema, Keys: s.config.keys})
	require.NoError(s.t, err)
	carried, err := network.Dial("https://"+s.scene.Load().listener.Addr().String(), network.Files{Keys: s.config.keys})
	require.NoError(s.t, err)
	w, err := world.New(ground, map[string]sms.Provider{world.Network: carried}, s.logger)
	require.NoError(s.t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- w.Work(ctx) }()
	go func() { w.Follow(ctx); ended <- nil }()
	s.t.Cleanup(func() {
		stop()
		require.NoError(s.t, <-ended)
		require.NoError(s.t, <-ended)
		require.NoError(s.t, ground.Close())
	})
}

// send makes a request with the token and returns the status and the body of the answer.
func (s *site) send(method, path, kind string, body io.Reader) (int, string) {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.address()+path, body)
	require.NoError(s.t, err)
	req.Header.Set("Authorization", "Bearer "+testToken)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return s.answer(req)
}

func (s *site) answer(req *http.Request) (int, string) {
	s.t.Helper()
	res, err := s.client.Do(req)
	require.NoError(s.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return res.StatusCode, string(raw)
}

// get looks at something through the API.
func get[T any](s *site, path string, query ...string) T {
	s.t.Helper()
	values := url.Values{}
	for i := 0; i < len(query); i += 2 {
		values.Set(query[i], query[i+1])
	}
	status, body := s.send(http.MethodGet, "/api/"+path+"?"+values.Encode(), "", nil)
	require.Equal(s.t, http.StatusOK, status, body)
	var v T
	require.NoError(s.t, json.Unmarshal([]byte(body), &v))
	return v
}

// act does something through the API, waits until the workers have nothing left to do, however busy the machine is, and
// returns what was said.
func (s *site) act(name string, fields map[string]string) string {
	s.t.Helper()
	status, body := s.try(name, fields)
	require.Equal(s.t, http.StatusOK, status, body)
	var d done
	require.NoError(s.t, json.Unmarshal([]byte(body), &d))
	s.settle()
	return d.Said
}

func (s *site) try(name string, fields map[string]string) (int, string) {
	s.t.Helper()
	raw, err := json.Marshal(fields)
	require.NoError(s.t, err)
	return s.send(http.MethodPost, "/api/"+name, "application/json", bytes.NewReader(raw))
}

// refused does something that must be refused, and returns the sentence that says why.
func (s *site) refused(status int, name string, fields map[string]string) string {
	s.t.Helper()
	code, body := s.try(name, fields)
	require.Equal(s.t, status, code, body)
	var f failure
	require.NoError(s.t, json.Unmarshal([]byte(body), &f))
	return f.Error
}

// phone returns what is on a phone, oldest first.
func (s *site) phone(number string) []bubble { return get[[]bubble](s, "phone", "number", number) }

// texts returns the texts to a number, newest first.
func (s *site) texts(number string) []textView {
	return get[[]textView](s, "texts", "number", number)
}

// received reports how many texts reached a phone, its own not counted.
func received(thread []bubble) (bodies []string) {
	for _, b := range thread {
		if !b.Mine {
			bodies = append(bodies, b.Body)
		}
	}
	return bodies
}

// testWriter sends the server's log to the test's.
type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}
