package auditpg

import (
	"context"
	"slices"

	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// Rows implements [tree.Store]. What is many is read in a transaction of its own.
func (t *Trees) Rows(ctx context.Context, practice string, ids []string) ([]tree.Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var found []tree.Row
	find := func(h pgstore.Handle) (err error) {
		found, err = rowsOfStretch(ctx, h, practice, ids)
		return err
	}
	if len(ids) <= few {
		return found, pgstore.Wrap("auditpg: rows", find(t.pg))
	}
	return found, pgstore.Wrap("auditpg: rows", t.reading(ctx, find))
}

// few rows are read faster by one statement than by a prepared one in a transaction.
const few = 100

// rowsByID returns those rows of a practice that have one of the ids: under each term, though only somebody's doing gives
// an id two.
func rowsByID(ctx context.Context, h pgstore.Handle, practice string, ids []string) ([]tree.Row, error) {
	return placed(ctx, h, h.Select(entryTable, (*pgentry.Row)(nil)).
		Where("practice = ? AND id = ANY (?)", practice, pgstore.Texts(ids)))
}

// rowsOfStretch is rowsByID of ids that probably stand side by side: to read them together costs half as much as to look
// each one up.
func rowsOfStretch(ctx context.Context, h pgstore.Handle, practice string, ids []string) ([]tree.Row, error) {
	if !ascending(ids) {
		return rowsByID(ctx, h, practice, ids)
	}
	limit := len(ids) + len(ids)/4
	rows, err := placed(ctx, h, h.Select(entryTable, (*pgentry.Row)(nil)).
		Where("practice = ? AND id BETWEEN ? AND ?", practice, slices.Min(ids), slices.Max(ids)).
		OrderExpr("id").Limit(int64(limit+1)))
	if err != nil {
		return nil, err
	}
	if len(rows) > limit {
		return rowsByID(ctx, h, practice, ids)
	}
	wanted := make(map[string]bool, len(ids))
	for _, id := range ids {
		wanted[id] = true
	}
	return slices.DeleteFunc(rows, func(r tree.Row) bool { return !wanted[r.Leaf.ID] }), nil
}

// ascending reports whether ids follow one another nearly as UUIDs of version 7 do, by their milliseconds.
func ascending(ids []string) bool {
	const moment = len("01234567-89ab")
	back := 0
	for i := 1; i < len(ids); i++ {
		a, b := ids[i-1], ids[i]
		if b[:min(len(b), moment)] < a[:min(len(a), moment)] {
			back++
		}
	}
	return len(ids) > 1 && back <= len(ids)/8
}
