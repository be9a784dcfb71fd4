package floe

import (
	"errors"
	"fmt"
	"io"
)

var (
	// ErrNotOpened is wrapped by every refusal of a stream: it was altered, cut short or made longer, its segments were
	// reordered, or it was sealed under another key, other additional data or another segment size. Which of these it
	// was cannot always be told.
	ErrNotOpened = errors.New("floe: does not open")

	// ErrInvalid is wrapped by the refusal of bad arguments: a key of a wrong length, a segment size out of bounds.
	ErrInvalid = errors.New("floe: invalid")
)

// errCut also wraps [io.ErrUnexpectedEOF], by which readers of the standard library tell that something is missing.
var errCut = fmt.Errorf("%w: it is cut short: %w", ErrNotOpened, io.ErrUnexpectedEOF)

var errLong = fmt.Errorf("%w: something follows its end", ErrNotOpened)

var errClosed = errors.New("floe: write after Close")
