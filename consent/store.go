package consent

import (
	"context"

	"github.com/enamel-go/enamel/audit"
)

// Store keeps ledgers and practices' settings. It only ever adds facts. All methods may be called concurrently; a
// cancelled context writes nothing. What is returned shares no memory with the store. Text is kept as it is: neither
// case nor Unicode form is folded.
type Store interface {
	// Apply writes a whole change or nothing of it. It reports false, and writes nothing, not even an entry, when a
	// fact of the practice already has the id of c.Fact. It returns [ErrStale], and writes nothing, when c.Seen is not
	// [Any] and the ledger holds another number of facts than that.
	Apply(ctx context.Context, c Change) (bool, error)

	// Facts returns a ledger in the order in which it was written. A number that nobody wrote about has no facts.
	Facts(ctx context.Context, k Key) ([]Fact, error)

	// Practice returns a practice's settings, or the zero value with its id where none were set.
	Practice(ctx context.Context, id string) (Practice, error)
}

// Any is the Seen of a change that holds whatever else the ledger says.
const Any = -1

// Change is what one write carries. Either Fact or Practice is set.
type Change struct {
	Fact     *Fact        // appended to its ledger
	Seen     int          // how many facts the ledger held when the change was decided on, or [Any]
	Practice *Practice    // replaces the practice's settings
	Leaves   []audit.Leaf // the entries that record the change
}
