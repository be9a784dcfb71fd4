package consentpg

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/pgentry"
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

// Store implements [consent.Store]. It is a cheap value that may be used concurrently, except inside a transaction.
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

// Apply implements [consent.Store]. The fact and its entries are one statement, in which the entries hang on the fact: a
// repeated or stale fact inserts nothing at all.
func (s *Store) Apply(ctx context.Context, c consent.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	switch {
	case c.Settings != nil:
		return s.configure(ctx, *c.Settings, c.Leaves)
	case c.Wording != nil:
		return s.publish(ctx, *c.Wording, c.Leaves)
	case c.Duty != nil:
		return s.accept(ctx, *c.Duty, c.Leaves)
	}
	number, err := s.keys.Index(ctx, c.Fact.Practice, numberIndex, c.Fact.Number)
	if err != nil {
		return false, fmt.Errorf("consentpg: apply: %w", err)
	}
	sealed, err := s.seal(ctx, *c.Fact)
	if err != nil {
		return false, fmt.Errorf("consentpg: apply: %w", err)
	}
	written, err := s.insert(ctx, c, sealed, number)
	if written || err != nil {
		return written, pgstore.Wrap("consentpg: apply", err)
	}
	if c.Seen == consent.Any {
		return false, nil // nothing but its id can stand in its way
	}
	there, err := known(ctx, s.pg, factTable, c.Fact.Practice, c.Fact.ID)
	if err == nil && !there {
		return false, consent.ErrStale
	}
	return false, pgstore.Wrap("consentpg: apply", err)
}

// insert writes the fact with its entries, or nothing when its id or its place is taken, or the ledger is of another
// length than c has seen.
func (s *Store) insert(ctx context.Context, c consent.Change, r row, number []byte) (bool, error) {
	table := s.pg.Table(factTable)
	place, ledger := bun.SafeQuery("NULL::integer"), bun.SafeQuery("")
	if c.Seen != consent.Any {
		place = bun.SafeQuery("coalesce(max(place), 0) + 1")
		ledger = bun.SafeQuery("FROM ? WHERE practice = ? AND number = ?::bytea HAVING count(*) = ?", table, c.Fact.Practice, number, c.Seen)
	}
	n, err := s.pg.Exec(ctx, `WITH fact AS (
		INSERT INTO ? (practice, id, number, place, kind, category, at, recorded, patient, sealed, evidence)
		SELECT ?, ?, ?::bytea, ?, ?, ?, ?::timestamptz, ?::timestamptz, ?::bytea, ?::bytea, ?::bytea ?
		ON CONFLICT DO NOTHING RETURNING 1
	) ?`, table, c.Fact.Practice, r.ID, number, place, r.Kind, r.Category, r.At, r.Recorded, r.Patient, r.Sealed, r.Evidence, ledger,
		pgentry.After(s.pg, "fact", c.Leaves))
	return n > 0, err
}
