package consent

import (
	"context"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/page"
)

// Store keeps ledgers and practices' settings. It only ever adds facts. All methods may be called concurrently; a
// cancelled context writes nothing. What is returned shares no memory with the store, but for what is said to be lent. Text
// is kept as it is: neither case nor Unicode form is folded.
type Store interface {
	// Apply writes a whole change or nothing of it. It reports false, and writes nothing, not even an entry, when a
	// fact of the practice already has the id of c.Fact, or a wording that of c.Wording. It returns [ErrStale], and
	// writes nothing, when c.Seen is not [Any] and the ledger holds another number of facts than that. What
	// [Change.Validate] refuses is refused with its error.
	Apply(ctx context.Context, c Change) (bool, error)

	// Ledger returns a ledger in the order in which it was written. A number that nobody wrote about has no facts. What is
	// returned is lent: nobody changes it.
	Ledger(ctx context.Context, k Key) ([]Fact, error)

	// Standing returns a ledger as a check before every text needs it: what Ledger returns, but a fact's Evidence may be
	// left out. What is returned is lent: nobody changes it.
	Standing(ctx context.Context, k Key) ([]Fact, error)

	// Standings returns what Standing returns for each of many keys, in their order. Where one cannot be read it returns an
	// error alone.
	Standings(ctx context.Context, keys []Key) ([][]Fact, error)

	// Settings returns what a practice has set and accepted, or the zero value with the practice where nothing was.
	Settings(ctx context.Context, practice string) (Settings, error)

	// Wordings returns what a practice has published, in the order in which it did.
	Wordings(ctx context.Context, practice string) ([]Wording, error)

	// Facts returns a page of a practice's facts of one kind, whatever their number, in the order in which they were
	// written. The zero Limit means 100; an After that is no fact's id is refused with [ErrAfter].
	Facts(ctx context.Context, q Query) (Page, error)

	// Fact returns the practice's fact of an id, and whether there is one.
	Fact(ctx context.Context, practice, id string) (Fact, bool, error)

	// Numbers returns the numbers with facts that name the patient, in ascending order.
	Numbers(ctx context.Context, practice, patient string) ([]string, error)

	// Ledgers returns a page of a practice's ledgers, each as Ledger returns it, in an order of the store's own that does
	// not change. A ledger that began after the first page may be left out. The zero Limit means 100; an After that no
	// page gave is refused with [ErrAfter].
	Ledgers(ctx context.Context, q LedgerQuery) (LedgerPage, error)
}

// LedgerQuery asks for a practice's ledgers.
type LedgerQuery struct {
	Practice string
	After    string // LedgerPage.Next of the page before; empty for the first page
	Limit    int    // 1 to 1000. Defaults to 100.
}

// Validate says why no store can answer the query, as an error that wraps [ErrInvalid], or nil.
func (q LedgerQuery) Validate() error { return Query{Practice: q.Practice, Limit: q.Limit}.Validate() }

// Size returns how many ledgers a page of the query holds at most.
func (q LedgerQuery) Size() int { return Query{Limit: q.Limit}.Size() }

// LedgerPage is one page of ledgers, each with at least one fact. Next is empty on the last page, and tells no number.
type LedgerPage struct {
	Ledgers [][]Fact
	Next    string
}

// Query asks for a practice's facts of one kind.
type Query struct {
	Practice string
	Kind     Kind
	After    string // Page.Next of the page before; empty for the first page
	Limit    int    // 1 to 1000. Defaults to 100.
}

// Validate says why no store can answer the query, as an error that wraps [ErrInvalid], or nil.
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

// Change is what one write carries. One of Fact, Settings, Duty and Wording is set.
type Change struct {
	Fact     *Fact        // appended to its ledger
	Seen     int          // how many facts the ledger held when the change was decided on, or [Any]
	Settings *Settings    // replaces the practice's, all but the duty
	Duty     *Duty        // replaces the practice's
	Wording  *Wording     // is added to the practice's
	Leaves   []audit.Leaf // the entries that record the change
}

// Validate says why a store cannot keep the change, as an error that wraps [ErrInvalid] or [audit.ErrInvalid], or nil.
// Every change of a [Service] can be kept; a store checks what it is given, for Postgres refuses some text that a map
// takes.
func (c Change) Validate() error {
	practice, what := "", 0
	var err error
	if c.Fact != nil {
		practice, err, what = c.Fact.Practice, c.Fact.valid(), what+1
	}
	if c.Settings != nil {
		practice, err, what = c.Settings.Practice, c.Settings.valid(), what+1
	}
	if c.Duty != nil {
		practice, err, what = c.Duty.Practice, c.Duty.valid(), what+1
	}
	if c.Wording != nil {
		practice, err, what = c.Wording.Practice, c.Wording.valid(), what+1
	}
	if what != 1 || len(c.Leaves) == 0 || c.Seen < Any {
		return errChange
	}
	if err != nil {
		return err
	}
	return audit.ValidateOf(ErrInvalid, practice, c.Leaves)
}
