package broadcast

import (
	"context"
	"fmt"
	"slices"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/internal/page"
)

// Store keeps the ledgers of broadcasts and their recipients. All methods may be called concurrently; a cancelled context
// writes nothing. What is returned shares no memory with the store. Text is kept as it is: neither case nor Unicode form is
// folded.
type Store interface {
	// Apply writes a whole change or nothing of it. It reports false, and writes nothing, not even an entry, when a fact of
	// the practice already has the id. It returns [ErrStale], and writes nothing, when the ledger holds another number of
	// facts than c.Seen, or a recipient of c.Instead does not wait. What [Change.Validate] refuses is refused with its error.
	//
	// Those that stand at c.Instead are taken out first. Each recipient gets a Place that is higher than those before it. A number
	// that the broadcast has already stays one recipient, in its place and stage and with what it was given first; where the new
	// one names another patient, it becomes Shared, and where it was [Refused] it waits again, in its next Turn, for no reason:
	// what forbade the one patient's text may not forbid the other's.
	Apply(ctx context.Context, c Change) (bool, error)

	// Ledger returns a broadcast's facts in the order in which they were written. One that nobody wrote to has no facts.
	Ledger(ctx context.Context, k Key) ([]Fact, error)

	// Facts returns a page of a practice's facts of one kind, in the order in which they were written. What
	// [Query.Validate] refuses is refused with its error, and an After that is no fact's id with [ErrAfter].
	Facts(ctx context.Context, q Query) (Page, error)

	// Recipients returns up to limit of a broadcast's recipients at a stage whose places come after one, in the order of
	// their places.
	Recipients(ctx context.Context, k Key, stage Stage, after int64, limit int) ([]Recipient, error)

	// Move moves recipients of a broadcast on, and reports for each whether it did: one that is not at From in that Turn any
	// more stays as it is.
	Move(ctx context.Context, k Key, moves ...Move) ([]bool, error)

	// Tally counts a broadcast's recipients.
	Tally(ctx context.Context, k Key) (Tally, error)
}

// Queue is the worker's side of a store: it crosses practices.
type Queue interface {
	// Open returns up to limit broadcasts, of any practice, whose last fact says that a worker has to see to them
	// ([Kind.Works]), or of which a recipient is in [Review], after one, ordered by practice and id byte by byte.
	Open(ctx context.Context, after Key, limit int) ([]Key, error)
}

// Move is what becomes of a recipient.
type Move struct {
	Place  int64
	Turn   int // the recipient's
	From   Stage
	To     Stage
	Again  bool // the recipient's next text is another one: its Turn rises by one
	Reason string
}

// Tally is how many recipients are at a stage, by reason, which is empty for most.
type Tally map[Stage]map[string]int

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

// Change is what one write carries.
type Change struct {
	Fact       Fact         // appended to its ledger
	Seen       int          // how many facts the ledger held when the change was decided on
	Recipients []Recipient  // of Included, Gathered and Redirected: no number twice, at most 1000
	Instead    []int64      // of Redirected: the places of those in whose place the recipients come, at most 1000
	Leaves     []audit.Leaf // the entries that record it
}

// most is how many recipients one change carries.
const most = 1000

// Validate says why a store cannot keep the change, as an error that wraps [ErrInvalid] or [audit.ErrInvalid], or nil.
func (c Change) Validate() error {
	if len(c.Leaves) == 0 || c.Seen < 0 {
		return fmt.Errorf("%w: a change carries at least one entry", ErrInvalid)
	}
	if err := c.Fact.valid(); err != nil {
		return err
	}
	if len(c.Recipients) > most || len(c.Recipients) > 0 && !c.Fact.Kind.brings() {
		return fmt.Errorf("%w: at most %d recipients are included, gathered or redirected at once", ErrInvalid, most)
	}
	if len(c.Instead) > most || (len(c.Instead) > 0) != (c.Fact.Kind == Redirected) {
		return fmt.Errorf("%w: recipients come in the place of 1 to %d where they are redirected, and of none elsewhere", ErrInvalid, most)
	}
	if len(slices.Compact(slices.Sorted(slices.Values(c.Instead)))) != len(c.Instead) {
		return fmt.Errorf("%w: a place stands twice among those that are taken out", ErrInvalid)
	}
	numbers := map[string]bool{}
	for _, r := range c.Recipients {
		if err := r.valid(); err != nil {
			return err
		}
		if r.Place != 0 || numbers[r.Number] {
			return fmt.Errorf("%w: a number stands twice among the recipients, or has a place already", ErrInvalid)
		}
		numbers[r.Number] = true
	}
	return audit.ValidateOf(ErrInvalid, c.Fact.Practice, c.Leaves)
}

// ValidMoves says why a store cannot make the moves, as an error that wraps [ErrInvalid], or nil.
func ValidMoves(moves []Move) error {
	places := map[int64]bool{}
	for _, m := range moves {
		if !m.From.valid() || !m.To.valid() || m.Turn < 0 || places[m.Place] {
			return fmt.Errorf("%w: a recipient moves from a stage to a stage, once at a time", ErrInvalid)
		}
		places[m.Place] = true
		if err := form.Text(ErrInvalid, "the reason", m.Reason, form.ID, false); err != nil {
			return err
		}
	}
	return nil
}
