package representative

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit"
)

// Store keeps patients' ledgers. It only ever adds facts. All methods may be called concurrently; a
// cancelled context writes nothing. What is returned shares no memory with the store. Text is kept as it is: neither case
// nor Unicode form is folded.
type Store interface {
	// Apply writes a whole change or nothing of it. It reports false, and writes nothing, not even an entry, when a fact of
	// the practice already has the id. It returns [ErrStale], and writes nothing, when c.Seen is not [Any] and the ledger
	// holds another number of facts than that. What [Change.Validate] refuses is refused with its error.
	Apply(ctx context.Context, c Change) (bool, error)

	// Facts returns a ledger in the order in which it was written. One that nobody wrote to has no facts.
	Facts(ctx context.Context, k Key) ([]Fact, error)
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
	for _, leaf := range c.Leaves {
		if leaf.Practice != c.Fact.Practice {
			return fmt.Errorf("%w: a change's entry is in another practice's log", ErrInvalid)
		}
		if err := leaf.Validate(); err != nil {
			return err
		}
	}
	return nil
}
