package consent

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid is wrapped by the refusal of a command that lacks something or cannot be true. Its text says what.
	ErrInvalid = errors.New("consent: invalid")

	// ErrEvidence is the [ErrInvalid] of a command that lacks the evidence it needs.
	ErrEvidence = fmt.Errorf("%w: evidence is missing", ErrInvalid)

	// ErrWording is the [ErrEvidence] of a grant on a text that the practice had not published for such texts, in that
	// language, by then. The text that was shown is kept to the letter, so it is compared to the letter.
	ErrWording = fmt.Errorf("%w: the text that was shown is none that the practice had published for it", ErrEvidence)

	// ErrAfter is the [ErrInvalid] of a page that is to continue after a fact that is not there.
	ErrAfter = fmt.Errorf("%w: no fact has the id that the page comes after", ErrInvalid)

	// ErrTampered is wrapped by a store whose kept fact does not say what was written, or stands in another place.
	ErrTampered = errors.New("consent: fact was altered")

	// ErrConflict is wrapped when an id was used before for another act.
	ErrConflict = errors.New("consent: another fact has this id")

	// ErrDuty refuses what a practice may not do before it has accepted the duty to obtain its patients' consent.
	ErrDuty = errors.New("consent: the practice has not accepted the duty to obtain its patients' consent")

	// ErrLandline refuses a confirmation request to a number that takes no texts.
	ErrLandline = errors.New("consent: the number is a landline, which takes no texts")

	// ErrNoDoubt refuses to clear a doubt that is not open.
	ErrNoDoubt = errors.New("consent: no such doubt is open")

	// ErrNothingPending refuses a confirmation request when no grant waits for one.
	ErrNothingPending = errors.New("consent: no grant waits for confirmation")

	// ErrAsked refuses a second confirmation request for the same grant.
	ErrAsked = errors.New("consent: confirmation was already asked")

	// ErrNotAsked refuses a confirmation that nobody asked for.
	ErrNotAsked = errors.New("consent: no confirmation was asked")

	// ErrUsed refuses a link that has confirmed already.
	ErrUsed = errors.New("consent: the link was used before")

	// ErrExpired refuses a confirmation that came after its request expired. A new written grant starts over.
	ErrExpired = errors.New("consent: the confirmation request has expired")

	// ErrStale is what a [Store] answers when the ledger has grown since it was read. The service reads it again and
	// repeats its decision; callers of the service never see it.
	ErrStale = errors.New("consent: the ledger has grown")
)

var (
	errActor    = fmt.Errorf("%w: the actor has no kind that is known, or no id of at most 64 bytes", ErrInvalid)
	errAhead    = fmt.Errorf("%w: the time it is said to have happened lies in the future", ErrInvalid)
	errChange   = fmt.Errorf("%w: a change carries one fact, settings, duty or wording, and at least one entry", ErrInvalid)
	errChannel  = fmt.Errorf("%w: the channel is none of text, call, email, desk, portal, mail, provider", ErrInvalid)
	errCategory = fmt.Errorf("%w: the category is none of transactional, conversational, promotional", ErrInvalid)
)
