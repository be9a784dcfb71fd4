package crypto

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
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
// returned, for keys are wiped after use.
type KeyManager interface {
	// Wrap encrypts key, 32 bytes, under the newest version of the root key.
	Wrap(ctx context.Context, key, bind []byte) (Wrapped, error)

	// Unwrap returns what Wrap was given. It uses the version of the root key that w names.
	Unwrap(ctx context.Context, w Wrapped, bind []byte) ([]byte, error)
}

// managerBind is what a practice's key is bound to at the key manager.
func managerBind(practice string) []byte {
	return appendParts(nil, practice, string(classPractice))
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
func (e *Ephemeral) Wrap(_ context.Context, key, bind []byte) (Wrapped, error) {
	return e.root.wrap(key, bind)
}

// Unwrap implements [KeyManager]. A key that another process wrapped is [ErrUnknownKey].
func (e *Ephemeral) Unwrap(_ context.Context, w Wrapped, bind []byte) ([]byte, error) {
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
