package consent

import (
	"fmt"
	"slices"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/fact"
	"github.com/enamel-go/enamel/internal/form"
)

// Kind is what a fact of the ledger says.
type Kind string

// The kinds of facts. None is ever changed or removed; a later fact outranks an earlier one by the rules of [Derive].
const (
	Granted   Kind = "granted"   // consent was given on a basis, for one category
	Asked     Kind = "asked"     // the one confirmation request of a double opt-in was made
	Confirmed Kind = "confirmed" // the patient answered it
	Revoked   Kind = "revoked"   // consent was withdrawn, for one category or for all
	Restarted Kind = "restarted" // the patient's own START after a revocation
	Lapsed    Kind = "lapsed"    // the number has another holder now, or none: what was given before it is nobody's
	Muted     Kind = "muted"     // one patient of those who share the number wants no texts about himself
	Unmuted   Kind = "unmuted"   // that patient wants them again
	Doubted   Kind = "doubted"   // the patient said what may be a revocation; a person has to look
	Cleared   Kind = "cleared"   // a person looked: it was none
)

// Key names a ledger: one phone number at one practice. Consent belongs to the number, whoever of a family holds it.
type Key struct {
	Practice string // the vendor's id of the practice
	Number   string // E.164
}

func (k Key) valid() error {
	if err := form.Text(ErrInvalid, "the practice", k.Practice, form.ID, true); err != nil {
		return err
	}
	if !form.E164(k.Number) {
		return fmt.Errorf("%w: the number is not in E.164 form, such as +15125550100", ErrInvalid)
	}
	return nil
}

// Fact is one line of a ledger.
type Fact struct {
	ID       string
	Practice string
	Number   string
	Kind     Kind
	Category Category // of a grant, or what a revocation or a mute is narrowed to; empty: all categories
	Sender   string   // of a grant: the one number of ours that may text, empty: any of the practice's; of a revocation: the one it came to
	Patient  string   // of a grant or a mute: whose it is, the vendor's id; empty where nobody is named

	At       time.Time // when it happened, as claimed; UTC, at microseconds
	Recorded time.Time // when we recorded it, by our clock, and never before what the ledger held; UTC, at microseconds
	Actor    audit.Actor
	Entry    string // the id of its entry in the audit log

	Basis    Basis     // of a grant
	Channel  Channel   // of a revocation or a doubt
	Cause    Cause     // of a lapse
	Duty     string    // of a grant: the terms under which the practice had accepted its duty; see [Duty]
	Evidence Evidence  // what proves it
	Erased   bool      // the evidence was erased with the patient's record; such a grant permits nothing
	Confirm  bool      // of a grant: it permits nothing until it is confirmed
	About    []string  // of a request: the grants it asks about; of a confirmation: the request; of a clearance: the doubt
	Token    string    // of a request by link: the SHA-256 of its token, in hexadecimal
	Expires  time.Time // from this moment on a grant permits nothing; after it a request's answer is refused and a doubt is overdue
}

// Key returns the ledger that the fact belongs to.
func (f Fact) Key() Key { return Key{f.Practice, f.Number} }

// Clone returns a copy that shares no memory with f.
func (f Fact) Clone() Fact {
	f.About = slices.Clone(f.About)
	return f
}

// valid refuses what no ledger can hold.
func (f Fact) valid() error {
	if err := f.Key().valid(); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the id", f.ID, form.ID, true); err != nil {
		return err
	}
	if f.Actor.Validate() != nil {
		return errActor
	}
	for _, field := range []struct{ name, value string }{
		{"the kind", string(f.Kind)},
		{"the category", string(f.Category)},
		{"the basis", string(f.Basis)},
		{"the channel", string(f.Channel)},
		{"the cause", string(f.Cause)},
		{"the sender", f.Sender},
		{"the patient", f.Patient},
		{"the token", f.Token},
		{"the terms of the duty", f.Duty},
		{"the id of the entry", f.Entry},
	} {
		if err := form.Text(ErrInvalid, field.name, field.value, form.ID, false); err != nil {
			return err
		}
	}
	if f.Erased {
		return fmt.Errorf("%w: a fact is erased by the loss of its key, not by being written", ErrInvalid)
	}
	for _, id := range f.About {
		if err := form.Text(ErrInvalid, "the id of what it is about", id, form.ID, true); err != nil {
			return err
		}
	}
	if err := form.Instants(ErrInvalid, f.At, f.Recorded, f.Expires); err != nil {
		return err
	}
	return f.Evidence.valid()
}

