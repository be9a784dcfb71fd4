package representative

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid is wrapped by the refusal of a command, a law or an option that lacks something or cannot be true. Its text
	// says what.
	ErrInvalid = errors.New("representative: invalid")

	// ErrEvidence is the [ErrInvalid] of a fact that lacks what proves it.
	ErrEvidence = fmt.Errorf("%w: evidence is missing", ErrInvalid)

	// ErrUnknown refuses what is about a fact that the patient's ledger does not hold, or that has ended.
	ErrUnknown = errors.New("representative: no such fact stands in the patient's ledger")

	// ErrDecided refuses a second decision on a report.
	ErrDecided = errors.New("representative: the report was decided before")

	// ErrUndecided refuses the answer to a report before it is decided.
	ErrUndecided = errors.New("representative: the report is not decided yet; unfreeze or remove what the child gave first")

	// ErrUncovered refuses to unfreeze what the child gave while no parent's verified consent covers it.
	ErrUncovered = errors.New("representative: no parent's verified consent is in force; remove what the child gave, or have a parent consent first")

	// ErrStaff refuses a decision on a report by anybody but a member of staff.
	ErrStaff = errors.New("representative: only a member of staff decides on a report")

	// ErrAfter is the [ErrInvalid] of a page that is to continue after a fact that is not there.
	ErrAfter = fmt.Errorf("%w: no fact has the id that the page comes after", ErrInvalid)

	// ErrConflict is wrapped when an id was used before for another act.
	ErrConflict = errors.New("representative: another fact has this id")

	// ErrTampered is wrapped by a store whose kept fact does not say what was written, or stands in another place.
	ErrTampered = errors.New("representative: fact was altered")

	// ErrStale is what a [Store] answers when the ledger has grown since it was read. The service reads it again and
	// repeats its decision; callers of the service never see it.
	ErrStale = errors.New("representative: the ledger has grown")
)

var (
	errActor = fmt.Errorf("%w: the actor has no kind that is known, or no id of at most 64 bytes", ErrInvalid)
	errAhead = fmt.Errorf("%w: the time it is said to have happened lies in the future", ErrInvalid)
)
