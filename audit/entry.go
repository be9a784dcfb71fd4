package audit

import (
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/enamel-go/enamel/internal/form"
)

// ActorKind says in what capacity somebody acts.
type ActorKind string

// The capacities that Enamel knows.
const (
	Staff          ActorKind = "staff"          // a person who works for the practice, by the vendor's user id
	Patient        ActorKind = "patient"        // the patient, or whoever holds the patient's number
	Representative ActorKind = "representative" // a parent, guardian or attorney who acts for a patient
	System         ActorKind = "system"         // a worker or an import; the id is its name
)

// Actor is who acts. It is evidence, not authority: the vendor authenticates and authorises before the call.
type Actor struct {
	Kind ActorKind
	// ID is the vendor's own id, at most 64 bytes, and never a number, a name or an address. In the log that of staff and
	// of a system is plain; that of a patient or a representative is sealed.
	ID string
}

// Validate says what the actor lacks, as an error that wraps [ErrInvalid], or nil.
func (a Actor) Validate() error {
	switch a.Kind {
	case Staff, Patient, Representative, System:
	default:
		return fmt.Errorf("%w: the actor's kind is none of staff, patient, representative, system", ErrInvalid)
	}
	return form.Text(ErrInvalid, "the actor's id", a.ID, form.ID, true)
}

// sealed reports whether the actor's id belongs to somebody whom the log must not name.
func (a Actor) sealed() bool { return a.Kind == Patient || a.Kind == Representative }

// Outcome says whether an act happened.
type Outcome string

// The two outcomes. An act that failed for technical reasons changed nothing and leaves no entry.
const (
	Done    Outcome = "done"
	Refused Outcome = "refused"
)

// Term is how long an entry is kept at least.
type Term string

// The two terms. What proves something about a patient's data is kept as long as documentation under HIPAA (45 CFR
// 164.316(b)(2)(i)); a system log, such as of requests to a server, for one year.
const (
	SixYears Term = "6y"
	OneYear  Term = "1y"
)

// End returns the moment from which an entry of the given time may go: so many calendar years later, in UTC. A leap day
// ends with the first of March.
func (t Term) End(at time.Time) time.Time {
	if t == OneYear {
		return at.UTC().AddDate(1, 0, 0)
	}
	return at.UTC().AddDate(6, 0, 0)
}

// Object is what was acted on.
type Object struct {
	Kind string // "patient", "appointment", "text": plain in the log, at most 64 bytes
	ID   string // sealed in the log; may be empty where the act has no single object
}

// Entry is one act on a practice's data. What of it is sealed is at most a mebibyte, as JSON.
type Entry struct {
	ID       string    // set by Stamp, whatever the caller says
	Practice string    // the vendor's id of the practice, at most 64 bytes
	At       time.Time // set by Stamp, whatever the caller says; UTC, at microseconds
	Actor    Actor
	Action   string  // "domain.verb" or "domain.noun.verb", such as "consent.grant"; at most 64 bytes
	Outcome  Outcome // Defaults to Done.
	Term     Term    // Defaults to SixYears.
	Object   Object
	Patient  string            // whose data, the vendor's id; empty where no patient is concerned
	Reason   string            // why it was refused or done, a plain sentence; bytes that are no text are replaced
	Details  map[string]string // whatever else proves the act; sealed
}

// valid checks everything a caller supplies. Stamp fills ID, At and an empty Outcome afterwards.
func (e Entry) valid() error {
	if err := e.Actor.Validate(); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the practice", e.Practice, form.ID, true); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the patient", e.Patient, form.ID, false); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the action", e.Action, form.ID, true); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the object's kind", e.Object.Kind, form.ID, true); err != nil {
		return err
	}
	if !utf8.ValidString(e.Object.ID) {
		return fmt.Errorf("%w: the object's id is not valid text", ErrInvalid)
	}
	for name, value := range e.Details {
		if !utf8.ValidString(name) || !utf8.ValidString(value) {
			return fmt.Errorf("%w: a detail is not valid text", ErrInvalid)
		}
	}
	switch e.Outcome {
	case "", Done, Refused:
	default:
		return fmt.Errorf("%w: the outcome is neither done nor refused", ErrInvalid)
	}
	switch e.Term {
	case "", SixYears, OneYear:
	default:
		return fmt.Errorf("%w: the term is neither one year nor six", ErrInvalid)
	}
	return nil
}