// narrows reports whether a fact only ever takes permission away. Such a fact is never refused for what the ledger says
// nor for its time, and waits for nobody.
func (f *Fact) narrows() bool {
	switch f.Kind {
	case Revoked, Lapsed, Muted, Doubted:
		return true
	}
	return false
}

// moment is when a revocation, a mute or a lapse counts from: the earlier of the claimed and the recorded time, so that neither a late
// entry nor a date ahead delays it.
func (f *Fact) moment() time.Time {
	if f.At.Before(f.Recorded) {
		return f.At
	}
	return f.Recorded
}

// after reports whether both times of f are later than moment.
func (f *Fact) after(moment time.Time) bool {
	return f.At.After(moment) && f.Recorded.After(moment)
}

// Outranks reports whether of a ledger, in the order of writing, the fact of one place counts in spite of the one of another
// that may have ended it, a revocation, a mute or a lapse: only where both its times are later than the earlier one of the end's,
// and it was written after the end, or the end goes by the time that it claims.
func Outranks(facts []Fact, place, end int) bool {
	return facts[place].after(facts[end].moment()) && (place > end || late(facts, place, end))
}

// late reports whether an end goes by the time that it claims against what was written in a place before it. Which came first
// the order of writing tells better than clocks do, which differ, unless the end is told of more than an hour later; or more than
// a minute later, and no more than the ledger held before that place. Where it was recorded no later than a fact before it, by a
// clock behind the one that recorded that, its time says nothing.
func late(facts []Fact, place, end int) bool {
	e := &facts[end]
	after := e.Recorded.Sub(e.At)
	late := after > fact.Late
	for i := range facts[:end] {
		f := &facts[i]
		switch {
		case f.Key() != e.Key():
		case f.Recorded.Equal(e.Recorded):
			return false
		case i < place && f.Kind == e.Kind && f.Patient == e.Patient && (f.Category == "" || f.Category == e.Category):
			late = late || after > fact.Leeway && !f.moment().Before(e.moment())
		}
	}
	return late
}

// Channel is how a revocation reached the practice. None is better than another (47 CFR 64.1200(a)(10)).
type Channel string

// The channels.
const (
	ByText     Channel = "text"
	ByCall     Channel = "call"
	ByEmail    Channel = "email"
	ByDesk     Channel = "desk"
	ByPortal   Channel = "portal"
	ByMail     Channel = "mail"
	ByProvider Channel = "provider" // a provider's own opt-out list, or its refusal of a text as opted out
)

func (c Channel) valid() bool {
	switch c {
	case ByText, ByCall, ByEmail, ByDesk, ByPortal, ByMail, ByProvider:
		return true
	}
	return false
}

// Cause is why what was given for a number counts no more.
type Cause string

// The causes. In the first two somebody else may hold the number.
const (
	Reassigned  Cause = "reassigned"   // a provider, or the Reassigned Numbers Database, says so (47 CFR 64.1200(m))
	WrongNumber Cause = "wrong_number" // whoever holds it says that it is not the patient's
	Deactivated Cause = "deactivated"  // its carrier took it out of service
	Landline    Cause = "landline"     // it takes no texts, so nobody can confirm by one
)

func (c Cause) valid() bool {
	switch c {
	case Reassigned, WrongNumber, Deactivated, Landline:
		return true
	}
	return false
}
