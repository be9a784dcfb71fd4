package auditpg

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

const (
	entryTable = "audit_entry"
	batchTable = "audit_batch"
	headTable  = "audit_head"
	shiftTable = "audit_shift"
)

// row is a leaf as a row. The columns xid and seq are Postgres's own.
type row struct {
	bun.BaseModel `bun:"table:audit_entry,alias:t"`

	Practice  string    `bun:"practice"`
	ID        string    `bun:"id"`
	At        time.Time `bun:"at"`
	ActorKind string    `bun:"actor_kind"`
	Actor     string    `bun:"actor"`
	Action    string    `bun:"action"`
	Outcome   string    `bun:"outcome"`
	Term      string    `bun:"term"`
	Tag       []byte    `bun:"tag"`
	Bytes     []byte    `bun:"bytes"`
	MAC       []byte    `bun:"mac"`
}

func rowOf(f audit.Leaf) row {
	r := row{
		Practice: f.Practice, ID: f.ID, At: f.At, ActorKind: string(f.Actor.Kind), Actor: f.Actor.ID,
		Action: f.Action, Outcome: string(f.Outcome), Term: string(f.Term), Tag: f.Tag, Bytes: f.Bytes, MAC: f.MAC,
	}
	if len(r.Tag) == 0 {
		r.Tag = nil
	}
	return r
}

func rowsOf(leaves []audit.Leaf) []row {
	rows := make([]row, len(leaves))
	for i, f := range leaves {
		rows[i] = rowOf(f)
	}
	return rows
}

func (r row) leaf() audit.Leaf {
	return audit.Leaf{
		Practice: r.Practice, ID: r.ID, At: r.At.UTC(),
		Actor:  audit.Actor{Kind: audit.ActorKind(r.ActorKind), ID: r.Actor},
		Action: r.Action, Outcome: audit.Outcome(r.Outcome), Term: audit.Term(r.Term), Tag: r.Tag, Bytes: r.Bytes, MAC: r.MAC,
	}
}

// placedRow is a row with the columns that Postgres fills.
type placedRow struct {
	bun.BaseModel `bun:"table:audit_entry,alias:t"`

	row
	XID int64 `bun:"xid"`
	Seq int64 `bun:"seq"`
}

func (r placedRow) placed() tree.Row {
	return tree.Row{Leaf: r.leaf(), Order: fmt.Sprintf("%d.%d", r.XID, r.Seq)}
}

func rowsPlaced(rows []placedRow) []tree.Row {
	placed := make([]tree.Row, len(rows))
	for i, r := range rows {
		placed[i] = r.placed()
	}
	return placed
}

// headRow is a head as a row.
type headRow struct {
	bun.BaseModel `bun:"table:audit_head,alias:t"`

	Practice   string   `bun:"practice"`
	Size       int64    `bun:"size"`
	First      int64    `bun:"first"`
	Number     int64    `bun:"number"`
	IDs        []string `bun:"ids,array"`
	Orders     []string `bun:"orders,array"`
	FirstHash  int64    `bun:"first_hash"`
	Hashes     []byte   `bun:"hashes"`
	Checkpoint string   `bun:"checkpoint"`
	Found      int64    `bun:"found,scanonly"`
}

func headRowOf(h tree.Head) headRow {
	r := headRow{
		Practice: h.Practice, Size: h.Size, First: h.First, Number: h.Number,
		IDs: make([]string, len(h.Marks)), Orders: make([]string, len(h.Marks)),
		FirstHash: h.FirstHash, Checkpoint: h.Checkpoint,
	}
	for i, m := range h.Marks {
		r.IDs[i], r.Orders[i] = m.ID, m.Order
	}
	for _, hash := range h.Hashes {
		r.Hashes = append(r.Hashes, hash[:]...)
	}
	return r
}

// head reads a row, which somebody may have damaged.
func (r headRow) head() (tree.Head, error) {
	const size = len(tree.Hash{})
	if len(r.IDs) != len(r.Orders) || len(r.Hashes)%size != 0 {
		return tree.Head{}, errDamaged
	}
	h := tree.Head{
		Practice: r.Practice, Number: r.Number, First: r.First, Size: r.Size,
		FirstHash: r.FirstHash, Checkpoint: r.Checkpoint, Found: r.Found,
	}
	for i, id := range r.IDs {
		h.Marks = append(h.Marks, tree.Mark{ID: id, Order: r.Orders[i]})
	}
	for raw := range slices.Chunk(r.Hashes, size) {
		h.Hashes = append(h.Hashes, tree.Hash(raw))
	}
	return h, nil
}

var errDamaged = errors.New("a head cannot be read")

// textArray writes an array of Postgres.
func textArray(words []string) string {
	quote := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = `"` + quote.Replace(w) + `"`
	}
	return "{" + strings.Join(quoted, ",") + "}"
}
