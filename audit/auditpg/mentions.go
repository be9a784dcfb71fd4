package auditpg

import (
	"context"
	"math"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// mentions looks back over the heads of the tree of heads, a few first, until it has found all practices: each head is read
// once, however many practices there are. For a few that are new, or come back after long, Postgres leaves out what names
// none of them.
func mentions(ctx context.Context, h pgstore.Handle, practices []string) (map[string]tree.Mention, error) {
	left, newest := make(map[string]bool, len(practices)), map[string]tree.Mention{}
	for _, practice := range practices {
		left[practice] = true
	}
	last := headRow{Size: math.MaxInt64}
	for limit := 16; len(left) > 0; {
		var rows []headRow
		sel := h.Select(headTable, &rows).Column("number", "first", "size", "ids", "lowest", "highest").
			Where("practice = '' AND size < ?", last.Size).OrderExpr("size DESC").Limit(int64(limit))
		if last.Size < math.MaxInt64 && len(left) <= fewNames {
			sel = sel.WhereGroup(" AND ", func(sel *bun.SelectQuery) *bun.SelectQuery { return naming(sel, left) })
		}
		if err := sel.Scan(ctx); err != nil {
			return nil, err
		}
		for _, r := range rows {
			names := r.head().Marks
			for i, m := range names {
				if left[m.ID] {
					newest[m.ID] = tree.Mention{Number: r.Number, Position: r.First + int64(i)}
					delete(left, m.ID)
				}
			}
			if len(names) == 0 {
				for practice := range left {
					newest[practice] = tree.Mention{Number: r.Number, Position: -1}
				}
				return newest, nil
			}
		}
		if len(rows) < limit {
			break
		}
		last = rows[limit-1]
		marks := rows[0].Size - last.First
		limit = max(1, min(8*limit, 8192, int(50_000*int64(limit)/max(marks, 1)))) // so that some 50,000 marks are held
	}
	return newest, nil
}

// fewNames are looked for by Postgres faster than it hands over all heads.
const fewNames = 8

// naming selects heads that have a mark of one of the ids, and with them some whose marks only look like it.
func naming(sel *bun.SelectQuery, ids map[string]bool) *bun.SelectQuery {
	for id := range ids {
		uuid, text := needles(id)
		for _, needle := range [][]byte{uuid, text} {
			if needle != nil {
				sel = sel.WhereOr("lowest <= ? AND highest >= ? AND position(?::bytea in ids) > 0", id, id, needle)
			}
		}
	}
	return sel
}
