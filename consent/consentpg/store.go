package consentpg

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/consent"
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
	if c.Settings != nil {
		return s.configure(ctx, c)
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
	known, err := s.known(ctx, c.Fact.Practice, c.Fact.ID)
	if err == nil && !known {
		return false, consent.ErrStale
	}
	return false, pgstore.Wrap("consentpg: apply", err)
}

func (s *Store) configure(ctx context.Context, c consent.Change) (bool, error) {
	_, err := s.pg.Exec(ctx, `WITH fact AS (
		INSERT INTO ? (practice, double_opt_in) VALUES (?, ?)
		ON CONFLICT (practice) DO UPDATE SET double_opt_in = excluded.double_opt_in RETURNING 1
	) ?`, s.pg.Table(settingsTable), c.Settings.Practice, string(c.Settings.DoubleOptIn),
		auditpg.After(s.pg, "fact", c.Leaves))
	return err == nil, pgstore.Wrap("consentpg: apply", err)
}

// insert writes the fact with its entries, or nothing when its id or its place is taken, or the ledger is of another
// length than c has seen.
func (s *Store) insert(ctx context.Context, c consent.Change, r row, number []byte) (bool, error) {
	table := s.pg.Table(factTable)
	place, ledger := bun.SafeQuery("NULL::integer"), bun.SafeQuery("")
	if c.Seen != consent.Any {
		place = bun.SafeQuery("coalesce(max(place), 0) + 1")
		ledger = bun.SafeQuery("FROM ? WHERE practice = ? AND number = ?::bytea HAVING count(*) = ?", table, r.Practice, number, c.Seen)
	}
	n, err := s.pg.Exec(ctx, `WITH fact AS (
		INSERT INTO ? (practice, id, number, place, kind, category, at, recorded, sealed)
		SELECT ?, ?, ?::bytea, ?, ?, ?, ?::timestamptz, ?::timestamptz, ?::bytea ?
		ON CONFLICT DO NOTHING RETURNING 1
	) ?`, table, r.Practice, r.ID, number, place, r.Kind, r.Category, r.At, r.Recorded, r.Sealed, ledger,
		auditpg.After(s.pg, "fact", c.Leaves))
	return n > 0, err
}

// known reports whether the practice has a fact of this id.
func (s *Store) known(ctx context.Context, practice, id string) (bool, error) {
	var known bool
	err := s.pg.Raw("SELECT EXISTS (SELECT FROM ? WHERE practice = ? AND id = ?)", s.pg.Table(factTable), practice, id).Scan(ctx, &known)
	return known, err
}

// Facts implements [consent.Store].
func (s *Store) Facts(ctx context.Context, k consent.Key) ([]consent.Fact, error) {
	number, err := s.keys.Index(ctx, k.Practice, numberIndex, k.Number)
	if err != nil {
		return nil, fmt.Errorf("consentpg: facts: %w", err)
	}
	var rows []row
	err = s.pg.Raw("SELECT practice, id, kind, category, at, recorded, sealed FROM ? WHERE practice = ? AND number = ? ORDER BY seq",
		s.pg.Table(factTable), k.Practice, number).Scan(ctx, &rows)
	if err != nil {
		return nil, pgstore.Wrap("consentpg: facts", err)
	}
	var facts []consent.Fact
	for _, r := range rows {
		f, err := s.open(ctx, r, k.Number)
		if err != nil {
			return nil, fmt.Errorf("consentpg: facts: %w", err)
		}
		facts = append(facts, f)
	}
	return facts, nil
}

// Settings implements [consent.Store].
func (s *Store) Settings(ctx context.Context, practice string) (consent.Settings, error) {
	set := consent.Settings{Practice: practice}
	var setting []string
	err := s.pg.Raw("SELECT double_opt_in FROM ? WHERE practice = ?", s.pg.Table(settingsTable), practice).Scan(ctx, &setting)
	if err != nil {
		return set, pgstore.Wrap("consentpg: settings", err)
	}
	if len(setting) > 0 {
		set.DoubleOptIn = consent.DoubleOptIn(setting[0])
	}
	return set, nil
}
