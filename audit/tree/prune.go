package tree

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/internal/prune"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// PruneAction is the action of the entries that say what was pruned of a log. No application can stamp it.
const PruneAction = prune.Action

// ErrChanged is wrapped when a month no longer holds what it is said to hold. Nothing was changed.
var ErrChanged = errors.New("tree: the month holds other leaves than was said")

// Pruner is a [Store] from which leaves go, whole months at a time: those of one term and of all practices. It removes
// leaves alone; heads keep their marks and hashes, so that proofs stay what they were. All methods may be called
// concurrently.
type Pruner interface {
	Store

	// Months returns the months that the store can drop, with leaves or without, in the order of their ends; of one end,
	// by term.
	Months(ctx context.Context) ([]Month, error)

	// Shares returns what a month holds, by practice in the order of their names. A month that the store does not know
	// holds nothing.
	Shares(ctx context.Context, m Month) ([]Share, error)

	// Drop removes a month, unless it holds anything but these shares: then the error wraps [ErrChanged]. With it it appends
	// leaves, which say what went. It takes effect as a whole or not at all. A month that the store does not know is dropped
	// without shares.
	Drop(ctx context.Context, m Month, shares []Share, leaves ...audit.Leaf) error
}

// Month is what is pruned at once: the leaves of one term whose ids say one calendar month in UTC. Ids say it as UUIDs
// of version 7 do, by their first 48 bits; others say none, and their leaves are never pruned.
type Month struct {
	Term  audit.Term
	Year  int
	Month time.Month
}

// Share is what of a month is one practice's.
type Share struct {
	Practice string
	Leaves   int64
	Newest   time.Time // the time of the newest leaf, by its own word; UTC
}

// Equal reports whether two shares are the same.
func (s Share) Equal(o Share) bool {
	return s.Practice == o.Practice && s.Leaves == o.Leaves && s.Newest.Equal(o.Newest)
}

// MonthOf returns the month of a moment.
func MonthOf(term audit.Term, at time.Time) Month {
	at = at.UTC()
	return Month{Term: term, Year: at.Year(), Month: at.Month()}
}

// Start returns the month's first moment.
func (m Month) Start() time.Time { return time.Date(m.Year, m.Month, 1, 0, 0, 0, 0, time.UTC) }

// End returns the first moment of the month after.
func (m Month) End() time.Time { return m.Start().AddDate(0, 1, 0) }

// Due returns the moment from which the term is over for every moment of the month.
func (m Month) Due() time.Time {
	due, last := m.Term.End(m.End()), m.Term.End(m.End().Add(-time.Microsecond))
	if last.After(due) { // a leap day's term ends during the first of March
		return last
	}
	return due
}

// IDs returns the bounds of the month's ids, byte by byte: low <= id < high.
func (m Month) IDs() (low, high string) { return uuidv7.Prefix(m.Start()), uuidv7.Prefix(m.End()) }

// Holds reports whether a leaf belongs to the month.
func (m Month) Holds(f audit.Leaf) bool {
	low, high := m.IDs()
	return f.Term == m.Term && low <= f.ID && f.ID < high
}

// Compare orders months by their ends, then by term.
func (m Month) Compare(o Month) int {
	return cmp.Or(m.Start().Compare(o.Start()), strings.Compare(string(m.Term), string(o.Term)))
}

// String returns the term and the month, such as "1y 2025-02".
func (m Month) String() string { return fmt.Sprintf("%s %04d-%02d", m.Term, m.Year, m.Month) }
