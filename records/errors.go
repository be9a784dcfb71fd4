package records

import "errors"

var (
	// ErrInvalid is wrapped by the refusal of a command or a question that lacks something or cannot be true. Its text
	// says what.
	ErrInvalid = errors.New("records: invalid")

	// ErrNotFound is wrapped when the practice has no such patient or appointment.
	ErrNotFound = errors.New("records: not found")

	// ErrGone is the [ErrNotFound] of a patient whose key was destroyed: nothing that was kept can be read any more.
	ErrGone = wrap(ErrNotFound, "the patient's records were destroyed")

	// ErrConflict is wrapped when an act's id was used before for another act, or an appointment's for another one.
	ErrConflict = errors.New("records: conflict")

	// ErrRevision is the [ErrConflict] of a caller who has not seen the latest revision. Read again, and decide again.
	ErrRevision = wrap(ErrConflict, "the record was changed since it was read")

	// ErrClosed refuses to change an appointment that is no longer booked.
	ErrClosed = errors.New("records: the appointment is no longer booked")

	// ErrTampered is wrapped by a store whose kept record does not say what was written, or stands in another place.
	ErrTampered = errors.New("records: record was altered")

	// ErrStale is what a [Store] answers when the record has another revision than the change was decided on. The
	// service reads it again and repeats its decision; callers of the service never see it.
	ErrStale = errors.New("records: the record has another revision")
)

var (
	errActor = wrap(ErrInvalid, "the actor has no kind that is known, or no id of at most 64 bytes")
	errTaken = wrap(ErrConflict, "an appointment of this id is kept, and says otherwise")

	// errUnchanged is how a decision says that there is nothing to write.
	errUnchanged = errors.New("records: nothing changes")
)

// wrap returns a finer sentinel under a coarser one.
func wrap(under error, text string) error { return &finer{under, text} }

type finer struct {
	under error
	text  string
}

func (f *finer) Error() string { return f.under.Error() + ": " + f.text }
func (f *finer) Unwrap() error { return f.under }

// refusal reports whether err says no to the caller, rather than that something is broken.
func refusal(err error) bool {
	for _, refused := range []error{ErrInvalid, ErrNotFound, ErrConflict, ErrClosed} {
		if errors.Is(err, refused) {
			return true
		}
	}
	return false
}
