package awskms

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/internal/remote"
)

// maxBlob is the longest ciphertext that KMS takes.
const maxBlob = 6144

// Wrap implements [crypto.KeyManager]. It opens what KMS has wrapped before it returns it, so it takes two requests.
func (m *Manager) Wrap(ctx context.Context, key, bind []byte) (crypto.Wrapped, error) {
	bound, err := crypto.BindKey(key, bind)
	if err != nil {
		return crypto.Wrapped{}, err
	}
	defer clear(bound)
	ctx, cancel := remote.Within(ctx, m.timeout)
	defer cancel()
	got, err := m.kms.Encrypt(ctx, &kms.EncryptInput{KeyId: &m.arn, Plaintext: bound, EncryptionContext: encryption(bind)})
	if err != nil {
		return crypto.Wrapped{}, failure(ctx, err)
	}
	w, err := m.wrapped(got.KeyId, got.CiphertextBlob)
	if err != nil {
		return crypto.Wrapped{}, err
	}
	again, err := m.decrypt(ctx, w.Blob, bind)
	defer clear(again)
	if errors.Is(err, crypto.ErrNotOpened) || err == nil && !hmac.Equal(again, bound) {
		return crypto.Wrapped{}, unavailable("KMS does not open what it has wrapped")
	}
	if err != nil {
		return crypto.Wrapped{}, err
	}
	return w, nil
}

// Unwrap implements [crypto.KeyManager]. It takes one request.
func (m *Manager) Unwrap(ctx context.Context, w crypto.Wrapped, bind []byte) ([]byte, error) {
	if err := m.named(w); err != nil {
		return nil, err
	}
	ctx, cancel := remote.Within(ctx, m.timeout)
	defer cancel()
	bound, err := m.decrypt(ctx, w.Blob, bind)
	if err != nil {
		return nil, err
	}
	defer clear(bound)
	return crypto.UnbindKey(bound, bind)
}

// Rewrap implements [crypto.Rewrapper]: it returns the key that w wraps under the newest material of the root key. KMS
// checks the digest of the bind bytes; the key is shown to nobody. It takes one request.
func (m *Manager) Rewrap(ctx context.Context, w crypto.Wrapped, bind []byte) (crypto.Wrapped, error) {
	if err := m.named(w); err != nil {
		return crypto.Wrapped{}, err
	}
	ctx, cancel := remote.Within(ctx, m.timeout)
	defer cancel()
	got, err := m.kms.ReEncrypt(ctx, &kms.ReEncryptInput{
		CiphertextBlob: w.Blob,
		SourceKeyId:    &m.arn, SourceEncryptionContext: encryption(bind),
		DestinationKeyId: &m.arn, DestinationEncryptionContext: encryption(bind),
	})
	if err != nil {
		return crypto.Wrapped{}, failure(ctx, err)
	}
	// A key of several regions may be named by the region that wrapped.
	if got.SourceKeyId == nil || !strings.HasSuffix(*got.SourceKeyId, m.arn[strings.LastIndexByte(m.arn, '/'):]) {
		return crypto.Wrapped{}, errOtherKey
	}
	return m.wrapped(got.KeyId, got.CiphertextBlob)
}

// encryption is the encryption context. CloudTrail shows it, and the bind bytes are nobody's business.
func encryption(bind []byte) map[string]string {
	digest := sha256.Sum256(bind)
	return map[string]string{"enamel": hex.EncodeToString(digest[:])}
}

func (m *Manager) decrypt(ctx context.Context, blob, bind []byte) ([]byte, error) {
	got, err := m.kms.Decrypt(ctx, &kms.DecryptInput{CiphertextBlob: blob, KeyId: &m.arn, EncryptionContext: encryption(bind)})
	switch {
	case err != nil:
		return nil, failure(ctx, err)
	case got.KeyId == nil || len(got.Plaintext) == 0:
		return nil, errNoAnswer
	case *got.KeyId != m.arn:
		clear(got.Plaintext)
		return nil, errOtherKey
	}
	return got.Plaintext, nil
}

// wrapped checks what KMS has encrypted.
func (m *Manager) wrapped(keyID *string, blob []byte) (crypto.Wrapped, error) {
	switch {
	case keyID == nil || len(blob) == 0 || len(blob) > maxBlob:
		return crypto.Wrapped{}, errNoAnswer
	case *keyID != m.arn:
		return crypto.Wrapped{}, errOtherKey
	}
	return crypto.Wrapped{KeyID: m.keyID, Blob: blob}, nil
}

// named checks that w is this root key's.
func (m *Manager) named(w crypto.Wrapped) error {
	switch {
	case w.KeyID != m.keyID:
		return fmt.Errorf("%w: awskms: it was wrapped by another key", crypto.ErrUnknownKey)
	case len(w.Blob) == 0 || len(w.Blob) > maxBlob:
		return fmt.Errorf("%w: awskms: a wrapped key", crypto.ErrAuth)
	}
	return nil
}
