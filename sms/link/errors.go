package link

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid is wrapped by the refusal of a command or a change that lacks something or cannot be true. Its text says
	// what.
	ErrInvalid = errors.New("link: invalid")

	// ErrUnknown is returned where the practice has issued no link with that token or id.
	ErrUnknown = errors.New("link: the practice has issued no such link; ask it for a new one")

	// ErrOther is returned to a sign-in that is neither the patient's nor that of somebody who may act for the patient.
	ErrOther = errors.New("link: it opens for the patient that it was issued for, or who acts for that patient, and this sign-in is neither")

	// ErrUsed is returned where a link was opened before.
	ErrUsed = errors.New("link: it was opened before, and opens once; issue a new one")

	// ErrRevoked is returned where a link was taken back.
	ErrRevoked = errors.New("link: it was taken back; issue a new one if it is still needed")

	// ErrExpired is returned where a link is opened too late.
	ErrExpired = errors.New("link: it has expired; issue a new one")

	// ErrConflict is wrapped when an id or a secret was used before for another link.
	ErrConflict = errors.New("link: another link has this id or this secret")

	// ErrTampered is wrapped by a store whose kept fact does not say what was written, or stands in another place.
	ErrTampered = errors.New("link: fact was altered")
)

var (
	errActor  = fmt.Errorf("%w: the actor has no kind, or no id of at most 64 bytes", ErrInvalid)
	errIssuer = fmt.Errorf("%w: staff or a system issues links and takes them back", ErrInvalid)
)
