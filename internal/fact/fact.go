// Package fact is how services append facts to their ledgers, alike in every domain: what was written is never changed, an
// act that comes twice is written once, and a decision holds for the ledger as it stands when it is written.
package fact

import (
	"errors"
	"fmt"
	"time"
)

// Leeway is how far ahead of our clock a claimed time may be: clocks differ, the future does not happen.
const Leeway = time.Minute

// Late is how long after the time that it claims something that ends consent may be told of and still end whatever was written
// before it: until then the order of writing tells better what came first than clocks do, which differ.
const Late = time.Hour

// Head is what every fact has.
type Head struct {
	ID       *string
	At       *time.Time // when it happened, as claimed; where nobody claims that, the same as Recorded
	Recorded *time.Time // when we recorded it
}

// Act is a fact on its way into its ledger. The functions that are given no fact speak of the one that is appended.
type Act[Fact any] struct {
	Name  string // what errors that are no refusals begin with: the package, a colon, the act
	Now   func() time.Time
	NewID func() string // gives an id to a fact that has none

	Head    func(*Fact) Head
	Repeats func(f, old Fact, dated bool) bool // f says what old says; unless it is dated, whatever its time

	Admit  func() error                           // refuses a fact for what it says by itself
	Ledger func() ([]Fact, error)                 // reads the ledger
	Decide func(ledger []Fact) error              // completes the fact, or refuses it for what the ledger says
	Write  func(seen int) (written bool, _ error) // writes it with its entry, decided on a ledger of so many facts
	Refuse func(cause error) error                // records a refusal and returns its cause

	Stale    error // what Write returns where the ledger has grown since
	Conflict error // the refusal of an id that another fact has
	Future   error // the refusal of a claimed time that is [Ahead]; nil: it is no cause for one here
}

// Appended is what became of an act.
type Appended[Fact any] struct {
	Fact   Fact   // as its ledger holds it
	Before []Fact // the ledger that it was decided on; of a repeated act the one that holds it
	New    bool   // false of a repeated act
}

// Append decides on f against its ledger and writes it. When it is refused, the refusal is recorded and nothing else. When
// the ledger grows in between, it is read and decided on again. A time that f does not claim is when it is recorded.
func Append[Fact any](f *Fact, a Act[Fact]) (Appended[Fact], error) {
	head := a.Head(f)
	if *head.ID == "" {
		*head.ID = a.NewID()
	}
	dated := !head.At.IsZero()
	*head.At, *head.Recorded = moment(*head.At), moment(a.Now())
	if err := a.Admit(); err != nil {
		return Appended[Fact]{}, a.Refuse(err)
	}
	if a.Future != nil && Ahead(*head.At, *head.Recorded) {
		return Appended[Fact]{}, a.Refuse(a.Future)
	}
	for {
		ledger, err := a.Ledger()
		if err != nil {
			return Appended[Fact]{}, a.failed(err)
		}
		if old := Find(ledger, *head.ID, a.Head); old != nil {
			if !a.Repeats(*f, *old, dated) {
				return Appended[Fact]{}, a.Refuse(a.Conflict)
			}
			return Appended[Fact]{Fact: *old, Before: ledger}, nil
		}
		*head.Recorded = Latest(*head.Recorded, ledger, a.Head)
		if !dated {
			*head.At = *head.Recorded
		}
		if err := a.Decide(ledger); err != nil {
			return Appended[Fact]{}, a.Refuse(err)
		}
		written, err := a.Write(len(ledger))
		switch {
		case errors.Is(err, a.Stale):
			continue
		case err != nil:
			return Appended[Fact]{}, a.failed(err)
		case written:
			return Appended[Fact]{Fact: *f, Before: ledger, New: true}, nil
		}
		// Somebody wrote this id since we read: the same act twice at once, which the ledger now shows, or an act in
		// another ledger.
		if ledger, err = a.Ledger(); err != nil {
			return Appended[Fact]{}, a.failed(err)
		}
		if Find(ledger, *head.ID, a.Head) == nil {
			return Appended[Fact]{}, a.Refuse(a.Conflict)
		}
	}
}

func (a Act[Fact]) failed(err error) error { return fmt.Errorf("%s: %w", a.Name, err) }

// Ahead reports whether a time is claimed that lies ahead of when it was recorded.
func Ahead(at, recorded time.Time) bool { return at.After(recorded.Add(Leeway)) }

// Latest returns the recorded time of a fact that is written after the others. It never runs backwards in a ledger,
// whatever the clocks of several processes say.
func Latest[Fact any](now time.Time, ledger []Fact, head func(*Fact) Head) time.Time {
	for i := range ledger {
		if at := *head(&ledger[i]).Recorded; at.After(now) {
			now = at
		}
	}
	return now
}

// Find returns the fact of an id, or nil.
func Find[Fact any](ledger []Fact, id string, head func(*Fact) Head) *Fact {
	for i := range ledger {
		if *head(&ledger[i]).ID == id {
			return &ledger[i]
		}
	}
	return nil
}

// moment returns a time as stores keep it.
func moment(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
