package cryptotest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"

	"github.com/enamel-go/enamel/crypto"
)

// planted begins all bind bytes, so that an error which quotes them is found.
const planted = "planted-bind-bytes"

// bench is a harness, what was wrapped through it, and what its errors have shown of that.
type bench struct {
	ManagerHarness

	mu      sync.Mutex
	secrets [][]byte // in the forms in which an error could show them
	found   []error
}

// keep remembers a secret. Of a long one its ends are looked for, for an error may quote a part of it.
func (b *bench) keep(secret []byte) {
	const part = 12 // a multiple of three, so that Base64 of the whole begins with Base64 of the part
	if len(secret) < part {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, piece := range [][]byte{secret[:part], secret[len(secret)-part:]} {
		b.secrets = append(b.secrets, bytes.Clone(piece), hex.AppendEncode(nil, piece),
			bytes.ToUpper(hex.AppendEncode(nil, piece)),
			base64.StdEncoding.AppendEncode(nil, piece), base64.URLEncoding.AppendEncode(nil, piece))
	}
	b.secrets = append(b.secrets, fmt.Append(nil, secret[:part])[:part]) // [7 12 200 ...
}

// look searches an error.
func (b *bench) look(err error) {
	if err == nil {
		return
	}
	text := fmt.Appendf(nil, "%v\n%+v\n%q", err, err, err)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, secret := range b.secrets {
		if bytes.Contains(text, secret) {
			b.found = append(b.found, errors.New("an error shows a key, a wrapped key, bind bytes or a token"))
			return
		}
	}
}

// open returns a new key manager, every error of which is searched.
func (b *bench) open() (*watched, error) {
	m, err := b.Open()
	if err != nil {
		b.look(err)
		return nil, fmt.Errorf("open a key manager: %w", err)
	}
	return &watched{m, b}, nil
}

// broken brings a fault about, and reports whether the harness can.
func (b *bench) broken(f Fault) (bool, error) {
	if b.Break == nil {
		return false, fmt.Errorf("%w: there is no service to break", ErrNotApplicable)
	}
	err := b.Break(f)
	if errors.Is(err, ErrNotApplicable) {
		return false, nil
	}
	return err == nil, err
}

// watched is a key manager whose errors are searched.
type watched struct {
	manager crypto.KeyManager
	bench   *bench
}

func (w *watched) Wrap(ctx context.Context, key, bind []byte) (crypto.Wrapped, error) {
	w.bench.keep(key)
	got, err := w.manager.Wrap(ctx, key, bind)
	w.bench.look(err)
	w.bench.keep(got.Blob)
	return got, err
}

func (w *watched) Unwrap(ctx context.Context, of crypto.Wrapped, bind []byte) ([]byte, error) {
	w.bench.keep(of.Blob)
	key, err := w.manager.Unwrap(ctx, of, bind)
	w.bench.look(err)
	return key, err
}

func (w *watched) rewraps() bool {
	_, ok := w.manager.(crypto.Rewrapper)
	return ok
}

func (w *watched) Rewrap(ctx context.Context, of crypto.Wrapped, bind []byte) (crypto.Wrapped, error) {
	w.bench.keep(of.Blob)
	got, err := w.manager.(crypto.Rewrapper).Rewrap(ctx, of, bind)
	w.bench.look(err)
	w.bench.keep(got.Blob)
	return got, err
}

// sample is a key that was wrapped.
type sample struct {
	key, bind []byte
	wrapped   crypto.Wrapped
}

func newKey() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	return key
}

// wrap wraps a new key, bound to name, and checks that what comes back can be kept.
func wrap(ctx context.Context, m *watched, name string) (sample, error) {
	s := sample{key: newKey(), bind: []byte(planted + " " + name)}
	var err error
	if s.wrapped, err = m.Wrap(ctx, s.key, s.bind); err != nil {
		return sample{}, fmt.Errorf("Wrap: %w", err)
	}
	return s, keepable(s.wrapped)
}

// keepable checks that a store can keep w.
func keepable(w crypto.Wrapped) error {
	if len(w.Blob) == 0 {
		return errors.New("a wrapped key is empty")
	}
	if w.KeyID == "" || len(w.KeyID) > 256 {
		return errors.New("a KeyID has not 1 to 256 characters")
	}
	for _, c := range []byte(w.KeyID) {
		if c <= ' ' || c > '~' {
			return errors.New("a KeyID has a character that is not printable ASCII, or a blank")
		}
	}
	return nil
}

// opens checks that the sample's key comes back.
func opens(ctx context.Context, m *watched, s sample) error {
	key, err := m.Unwrap(ctx, s.wrapped, s.bind)
	if err != nil {
		return fmt.Errorf("Unwrap: %w", err)
	}
	if !bytes.Equal(key, s.key) {
		return errors.New("Unwrap gave another key than was wrapped")
	}
	return nil
}

// shut checks that a wrapped key does not open, because of one of the given reasons.
func shut(ctx context.Context, m *watched, what string, w crypto.Wrapped, bind []byte, want error) error {
	key, err := m.Unwrap(ctx, w, bind)
	switch {
	case err == nil:
		return fmt.Errorf("%s opens", what)
	case len(key) > 0:
		return fmt.Errorf("%s gives a key beside the error", what)
	case !errors.Is(err, want):
		return fmt.Errorf("%s answers %w, not %w", what, err, want)
	case errors.Is(err, crypto.ErrUnavailable) || errors.Is(err, crypto.ErrDenied):
		return fmt.Errorf("%s answers as if it could be tried again: %w", what, err)
	}
	return nil
}
