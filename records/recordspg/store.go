package recordspg

import (
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/crypto"
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

// Store implements [records.Store]. It is a cheap value that may be used concurrently, except inside a transaction.
type Store struct {
	pg   pgstore.Handle
	keys *crypto.Keyring
}

// New returns a store on db's pool. It runs no migration; o may be nil. Keys seal and index what is secret; they need a
// connection pool of their own where callers open transactions.
func New(db *bun.DB, keys *crypto.Keyring, o *Options) *Store {
	return &Store{pg: pgstore.New(db, o.schema()), keys: keys}
}

// WithTx returns a store that works inside the caller's transaction: a bun.Tx, or any *sql.Tx.
func (s *Store) WithTx(tx bun.IConn) *Store {
	return &Store{pg: s.pg.WithTx(tx), keys: s.keys}
}
