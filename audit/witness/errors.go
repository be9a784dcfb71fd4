package witness

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid is wrapped by the refusal of what cannot be right: a key, an address, a request.
	ErrInvalid = errors.New("witness: invalid")

	// ErrUnknown is wrapped when a checkpoint's log is none of those that the witness knows.
	ErrUnknown = errors.New("witness: unknown log")

	// ErrUnsigned is wrapped when no known key of a checkpoint's log signed it.
	ErrUnsigned = errors.New("witness: not signed by a known key")

	// ErrUnavailable is wrapped by a [Client] when the witness cannot be reached, or gives an answer of no meaning.
	ErrUnavailable = errors.New("witness: not available")
)

// ConflictError says that a proof does not begin at the size that the witness keeps.
type ConflictError struct {
	Size int64 // what the witness keeps; 0 for nothing
}

// Error names the size.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("witness: the proof does not begin at the size that is kept, %d", e.Size)
}
