package auditpg

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// idsAtOnce is how many of a practice's ids are compared with its heads at once. All that is held are these and the ids
// of one head.
const idsAtOnce = 20_000

// Strays implements [tree.Store].
func (t *Trees) Strays(ctx context.Context, practice, after string, limit int) ([]tree.Stray, error) {
	var found []tree.Stray
	err := t.reading(ctx, func(h pgstore.Handle) (err error) {
		found, err = strays(ctx, h, practice, after, limit)
		return err
	})
	return found, pgstore.Wrap("auditpg: strays", err)
}

func strays(ctx context.Context, h pgstore.Handle, practice, after string, limit int) ([]tree.Stray, error) {
	_, last, err := newestBatch(ctx, h)
	if err != nil {
		return nil, err
	}
	var found []tree.Stray
	for {
		ids, shared, err := idsAfter(ctx, h, practice, after)
		if err != nil || len(ids) == 0 {
			return found, err
		}
		// Before the heads are read: what is taken up in between is in a head.
		aside, err := asideAmong(ctx, h, practice, ids)
		if err != nil {
			return nil, err
		}
		named, err := timesNamed(ctx, h, practice, ids)
		if err != nil {
			return nil, err
		}
		after = ids[len(ids)-1]
		ids = slices.DeleteFunc(ids, func(id string) bool { return named[id] == 1 && !shared[id] })
		ids = ids[:min(len(ids), limit-len(found))]
		if len(ids) > 0 {
			rows, err := rowsByID(ctx, h, practice, ids)
			if err != nil {
				return nil, err
			}
			begun, err := transactionsBegun(ctx, h)
			if err != nil {
				return nil, err
			}
			if begun < last.xmax { // another database, which counts anew: nothing is known of what it has begun
				begun = math.MaxInt64
			}
			slices.SortFunc(rows, func(a, b tree.Row) int { return strings.Compare(a.Leaf.ID, b.Leaf.ID) })
			for _, r := range rows {
				n := named[r.Leaf.ID]
				xid := xidOf(r)
				waits := xid < begun && (aside[r.Leaf.ID] || !last.sees(xid))
				found = append(found, tree.Stray{Row: r, Pending: n == 0 && waits, Times: n})
			}
		}
		if len(found) >= limit { // more than limit where two rows share an id
			return found, nil
		}
	}
}

// transactionsBegun returns a number that no transaction has had yet, while every row that was read before has a lower one: a row
// with a higher one says that its transaction is still to come, and no batch would ever take it.
func transactionsBegun(ctx context.Context, h pgstore.Handle) (next int64, err error) {
	err = h.Raw("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint + (SELECT coalesce(max(shift), 0) FROM ?)", h.Table(shiftTable)).
		Scan(ctx, &next)
	return next, err
}

// idsAfter returns the next ids of a practice, in their order, and which of them two rows share: the key takes one id
// under two terms.
func idsAfter(ctx context.Context, h pgstore.Handle, practice, after string) (ids []string, shared map[string]bool, err error) {
	found, err := h.Select(entryTable, (*pgentry.Row)(nil)).Column("id").Where("practice = ? AND id > ?", practice, after).
		OrderExpr("id").Limit(idsAtOnce + 1).Rows(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer found.Close()
	for found.Next() {
		var id string
		if err := found.Scan(&id); err != nil {
			return nil, nil, err
		}
		ids = append(ids, id)
	}
	if err := found.Err(); err != nil {
		return nil, nil, err
	}
	more := len(ids) > idsAtOnce
	shared = map[string]bool{}
	for i := 1; i < len(ids); i++ {
		if ids[i] == ids[i-1] {
			shared[ids[i]] = true
		}
	}
	ids = slices.Compact(ids)
	if more { // so that no id is parted from its double
		ids = ids[:len(ids)-1]
	}
	return ids, shared, nil
}

// timesNamed counts the marks of a practice's heads that name each of the ids, which are sorted.
func timesNamed(ctx context.Context, h pgstore.Handle, practice string, ids []string) (map[string]int, error) {
	times := make(map[string]int, len(ids))
	for _, id := range ids {
		times[id] = 0
	}
	packed, err := h.Select(headTable, (*headRow)(nil)).Column("ids").
		Where("practice = ? AND highest >= ? AND lowest <= ?", practice, ids[0], ids[len(ids)-1]).Rows(ctx)
	if err != nil {
		return nil, err
	}
	defer packed.Close()
	for packed.Next() {
		var raw []byte
		if err := packed.Scan(&raw); err != nil {
			return nil, err
		}
		marks, err := unpackIDs(raw)
		if err != nil {
			continue // whoever verifies is told that the head has no marks
		}
		for _, id := range marks {
			if n, found := times[id]; found {
				times[id] = n + 1
			}
		}
	}
	return times, packed.Err()
}
