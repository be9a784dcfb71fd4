// Package stage is what the tests of services stand on, in memory and on Postgres: a clock, keys, and an audit log whose
// entries they read.
package stage

import (
	"slices"
	"testing"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/internal/pgtest"
)

// Stage is a log and what it stands on.
type Stage struct {
	Clock   *Clock
	Keys    *crypto.Keyring
	Entries audit.Store
	Log     *audit.Log
}

// Memory returns a stage at a time, and the store of its entries, to which stores in memory write theirs.
func Memory(t testing.TB, at time.Time) (Stage, *auditmem.Store) {
	t.Helper()
	entries := auditmem.New()
	return On(t, at, entries), entries
}

// NewLayout returns the layout of a log's tables and of those that lay makes. It belongs in a variable of the package whose
// tests share it.
func NewLayout(lay pgtest.Lay) *pgtest.Layout {
	return pgtest.NewLayout(pgtest.Tables(auditpg.Migrate), lay)
}

// Postgres returns a stage at a time on a schema with the tables of a layout of [NewLayout]. The log has a pool of its own.
func Postgres(t testing.TB, at time.Time, layout *pgtest.Layout) (Stage, *pgtest.Database) {
	t.Helper()
	d := layout.New(t)
	return On(t, at, auditpg.New(d.Pool(2), &auditpg.Options{Schema: d.Schema()})), d
}

// On returns a stage at a time on a store of entries, with keys in memory.
func On(t testing.TB, at time.Time, entries audit.Store) Stage {
	t.Helper()
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &Clock{at: at}
	log, err := audit.NewLog(entries, keys, &audit.Options{Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	return Stage{Clock: c, Keys: keys, Entries: entries, Log: log}
}

// Both runs a test on what memory and postgres open.
func Both[Bench any](t *testing.T, memory, postgres func(testing.TB) Bench, test func(t *testing.T, open func(testing.TB) Bench)) {
	t.Helper()
	t.Run("mem", func(t *testing.T) { test(t, memory) })
	t.Run("postgres", func(t *testing.T) { test(t, postgres) })
}

// Logged returns a practice's entries in full, oldest first; those of the actions alone, where some are named.
func (s Stage) Logged(t testing.TB, practice string, actions ...string) []audit.Entry {
	t.Helper()
	page, err := s.Entries.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	var entries []audit.Entry
	for _, leaf := range page.Leaves {
		if len(actions) > 0 && !slices.Contains(actions, leaf.Action) {
			continue
		}
		e, err := s.Log.Open(t.Context(), leaf)
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	return entries
}

// Refused returns those of the entries that record a refusal.
func (s Stage) Refused(t testing.TB, practice string, actions ...string) []audit.Entry {
	t.Helper()
	return slices.DeleteFunc(s.Logged(t, practice, actions...), func(e audit.Entry) bool { return e.Outcome != audit.Refused })
}
