package consent

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit"
)

// Store keeps ledgers and practices' settings. It only ever adds facts. All methods may be called concurrently; a
// cancelled context writes nothing. What is returned shares no memory with the store. Text is kept as it is: neither
// case nor Unicode form is folded.
type Store interface {
	// Apply writes a whole change or nothing of it. It reports false, and writes nothing, not even an entry, when a
	// fact of the practice already has the id of c.Fact. It returns [ErrStale], and writes nothing, when c.Seen is not
	// [Any] and the ledger holds another number of facts than that. What [Change.Validate] refuses is refused with its
	// error.
	Apply(ctx context.Context, c Change) (bool, error)

	// Facts returns a ledger in the order in which it was written. A number that nobody wrote about has no facts.
	Facts(ctx context.Context, k Key) ([]Fact, error)

	// Settings returns what a practice has set, or the zero value with the practice where nothing was.
	Settings(ctx context.Context, practice string) (Settings, error)
}

// Any is the Seen of a change that holds whatever else the ledger says.
const Any = -1

// Change is what one write carries. Either Fact or Settings is set.
type Change struct {
	Fact     *Fact        // appended to its ledger
	Seen     int          // how many facts the ledger held when the change was decided on, or [Any]
	Settings *Settings    // replaces the practice's
	Leaves   []audit.Leaf // the entries that record the change
}

// Validate says why a store cannot keep the change, as an error that wraps [ErrInvalid] or [audit.ErrInvalid], or nil.
// Every change of a [Service] can be kept; a store checks what it is given, for Postgres refuses some text that a map
// takes.
func (c Change) Validate() error {
	if (c.Fact == nil) == (c.Settings == nil) || len(c.Leaves) == 0 || c.Seen < Any {
		return fmt.Errorf("%w: a change carries either a fact or settings, and at least one entry", ErrInvalid)
	}
	var practice string
	var err error
	if c.Fact != nil {
		practice, err = c.Fact.Practice, c.Fact.valid()
	} else {
		practice, err = c.Settings.Practice, c.Settings.valid()
	}
	if err != nil {
		return err
	}
	for _, leaf := range c.Leaves {
		if leaf.Practice != practice {
			return fmt.Errorf("%w: a change's entry is in another practice's log", ErrInvalid)
		}
		if err := leaf.Validate(); err != nil {
			return err
		}
	}
	return nil
}
