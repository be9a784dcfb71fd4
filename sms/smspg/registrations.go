package smspg

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/page"
	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/sms/registration"
)

const registrationTable = "sms_registration"

// Registrations implements [registration.Store]. It is a cheap value that may be used concurrently, except inside a
// transaction. The application's role needs SELECT and INSERT on sms_registration, and what package auditpg asks for.
type Registrations struct {
	pg   pgstore.Handle
	keys *crypto.Keyring
}

// NewRegistrations returns a store on db's pool. It runs no migration; o may be nil. Keys seal what is secret; they need a
// connection pool of their own where callers open transactions.
func NewRegistrations(db *bun.DB, keys *crypto.Keyring, o *Options) *Registrations {
	return &Registrations{pg: pgstore.New(db, o.schema()), keys: keys}
}

// WithTx returns a store that works inside the caller's transaction: a bun.Tx, or any *sql.Tx.
func (s *Registrations) WithTx(tx bun.IConn) *Registrations {
	return &Registrations{pg: s.pg.WithTx(tx), keys: s.keys}
}

// Apply implements [registration.Store]. The fact and its entries are one statement, in which the entries hang on the
// fact: a repeated or stale fact inserts nothing at all.
func (s *Registrations) Apply(ctx context.Context, c registration.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	r, err := s.row(ctx, c.Fact, c.Seen+1)
	if err != nil {
		return false, pgstore.Wrap("smspg: apply", err)
	}
	table := s.pg.Table(registrationTable)
	n, err := s.pg.Exec(ctx, `WITH fact AS (
		INSERT INTO ? (practice, place, `+registrationColumns+`)
		SELECT ?, ?, ?, ?, ?, ?, ?::timestamptz, ?::timestamptz, ?, ?, ?, ?, ?, ?, ?, ?, ?::bytea
		WHERE ? = 0 OR EXISTS (SELECT FROM ? WHERE practice = ? AND place = ?)
		ON CONFLICT DO NOTHING RETURNING 1
	) ?`, table, r.Practice, r.Place, r.ID, r.SubjectKind, r.Subject, r.Kind, r.At, r.Recorded, r.ActorKind, r.Actor, r.Number, r.Provider,
		r.Reference, r.Registry, r.Code, r.Body, r.Sealed, c.Seen, table, r.Practice, c.Seen, pgentry.After(s.pg, "fact", c.Leaves))
	if n > 0 || err != nil {
		return err == nil, pgstore.Wrap("smspg: apply", err)
	}
	known, err := s.known(ctx, r.Practice, r.ID)
	if err == nil && !known {
		err = registration.ErrStale
	}
	return false, pgstore.Wrap("smspg: apply", err)
}

// known reports whether the practice has a fact of this id.
func (s *Registrations) known(ctx context.Context, practice, id string) (bool, error) {
	var known bool
	err := s.pg.Raw("SELECT EXISTS (SELECT FROM ? WHERE practice = ? AND id = ?)", s.pg.Table(registrationTable), practice, id).Scan(ctx, &known)
	return known, err
}

// Ledger implements [registration.Store].
func (s *Registrations) Ledger(ctx context.Context, practice string) ([]registration.Fact, error) {
	facts, err := s.some(ctx, practice, bun.SafeQuery(""))
	return facts, pgstore.Wrap("smspg: ledger", err)
}

// Facts implements [registration.Store].
func (s *Registrations) Facts(ctx context.Context, q registration.Query) (registration.Page, error) {
	if err := q.Validate(); err != nil {
		return registration.Page{}, err
	}
	if q.After != "" {
		known, err := s.known(ctx, q.Practice, q.After)
		if err == nil && !known {
			err = registration.ErrAfter
		}
		if err != nil {
			return registration.Page{}, pgstore.Wrap("smspg: facts", err)
		}
	}
	of, after := bun.SafeQuery(""), bun.SafeQuery("")
	if (q.Subject != registration.Subject{}) {
		of = bun.SafeQuery("AND subject_kind = ? AND subject = ?", string(q.Subject.Kind), q.Subject.ID)
	}
	if q.After != "" {
		after = bun.SafeQuery("AND place > (SELECT place FROM ? WHERE practice = ? AND id = ?)", s.pg.Table(registrationTable), q.Practice, q.After)
	}
	found, err := s.some(ctx, q.Practice, bun.SafeQuery("? ?", of, after), q.Size()+1)
	if err != nil {
		return registration.Page{}, pgstore.Wrap("smspg: facts", err)
	}
	var p registration.Page
	p.Facts, p.Next = page.Cut(found, q.Size(), func(f registration.Fact) string { return f.ID })
	return p, nil
}

// some returns a practice's facts that a condition admits, in the order in which they were written, at most so many where
// a limit is given.
func (s *Registrations) some(ctx context.Context, practice string, condition schema.QueryAppender, limit ...int) ([]registration.Fact, error) {
	most := bun.SafeQuery("")
	for _, n := range limit {
		most = bun.SafeQuery("LIMIT ?", n)
	}
	var rows []registrationRow
	err := s.pg.Raw("SELECT practice, place, "+registrationColumns+" FROM ? WHERE practice = ? ? ORDER BY place ?",
		s.pg.Table(registrationTable), practice, condition, most).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	facts := slices.Grow([]registration.Fact(nil), len(rows))
	for _, r := range rows {
		f, err := s.fact(ctx, r)
		if err != nil {
			return nil, fmt.Errorf("fact %q of practice %q: %w", r.ID, r.Practice, err)
		}
		facts = append(facts, f)
	}
	return facts, nil
}
