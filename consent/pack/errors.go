package pack

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid is wrapped by the refusal of a command or an option that lacks something or cannot be true. Its text says
	// what.
	ErrInvalid = errors.New("pack: invalid")

	// ErrRecipient refuses to give consent data to anybody but those whom the policy admits. Its text says what is missing.
	ErrRecipient = errors.New("pack: consent data goes to the practice and the patient, to a court on a documented request, " +
		"and to a carrier as proof of opt-in alone")

	// ErrStaff refuses what is not done by a member of staff.
	ErrStaff = errors.New("pack: only a member of staff releases consent data")

	// ErrSelf refuses an approval by whoever made the request.
	ErrSelf = errors.New("pack: another member of staff than the one who requested it has to approve")

	// ErrNotApproved refuses to write a file for a court or a carrier before its approval.
	ErrNotApproved = errors.New("pack: the release is not approved yet")

	// ErrDenied refuses to write a file whose release was denied.
	ErrDenied = errors.New("pack: the release was denied")

	// ErrDecided refuses to decide on what was decided, or handed out, before. A new request can be decided anew.
	ErrDecided = errors.New("pack: the release was decided or handed out before")

	// ErrUnknown refuses what concerns a release that nobody requested.
	ErrUnknown = errors.New("pack: no such release was requested")

	// ErrNothing refuses to write a file that would show nothing.
	ErrNothing = errors.New("pack: there is nothing on record to show")

	// ErrAfter is the [ErrInvalid] of a page that is to continue after a fact that is not there.
	ErrAfter = fmt.Errorf("%w: no fact has the id that the page comes after", ErrInvalid)

	// ErrConflict is wrapped when an id, or the name of a release, was used before for another act.
	ErrConflict = errors.New("pack: another fact has this id")

	// ErrTampered is wrapped by a store whose kept fact does not say what was written, or stands in another place.
	ErrTampered = errors.New("pack: fact was altered")

	// ErrStale is what a [Store] answers when the ledger has grown since it was read. The service reads it again and
	// repeats its decision; callers of the service never see it.
	ErrStale = errors.New("pack: the ledger has grown")
)

var (
	errActor = fmt.Errorf("%w: the actor has no kind that is known, or no id of at most 64 bytes", ErrInvalid)
	errAhead = fmt.Errorf("%w: the time it is said to have happened lies in the future", ErrInvalid)
)
