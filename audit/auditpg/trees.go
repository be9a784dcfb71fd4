package auditpg

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"iter"
	"slices"
	"sort"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// Trees implements [tree.Store]: the tables of a notary. It crosses practices and never joins a caller's transaction. A
// notary needs SELECT on audit_entry and audit_shift, and SELECT and INSERT on audit_batch, audit_head and audit_aside;
// whoever verifies needs SELECT on all five. Both check codes, for which they need SELECT on crypto_key of package cryptopg,
// and the key manager.
type Trees struct {
	db *bun.DB
	pg pgstore.Handle
}

// NewTrees returns the notary's tables on db's pool. It runs no migration; o may be nil.
func NewTrees(db *bun.DB, o *Options) *Trees {
	return &Trees{db: db, pg: pgstore.New(db, o.schema())}
}

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

// visible gives out the rows that now sees and last does not, in parts of whole transactions. At the end it sets until to
// the snapshot up to which they are complete: now, or an earlier one where there are more than limit.
func visible(
	ctx context.Context, h pgstore.Handle, last, now snapshot, limit int, until *snapshot,
) iter.Seq2[[]tree.Row, error] {
	return func(yield func([]tree.Row, error) bool) {
		var held [][]tree.Row // of the newest transaction, which may have more
		read, given, cut := 0, 0, now.xmax
		give := func(rows []tree.Row) bool {
			given += len(rows)
			return len(rows) == 0 || yield(rows, nil)
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
				if !give(slices.Concat(held...)) {
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
		if !give(slices.Concat(held...)) {
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
	q := h.Select(entryTable, (*row)(nil)).Where("xid < ?", below).OrderExpr("xid, seq")
	if len(now.xip) > 0 {
		q = q.Where("NOT xid = ANY (?::bigint[])", "{"+now.open()+"}")
	}
	if limit > 0 {
		q = q.Limit(int64(limit))
	}
	return q
}

// tips returns the newest heads of trees.
func tips(ctx context.Context, h pgstore.Handle, practices []string) (map[string]tree.Head, error) {
	var found []headRow
	err := h.Raw(`SELECT t.* FROM unnest(?) AS p (practice) CROSS JOIN LATERAL (
		SELECT practice, number, first, size, first_hash, checkpoint FROM ? AS h
		WHERE h.practice = p.practice COLLATE "C" ORDER BY size DESC LIMIT 1
	) AS t`, pgstore.Texts(practices), h.Table(headTable)).Scan(ctx, &found)
	if err != nil {
		return nil, err
	}
	tips := make(map[string]tree.Head, len(found))
	for _, r := range found {
		tips[r.Practice] = r.brief()
	}
	return tips, nil
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

// hashes reads 32 bytes for each key out of the head that holds it.
func hashes(ctx context.Context, h pgstore.Handle, keys []tree.Key) ([]tree.Hash, error) {
	found := make([]tree.Hash, 0, len(keys))
	for part := range slices.Chunk(keys, 20_000) {
		asked := pgstore.NewUnnest("text", "bigint", "bigint").Expect(len(part))
		for _, k := range part {
			asked.Add(k.Practice, k.Index, k.Leaf)
		}
		var read [][]byte
		// A first hash that somebody altered may be out of reach of any number that Postgres takes for a place.
		err := h.Raw(`SELECT CASE WHEN t.first_hash > k.index - 33554432 THEN substring(t.hashes FROM ((k.index - t.first_hash) * 32 + 1)::int FOR 32) END
			FROM ? WITH ORDINALITY AS k (practice, index, leaf, n)
			CROSS JOIN LATERAL (
				SELECT hashes, first_hash FROM ? AS h WHERE h.practice = k.practice COLLATE "C" AND h.size > k.leaf
				AND h.first <= k.leaf ORDER BY size LIMIT 1
			) AS t WHERE k.index >= t.first_hash ORDER BY k.n`,
			asked, h.Table(headTable)).Scan(ctx, &read)
		if err != nil {
			return nil, err
		}
		if len(read) != len(part) {
			return nil, tree.ErrNotFound
		}
		for _, raw := range read {
			if len(raw) != len(tree.Hash{}) {
				return nil, tree.ErrNotFound
			}
			found = append(found, tree.Hash(raw))
		}
	}
	return found, nil
}

// Hashes implements [tree.Store].
func (t *Trees) Hashes(ctx context.Context, keys []tree.Key) ([]tree.Hash, error) {
	found, err := hashes(ctx, t.pg, keys)
	return found, pgstore.Wrap("auditpg: hashes", err)
}

// Heads implements [tree.Store].
func (t *Trees) Heads(ctx context.Context, q tree.Query) ([]tree.Head, error) {
	for limit := q.Limit; ; limit *= 2 {
		var rows []headRow
		if err := t.heads(&rows, q).Limit(int64(limit)).Scan(ctx); err != nil {
			return nil, pgstore.Wrap("auditpg: heads", err)
		}
		var heads []tree.Head
		for _, r := range rows {
			if q.ID != "" && !r.find(q.ID) {
				continue // the bytes of the id stand where none begins
			}
			h := r.brief()
			if !q.Brief {
				h = r.head()
			}
			h.Found = r.Found
			heads = append(heads, h)
		}
		if len(rows) == limit && len(heads) < q.Limit {
			continue
		}
		if q.ID != "" && !q.Newest {
			slices.SortFunc(heads, func(a, b tree.Head) int { return cmp.Compare(a.Size, b.Size) })
		}
		return heads[:min(len(heads), q.Limit)], nil
	}
}

// heads selects what q asks for, and with it some heads whose marks only look like it.
func (t *Trees) heads(rows *[]headRow, q tree.Query) *bun.SelectQuery {
	sel := t.pg.Select(headTable, rows).Where("practice = ? AND size > ? AND number > ?", q.Practice, q.After, q.Since).
		Column("practice", "number", "first", "size", "first_hash", "checkpoint")
	if !q.Brief {
		sel = sel.Column("ids", "lowest", "highest", "orders", "hashes")
	}
	if q.ID != "" {
		uuid, text := needles(q.ID)
		sel = sel.Where("lowest <= ? AND highest >= ?", q.ID, q.ID)
		if uuid != nil {
			sel = sel.Where("position(?::bytea in ids) + position(?::bytea in ids) > 0", uuid, text).
				ColumnExpr("position(?::bytea in ids) AS place", uuid)
		} else {
			sel = sel.Where("position(?::bytea in ids) > 0", text)
		}
		sel = sel.ColumnExpr("CASE WHEN substring(ids FOR 1) = ?::bytea THEN ids END AS texts", []byte{packedTexts})
	}
	switch {
	case q.Newest:
		return sel.OrderExpr("size DESC")
	case q.ID != "" && q.Practice != "":
		// Ids and heads are nearly in one order, so the first head whose highest id is not lower has the id, or one soon
		// after. In the order of size Postgres would look through all that are older.
		return sel.OrderExpr("highest, size")
	}
	return sel.OrderExpr("size")
}

// rowsByID returns those rows of a practice that have one of the ids: under each term, though only somebody's doing gives
// an id two.
func rowsByID(ctx context.Context, h pgstore.Handle, practice string, ids []string) ([]tree.Row, error) {
	return placed(ctx, h, h.Select(entryTable, (*row)(nil)).
		Where("practice = ? AND id = ANY (?)", practice, pgstore.Texts(ids)))
}

// rowsOfStretch is rowsByID of ids that probably stand side by side: to read them together costs half as much as to look
// each one up.
func rowsOfStretch(ctx context.Context, h pgstore.Handle, practice string, ids []string) ([]tree.Row, error) {
	if !ascending(ids) {
		return rowsByID(ctx, h, practice, ids)
	}
	limit := len(ids) + len(ids)/4
	rows, err := placed(ctx, h, h.Select(entryTable, (*row)(nil)).
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

// reading runs do in a transaction that only reads.
func (t *Trees) reading(ctx context.Context, do func(pgstore.Handle) error) error {
	tx, err := t.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit there is nothing to undo
	if err := do(t.pg.WithTx(tx)); err != nil {
		return err
	}
	return tx.Commit()
}
