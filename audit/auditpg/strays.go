package auditpg

import (
	"context"
	"slices"
	"strings"

	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// idsAtOnce is how many of a practice's ids are compared with its heads at once. All that is held are these and the ids
// of one head.
const idsAtOnce = 20_000

// Strays implements [tree.Store].
func (t *Trees) Strays(ctx context.Context, practice, after string, limit int) ([]tree.Stray, error) {
	found, err := strays(ctx, t.pg, practice, after, limit)
	return found, pgstore.Wrap("auditpg: strays", err)
}

func strays(ctx context.Context, h pgstore.Handle, practice, after string, limit int) ([]tree.Stray, error) {
	_, last, err := newestBatch(ctx, h)
	if err != nil {
		return nil, err
	}
	var found []tree.Stray
	for {
		ids, err := idsAfter(ctx, h, practice, after)
		if err != nil || len(ids) == 0 {
			return found, err
		}
		named, err := timesNamed(ctx, h, practice, ids)
		if err != nil {
			return nil, err
		}
		after = ids[len(ids)-1]
		more := len(ids) == idsAtOnce
		ids = slices.DeleteFunc(ids, func(id string) bool { return named[id] == 1 })
		ids = ids[:min(len(ids), limit-len(found))]
		if len(ids) > 0 {
			rows, err := rowsByID(ctx, h, practice, ids)
			if err != nil {
				return nil, err
			}
			slices.SortFunc(rows, func(a, b placedRow) int { return strings.Compare(a.Leaf.ID, b.Leaf.ID) })
			for _, r := range rows {
				n := named[r.Leaf.ID]
				found = append(found, tree.Stray{Row: r.Row, Pending: n == 0 && !last.sees(r.xid), Times: n})
			}
		}
		if !more || len(found) == limit {
			return found, nil
		}
	}
}

// idsAfter returns the next ids of a practice, in their order.
func idsAfter(ctx context.Context, h pgstore.Handle, practice, after string) ([]string, error) {
	var ids []string
	for _, term := range terms() {
		var more []string
		err := h.Raw("SELECT id FROM ? WHERE practice = ? AND term = ? AND id > ? ORDER BY id LIMIT ?",
			h.Table(entryTable), practice, string(term), after, idsAtOnce).Scan(ctx, &more)
		if err != nil {
			return nil, err
		}
		ids = append(ids, more...)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return ids[:min(len(ids), idsAtOnce)], nil
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
