package httpaudit_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/httpaudit"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const practice = "elm-street"

// desk is who asks, unless the request says that nobody does.
func desk(r *http.Request) (string, audit.Actor, bool) {
	return practice, audit.Actor{Kind: audit.Staff, ID: "u-17"}, r.Header.Get("Authorization") != ""
}

func newLog(t testing.TB, store audit.Store) *audit.Log {
	t.Helper()
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	log, err := audit.NewLog(store, keys, nil)
	require.NoError(t, err)
	return log
}

func wrap(t testing.TB, log httpaudit.Recorder, next http.Handler, o *httpaudit.Options) http.Handler {
	t.Helper()
	m, err := httpaudit.New(log, desk, o)
	require.NoError(t, err)
	return m.Wrap(next)
}

// recorder keeps entries as they are, and fails as often as it is told to.
type recorder struct {
	mu      sync.Mutex
	entries []audit.Entry
	fail    func(n int) error // for the nth entry, from 0
	heard   chan struct{}     // closed at the first entry
	n       int
}

func newRecorder() *recorder { return &recorder{heard: make(chan struct{})} }

func (r *recorder) Record(ctx context.Context, entries ...audit.Entry) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n++; r.n == 1 {
		close(r.heard)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.fail != nil {
		if err := r.fail(r.n - 1); err != nil {
			return err
		}
	}
	r.entries = append(r.entries, entries...)
	return nil
}

func (r *recorder) all() []audit.Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]audit.Entry(nil), r.entries...)
}

// one returns the only entry.
func (r *recorder) one(t testing.TB) audit.Entry {
	t.Helper()
	all := r.all()
	require.Len(t, all, 1)
	return all[0]
}

// serve answers one request over a real connection.
func serve(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(h)
	s.Config.ErrorLog = nil
	t.Cleanup(s.Close)
	return s
}

// opened returns all entries of a practice, oldest first, as whoever has the keys reads them.
func opened(t testing.TB, log *audit.Log, practice string) []audit.Entry {
	t.Helper()
	page, err := log.Leaves(context.Background(), audit.Query{Practice: practice, Limit: 1000})
	require.NoError(t, err)
	var all []audit.Entry
	for _, f := range page.Leaves {
		e, err := log.Open(context.Background(), f)
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}
