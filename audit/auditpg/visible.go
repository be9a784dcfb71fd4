package auditpg

import (
	"context"
	"iter"
	"sort"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// visible gives out the rows that now sees and last does not, of whole transactions. At the end it sets until to
// the snapshot up to which they are complete: now, or an earlier one where there are more than limit.
func visible(
	ctx context.Context, h pgstore.Handle, last, now snapshot, limit int, until *snapshot,
) iter.Seq2[[]tree.Row, error] {
	return func(yield func([]tree.Row, error) bool) {
		var held [][]tree.Row // of the newest transaction, which may have more
		read, given, cut := 0, 0, now.xmax
		give := func(parts ...[]tree.Row) bool {
			for _, rows := range parts {
				given += len(rows)
				if len(rows) > 0 && !yield(rows, nil) {
					return false
				}
			}
			return true
		}
		for part, err := range between(ctx, h, last, now, now.xmax, limit+1) {
			if err != nil {
				yield(nil, err)
				return
			}
			read += len(part)
			newest := xidOf(part[len(part)-1])
			whole := sort.Search(len(part), func(i int) bool { return xidOf(part[i]) == newest })
			if len(held) > 0 && xidOf(held[0][0]) != newest {
				if !give(held...) {
					return
				}
				held = nil
			}
			if !give(part[:whole]) {
				return
			}
			if read > limit {
				held, cut = nil, newest
				break
			}
			held = append(held, part[whole:])
		}
		if cut < now.xmax && given == 0 { // one transaction has more than limit
			cut++
			for part, err := range between(ctx, h, last, now, cut, 0) {
				if !yield(part, err) || err != nil {
					return
				}
			}
		}
		if !give(held...) {
			return
		}
		if *until = now; cut < now.xmax {
			*until = last.until(now, cut)
		}
	}
}

// between gives out the rows that now sees and last does not, of transactions below a number, in their order; all of them
// without a limit. Those that were open when last was taken come first, for they have lower numbers than all that began
// since. They are asked for by themselves, because Postgres finds neither by an index when it is asked for both at once.
func between(
	ctx context.Context, h pgstore.Handle, last, now snapshot, below int64, limit int,
) iter.Seq2[[]tree.Row, error] {
	return func(yield func([]tree.Row, error) bool) {
		count := 0
		if len(last.xip) > 0 {
			open := inOrder(h, below, now, limit).Where("xid = ANY (?::bigint[])", "{"+last.open()+"}")
			for part, err := range streamed(ctx, h, open) {
				count += len(part)
				if !yield(part, err) || err != nil {
					return
				}
			}
		}
		if limit > 0 && count >= limit {
			return
		}
		for part, err := range streamed(ctx, h, inOrder(h, below, now, limit-count).Where("xid >= ?", last.xmax)) {
			if !yield(part, err) || err != nil {
				return
			}
		}
	}
}

// inOrder selects the rows that now sees of transactions below a number, in their order; all of them without a limit.
func inOrder(h pgstore.Handle, below int64, now snapshot, limit int) *bun.SelectQuery {
	q := h.Select(entryTable, (*pgentry.Row)(nil)).Where("xid < ?", below).OrderExpr("xid, seq")
	if len(now.xip) > 0 {
		q = q.Where("NOT xid = ANY (?::bigint[])", "{"+now.open()+"}")
	}
	if limit > 0 {
		q = q.Limit(int64(limit))
	}
	return q
}
