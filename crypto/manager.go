package crypto

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// Wrapped is a key that a [KeyManager], or the practice's key, has encrypted.
type Wrapped struct {
	KeyID string // which key wrapped it, its version included
	Blob  []byte
}

// KeyManager is the key management service's side: it wraps practice keys under a root key that never leaves it. It is
// called once per practice and lifetime of the cache, never per value. It must be safe for concurrent use and must bind
// what it wraps to bind: under other bind bytes Unwrap fails. It keeps no reference to a slice it was given or has
// returned, for keys are wiped after use, and writes into none that it was given.
//
// Its errors tell three things apart, for what to do about them differs. What cannot be opened wraps [ErrNotOpened]:
// [ErrAuth] when it was altered or belongs to other bind bytes, [ErrUnknownKey] when the key that w names is not this
// manager's. What may succeed when it is tried again wraps [ErrUnavailable], and what somebody must first allow
// [ErrDenied]; neither of these says anything about the wrapped key. The end of a context is wrapped as well. There is
// no fallback: without an answer that was checked there is no key.
type KeyManager interface {
	// Wrap encrypts key, 32 bytes, under the newest version of the root key, also where another process has made that
	// since: what is wrapped under an older one may be lost when that is destroyed. The KeyID that it answers with is at
	// most 256 printable characters of ASCII without blanks.
	Wrap(ctx context.Context, key, bind []byte) (Wrapped, error)

	// Unwrap returns what Wrap was given. It uses the version of the root key that w names.
	Unwrap(ctx context.Context, w Wrapped, bind []byte) ([]byte, error)
}

var (
	// ErrUnavailable is wrapped by a [KeyManager] that has no answer now: its service cannot be reached, is sealed,
	// overloaded or too slow, or has answered what is no answer. The same call may succeed later.
	ErrUnavailable = errors.New("crypto: the key manager is unavailable")

	// ErrDenied is wrapped by a [KeyManager] whose service refuses the caller: a right or a token is missing or has
	// expired, or the root key is disabled. Trying again changes nothing before somebody changes that.
	ErrDenied = errors.New("crypto: the key manager refuses the caller")
)

// BindKey returns what a [KeyManager] sends to a service that does not bind: key, behind it HMAC-SHA256 under key of
// "enamel/bound/1" and bind. [UnbindKey] checks it. So any service that encrypts 64 bytes serves, whatever it knows of
// additional data. A key that has not 32 bytes is [ErrInvalid].
func BindKey(key, bind []byte) ([]byte, error) {
	if len(key) != keySize {
		return nil, errKeySize
	}
	return append(append(make([]byte, 0, keySize+sha256.Size), key...), boundCode(key, bind)...), nil
}

var errKeySize = fmt.Errorf("%w: a key to wrap has not 32 bytes", ErrInvalid)

// UnbindKey reverses [BindKey] and returns a key of 32 bytes that shares no memory with bound. Whatever has another
// length or was made with other bind bytes is [ErrAuth].
func UnbindKey(bound, bind []byte) ([]byte, error) {
	if len(bound) != keySize+sha256.Size || !hmac.Equal(boundCode(bound[:keySize], bind), bound[keySize:]) {
		return nil, fmt.Errorf("%w: a wrapped key", ErrAuth)
	}
	return bytes.Clone(bound[:keySize]), nil
}

func boundCode(key, bind []byte) []byte {
	code := hmac.New(sha256.New, key)
	code.Write([]byte("enamel/bound/1"))
	code.Write(bind)
	return code.Sum(nil)
}

// managerBind is what a practice's key is bound to at the key manager.
func managerBind(practice string) []byte {
	return appendParts(nil, practice, string(PracticeKey))
}

// newAEAD returns AES-256-GCM with random nonces, the one form of GCM that FIPS 140-only mode admits.
func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// wrapVersion is the first byte of every wrapped key of this package: nonce, ciphertext and tag of AES-256-GCM follow.
const wrapVersion = 1

// wrapKey encrypts key under aead, bound to bind.
func wrapKey(aead cipher.AEAD, key secret, bind []byte) []byte {
	return aead.Seal([]byte{wrapVersion}, nil, key.raw, bind)
}

// unwrapKey reverses wrapKey.
func unwrapKey(aead cipher.AEAD, blob, bind []byte) (secret, error) {
	if len(blob) == 0 || blob[0] != wrapVersion {
		return secret{}, fmt.Errorf("%w of a wrapped key", ErrVersion)
	}
	raw, err := aead.Open(nil, nil, blob[1:], bind)
	if err != nil || len(raw) != keySize {
		return secret{}, fmt.Errorf("%w: a wrapped key", ErrAuth)
	}
	return secret{raw: raw}, nil
}

// rootKey is one version of a root key that this process holds itself.
type rootKey struct {
	id  string
	key secret
}

func (r rootKey) bind(bind []byte) []byte {
	return appendParts([]byte("enamel/root/1"), r.id, string(bind))
}

func (r rootKey) wrap(key, bind []byte) (Wrapped, error) {
	if len(key) != keySize {
		return Wrapped{}, errKeySize
	}
	aead, err := newAEAD(r.key.raw)
	if err != nil {
		return Wrapped{}, err
	}
	return Wrapped{KeyID: r.id, Blob: wrapKey(aead, secret{raw: key}, r.bind(bind))}, nil
}

func (r rootKey) unwrap(blob, bind []byte) ([]byte, error) {
	aead, err := newAEAD(r.key.raw)
	if err != nil {
		return nil, err
	}
	key, err := unwrapKey(aead, blob, r.bind(bind))
	return key.raw, err
}

// Ephemeral is a [KeyManager] whose root key lives and dies with the process: nothing that was sealed under it opens
// after a restart. It is for tests and demonstrations alone. It prints as a fixed word.
type Ephemeral struct {
	quiet
	root rootKey
}

// NewEphemeral returns a key manager with a new random root key that is kept nowhere.
func NewEphemeral() *Ephemeral {
	return &Ephemeral{root: rootKey{id: "ephemeral-" + randomHex(8), key: newSecret()}}
}

// Wrap implements [KeyManager].
func (e *Ephemeral) Wrap(ctx context.Context, key, bind []byte) (Wrapped, error) {
	if err := ctx.Err(); err != nil {
		return Wrapped{}, err
	}
	return e.root.wrap(key, bind)
}

// Unwrap implements [KeyManager]. A key that another process wrapped is [ErrUnknownKey].
func (e *Ephemeral) Unwrap(ctx context.Context, w Wrapped, bind []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if w.KeyID != e.root.id {
		return nil, fmt.Errorf("%w: it was wrapped by an ephemeral key of another process", ErrUnknownKey)
	}
	return e.root.unwrap(w.Blob, bind)
}

// randomHex returns n random bytes as hexadecimal digits.
func randomHex(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	return hex.EncodeToString(raw)
}
