package auditpg

import (
	"cmp"
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgstore"
)

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

// Hashes implements [tree.Store].
func (t *Trees) Hashes(ctx context.Context, keys []tree.Key) ([]tree.Hash, error) {
	found, err := hashes(ctx, t.pg, keys)
	return found, pgstore.Wrap("auditpg: hashes", err)
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
