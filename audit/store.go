package audit

import "context"

// Store keeps leaves. It only ever adds. All methods may be called concurrently; a cancelled context writes nothing.
type Store interface {
	// Append keeps all leaves or none. A leaf that is already there, byte for byte, is no error and is not kept twice;
	// another one under the same practice and id is refused with [ErrConflict] and nothing is kept.
	Append(ctx context.Context, leaves ...Leaf) error

	// Leaves returns one page of a practice's leaves, oldest first by (At, ID), or newest first. A practice without
	// leaves yields an empty page. What is returned shares no memory with the store.
	Leaves(ctx context.Context, q Query) (Page, error)
}

// Query asks for a page of leaves.
type Query struct {
	Practice string // required
	Tag      []byte // only leaves with this patient tag; nil for all
	Newest   bool   // newest first
	After    string // Page.Next of the page before; empty for the first page
	Limit    int    // at most this many leaves, 1 to 1000. Defaults to 100.
}

// Page is one page of leaves. Next is empty on the last page.
type Page struct {
	Leaves []Leaf
	Next   string
}

// Keys is what a log needs of a keyring; *crypto.Keyring meets it. All methods may be called concurrently.
type Keys interface {
	// MAC authenticates message under the practice's audit key. The result names the key's version, so that it can be
	// checked after a rotation.
	MAC(ctx context.Context, practice string, message []byte) ([]byte, error)

	// VerifyMAC returns an error unless mac is what MAC gave for message, under any version of the key. An error which
	// says that the code is wrong has, or wraps one that has, a method Forged() bool that returns true. Every other
	// error says that the code could not be checked: nobody is accused because a key server was down.
	VerifyMAC(ctx context.Context, practice string, message, mac []byte) error

	// Tag returns a keyed hash of value that stays the same for the practice's lifetime, so that it can be searched.
	Tag(ctx context.Context, practice, value string) ([]byte, error)

	// SealEvidence seals plaintext under the patient's evidence key, or the practice's where patient is empty, and
	// binds it to id: under another id it does not open. An error which says that the key was destroyed on purpose has, or
	// wraps one that has, a method Shredded() bool that returns true.
	SealEvidence(ctx context.Context, practice, patient, id string, plaintext []byte) ([]byte, error)

	// OpenEvidence opens what SealEvidence sealed. It finds the patient by the key that the sealed value names.
	OpenEvidence(ctx context.Context, practice, id string, sealed []byte) ([]byte, error)
}
