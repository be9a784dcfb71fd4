package broadcast

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid is wrapped by the refusal of a command that lacks something or cannot be true. Its text says what.
	ErrInvalid = errors.New("broadcast: invalid")

	// ErrCriterion is the [ErrInvalid] of an audience that is chosen by anything but the list of criteria.
	ErrCriterion = fmt.Errorf("%w: an audience is chosen from consents, by a date of visit, or by health data with each patient's authorization, and by nothing else", ErrInvalid)

	// ErrAuthorization refuses an audience that was chosen by health data where a patient's authorization is missing or not
	// in force (45 CFR 164.508(a)(3)).
	ErrAuthorization = errors.New("broadcast: an audience chosen by health data needs an authorization in force of each patient")

	// ErrStatus refuses what a broadcast does not admit as it stands. Its text says how it stands.
	ErrStatus = errors.New("broadcast: it does not admit that")

	// ErrEmpty refuses to start a broadcast that nobody was included in.
	ErrEmpty = errors.New("broadcast: nobody is in its audience")

	// ErrUnknown refuses a command about a broadcast that nobody drafted.
	ErrUnknown = errors.New("broadcast: there is no such broadcast")

	// ErrConflict is wrapped when an id was used before for another act.
	ErrConflict = errors.New("broadcast: another act has this id")

	// ErrStale is a store's answer to a change that was decided on a ledger of another length. A [Service] decides anew.
	ErrStale = errors.New("broadcast: the ledger has grown")

	// ErrAfter is the [ErrInvalid] of a page that is to continue after a fact that is not there.
	ErrAfter = fmt.Errorf("%w: no fact has the id that the page comes after", ErrInvalid)

	// ErrTampered is wrapped by a store whose kept row does not say what was written, or stands in another place.
	ErrTampered = errors.New("broadcast: a row was altered")

	errActor = fmt.Errorf("%w: an act has an actor", ErrInvalid)
)
