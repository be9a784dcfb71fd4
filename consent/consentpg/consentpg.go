// Package consentpg keeps consent in Postgres, in the caller's own database and, where the caller wishes, transaction.
//
// Numbers and evidence are sealed before they reach a statement, and numbers are found by a blind index: a dump of the
// tables names nobody. The kind, category and times of a fact are plain; they are sealed too, so a row that was altered,
// copied or moved is refused with consent.ErrTampered when it is read. That a row was removed only the log shows.
//
//	store := consentpg.New(db, keyring, nil)
//	bound := consents.WithStore(store.WithTx(tx)) // tx is a bun.Tx or any *sql.Tx
//
// [Migrate] is never run by a constructor. It needs the tables of auditpg in the same schema.
package consentpg

import (
	"context"
	"embed"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/migrate"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// Options names where the tables are. The zero value is ready to use.
type Options struct {
	// Schema holds the tables. Defaults to "enamel".
	Schema string
}

func (o *Options) schema() string {
	if o == nil || o.Schema == "" {
		return pgstore.DefaultSchema
	}
	return o.Schema
}

// Store implements consent.Store. It is a cheap value that may be used concurrently, except inside a transaction.
type Store struct {
	pg   pgstore.Handle
	keys *crypto.Keyring
}

// New returns a store on db's pool. Keys seal and index what is secret; they need a connection pool of their own where
// callers open transactions.
func New(db *bun.DB, keys *crypto.Keyring, o *Options) *Store {
	return &Store{pg: pgstore.New(db, o.schema()), keys: keys}
}

// WithTx returns a store that works inside the caller's transaction: a bun.Tx, or any *sql.Tx.
func (s *Store) WithTx(tx bun.IConn) *Store {
	return &Store{pg: s.pg.WithTx(tx), keys: s.keys}
}

//go:embed migrations/*.sql
var files embed.FS

func migrations() migrate.Set { return migrate.Set{Name: "consent", Files: files} }

// Migrate brings the tables up to date. It may be called by several processes at once; one of them does the work.
func Migrate(ctx context.Context, db *bun.DB, o *Options) error {
	return migrate.Up(ctx, db, o.schema(), migrations())
}

// Status lists the migrations and when each was applied.
func Status(ctx context.Context, db *bun.DB, o *Options) ([]migrate.State, error) {
	return migrate.Status(ctx, db, o.schema(), migrations())
}

// SQL returns the migrations as plain SQL, for those who apply them with a tool of their own.
func SQL(o *Options) (string, error) { return migrate.SQL(o.schema(), migrations()) }
