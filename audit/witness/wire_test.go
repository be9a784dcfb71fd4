package witness_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	stdlog "log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/witness"
)

func serve(t testing.TB, h http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	return s
}

func roots(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

func dial(t testing.TB, s *httptest.Server, verifier note.Verifier) *witness.Client {
	t.Helper()
	c, err := witness.NewClient(s.URL+"/some/prefix", verifier, &witness.ClientOptions{RootCAs: roots(s)})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// TestStatusCodes are those of c2sp.org/tlog-witness.
func TestStatusCodes(t *testing.T) {
	l, w, verifier := watched(t)
	l.grow(t, 3)
	third, err := l.reader.Checkpoint(t.Context(), "")
	require.NoError(t, err)
	l.shown = nil
	l.restart(t)
	l.grow(t, 2)
	fifth, err := l.reader.Checkpoint(t.Context(), "")
	require.NoError(t, err)
	text, err := l.reader.Consistency(t.Context(), "", 3)
	require.NoError(t, err)
	proof := strings.TrimPrefix(strings.SplitAfter(text, "\n\n")[0], "old 3\n")
	forked, err := notary.NewReader(another(t, l, 3), note.VerifierList(l.key))
	require.NoError(t, err)
	fork, err := forked.Checkpoint(t.Context(), "")
	require.NoError(t, err)
	stranger := newLog(t)
	stranger.restart(t)
	stranger.grow(t, 5)
	foreign, err := stranger.reader.Checkpoint(t.Context(), "")
	require.NoError(t, err)

	for _, c := range []struct {
		name, method, path, body string
		status                   int
		answer                   string
	}{
		{"another path", "POST", "/x", "", 404, ""},
		{"another method", "GET", "/add-checkpoint", "", 405, ""},
		{"no request", "POST", "/add-checkpoint", "", 400, ""},
		{"a size with a zero before it", "POST", "/add-checkpoint", "old 03\n" + proof + fifth, 400, ""},
		{"a negative size", "POST", "/add-checkpoint", "old -3\n" + proof + fifth, 400, ""},
		{"no hash", "POST", "/add-checkpoint", "old 3\nx\n\n" + fifth, 400, ""},
		{"too many hashes", "POST", "/add-checkpoint", "old 3\n" + strings.Repeat(tlog.Hash{}.String()+"\n", 64) + "\n" + fifth, 400, ""},
		{"as many hashes as may be", "POST", "/add-checkpoint", "old 3\n" + strings.Repeat(tlog.Hash{}.String()+"\n", 63) + "\n" + fifth, 422, ""},
		{"no empty line", "POST", "/add-checkpoint", "old 3", 400, ""},
		{"another word", "POST", "/add-checkpoint", "3\n" + proof + fifth, 400, ""},
		{"too long", "POST", "/add-checkpoint", "old 3\n" + proof + fifth + strings.Repeat("x", 1<<17), 400, ""},
		{"a size beyond the checkpoint", "POST", "/add-checkpoint", "old 6\n\n" + fifth, 400, ""},
		{"an unknown log", "POST", "/add-checkpoint", "old 3\n" + proof + "x" + fifth, 404, ""},
		{"a foreign key", "POST", "/add-checkpoint", "old 3\n" + proof + foreign, 403, ""},
		{"another size", "POST", "/add-checkpoint", "old 2\n" + proof + fifth, 409, "3\n"},
		{"none known", "POST", "/add-checkpoint", "old 0\n\n" + fifth, 409, "3\n"},
		{"another tree of the size", "POST", "/add-checkpoint", "old 3\n\n" + fork, 409, "3\n"},
		{"a proof of something else", "POST", "/add-checkpoint", "old 3\n" + tlog.Hash{1}.String() + "\n\n" + fifth, 422, ""},
		{"no proof", "POST", "/add-checkpoint", "old 3\n\n" + fifth, 422, ""},
		{"the same once more", "POST", "/add-checkpoint", "old 3\n\n" + third, 200, "— " + witnessName},
		{"a newer one", "POST", "/prefix/add-checkpoint", "old 3\n" + proof + fifth, 200, "— " + witnessName},
	} {
		t.Run(c.name, func(t *testing.T) {
			rw := httptest.NewRecorder()
			w.ServeHTTP(rw, httptest.NewRequest(c.method, c.path, strings.NewReader(c.body)))
			require.Equal(t, c.status, rw.Code, rw.Body.String())
			require.True(t, strings.HasPrefix(rw.Body.String(), c.answer), rw.Body.String())
			switch c.status {
			case 409:
				require.Equal(t, "text/x.tlog.size", rw.Header().Get("Content-Type"))
			case 200:
				_, signed, _ := strings.Cut(c.body, "\n\n")
				n, err := note.Open([]byte(signed+rw.Body.String()), note.VerifierList(verifier, l.key))
				require.NoError(t, err)
				require.Len(t, n.Sigs, 2)
			}
		})
	}
	kept, err := notary.OpenCheckpoint(w.Checkpoint(logName), note.VerifierList(l.key))
	require.NoError(t, err)
	require.EqualValues(t, 5, kept.Size)
}

func TestClientKeepsWhatWasCosigned(t *testing.T) {
	l := newLog(t)
	w, verifier := newWitness(t, l.key, nil)
	c := dial(t, serve(t, w), verifier)
	l.shown = c
	l.restart(t)
	require.Empty(t, c.Checkpoint())
	l.grow(t, 3)
	_, err := note.Open([]byte(c.Checkpoint()), note.VerifierList(verifier))
	require.NoError(t, err)
	report, err := l.reader.Verify(t.Context(), l.log, elm, c.Checkpoint())
	require.NoError(t, err)
	require.True(t, report.OK())
}

// TestClientOfAWitnessThatKeepsAHead starts a notary anew, as another process would: what the witness keeps is learned from
// its answer, once.
func TestClientOfAWitnessThatKeepsAHead(t *testing.T) {
	l, w, verifier := watched(t)
	l.grow(t, 3)
	asked := 0
	l.shown = dial(t, serve(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		asked++
		w.ServeHTTP(rw, r)
	})), verifier)
	l.restart(t)
	l.step(t, 0)
	require.Equal(t, 2, asked)
	l.grow(t, 2)
	require.Equal(t, 4, asked)
	newest, err := l.reader.Checkpoint(t.Context(), "")
	require.NoError(t, err)
	require.Contains(t, w.Checkpoint(logName), newest)
}

