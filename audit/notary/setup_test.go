package notary_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	elm     = "elm-street"
	oak     = "oak avenue/2"
	logName = "audit.example.com/dental"
)

// world is a log with everything around it.
type world struct {
	entries audit.Store
	trees   tree.Store
	log     *audit.Log
	signer  note.Signer
	public  string // the signer's public key
	known   note.Verifiers
	notary  *notary.Notary
	reader  *notary.Reader
}

// newWorld returns a log on the stores.
func newWorld(t testing.TB, entries audit.Store, trees tree.Store, o *notary.Options) *world {
	t.Helper()
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	return worldUnder(t, keys, entries, trees, o)
}

// inMemoryUnder returns a log under the keys that store keeps and the key file at path wraps.
func inMemoryUnder(t testing.TB, store crypto.KeyStore, path string) *world {
	t.Helper()
	manager, err := crypto.MakeKeyFile(path)
	require.NoError(t, err)
	keys, err := crypto.NewKeyring(store, manager, nil)
	require.NoError(t, err)
	s := auditmem.New()
	return worldUnder(t, keys, s, s, nil)
}

// worldUnder returns a log on the stores under keys. Its ids are e-00001, e-00002 and so on.
func worldUnder(t testing.TB, keys audit.Keys, entries audit.Store, trees tree.Store, o *notary.Options) *world {
	t.Helper()
	w := &world{entries: entries, trees: trees}
	var err error
	w.log, err = audit.NewLog(entries, keys, &audit.Options{NewID: ids()})
	require.NoError(t, err)
	var private string
	private, w.public, err = notary.GenerateKey(logName)
	require.NoError(t, err)
	w.signer, err = note.NewSigner(private)
	require.NoError(t, err)
	verifier, err := note.NewVerifier(w.public)
	require.NoError(t, err)
	w.known = note.VerifierList(verifier)
	w.notary, err = notary.New(trees, w.log, w.signer, w.known, o)
	require.NoError(t, err)
	w.reader, err = notary.NewReader(trees, w.known)
	require.NoError(t, err)
	return w
}

func inMemory(t testing.TB, o *notary.Options) *world {
	t.Helper()
	s := auditmem.New()
	return newWorld(t, s, s, o)
}

// layout is the tables of a log on Postgres.
var layout = pgtest.NewLayout(pgtest.Tables(auditpg.Migrate))

// onPostgres returns a log whose writers have one pool and whose notary has another.
func onPostgres(t testing.TB, o *notary.Options) (*world, *pgtest.Database, *auditpg.Options) {
	t.Helper()
	d := layout.New(t)
	at := &auditpg.Options{Schema: d.Schema()}
	db := d.Pool(4)
	return newWorld(t, auditpg.New(db, at), auditpg.NewTrees(d.Pool(4), at), o), d, at
}

// eachStore runs a test on memory and on Postgres.
func eachStore(t *testing.T, o *notary.Options, test func(t *testing.T, w *world)) {
	t.Run("memory", func(t *testing.T) { test(t, inMemory(t, o)) })
	t.Run("postgres", func(t *testing.T) {
		w, _, _ := onPostgres(t, o)
		test(t, w)
	})
}

func ids() func() string {
	var next atomic.Int64
	return func() string { return fmt.Sprintf("e-%05d", next.Add(1)) }
}

func entry(practice string, i int) audit.Entry {
	return audit.Entry{
		Practice: practice, Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: "records.patient.read",
		Object: audit.Object{Kind: "patient", ID: fmt.Sprint("p-", i)}, Patient: fmt.Sprint("p-", i%3),
	}
}

// record writes n entries of a practice.
func (w *world) record(t testing.TB, practice string, n int) {
	t.Helper()
	for i := range n {
		require.NoError(t, w.log.Record(context.Background(), entry(practice, i)))
	}
}

// step integrates what waits, which must be n leaves.
func (w *world) step(t testing.TB, n int) {
	t.Helper()
	done, err := w.notary.Step(context.Background())
	require.NoError(t, err)
	require.Equal(t, n, done)
}

// grow integrates 23 entries of elm in three batches, mixed with those of oak.
func (w *world) grow(t testing.TB) {
	t.Helper()
	for _, n := range []int{10, 1, 12} {
		w.record(t, elm, n)
		w.record(t, oak, 2)
		w.step(t, n+2)
	}
}

func (w *world) verify(t testing.TB, practice string, kept ...string) *notary.Report {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	report, err := w.reader.Verify(ctx, w.log, practice, kept...)
	require.NoError(t, err)
	return report
}

// sound requires that no tree is damaged.
func (w *world) sound(t testing.TB, kept ...string) {
	t.Helper()
	for _, practice := range []string{elm, oak, ""} {
		report := w.verify(t, practice, kept...)
		require.Empty(t, report.Damage, "practice %q", practice)
	}
}

func (w *world) checkpoint(t testing.TB, practice string) string {
	t.Helper()
	signed, err := w.reader.Checkpoint(context.Background(), practice)
	require.NoError(t, err)
	return signed
}

// leaf returns the log's leaf of an id.
func (w *world) leaf(t testing.TB, practice, id string) audit.Leaf {
	t.Helper()
	rows, err := w.trees.Rows(context.Background(), practice, []string{id})
	require.NoError(t, err)
	require.Len(t, rows, 1)
	return rows[0].Leaf
}
