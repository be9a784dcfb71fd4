package link

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit"
)

// Store keeps what is on record about links. It only ever adds facts. All methods may be called concurrently; a cancelled
// context writes nothing. Text is kept as it is: neither case nor Unicode form is folded.
type Store interface {
	// Apply writes a whole change or nothing of it. It reports false, and writes nothing, not even an entry, where a link
	// of the practice already has the id of one that is issued, or where one that ends was ended before or never issued.
	// It returns [ErrConflict], and writes nothing, where another link of the practice has the token. What
	// [Change.Validate] refuses is refused with its error.
	Apply(ctx context.Context, c Change) (bool, error)

	// Link returns the practice's link with an id. It reports false where there is none.
	Link(ctx context.Context, practice, id string) (State, bool, error)

	// Find returns the practice's link whose token has that SHA-256, in hexadecimal. It reports false where there is none.
	Find(ctx context.Context, practice, token string) (State, bool, error)

	// Of returns the links that the practice issued for a patient, by when they were issued and then by id.
	Of(ctx context.Context, practice, patient string) ([]State, error)
}

// Change is what one write carries.
type Change struct {
	Fact   Fact
	Leaves []audit.Leaf // the entries that record it
}

// Validate says why a store cannot keep the change, as an error that wraps [ErrInvalid] or [audit.ErrInvalid], or nil.
// Every change of a [Service] can be kept; a store checks what it is given, for Postgres refuses some text that a map
// takes.
func (c Change) Validate() error {
	if len(c.Leaves) == 0 {
		return fmt.Errorf("%w: a change carries at least one entry", ErrInvalid)
	}
	if err := c.Fact.valid(); err != nil {
		return err
	}
	return audit.ValidateOf(ErrInvalid, c.Fact.Practice, c.Leaves)
}
