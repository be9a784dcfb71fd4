package cookie

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/internal/page"
)

// Store keeps choices. It only ever adds them. All methods may be called concurrently; a cancelled context writes
// nothing. What is returned shares no memory with the store. Text is kept as it is: neither case nor Unicode form is
// folded.
type Store interface {
	// Apply writes a whole change or nothing of it. It reports false, and writes nothing, not even an entry, when a
	// choice of the practice already has the id. What [Change.Validate] refuses is refused with its error.
	Apply(ctx context.Context, c Change) (bool, error)

	// Choice returns one choice, or an error that wraps [ErrNotFound].
	Choice(ctx context.Context, k Key) (Choice, error)

	// Choices returns a page of a visitor's choices, oldest first by (Recorded, ID). A visitor who never chose has none.
	// What [Query.Validate] refuses is refused with its error, and an After that no page gave with [ErrInvalid].
	Choices(ctx context.Context, q Query) (Page, error)
}

// Change is what one write carries.
type Change struct {
	Choice Choice
	Leaves []audit.Leaf // the entries that record it
}

// Validate says why a store cannot keep the change, as an error that wraps [ErrInvalid] or [audit.ErrInvalid], or nil.
// Every change of a [Service] can be kept; a store checks what it is given, for Postgres refuses some text that a map
// takes.
func (c Change) Validate() error {
	if len(c.Leaves) == 0 {
		return fmt.Errorf("%w: a change carries at least one entry", ErrInvalid)
	}
	if err := c.Choice.valid(); err != nil {
		return err
	}
	return audit.ValidateOf(ErrInvalid, c.Choice.Practice, c.Leaves)
}

// Query asks for a page of a visitor's choices.
type Query struct {
	Practice string
	Visitor  string
	After    string // Page.Next of the page before; empty for the first page
	Limit    int    // at most this many, 1 to 1000. Defaults to 100.
}

// Page is one page of choices. Next is empty on the last page.
type Page struct {
	Choices []Choice
	Next    string
}

// Validate says why a query cannot be answered, whatever After says, as an error that wraps [ErrInvalid], or nil.
func (q Query) Validate() error {
	if err := form.Text(ErrInvalid, "the practice", q.Practice, form.ID, true); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the visitor", q.Visitor, form.ID, true); err != nil {
		return err
	}
	_, err := page.Limit(ErrInvalid, q.Limit)
	return err
}
