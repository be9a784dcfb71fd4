package notary

import "time"

// Kind says what is wrong.
type Kind string

// The kinds of damage.
const (
	Edited    Kind = "edited"     // a row does not say what was integrated
	Deleted   Kind = "deleted"    // an integrated row is gone
	Swapped   Kind = "swapped"    // a row stands where another one was integrated
	Forged    Kind = "forged"     // a row in no batch whose code does not fit: not stamped by the log, or altered since
	BackDated Kind = "back-dated" // a genuine row in no batch, put among rows that had been integrated
	Cut       Kind = "cut"        // the tree is shorter than a checkpoint says
	Rewritten Kind = "rewritten"  // the tree does not continue a checkpoint that was kept
	Unsound   Kind = "unsound"    // the notary's own rows do not fit one another or their signature
)

// Damage is one thing that is wrong with a log.
type Damage struct {
	Kind     Kind
	Practice string
	ID       string // the entry's; empty where no single entry is concerned
	Position int64  // in the practice's tree, from 0; -1 for a row that stands in no batch
	Note     string // a sentence for the person who looks into it
}

// Report is what [Reader.Verify] found.
type Report struct {
	Practice   string
	Size       int64  // positions of the tree that were checked
	Pruned     int64  // of these, positions whose leaves were pruned as a genuine entry says; they are no damage
	Pending    int    // leaves that wait for a batch; they are no damage, and nothing proves them yet
	Checkpoint string // the newest checkpoint; keep it elsewhere. Empty where nothing is integrated yet.

	// Since is the time of the oldest leaf that waits, by its own word, UTC; the zero time where none does. See Overdue.
	Since time.Time

	// Damage is everything that is wrong, by position, and at its end what has none. An undamaged log has none. Of
	// more than 1,000 only the first are listed; More says how many there are beside them.
	Damage []Damage
	More   int
}

// OK reports whether nothing is wrong with what was integrated, and nothing was put beside it. It says nothing of what
// waits: call a log fine only where it is not Overdue either.
func (r *Report) OK() bool { return len(r.Damage) == 0 }

// Patience is how long a leaf may wait for its batch before somebody has to look why. A notary needs about a second.
const Patience = time.Hour

// Overdue reports whether at a moment leaves have waited for longer than [Patience]: no notary runs, or its steps fail, or
// the practice's key cannot be had. Whatever was done to these leaves meanwhile would not be seen.
func (r *Report) Overdue(now time.Time) bool { return r.Pending > 0 && now.Sub(r.Since) > Patience }
