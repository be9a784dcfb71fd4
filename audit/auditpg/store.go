package auditpg

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/internal/cursor"
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

// Store implements [audit.Store]. It is a cheap value that may be used concurrently, except inside a transaction.
type Store struct {
	pg    pgstore.Handle
	bound bool // to a caller's transaction
}

// New returns a store on db's pool. It runs no migration; o may be nil.
func New(db *bun.DB, o *Options) *Store {
	return &Store{pg: pgstore.New(db, o.schema())}
}

// WithTx returns a store that works inside the caller's transaction: a bun.Tx, or any *sql.Tx.
func (s *Store) WithTx(tx bun.IConn) *Store {
	return &Store{pg: s.pg.WithTx(tx), bound: true}
}

// Append implements [audit.Store]. It is one statement, unless some of several leaves are there already; inside a
// caller's transaction, which must not fail with it, several leaves also take a savepoint.
func (s *Store) Append(ctx context.Context, leaves ...audit.Leaf) error {
	for _, f := range leaves {
		if err := f.Validate(); err != nil {
			return err
		}
	}
	var err error
	switch {
	case len(leaves) == 0:
		return ctx.Err()
	case !s.bound:
		// A leaf that is there already is rare, and ON CONFLICT costs every other one a look into the indexes.
		if _, err = pgentry.Append(ctx, s.pg, leaves, ""); pgstore.Duplicate(err) {
			err = appendTogether(ctx, s.pg, leaves)
		}
	case len(leaves) == 1:
		err = appendLeaves(ctx, s.pg, leaves)
	default:
		err = appendTogether(ctx, s.pg, leaves)
	}
	return pgstore.Wrap("auditpg: append", err)
}

func appendTogether(ctx context.Context, h pgstore.Handle, leaves []audit.Leaf) error {
	return h.Atomic(ctx, func(h pgstore.Handle) error { return appendLeaves(ctx, h, leaves) })
}

// appendLeaves inserts the leaves that are not there. It fails after it has inserted some when others are there and
// differ.
func appendLeaves(ctx context.Context, h pgstore.Handle, leaves []audit.Leaf) error {
	n, err := pgentry.Append(ctx, h, leaves, "ON CONFLICT DO NOTHING")
	if err != nil || n == int64(len(leaves)) {
		return err
	}
	return unchanged(ctx, h, leaves)
}

// unchanged returns [audit.ErrConflict] unless the log holds each of the leaves just as it is.
func unchanged(ctx context.Context, h pgstore.Handle, leaves []audit.Leaf) error {
	for _, f := range leaves {
		var kept pgentry.Row
		err := h.Select(entryTable, &kept).Where("practice = ? AND id = ?", f.Practice, f.ID).Scan(ctx)
		if err != nil {
			return pgstore.Missing(err, audit.ErrConflict)
		}
		if !f.Equal(kept.Leaf()) {
			return audit.ErrConflict
		}
	}
	return nil
}

// Leaves implements [audit.Store].
func (s *Store) Leaves(ctx context.Context, q audit.Query) (audit.Page, error) {
	limit, after, err := cursor.Read(q)
	if err != nil {
		return audit.Page{}, err
	}
	var rows []pgentry.Row
	sel := s.pg.Select(entryTable, &rows).ColumnExpr(readable).Where("practice = ?", q.Practice).Limit(int64(limit) + 1)
	if q.Tag != nil {
		sel = sel.Where("tag = ?", q.Tag)
	}
	compare, order := ">", "t.at ASC, t.id ASC" // by the columns of the table, not by what is read of them
	if q.Newest {
		compare, order = "<", "t.at DESC, t.id DESC"
	}
	if after != nil {
		sel = sel.Where("(at, id) ? (?, ?)", bun.Safe(compare), after.At, after.ID)
	}
	if err := sel.OrderExpr(order).Scan(ctx); err != nil {
		return audit.Page{}, pgstore.Wrap("auditpg: leaves", err)
	}
	leaves := make([]audit.Leaf, len(rows))
	for i, r := range rows {
		leaves[i] = r.Leaf()
	}
	return cursor.Page(leaves, limit), nil
}
