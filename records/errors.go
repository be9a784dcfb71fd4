package records

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid is wrapped by the refusal of a command or a question that lacks something or cannot be true. Its text
	// says what.
	ErrInvalid = errors.New("records: invalid")

	// ErrNotFound is wrapped when the practice has no such patient or appointment.
	ErrNotFound = errors.New("records: not found")

	// ErrGone is the [ErrNotFound] of a patient whose key was destroyed: nothing that was kept can be read any more.
	ErrGone = fmt.Errorf("%w: the patient's records were destroyed", ErrNotFound)

	// ErrConflict is wrapped when an act's id was used before for another act, or an appointment's for another one.
	ErrConflict = errors.New("records: conflict")

	// ErrRevision is the [ErrConflict] of a caller who has not seen the latest revision. Read again, and decide again.
	ErrRevision = fmt.Errorf("%w: the record was changed since it was read", ErrConflict)

	// ErrClosed refuses to change an appointment that is no longer booked.
	ErrClosed = errors.New("records: the appointment is no longer booked")

	// ErrTampered is wrapped by a store whose kept record does not say what was written, or stands in another place.
	ErrTampered = errors.New("records: record was altered")

	// ErrStale is what a [Store] answers when the record has another revision, or another version, than the change was decided
	// on. The service reads it again and repeats its decision; callers of the service never see it.
	ErrStale = errors.New("records: the record has another revision")
)

var (
	errActor = fmt.Errorf("%w: the actor has no kind that is known, or no id of at most 64 bytes", ErrInvalid)
	errTaken = fmt.Errorf("%w: an appointment of this id is kept, and says otherwise", ErrConflict)

	// errUnchanged is how a decision says that there is nothing to write.
	errUnchanged = errors.New("records: nothing changes")
)

// refusal reports whether err says no to the caller, rather than that something is broken.
func refusal(err error) bool {
	for _, refused := range []error{ErrInvalid, ErrNotFound, ErrConflict, ErrClosed} {
		if errors.Is(err, refused) {
			return true
		}
	}
	return false
}