// TestSizeThatMoves is of a witness to which others show heads of the log in between.
func TestSizeThatMoves(t *testing.T) {
	cosigner, verifier := newCosigner(t)
	by, _ := signs(t, logName)
	shown := head(t, by, 9)
	for conflicts, ok := range map[int]bool{2: true, 3: false} {
		asked := 0
		client := dial(t, serve(t, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			if asked++; asked <= conflicts {
				rw.Header().Set("Content-Type", "text/x.tlog.size")
				rw.WriteHeader(409)
				_, _ = fmt.Fprintf(rw, "%d\n", asked)
				return
			}
			signed, err := note.Sign(&note.Note{Text: shown[:strings.Index(shown, "\n\n")+1]}, cosigner)
			assert.NoError(t, err)
			_, line, _ := strings.Cut(string(signed), "\n\n")
			_, _ = io.WriteString(rw, line)
		})), verifier)
		err := client.Show(t.Context(), shown, noProof)
		require.Equal(t, 3, asked)
		if ok {
			require.NoError(t, err)
			continue
		}
		require.ErrorIs(t, err, witness.ErrUnavailable)
	}
}

// TestPromise_M4_2_WitnessIsReachedOverTLS13Alone shows heads to servers that offer less.
func TestPromise_M4_2_WitnessIsReachedOverTLS13Alone(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to uint16
		ok       bool
	}{{"1.3", tls.VersionTLS12, tls.VersionTLS13, true}, {"1.2 alone", tls.VersionTLS12, tls.VersionTLS12, false}} {
		t.Run(c.name, func(t *testing.T) {
			l := newLog(t)
			w, verifier := newWitness(t, l.key, nil)
			s := httptest.NewUnstartedServer(w)
			s.Config.ErrorLog = stdlog.New(io.Discard, "", 0)
			s.TLS = &tls.Config{MinVersion: c.from, MaxVersion: c.to}
			s.StartTLS()
			t.Cleanup(s.Close)
			l.shown = dial(t, s, verifier)
			l.restart(t)
			l.record(t, 1)
			done, err := l.notary.Step(t.Context())
			require.Equal(t, 1, done)
			if c.ok {
				require.NoError(t, err)
				require.NotEmpty(t, w.Checkpoint(logName))
				return
			}
			require.ErrorIs(t, err, witness.ErrUnavailable)
			require.Empty(t, w.Checkpoint(logName), "nothing was sent")
		})
	}
	t.Run("an unknown authority", func(t *testing.T) {
		l := newLog(t)
		w, verifier := newWitness(t, l.key, nil)
		client, err := witness.NewClient(serve(t, w).URL, verifier, &witness.ClientOptions{RootCAs: x509.NewCertPool()})
		require.NoError(t, err)
		require.ErrorIs(t, client.Show(t.Context(), "", noProof), witness.ErrUnavailable)
	})
	for _, address := range []string{"", "http://witness.example.org", "witness.example.org", "https://", "https://a?b", "https://a#b", "ftp://a", "https://a b"} {
		_, err := witness.NewClient(address, nopVerifier{}, nil)
		require.ErrorIs(t, err, witness.ErrInvalid, address)
	}
	_, err := witness.NewClient("https://witness.example.org", nil, nil)
	require.ErrorIs(t, err, witness.ErrInvalid)
	_, err = witness.NewClient("https://witness.example.org", nopVerifier{}, &witness.ClientOptions{Timeout: -1})
	require.ErrorIs(t, err, witness.ErrInvalid)
}

