package consentpg_test

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/consent/consenttest"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// bench is a schema with all tables, and a keyring on a pool of its own.
type bench struct {
	*pgtest.Database
	own  *bun.DB // may do everything
	keys *crypto.Keyring
}

// layout is all the tables that a practice needs.
var layout = pgtest.NewLayout(pgtest.Tables(cryptopg.Migrate), pgtest.Tables(auditpg.Migrate), pgtest.Tables(consentpg.Migrate))

func open(t testing.TB) bench {
	t.Helper()
	d := layout.New(t)
	own := d.Pool(2)
	keys, err := crypto.NewKeyring(cryptopg.New(own, &cryptopg.Options{Schema: d.Schema()}), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	return bench{d, own, keys}
}

func (b bench) store(db *bun.DB) *consentpg.Store {
	return consentpg.New(db, b.keys, &consentpg.Options{Schema: b.Schema()})
}

func (b bench) entries(db *bun.DB) *auditpg.Store {
	return auditpg.New(db, &auditpg.Options{Schema: b.Schema()})
}

// shred destroys the key that seals a patient's evidence.
func (b bench) shred(ctx context.Context, practice, patient string) error {
	return b.keys.Shred(ctx, crypto.Subject{Practice: practice, Patient: patient, Class: crypto.Evidence})
}

func TestStore(t *testing.T) {
	b := open(t)
	db := b.Pool(4)
	for _, c := range consenttest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			b.clear(t, db)
			require.NoError(t, c.Check(t.Context(), consenttest.Harness{Store: b.store(db), Entries: b.entries(db), Shred: b.shred}))
		})
	}
}

// ofLog is the right to write the log, which stores need, and to read it, which the suites need.
const ofLog = "SELECT, INSERT ON audit_entry"

// TestStoreInTransaction runs the suite inside transactions of the caller's on a pool of one connection, so that
// a statement that missed the transaction waits until the test's time is over. The role of the pool has the rights that the
// documentation names, and no other.
func TestStoreInTransaction(t *testing.T) {
	for name, begin := range map[string]func(context.Context, *bun.DB) (bun.IConn, func() error, error){
		"bun": func(ctx context.Context, db *bun.DB) (bun.IConn, func() error, error) {
			tx, err := db.BeginTx(ctx, nil)
			return tx, tx.Rollback, err
		},
		"sql": func(ctx context.Context, db *bun.DB) (bun.IConn, func() error, error) {
			tx, err := db.DB.BeginTx(ctx, &sql.TxOptions{})
			return tx, tx.Rollback, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t)
			db := b.Restricted(
				"SELECT, INSERT ON consent_fact", "SELECT, INSERT ON consent_wording", "SELECT, INSERT, UPDATE ON consent_settings", ofLog,
			).Pool(1)
			for _, c := range consenttest.Cases() {
				t.Run(c.Name, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
					defer cancel()
					tx, rollback, err := begin(ctx, db)
					require.NoError(t, err)
					err = c.Check(ctx, consenttest.Harness{
						Store: b.store(db).WithTx(tx), Entries: b.entries(db).WithTx(tx), OneConnection: true, Shred: b.shred,
					})
					require.NoError(t, rollback())
					require.NoError(t, err)
					require.Zero(t, b.rows(t, b.own), "something was written outside of the transaction")
				})
			}
		})
	}
}

// tables are all that a change writes to.
func (b bench) tables() []bun.Ident {
	return []bun.Ident{
		bun.Ident(b.Schema() + ".consent_fact"), bun.Ident(b.Schema() + ".consent_settings"), bun.Ident(b.Schema() + ".consent_wording"),
		bun.Ident(b.Schema() + ".audit_entry"),
	}
}

func (b bench) clear(t testing.TB, db *bun.DB) {
	t.Helper()
	for _, table := range b.tables() {
		_, err := db.NewRaw("DELETE FROM ?", table).Exec(t.Context())
		require.NoError(t, err)
	}
}

func (b bench) rows(t testing.TB, db *bun.DB) int {
	t.Helper()
	all := 0
	for _, table := range b.tables() {
		var n int
		require.NoError(t, db.NewRaw("SELECT count(*) FROM ?", table).Scan(t.Context(), &n))
		all += n
	}
	return all
}
