package auditpg

import (
	"context"
	"iter"
	"slices"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// asideRow is what a batch did with leaves of a practice that are set aside: it added some, or took some up, or both.
type asideRow struct {
	bun.BaseModel `bun:"table:audit_aside,alias:t"`

	Practice string `bun:"practice"`
	Number   int64  `bun:"number"`
	IDs      []byte `bun:"ids,nullzero"`
	Through  int64  `bun:"through,nullzero"`
}

// Waiting implements [tree.Store].
func (t *Trees) Waiting(ctx context.Context) ([]string, error) {
	var practices []string
	err := t.pg.Raw(`SELECT practice FROM ? GROUP BY practice
		HAVING max(number) FILTER (WHERE ids IS NOT NULL) > coalesce(max(through), 0) ORDER BY practice`,
		t.pg.Table(asideTable)).Scan(ctx, &practices)
	return practices, pgstore.Wrap("auditpg: waiting", err)
}

// Resume implements [tree.Store].
func (t *Trees) Resume(ctx context.Context, practice string, limit int, work tree.Work) error {
	return t.batch(ctx, work, func(h pgstore.Handle, last, _ snapshot, p *picked) iter.Seq2[[]tree.Row, error] {
		return func(yield func([]tree.Row, error) bool) {
			p.until, p.resumed = last, practice
			var ids []string
			for row, err := range setAside(ctx, h, practice) {
				if err != nil {
					yield(nil, err)
					return
				}
				more := row.ids()
				if p.through > 0 && len(ids)+len(more) > limit {
					break
				}
				ids, p.through = append(ids, more...), row.Number
			}
			if p.through == 0 {
				return
			}
			yield(leftOut(ctx, h, last, practice, slices.Compact(slices.Sorted(slices.Values(ids)))))
		}
	})
}

// ids are none where somebody damaged them: then the leaves are reported as being in no batch.
func (r asideRow) ids() []string {
	ids, err := unpackIDs(r.IDs)
	if err != nil {
		return nil
	}
	return ids
}

// setAside gives out what of a practice is set aside, in the order of the batches.
func setAside(ctx context.Context, h pgstore.Handle, practice string) iter.Seq2[asideRow, error] {
	return func(yield func(asideRow, error) bool) {
		found, err := h.Select(asideTable, (*asideRow)(nil)).Column("number", "ids").
			Where("practice = ? AND ids IS NOT NULL", practice).
			Where("number > (SELECT coalesce(max(through), 0) FROM ? WHERE practice = ?)", h.Table(asideTable), practice).
			OrderExpr("number").Rows(ctx)
		if err != nil {
			yield(asideRow{}, err)
			return
		}
		defer found.Close()
		for found.Next() {
			var r asideRow
			if err := found.Scan(&r.Number, &r.IDs); err != nil {
				yield(r, err)
				return
			}
			if !yield(r, nil) {
				return
			}
		}
		if err := found.Err(); err != nil {
			yield(asideRow{}, err)
		}
	}
}

// asideAmong returns those of the ids that are set aside.
func asideAmong(ctx context.Context, h pgstore.Handle, practice string, ids []string) (map[string]bool, error) {
	wanted, among := make(map[string]bool, len(ids)), map[string]bool{}
	for _, id := range ids {
		wanted[id] = true
	}
	for row, err := range setAside(ctx, h, practice) {
		if err != nil {
			return nil, err
		}
		for _, id := range row.ids() {
			if wanted[id] {
				among[id] = true
			}
		}
	}
	return among, nil
}

// keepAside writes what a batch sets aside and what it has taken up.
func keepAside(ctx context.Context, h pgstore.Handle, number int64, p picked, aside []tree.Aside) error {
	var rows []asideRow
	if p.through > 0 {
		rows = append(rows, asideRow{Practice: p.resumed, Number: number, Through: p.through})
	}
	for _, a := range aside {
		marks := make([]tree.Mark, len(a.IDs))
		for i, id := range a.IDs {
			marks[i].ID = id
		}
		if len(rows) > 0 && rows[0].Through > 0 && rows[0].Practice == a.Practice {
			rows[0].IDs = packIDs(marks)
			continue
		}
		rows = append(rows, asideRow{Practice: a.Practice, Number: number, IDs: packIDs(marks)})
	}
	for part := range slices.Chunk(rows, 500) {
		if _, err := h.Insert(asideTable, &part).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
