package transit

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/internal/remote"
)

// Wrap implements [crypto.KeyManager]. It opens what the server has wrapped before it returns it, so it takes two
// requests.
func (m *Manager) Wrap(ctx context.Context, key, bind []byte) (crypto.Wrapped, error) {
	bound, err := crypto.BindKey(key, bind)
	if err != nil {
		return crypto.Wrapped{}, err
	}
	defer clear(bound)
	ctx, cancel := remote.Within(ctx, m.timeout)
	defer cancel()
	got, err := m.call(ctx, "encrypt", request{Plaintext: bound, Context: m.context(bind)})
	if err != nil {
		return crypto.Wrapped{}, err
	}
	w, err := m.wrapped(got)
	if err != nil {
		return crypto.Wrapped{}, err
	}
	again, err := m.call(ctx, "decrypt", request{Ciphertext: got.Ciphertext, Context: m.context(bind)})
	defer clear(again.Plaintext)
	if errors.Is(err, crypto.ErrNotOpened) || err == nil && !hmac.Equal(again.Plaintext, bound) {
		return crypto.Wrapped{}, unavailable("the server does not open what it has wrapped")
	}
	if err != nil {
		return crypto.Wrapped{}, err
	}
	return w, nil
}

// Unwrap implements [crypto.KeyManager]. It takes one request.
func (m *Manager) Unwrap(ctx context.Context, w crypto.Wrapped, bind []byte) ([]byte, error) {
	if _, err := m.named(w); err != nil {
		return nil, err
	}
	ctx, cancel := remote.Within(ctx, m.timeout)
	defer cancel()
	got, err := m.call(ctx, "decrypt", request{Ciphertext: string(w.Blob), Context: m.context(bind)})
	if err != nil {
		return nil, err
	}
	defer clear(got.Plaintext)
	if len(got.Plaintext) == 0 {
		return nil, errNoAnswer // nothing was ever wrapped as nothing
	}
	return crypto.UnbindKey(got.Plaintext, bind)
}

// Rewrap implements [crypto.Rewrapper]: it returns the key that w wraps under the newest version of the root key.
// Neither the key nor what it is bound to is looked at: the server shows it to nobody. So whoever puts the answer in
// w's place, and has the right to decrypt, does well to unwrap it first. It takes one request.
func (m *Manager) Rewrap(ctx context.Context, w crypto.Wrapped, bind []byte) (crypto.Wrapped, error) {
	version, err := m.named(w)
	if err != nil {
		return crypto.Wrapped{}, err
	}
	ctx, cancel := remote.Within(ctx, m.timeout)
	defer cancel()
	got, err := m.call(ctx, "rewrap", request{Ciphertext: string(w.Blob), Context: m.context(bind)})
	if err != nil {
		return crypto.Wrapped{}, err
	}
	again, err := m.wrapped(got)
	if err != nil {
		return crypto.Wrapped{}, err
	}
	if newer, _ := parse(got.Ciphertext); newer < version {
		return crypto.Wrapped{}, unavailable("the server has rewrapped with an older version")
	}
	return again, nil
}

// context is what a derived key is derived with. The bind bytes themselves are nobody's business.
func (m *Manager) context(bind []byte) []byte {
	if !m.derived {
		return nil
	}
	digest := sha256.Sum256(bind)
	return digest[:]
}

// wrapped checks a ciphertext that the server made.
func (m *Manager) wrapped(got data) (crypto.Wrapped, error) {
	version, ok := parse(got.Ciphertext)
	if !ok || got.KeyVersion != 0 && got.KeyVersion != version { // servers of the past do not say the version
		return crypto.Wrapped{}, errNoAnswer
	}
	return crypto.Wrapped{KeyID: m.keyID() + strconv.Itoa(version), Blob: []byte(got.Ciphertext)}, nil
}

// keyID is how the ids of all versions begin.
func (m *Manager) keyID() string { return "transit/" + m.name + "/v" }

// named checks that w is this root key's, and returns the version that both its id and its ciphertext name.
func (m *Manager) named(w crypto.Wrapped) (int, error) {
	digits, ok := strings.CutPrefix(w.KeyID, m.keyID())
	version, canonical := number(digits)
	if !ok || !canonical {
		return 0, fmt.Errorf("%w: transit: it was wrapped by another key", crypto.ErrUnknownKey)
	}
	if inside, ok := parse(string(w.Blob)); !ok || inside != version {
		return 0, errAltered
	}
	return version, nil
}

// parse reads the version that a ciphertext says it is of. Only the one form in which the server writes it is taken,
// for whatever else would also open is an alteration that nobody noticed.
func parse(ciphertext string) (version int, ok bool) {
	rest, ok := strings.CutPrefix(ciphertext, "vault:v")
	digits, text, colon := strings.Cut(rest, ":")
	version, canonical := number(digits)
	if !ok || !colon || !canonical || text == "" || len(text) > maxCiphertext {
		return 0, false
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	return version, err == nil && base64.StdEncoding.EncodeToString(raw) == text
}

// number reads a positive number without a sign or leading zeros.
func number(digits string) (int, bool) {
	n, err := strconv.ParseInt(digits, 10, 32)
	return int(n), err == nil && n > 0 && strconv.FormatInt(n, 10) == digits
}
