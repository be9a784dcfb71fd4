package auditpg

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"slices"

	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// Integrate implements [tree.Store]. What it hands out are the entries that one snapshot sees and the snapshot of the
// batch before did not, so no entry is lost whose transaction commits late, and nobody waits for it.
func (t *Trees) Integrate(ctx context.Context, limit int, work tree.Work) error {
	return t.batch(ctx, work, func(h pgstore.Handle, last, now snapshot, p *picked) iter.Seq2[[]tree.Row, error] {
		return visible(ctx, h, last, now, limit, &p.until)
	})
}

// Adopt implements [tree.Store].
func (t *Trees) Adopt(ctx context.Context, practice string, ids []string, work tree.Work) error {
	if len(ids) == 0 {
		return ctx.Err()
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	return t.batch(ctx, work, func(h pgstore.Handle, last, _ snapshot, p *picked) iter.Seq2[[]tree.Row, error] {
		return func(yield func([]tree.Row, error) bool) {
			rows, err := leftOut(ctx, h, last, practice, ids)
			p.until = last
			if err != nil || len(rows) > 0 {
				yield(rows, err)
			}
		}
	})
}

// leftOut returns, in their order, the rows with these ids that last saw and no head names.
func leftOut(ctx context.Context, h pgstore.Handle, last snapshot, practice string, ids []string) ([]tree.Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := rowsByID(ctx, h, practice, ids)
	if err != nil {
		return nil, err
	}
	named, err := timesNamed(ctx, h, practice, ids)
	rows = slices.DeleteFunc(rows, func(r tree.Row) bool { return named[r.Leaf.ID] > 0 || !last.sees(xidOf(r)) })
	slices.SortFunc(rows, byOrder)
	return rows, err
}

// pick gives out the rows of a new batch. It is given the snapshot of the batch before and that of the transaction, and
// sets p when it has given out all.
type pick func(h pgstore.Handle, last, now snapshot, p *picked) iter.Seq2[[]tree.Row, error]

// picked is what a batch keeps of its rows beside its heads.
type picked struct {
	until   snapshot // up to which rows were taken
	resumed string   // the practice of which leaves that were set aside are taken up
	through int64    // those of the batches up to this one; 0: none
}

// batch keeps what work makes of the rows that are picked.
func (t *Trees) batch(ctx context.Context, work tree.Work, rows pick) error {
	tx, err := t.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	if err != nil {
		return pgstore.Wrap("auditpg: integrate", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit there is nothing to undo, and after an error that one counts
	if err = batch(ctx, t.pg.WithTx(tx), work, rows); err == nil {
		err = tx.Commit()
	}
	if pgstore.Duplicate(err) {
		return tree.ErrBusy
	}
	return pgstore.Wrap("auditpg: integrate", err)
}

func batch(ctx context.Context, h pgstore.Handle, work tree.Work, rows pick) error {
	var alone bool
	var text string
	var shift int64
	// The first statement of the transaction fixes its snapshot. When another notary commits before this one has the
	// lock, the number of the batch is taken twice, and the later one fails. Of rows that were just written there are no
	// statistics, and Postgres would sort them, for it takes them for few.
	err := h.Raw(`SELECT pg_try_advisory_xact_lock(hashtextextended(?, 0)), pg_current_snapshot()::text,
		(SELECT coalesce(max(shift), 0) FROM ?), set_config('enable_bitmapscan', 'off', true)`,
		"enamel notary "+string(h.Table(batchTable)), h.Table(shiftTable)).Scan(ctx, &alone, &text, &shift, new(string))
	if err != nil {
		return err
	}
	if !alone {
		return tree.ErrBusy
	}
	now, err := parseSnapshot(text)
	if err != nil {
		return err
	}
	now = now.plus(shift)
	number, last, err := newestBatch(ctx, h)
	if err != nil {
		return err
	}
	if now.xmax < last.xmax {
		return tree.ErrRewound
	}
	var p picked
	next, stop := iter.Pull2(rows(h, last, now, &p))
	defer stop()
	part, err, more := next()
	if err != nil || !more {
		return err
	}
	made, err := work(ctx, tree.Round{
		Number: number + 1,
		Rows: func(yield func([]tree.Row, error) bool) {
			for more && yield(part, err) && err == nil { // one that is not heeded stays unread
				part, err, more = next()
			}
		},
		Tips: func(ctx context.Context, practices []string) (map[string]tree.Head, error) {
			return tips(ctx, h, practices)
		},
		Mentions: func(ctx context.Context, practices []string) (map[string]tree.Mention, error) {
			return mentions(ctx, h, practices)
		},
		Hashes: func(ctx context.Context, keys []tree.Key) ([]tree.Hash, error) { return hashes(ctx, h, keys) },
	})
	if err != nil {
		return err
	}
	if more {
		return tree.ErrUnread
	}
	return keep(ctx, h, number+1, p, made)
}

// newestBatch returns the number and the snapshot of the newest batch; 0 and [nothing] where there is none.
func newestBatch(ctx context.Context, h pgstore.Handle) (int64, snapshot, error) {
	var number int64
	var text string
	err := h.Raw("SELECT number, snapshot FROM ? ORDER BY number DESC LIMIT 1", h.Table(batchTable)).
		Scan(ctx, &number, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nothing(), nil
	}
	if err != nil {
		return 0, snapshot{}, err
	}
	last, err := parseSnapshot(text)
	return number, last, err
}

// keep writes a batch, its heads, and what it sets aside.
func keep(ctx context.Context, h pgstore.Handle, number int64, p picked, batch tree.Batch) error {
	_, err := h.Exec(ctx, "INSERT INTO ? (number, snapshot, at) VALUES (?, ?, ?)",
		h.Table(batchTable), number, p.until.String(), batch.At)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(batch.Heads, 500) {
		if err := insertHeads(ctx, h, part); err != nil {
			return err
		}
	}
	return keepAside(ctx, h, number, p, batch.Aside)
}
