package crypto

import (
	"bytes"
	"context"
	"strconv"
	"time"
)

// Key is a row of the key registry: a wrapped key and whose it is. It holds nothing that opens anything by itself.
type Key struct {
	Subject           // a practice's own keys have no patient and one of the classes practice, data, audit, index/<kind>
	Version int       // from 1, per subject
	ID      uint64    // random, never 0; what sealed values name. All 64 bits count.
	Wrapped Wrapped   // KeyID: the root key's for a practice key, else the practice key's id in 16 hexadecimal digits
	Check   []byte    // 16 bytes that tell whether what was unwrapped is this very key
	Created time.Time // in UTC, to the microsecond; not authenticated
}

// Parent returns the id of the practice key that wraps k; false where none does, as with a practice key itself.
func (k Key) Parent() (uint64, bool) { return k.Wrapped.parent() }

// parent reads the one form in which a practice key's id is written.
func (w Wrapped) parent() (uint64, bool) {
	id, err := strconv.ParseUint(w.KeyID, 16, 64)
	return id, err == nil && id != 0 && formatKeyID(id) == w.KeyID
}

// same reports whether two rows are of one key, wrapped alike.
func (k Key) same(o Key) bool {
	return k.Subject == o.Subject && k.Version == o.Version && k.ID == o.ID && k.Wrapped.KeyID == o.Wrapped.KeyID &&
		bytes.Equal(k.Wrapped.Blob, o.Wrapped.Blob) && bytes.Equal(k.Check, o.Check)
}

// Clone returns a copy that shares no memory with k, for stores that keep keys in memory.
func (k Key) Clone() Key {
	k.Wrapped.Blob = bytes.Clone(k.Wrapped.Blob)
	k.Check = bytes.Clone(k.Check)
	return k
}

// KeyStore is the key registry. All methods may be called concurrently, by several processes on the same rows; what one
// returned shares no memory with the store. A cancelled context changes nothing. Text is compared byte by byte.
//
// A key store never takes part in a caller's transaction. A key must be committed before anything is sealed under it: a
// key without data is harmless, data whose key was rolled back is lost. So every write is committed on the store's own
// handle before the method returns, and reads see what other processes committed (the primary, not a replica).
type KeyStore interface {
	// Add keeps k unless its subject has a key of that version, and returns the one that is kept. So of several
	// processes that add a subject's first key at once, all get the same. A subject that was shredded gets
	// [ErrShredded]; a version that was retired, and a key whose Parent was, [ErrRetired]; a version after the first of
	// a subject without a first [ErrUnknownKey]; an id that another key of the practice has [ErrConflict]. In each of
	// these cases nothing is kept.
	Add(ctx context.Context, k Key) (Key, error)

	// Key returns the subject's key of that version, or its newest where version is 0. It answers [ErrUnknownKey] when
	// there is none, [ErrRetired] when it was retired, and [ErrShredded] when the subject was shredded.
	Key(ctx context.Context, s Subject, version int) (Key, error)

	// KeyByID returns the practice's key of that id. It answers [ErrUnknownKey] when there is none, [ErrRetired] when it
	// was retired, and [ErrShredded] when it was shredded.
	KeyByID(ctx context.Context, practice string, id uint64) (Key, error)

	// Shred destroys the key material of every version of the subject's keys, and keeps a mark: no key is ever added
	// for that subject again, also when it had none. Repeating it is no error.
	Shred(ctx context.Context, s Subject) error

	KeyRotation
}

// KeyRotation is the part of a [KeyStore] by which keys are listed, wrapped anew and retired.
type KeyRotation interface {
	// Keys returns at most limit keys of a practice in the order of patient, class and version, byte by byte, that come
	// after the given one: the zero Key to begin with, then the last of the page before. What was shredded or retired
	// is left out. A key that stays throughout is on one of the pages, whatever happens to others meanwhile.
	Keys(ctx context.Context, practice string, after Key, limit int) ([]Key, error)

	// Rewrap replaces the wrapping of each key that is still wrapped as its Old says, and returns how many. The others
	// are left as they are: whoever changed or shredded them was first. Where a New names a practice key that was
	// retired the answer is [ErrRetired]. With an error nothing is replaced. At most 1,000 keys, each once.
	Rewrap(ctx context.Context, practice string, keys []Rewrapping) (int, error)

	// Retire destroys the key material of one version for good and keeps its id and version as a mark. It answers
	// [ErrInUse] for the subject's newest version, and for a key that is the Parent of another; so of an Add or a Rewrap
	// under a key and its retirement at the same time one is refused. [ErrUnknownKey] and [ErrShredded] are as in
	// KeyByID; repeating it is no error.
	Retire(ctx context.Context, practice string, id uint64) error
}

// Rewrapping is one key's change of wrapping.
type Rewrapping struct {
	ID       uint64
	Old, New Wrapped
}
