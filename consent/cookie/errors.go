package cookie

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid is wrapped by the refusal of a command, a register, a law or an option that lacks something or cannot
	// be true. Its text says what.
	ErrInvalid = errors.New("cookie: invalid")

	// ErrEvidence is the [ErrInvalid] of a yes that lacks what the visitor was shown.
	ErrEvidence = fmt.Errorf("%w: evidence is missing", ErrInvalid)

	// ErrSignal refuses a yes while the visitor's browser asks that nobody follows them.
	ErrSignal = errors.New("cookie: the browser sends Do Not Track or Global Privacy Control, which beat a yes")

	// ErrChanged refuses a yes to another notice than the one that is shown now.
	ErrChanged = errors.New("cookie: the notice has changed since it was shown; please choose again")

	// ErrConflict is wrapped when an id was used before for another choice.
	ErrConflict = errors.New("cookie: another choice has this id")

	// ErrNotFound is wrapped by a store that keeps no choice of this id.
	ErrNotFound = errors.New("cookie: no such choice")

	// ErrTampered is wrapped by a store whose kept choice does not say what was written, or stands in another place.
	ErrTampered = errors.New("cookie: choice was altered")
)

var (
	errActor = fmt.Errorf("%w: the actor has no kind that is known, or no id of at most 64 bytes", ErrInvalid)
	errAhead = fmt.Errorf("%w: the time it is said to have happened lies in the future", ErrInvalid)
)
