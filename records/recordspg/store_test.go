package recordspg_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/records/recordspg"
	"github.com/enamel-go/enamel/records/recordstest"
)

// keys returns a keyring that needs no connection.
func keys(t *testing.T) *crypto.Keyring {
	t.Helper()
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	return keyring
}

// layout is the tables that the store needs.
var layout = pgtest.NewLayout(pgtest.Tables(auditpg.Migrate), pgtest.Tables(recordspg.Migrate))

func stores(t *testing.T, database *pgtest.Database, db *bun.DB) (*recordspg.Store, *auditpg.Store) {
	t.Helper()
	return recordspg.New(db, keys(t), &recordspg.Options{Schema: database.Schema()}),
		auditpg.New(db, &auditpg.Options{Schema: database.Schema()})
}

func TestStore(t *testing.T) {
	for _, c := range recordstest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			database := layout.New(t)
			store, entries := stores(t, database, database.Pool(4))
			require.NoError(t, c.Check(t.Context(), recordstest.Harness{Store: store, Entries: entries}))
		})
	}
}

// Inside a transaction on a pool of one connection, a statement that misses the transaction waits for ever. The role of the
// pool has the rights that the documentation names, and no other; that it reads the log is for the suite.
func TestStoreInTransaction(t *testing.T) {
	database := layout.New(t).Restricted(
		"SELECT, INSERT, UPDATE ON records_patient", "SELECT, INSERT, UPDATE ON records_appointment",
		"SELECT, INSERT, DELETE ON records_patient_index", "SELECT, INSERT ON records_act", "SELECT, INSERT ON audit_entry",
	)
	db := database.Pool(1)
	store, entries := stores(t, database, db)
	for _, c := range recordstest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			tx, err := db.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			defer tx.Rollback() //nolint:errcheck // a refused entry has ended it already
			require.NoError(t, c.Check(t.Context(), recordstest.Harness{
				Store: store.WithTx(tx), Entries: entries.WithTx(tx), OneConnection: true,
			}))
		})
	}
}

func TestMigrations(t *testing.T) {
	database := layout.New(t)
	db := database.Pool(1)
	o := &recordspg.Options{Schema: database.Schema()}
	require.NoError(t, recordspg.Migrate(t.Context(), db, o))
	states, err := recordspg.Status(t.Context(), db, o)
	require.NoError(t, err)
	require.NotEmpty(t, states)
	for _, s := range states {
		require.False(t, s.Applied.IsZero(), s.Name)
	}
	sql, err := recordspg.SQL(o)
	require.NoError(t, err)
	require.Contains(t, sql, `"`+database.Schema()+`".records_patient`)
}
