package auditpg

import (
	"cmp"
	"fmt"
	"strconv"
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
	asideTable = "audit_aside"
	shiftTable = "audit_shift"
)

// readable are a leaf's columns as they are read. No entry has a time that is infinite, and Go knows none: it reads as a time that
// no bytes repeat, so that whoever checks the leaf finds it out, and nobody else's is hidden by it.
const readable = `practice, id, CASE WHEN isfinite(at) THEN at ELSE '0001-01-01 00:00:00+00' END AS at, actor_kind, actor, action, outcome,
	term, tag, bytes, mac`

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

// wholeRow is a row with the columns that Postgres fills.
type wholeRow struct {
	bun.BaseModel `bun:"table:audit_entry,alias:t"`

	row
	XID int64 `bun:"xid"`
	Seq int64 `bun:"seq"`
}

// parseOrder reads the transaction and the sequence number of a row.
func parseOrder(order string) (xid, seq int64, err error) {
	left, right, _ := strings.Cut(order, ".")
	if xid, err = strconv.ParseInt(left, 10, 64); err == nil {
		seq, err = strconv.ParseInt(right, 10, 64)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("an order cannot be read")
	}
	return xid, seq, nil
}

// xidOf returns the number of the transaction that appended a row of this store.
func xidOf(r tree.Row) int64 {
	xid, _, _ := parseOrder(r.Order) // it was read from two numbers
	return xid
}

// byOrder compares the places of two rows of this store.
func byOrder(a, b tree.Row) int {
	ax, as, _ := parseOrder(a.Order)
	bx, bs, _ := parseOrder(b.Order)
	return cmp.Or(cmp.Compare(ax, bx), cmp.Compare(as, bs))
}
