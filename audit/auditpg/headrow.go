package auditpg

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// headRow is a head as a row.
type headRow struct {
	bun.BaseModel `bun:"table:audit_head,alias:t"`

	Practice   string `bun:"practice"`
	Size       int64  `bun:"size"`
	First      int64  `bun:"first"`
	Number     int64  `bun:"number"`
	IDs        []byte `bun:"ids"`
	Lowest     string `bun:"lowest"`
	Highest    string `bun:"highest"`
	Orders     []byte `bun:"orders"`
	FirstHash  int64  `bun:"first_hash"`
	Hashes     []byte `bun:"hashes"`
	Checkpoint string `bun:"checkpoint"`

	// Of a search for an id: where its 16 bytes stand, or the ids if they are no UUIDs.
	Place int64  `bun:"place,scanonly"`
	Texts []byte `bun:"texts,scanonly"`
	Found int64  `bun:"-"`
}

func headRowOf(h tree.Head) (headRow, error) {
	r := headRow{
		Practice: h.Practice, Size: h.Size, First: h.First, Number: h.Number, IDs: packIDs(h.Marks),
		FirstHash: h.FirstHash, Checkpoint: h.Checkpoint, Hashes: make([]byte, 0, len(h.Hashes)*len(tree.Hash{})),
	}
	for i, m := range h.Marks {
		if i == 0 || m.ID < r.Lowest {
			r.Lowest = m.ID
		}
		r.Highest = max(r.Highest, m.ID)
	}
	for _, hash := range h.Hashes {
		r.Hashes = append(r.Hashes, hash[:]...)
	}
	var err error
	r.Orders, err = packOrders(h.Marks)
	return r, err
}

// insertHeads keeps heads by one statement. Their bytes are sent beside it, for in its text they would be twice as long.
func insertHeads(ctx context.Context, h pgstore.Handle, heads []tree.Head) error {
	statement := []byte(h.Raw(`INSERT INTO ? (practice, size, first, number, ids, lowest, highest, orders, first_hash, hashes,
		checkpoint) VALUES `, h.Table(headTable)).String())
	var values []any
	for i, head := range heads {
		r, err := headRowOf(head)
		if err != nil {
			return err
		}
		before := len(values)
		values = append(values, r.Practice, r.Size, r.First, r.Number, r.IDs, r.Lowest, r.Highest, r.Orders, r.FirstHash,
			r.Hashes, r.Checkpoint)
		if i > 0 {
			statement = append(statement, ',')
		}
		for n := before; n < len(values); n++ {
			statement = append(statement, "(,"[min(n-before, 1)], '$')
			statement = strconv.AppendInt(statement, int64(n+1), 10)
		}
		statement = append(statement, ')')
	}
	prepared, err := h.Tx().PrepareContext(ctx, string(statement))
	if err != nil {
		return err
	}
	_, err = prepared.ExecContext(ctx, values...)
	return errors.Join(err, prepared.Close())
}

// find says whether the head has a mark with the id, and sets Found to its position.
func (r *headRow) find(id string) bool {
	if r.Texts != nil {
		ids, err := unpackIDs(r.Texts)
		at := slices.Index(ids, id)
		r.Found = r.First + int64(at)
		return err == nil && at >= 0
	}
	// Postgres counts from 1, and a byte stands before the ids.
	r.Found = r.First + (r.Place-2)/16
	return r.Place >= 2 && (r.Place-2)%16 == 0
}

// brief reads a row without marks and hashes.
func (r headRow) brief() tree.Head {
	return tree.Head{
		Practice: r.Practice, Number: r.Number, First: r.First, Size: r.Size,
		FirstHash: r.FirstHash, Checkpoint: r.Checkpoint,
	}
}

// head reads a row. Somebody may have damaged it: then it has no marks, which is found wherever they are counted.
func (r headRow) head() tree.Head {
	h := r.brief()
	for raw := range slices.Chunk(r.Hashes, len(tree.Hash{})) {
		if len(raw) == len(tree.Hash{}) {
			h.Hashes = append(h.Hashes, tree.Hash(raw))
		}
	}
	ids, err := unpackIDs(r.IDs)
	orders, err2 := unpackOrders(r.Orders, len(ids))
	if err != nil || err2 != nil || len(ids) == 0 || slices.Min(ids) != r.Lowest || slices.Max(ids) != r.Highest {
		return h
	}
	h.Marks = make([]tree.Mark, len(ids))
	for i, id := range ids {
		h.Marks[i] = tree.Mark{ID: id, Order: orders[i]}
	}
	return h
}
