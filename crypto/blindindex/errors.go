package blindindex

import "errors"

var (
	// ErrInvalid is wrapped by the refusal of a value that has no normal form. Its text says why, and does not hold the
	// value.
	ErrInvalid = errors.New("blindindex: invalid")

	// ErrUnsafe is wrapped by the refusal of a [Plan]. Its text says which index breaks which rule.
	ErrUnsafe = errors.New("blindindex: the plan is not safe")
)
