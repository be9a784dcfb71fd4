package policy

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid is wrapped by the refusal of a command, a rule or an option that lacks something or cannot be true. Its
	// text says what.
	ErrInvalid = errors.New("policy: invalid")

	// ErrDate is the [ErrInvalid] of a version whose effective date is missing, past, or not after the version's before.
	ErrDate = fmt.Errorf("%w: the effective date will not do", ErrInvalid)

	// ErrEvidence is the [ErrInvalid] of an acceptance that lacks what the person was shown.
	ErrEvidence = fmt.Errorf("%w: evidence is missing", ErrInvalid)

	// ErrUnannounced refuses a change that is not announced as the policy promises. Its text says what is missing.
	ErrUnannounced = errors.New("policy: the change is not announced")

	// ErrPublished refuses another text under a label that was published before.
	ErrPublished = errors.New("policy: a version of this label was published, and none ever changes; give the new one a label of its own")

	// ErrInEffect refuses to withdraw a version whose date has come.
	ErrInEffect = errors.New("policy: the version is in effect, and can only be superseded by a newer one")

	// ErrUnknown refuses what concerns a version that was never published, or was withdrawn.
	ErrUnknown = errors.New("policy: no such version is published")

	// ErrChanged refuses an acceptance of another text than the published one.
	ErrChanged = errors.New("policy: the text that was accepted is not the published one; please show it again")

	// ErrUse refuses further use as acceptance where the policy's own words do not say so, or where they do not yet apply.
	ErrUse = errors.New("policy: further use accepts nothing here")

	// ErrAfter is the [ErrInvalid] of a page that is to continue after a fact that is not there.
	ErrAfter = fmt.Errorf("%w: no fact has the id that the page comes after", ErrInvalid)

	// ErrConflict is wrapped when an id was used before for another act.
	ErrConflict = errors.New("policy: another fact has this id")

	// ErrTampered is wrapped by a store whose kept fact does not say what was written, or stands in another place.
	ErrTampered = errors.New("policy: fact was altered")

	// ErrStale is what a [Store] answers when the ledger has grown since it was read. The service reads it again and
	// repeats its decision; callers of the service never see it.
	ErrStale = errors.New("policy: the ledger has grown")
)

var (
	errActor = fmt.Errorf("%w: the actor has no kind that is known, or no id of at most 64 bytes", ErrInvalid)
	errAhead = fmt.Errorf("%w: the time it is said to have happened lies in the future", ErrInvalid)
)
