package auditpg

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgentry"
)

const (
	entryTable = pgentry.Table
	batchTable = "audit_batch"
	headTable  = "audit_head"
	asideTable = "audit_aside"
	shiftTable = "audit_shift"
)

// readable are a leaf's columns as they are read. No entry has a time that is infinite, and Go knows none: it reads as a time that
// no bytes repeat, so that whoever checks the leaf finds it out, and nobody else's is hidden by it.
const readable = `practice, id, CASE WHEN isfinite(at) THEN at ELSE '0001-01-01 00:00:00+00' END AS at, actor_kind, actor, action, outcome,
	term, tag, bytes, mac`

// wholeRow is a row of the log with the columns that Postgres fills.
type wholeRow struct {
	bun.BaseModel `bun:"table:audit_entry,alias:t"`

	pgentry.Row
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