type nopVerifier struct{}

func (nopVerifier) Name() string                          { return witnessName }
func (nopVerifier) KeyHash() uint32                       { return 1 }
func (nopVerifier) Verify(_, _ []byte) bool               { return false }
func noProof(context.Context, int64) ([]tlog.Hash, error) { return nil, nil }

// TestAnswersOfNoMeaning come from a server that is no witness, or a hostile one.
func TestAnswersOfNoMeaning(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   error
	}{
		"an empty cosignature": {func(rw http.ResponseWriter, _ *http.Request) {}, witness.ErrUnavailable},
		"a cosignature of another key": {func(rw http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(rw, "— "+witnessName+" AAAAAQAAAAA=\n")
		}, witness.ErrUnavailable},
		"more than an answer": {func(rw http.ResponseWriter, _ *http.Request) {
			for range 1000 {
				_, _ = io.WriteString(rw, strings.Repeat("x", 1024))
			}
		}, witness.ErrUnavailable},
		"a size without a type": {func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "text/plain")
			rw.WriteHeader(409)
			_, _ = io.WriteString(rw, "3\n")
		}, witness.ErrUnavailable},
		"a size that is none": {func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "text/x.tlog.size")
			rw.WriteHeader(409)
			_, _ = io.WriteString(rw, "many\n")
		}, witness.ErrUnavailable},
		"a negative size": {func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "text/x.tlog.size")
			rw.WriteHeader(409)
			_, _ = io.WriteString(rw, "-3\n")
		}, witness.ErrUnavailable},
		"a redirect": {func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, witness.ErrUnavailable},
		"an error": {func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(503) }, witness.ErrUnavailable},
		"404":      {func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(404) }, witness.ErrUnknown},
		"403":      {func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(403) }, witness.ErrUnsigned},
		"400":      {func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(400) }, witness.ErrInvalid},
		"422":      {func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(422) }, notary.ErrContradicted},
	} {
		t.Run(name, func(t *testing.T) {
			client := dial(t, serve(t, c.answer), nopVerifier{})
			err := client.Show(t.Context(), "log\n9\n"+tlog.Hash{}.String()+"\n\n— log AAAAAA==\n", noProof)
			require.ErrorIs(t, err, c.want)
			require.Empty(t, client.Checkpoint())
		})
	}
}

// TestCosignatureOfMoreThanTheHead is what a hostile witness may send: its own key's signature, of a text that only begins
// with what it was shown.
func TestCosignatureOfMoreThanTheHead(t *testing.T) {
	cosigner, verifier := newCosigner(t)
	shown := "log\n9\n" + tlog.Hash{}.String() + "\n\n— log AAAAAA==\n"
	client := dial(t, serve(t, http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		signed, err := note.Sign(&note.Note{Text: shown + "and more\n"}, cosigner)
		assert.NoError(t, err)
		_, _ = rw.Write(signed[len(shown):])
	})), verifier)
	require.ErrorIs(t, client.Show(t.Context(), shown, noProof), witness.ErrUnavailable)
	require.Empty(t, client.Checkpoint())
}

func TestClientEndsInGoodTime(t *testing.T) {
	release := make(chan struct{})
	s := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer close(release)
	c, err := witness.NewClient(s.URL, nopVerifier{}, &witness.ClientOptions{RootCAs: roots(s), Timeout: 50 * time.Millisecond})
	require.NoError(t, err)
	t.Cleanup(c.Close)
	require.ErrorIs(t, c.Show(t.Context(), "", noProof), witness.ErrUnavailable)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	require.ErrorIs(t, dial(t, s, nopVerifier{}).Show(ctx, "", noProof), context.Canceled)
}
