package smspg

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
	// Wake is the channel that is notified when texts were queued, for a sms.Waker that listens there. A notification
	// costs a statement, and commits that notify wait for each other. Defaults to none: workers poll.
	Wake string
}

func (o *Options) schema() string {
	if o == nil || o.Schema == "" {
		return pgstore.DefaultSchema
	}
	return o.Schema
}

// Store implements sms.Store. It is a cheap value that may be used concurrently, except inside a transaction.
type Store struct {
	pg   pgstore.Handle
	keys *crypto.Keyring
	wake string
}

// New returns a store on db's pool; o may be nil. Keys seal and index what is secret; they need a connection pool of
// their own where callers open transactions.
func New(db *bun.DB, keys *crypto.Keyring, o *Options) *Store {
	s := &Store{pg: pgstore.New(db, o.schema()), keys: keys}
	if o != nil {
		s.wake = o.Wake
	}
	return s
}

// WithTx returns a store that works inside the caller's transaction: a bun.Tx, or any *sql.Tx.
func (s *Store) WithTx(tx bun.IConn) *Store {
	return &Store{pg: s.pg.WithTx(tx), keys: s.keys, wake: s.wake}
}

// Queue implements sms.Queue and sms.Router, the calls of workers and webhooks, which cross practices. It may be used
// concurrently, by any number of processes.
type Queue struct {
	pg   pgstore.Handle
	keys *crypto.Keyring
}

// NewQueue returns a queue on db's pool, over the tables of a [Store] in the same schema; o may be nil.
func NewQueue(db *bun.DB, keys *crypto.Keyring, o *Options) *Queue {
	return &Queue{pg: pgstore.New(db, o.schema()), keys: keys}
}

//go:embed migrations/*.sql
var files embed.FS

func migrations() migrate.Set { return migrate.Set{Name: "sms", Files: files} }

// Migrate brings the tables up to date, and makes the schema if there is none. It may be called by several processes at
// once; one of them does the work. O may be nil.
func Migrate(ctx context.Context, db *bun.DB, o *Options) error {
	return migrate.Up(ctx, db, o.schema(), migrations())
}

// Status lists the migrations in their order: Version, Name, and when each was Applied, in UTC; the zero time: not yet.
// It changes nothing. O may be nil.
func Status(ctx context.Context, db *bun.DB, o *Options) ([]migrate.State, error) {
	return migrate.Status(ctx, db, o.schema(), migrations())
}

// SQL returns the migrations as plain SQL, for those who apply them with a tool of their own. O may be nil.
func SQL(o *Options) (string, error) { return migrate.SQL(o.schema(), migrations()) }
