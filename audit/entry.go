package audit

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
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
	ID   string // the vendor's own id, at most 64 bytes
}

// Valid reports what the actor lacks, as an error that wraps [ErrInvalid], or nil.
func (a Actor) Valid() error {
	switch a.Kind {
	case Staff, Patient, Representative, System:
	default:
		return fmt.Errorf("%w: the actor's kind is none of staff, patient, representative, system", ErrInvalid)
	}
	return validID("the actor's id", a.ID, true)
}

// Outcome says whether an act happened.
type Outcome string

// The two outcomes. An act that failed for technical reasons changed nothing and leaves no entry.
const (
	Done    Outcome = "done"
	Refused Outcome = "refused"
)

// Object is what was acted on.
type Object struct {
	Kind string // "patient", "appointment", "text": plain in the log, at most 64 bytes
	ID   string // sealed in the log; may be empty where the act has no single object
}

// Entry is one act on a practice's data.
type Entry struct {
	ID       string // set by Stamp; a caller leaves it empty
	Practice string // the vendor's id of the practice, at most 64 bytes
	At       time.Time
	Actor    Actor
	Action   string // "domain.noun.verb", such as "consent.grant" or "records.patient.read"; at most 64 bytes
	Outcome  Outcome
	Object   Object
	Patient  string            // whose data, the vendor's id; empty where no patient is concerned
	Reason   string            // why it was refused or done, a plain sentence; bytes that are no text are replaced
	Details  map[string]string // whatever else proves the act; sealed
}

// valid checks everything a caller supplies. Stamp fills ID, At and an empty Outcome afterwards.
func (e Entry) valid() error {
	if err := e.Actor.Valid(); err != nil {
		return err
	}
	if err := validID("the practice", e.Practice, true); err != nil {
		return err
	}
	if err := validID("the patient", e.Patient, false); err != nil {
		return err
	}
	if err := validID("the action", e.Action, true); err != nil {
		return err
	}
	if err := validID("the object's kind", e.Object.Kind, true); err != nil {
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
	return nil
}

// validID checks an id that a vendor gave: opaque text of at most 64 bytes, which Postgres can hold.
func validID(what, id string, required bool) error {
	switch {
	case required && id == "":
		return fmt.Errorf("%w: %s is empty", ErrInvalid, what)
	case len(id) > 64:
		return fmt.Errorf("%w: %s is longer than 64 bytes", ErrInvalid, what)
	case !utf8.ValidString(id) || strings.ContainsRune(id, 0):
		return fmt.Errorf("%w: %s is not valid text", ErrInvalid, what)
	}
	return nil
}
