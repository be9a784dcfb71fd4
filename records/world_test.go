package records_test

import (
	"context"
	"encoding/hex"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/recordsmem"
	"github.com/enamel-go/enamel/records/recordspg"
)

// world is a practice on one of the two stores.
type world struct {
	*records.Service
	store   records.Store
	log     *audit.Log
	entries audit.Store // what the log says, on a connection of its own
	fuse    *fuse

	db     *bun.DB // of one connection; nil in memory
	own    *bun.DB // the pool of log and keys; nil in memory
	schema string
}

// fuse is the log's keys, which can be blown, for all practices or for one: then nothing more can be written to the log.
type fuse struct {
	*crypto.Keyring
	blown bool
	lost  string // the practice whose keys cannot be had
}

var errBlown = errors.New("no keys")

func (f *fuse) SealEvidence(ctx context.Context, practice, patient, id string, plaintext []byte) ([]byte, error) {
	if f.blown || f.lost == practice {
		return nil, errBlown
	}
	return f.Keyring.SealEvidence(ctx, practice, patient, id, plaintext)
}

// layout is the tables of a practice on Postgres.
var layout = pgtest.NewLayout(pgtest.Tables(cryptopg.Migrate), pgtest.Tables(auditpg.Migrate), pgtest.Tables(recordspg.Migrate))

// worlds runs a test on both stores.
func worlds(t *testing.T, test func(*testing.T, *world)) {
	t.Run("mem", func(t *testing.T) {
		t.Parallel()
		entries := auditmem.New()
		w := &world{store: recordsmem.New(entries), entries: entries}
		w.open(t, cryptomem.New(), entries)
		test(t, w)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		database := layout.New(t)
		schema := database.Schema()
		w := &world{db: database.Pool(1), own: database.Pool(2), schema: schema}
		entries := auditpg.New(w.own, &auditpg.Options{Schema: schema})
		w.entries = entries
		w.open(t, cryptopg.New(w.own, &cryptopg.Options{Schema: schema}), entries)
		test(t, w)
	})
}

// open makes the keyring, the log and the service.
func (w *world) open(t *testing.T, keys crypto.KeyStore, entries audit.Store) {
	t.Helper()
	keyring, err := crypto.NewKeyring(keys, crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	w.fuse = &fuse{Keyring: keyring}
	w.log, err = audit.NewLog(entries, w.fuse, nil)
	require.NoError(t, err)
	if w.db != nil {
		w.store = recordspg.New(w.db, keyring, &recordspg.Options{Schema: w.schema})
	}
	w.Service, err = records.New(w.store, w.log, &records.Options{Now: func() time.Time { return noon }})
	require.NoError(t, err)
}

// logged returns what the practice's log says, oldest first.
func (w *world) logged(t *testing.T) []audit.Entry {
	t.Helper()
	page, err := w.entries.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
	require.NoError(t, err)
	var all []audit.Entry
	for _, f := range page.Leaves {
		e, err := w.log.Open(t.Context(), f)
		require.NoError(t, err)
		all = append(all, e)
	}
	return all
}

var bytea = regexp.MustCompile(`\\\\x([0-9a-f]+)|\\x([0-9a-f]+)`)

// dump returns everything that is kept, each column as text and what is binary as the bytes it stands for. Of the store
// in memory, which seals nothing, it is the log alone.
func (w *world) dump(t *testing.T) string {
	t.Helper()
	ctx := t.Context()
	var b strings.Builder
	if w.db == nil {
		page, err := w.entries.Leaves(ctx, audit.Query{Practice: practice, Limit: 1000})
		require.NoError(t, err)
		for _, f := range page.Leaves {
			b.Write(f.Bytes)
			b.WriteString(f.ID + f.Actor.ID + f.Action)
		}
		return b.String()
	}
	var tables []string
	require.NoError(t, w.own.NewRaw("SELECT table_name FROM information_schema.tables WHERE table_schema = ?", w.schema).Scan(ctx, &tables))
	require.Greater(t, len(tables), 5)
	for _, table := range tables {
		var rows []string
		require.NoError(t, w.own.NewRaw("SELECT t::text FROM ? AS t", bun.Ident(w.schema+"."+table)).Scan(ctx, &rows))
		for _, row := range rows {
			b.WriteString(row)
			for _, part := range bytea.FindAllStringSubmatch(row, -1) {
				raw, err := hex.DecodeString(part[1] + part[2])
				require.NoError(t, err)
				b.Write(raw)
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}
