package registration

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid is wrapped by the refusal of a command or an option that lacks something or cannot be true, and by
	// [Problems]. Its text says what.
	ErrInvalid = errors.New("registration: invalid")

	// ErrOrder is wrapped when an act does not fit the state that a registration is in. Its text says why, and what may
	// be done instead.
	ErrOrder = errors.New("registration: not now")

	// ErrFull is wrapped when a brand has all the campaigns, or a campaign all the numbers, that it may have.
	ErrFull = errors.New("registration: the limit is reached")

	// ErrUnknown is wrapped when nothing is registered under a name, or a number belongs to no campaign.
	ErrUnknown = errors.New("registration: nothing is registered under that name")

	// ErrConflict is wrapped when an id was used before for another act.
	ErrConflict = errors.New("registration: another fact has this id")

	// ErrAfter is the [ErrInvalid] of a page that is to continue after a fact that is not there.
	ErrAfter = fmt.Errorf("%w: no fact has the id that the page comes after", ErrInvalid)

	// ErrTampered is wrapped by a store whose kept fact does not say what was written, or stands in another place.
	ErrTampered = errors.New("registration: fact was altered")

	// ErrStale is what a [Store] answers when the ledger has grown since it was read. The service reads it again and
	// repeats its decision; callers of the service never see it.
	ErrStale = errors.New("registration: the ledger has grown")
)

var (
	errActor = fmt.Errorf("%w: the actor is no member of staff and no system with an id of at most 64 bytes", ErrInvalid)
	errAhead = fmt.Errorf("%w: the time it is said to have happened lies in the future", ErrInvalid)
)
