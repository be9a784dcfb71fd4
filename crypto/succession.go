package crypto

import (
	"context"
	"errors"
	"fmt"
)

// Succession is a [KeyManager] for the time in which one root key takes the place of others: a key file's gives way to
// a key management service's, say, or one KMS key to the next. It wraps with the newest and unwraps with whichever
// knows the key that is named. When [Keyring.Rewrap] was called for every practice, and [Keyring.Keys] names the older
// ones nowhere, the newest serves alone. Their KeyIDs must differ. It may be used concurrently and prints as a fixed
// word.
type Succession struct {
	quiet
	managers []KeyManager // newest first
}

// NewSuccession returns a key manager that wraps with newest, and unwraps with it and the older ones. None may be nil.
func NewSuccession(newest KeyManager, older ...KeyManager) (*Succession, error) {
	s := &Succession{managers: append([]KeyManager{newest}, older...)}
	for _, m := range s.managers {
		if m == nil {
			return nil, fmt.Errorf("%w: a key manager is missing", ErrInvalid)
		}
	}
	return s, nil
}

// Wrap implements [KeyManager].
func (s *Succession) Wrap(ctx context.Context, key, bind []byte) (Wrapped, error) {
	return s.managers[0].Wrap(ctx, key, bind)
}

// Unwrap implements [KeyManager]. Only a manager that answers [ErrUnknownKey] passes the question on; any other answer
// stands.
func (s *Succession) Unwrap(ctx context.Context, w Wrapped, bind []byte) (key []byte, err error) {
	for _, m := range s.managers {
		if key, err = m.Unwrap(ctx, w, bind); !errors.Is(err, ErrUnknownKey) {
			return key, err
		}
	}
	return nil, err
}
