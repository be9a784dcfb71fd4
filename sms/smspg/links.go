package smspg

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/sms/link"
)

const linkTable = "sms_link"

// Links implements [link.Store]. It is a cheap value that may be used concurrently, except inside a transaction. The
// application's role needs SELECT and INSERT on sms_link, and what package auditpg asks for.
type Links struct {
	pg   pgstore.Handle
	keys *crypto.Keyring
}

// NewLinks returns a store on db's pool. It runs no migration; o may be nil. Keys seal and index what is secret; they need
// a connection pool of their own where callers open transactions.
func NewLinks(db *bun.DB, keys *crypto.Keyring, o *Options) *Links {
	return &Links{pg: pgstore.New(db, o.schema()), keys: keys}
}

// WithTx returns a store that works inside the caller's transaction: a bun.Tx, or any *sql.Tx.
func (s *Links) WithTx(tx bun.IConn) *Links { return &Links{pg: s.pg.WithTx(tx), keys: s.keys} }

// Apply implements [link.Store]. The fact and its entries are one statement, in which the entries hang on the fact.
func (s *Links) Apply(ctx context.Context, c link.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	r, err := s.row(ctx, c.Fact)
	if err != nil {
		return false, pgstore.Wrap("smspg: apply", err)
	}
	table := s.pg.Table(linkTable)
	n, err := s.pg.Exec(ctx, `WITH fact AS (
		INSERT INTO ? (`+linkColumns+`) SELECT ?, ?, ?, ?, ?::timestamptz, ?, ?, ?::bytea, ?::text, ?::timestamptz, ?::bytea
		WHERE ? = 1 OR EXISTS (SELECT FROM ? WHERE practice = ? AND id = ? AND place = 1)
		ON CONFLICT DO NOTHING RETURNING 1
	) ?`, table, r.Practice, r.ID, r.Place, r.Kind, r.Recorded, r.ActorKind, r.Actor, r.Patient, r.Token, r.Expires, r.Sealed,
		r.Place, table, r.Practice, r.ID, pgentry.After(s.pg, "fact", c.Leaves))
	if n > 0 || err != nil || r.Place != 1 {
		return n > 0 && err == nil, pgstore.Wrap("smspg: apply", err)
	}
	var known bool
	err = s.pg.Raw("SELECT EXISTS (SELECT FROM ? WHERE practice = ? AND id = ?)", table, r.Practice, r.ID).Scan(ctx, &known)
	if err == nil && !known {
		err = link.ErrConflict
	}
	return false, pgstore.Wrap("smspg: apply", err)
}

// Link implements [link.Store].
func (s *Links) Link(ctx context.Context, practice, id string) (link.State, bool, error) {
	return s.one(ctx, practice, query("i.id = ?", id))
}

// Find implements [link.Store].
func (s *Links) Find(ctx context.Context, practice, token string) (link.State, bool, error) {
	return s.one(ctx, practice, query("i.token = ?", token))
}

func (s *Links) one(ctx context.Context, practice string, is schema.QueryAppender) (link.State, bool, error) {
	states, err := s.some(ctx, practice, is)
	if err != nil || len(states) == 0 {
		return link.State{}, false, pgstore.Wrap("smspg: link", err)
	}
	return states[0], true, nil
}

// Of implements [link.Store].
func (s *Links) Of(ctx context.Context, practice, patient string) ([]link.State, error) {
	index, err := s.keys.Index(ctx, practice, linkIndex, patient)
	if err != nil {
		return nil, pgstore.Wrap("smspg: links", err)
	}
	states, err := s.some(ctx, practice, query("i.patient = ?", index))
	return states, pgstore.Wrap("smspg: links", err)
}

// some returns a practice's links of which a condition on the row i is true.
func (s *Links) some(ctx context.Context, practice string, condition schema.QueryAppender) ([]link.State, error) {
	table := s.pg.Table(linkTable)
	var rows []linkRow
	err := s.pg.Raw(`SELECT f.* FROM ? AS i JOIN ? AS f ON f.practice = i.practice AND f.id = i.id
		WHERE i.practice = ? AND i.place = 1 AND ? ORDER BY i.recorded, i.id, f.place`, table, table, practice, condition).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	states := slices.Grow([]link.State(nil), len(rows))
	for _, r := range rows {
		f, err := s.fact(ctx, r)
		if err != nil {
			return nil, fmt.Errorf("link %q of practice %q: %w", r.ID, r.Practice, err)
		}
		if f.Kind == link.Issued {
			states = append(states, link.State{Issued: f})
		} else {
			states[len(states)-1].Ended = f
		}
	}
	return states, nil
}
