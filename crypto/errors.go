package crypto

import (
	"errors"
	"fmt"
)

var (
	// ErrInvalid is wrapped by the refusal of bad input: a binding that lacks something, a key file that others can
	// read or that is broken. Nothing was changed.
	ErrInvalid = errors.New("crypto: invalid")

	// ErrNotOpened is wrapped by every refusal of a sealed value, a code or a key that cannot be told from a forged
	// one. [ErrVersion], [ErrUnknownKey] and [ErrAuth] say more.
	ErrNotOpened = errors.New("crypto: does not open")

	// ErrVersion is wrapped when the first bytes of a sealed value name a version, suite or flag that this software
	// does not know. It may have been sealed by a newer one.
	ErrVersion = fmt.Errorf("%w: unknown version", ErrNotOpened)

	// ErrUnknownKey is wrapped when the key that is named is not kept: it never was, or it belongs to another practice,
	// or to another key file.
	ErrUnknownKey = fmt.Errorf("%w: unknown key", ErrNotOpened)

	// ErrAuth is wrapped when a sealed value, a code or a row of the key store was altered, or was moved from where it
	// belongs to another practice, patient, class, kind or id.
	ErrAuth = fmt.Errorf("%w: it was altered or moved", ErrNotOpened)

	// ErrShredded is wrapped when the subject's key was destroyed on purpose. Nothing sealed under it opens any more,
	// and nothing more is sealed for that subject. It does not wrap ErrNotOpened, for nothing is wrong.
	ErrShredded error = shredded{}

	// ErrExhausted is wrapped when a key has sealed as many values as it may in this process. See the package comment.
	ErrExhausted = errors.New("crypto: the key has sealed as many values as it may")

	// ErrRetired is wrapped when the key that is named was replaced by a newer version and then destroyed.
	ErrRetired = fmt.Errorf("%w: the key was retired", ErrUnknownKey)

	// ErrInUse is wrapped by the refusal to retire a key which is its subject's newest, wraps others or may still be
	// written under by another process, and to rotate an index whose older version is not retired. Nothing was changed.
	ErrInUse = errors.New("crypto: the key is in use")

	// ErrConflict is wrapped by a [KeyStore] whose practice has another key with the same id.
	ErrConflict = errors.New("crypto: another key has this id")
)

// shredded says that a key was destroyed on purpose, also to a caller that does not import this package.
type shredded struct{}

// Error says so.
func (shredded) Error() string { return "crypto: the key was shredded" }

// Shredded reports that the key was destroyed on purpose, and will never be had again.
func (shredded) Shredded() bool { return true }

// errAbsent tells a subject that has no key yet from a key that cannot be had.
var errAbsent = fmt.Errorf("%w: the subject has none", ErrUnknownKey)

// errOthersKey refuses a value whose key is kept, for somebody or something else.
var errOthersKey = fmt.Errorf("%w: its key is another subject's", ErrAuth)

// outside puts the package's name before an error of a store or a key manager, unless it carries it already.
func outside(what string, err error) error {
	for _, own := range []error{
		ErrInvalid, ErrNotOpened, ErrShredded, ErrExhausted, ErrInUse, ErrConflict, ErrUnavailable, ErrDenied,
	} {
		if errors.Is(err, own) {
			return err
		}
	}
	return fmt.Errorf("crypto: %s: %w", what, err)
}
