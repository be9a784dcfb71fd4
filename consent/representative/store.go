package representative

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/page"
)

// Store keeps patients' ledgers. It only ever adds facts. All methods may be called concurrently; a
// cancelled context writes nothing. What is returned shares no memory with the store. Text is kept as it is: neither case
// nor Unicode form is folded.
type Store interface {
	// Apply writes a whole change or nothing of it. It reports false, and writes nothing, not even an entry, when a fact of
	// the practice already has the id. It returns [ErrStale], and writes nothing, when c.Seen is not [Any] and the ledger
	// holds another number of facts than that. What [Change.Validate] refuses is refused with its error.
	Apply(ctx context.Context, c Change) (bool, error)

	// Ledger returns a ledger's facts in the order in which they were written. One that nobody wrote to has no facts.
	Ledger(ctx context.Context, k Key) ([]Fact, error)

	// Facts returns a page of a practice's facts of one kind, whatever their ledger, in the order in which they were written.
	// What [Query.Validate] refuses is refused with its error, and an After that is no fact's id with [ErrAfter]. Facts of
	// a patient who was erased are left out, so that a page may hold fewer than there is room for.
	Facts(ctx context.Context, q Query) (Page, error)
}

// Query asks for a practice's facts of one kind.
type Query struct {
	Practice string
	Kind     Kind
	After    string // Page.Next of the page before; empty for the first page
	Limit    int    // at most this many, 1 to 1000. Defaults to 100.
}

// Validate says why no store can answer the query, whatever After says, as an error that wraps [ErrInvalid], or nil.
func (q Query) Validate() error { return page.Valid(ErrInvalid, q.Practice, q.Limit) }

// Size returns how many facts a page of the query holds at most.
func (q Query) Size() int { return page.Size(q.Limit) }

// Page is one page of facts. Next is empty on the last page.
type Page struct {
	Facts []Fact
	Next  string
}

// Any is the Seen of a change that holds whatever else the ledger says.
const Any = -1

// Change is what one write carries.
type Change struct {
	Fact   Fact         // appended to its ledger
	Seen   int          // how many facts the ledger held when the change was decided on, or [Any]
	Leaves []audit.Leaf // the entries that record it
}

// Validate says why a store cannot keep the change, as an error that wraps [ErrInvalid] or [audit.ErrInvalid], or nil.
// Every change of a [Service] can be kept; a store checks what it is given, for Postgres refuses some text that a map
// takes.
func (c Change) Validate() error {
	if len(c.Leaves) == 0 || c.Seen < Any {
		return fmt.Errorf("%w: a change carries at least one entry", ErrInvalid)
	}
	if err := c.Fact.valid(); err != nil {
		return err
	}
	return audit.ValidateOf(ErrInvalid, c.Fact.Practice, c.Leaves)
}
