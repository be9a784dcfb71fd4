package cryptotest_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptotest"
)

const token = "planted-token-4711"

// service is a key management service in this process, which knows nothing of bind bytes.
type service struct {
	mu       sync.Mutex
	versions []cipher.AEAD
	alien    cipher.AEAD
	fault    cryptotest.Fault
}

var errService = errors.New("the service fails")

func newAEAD() cipher.AEAD {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return aead
}

func newService() *service {
	return &service{versions: []cipher.AEAD{newAEAD()}, alien: newAEAD()}
}

func (s *service) rotate() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.versions = append(s.versions, newAEAD())
	return nil
}

func (s *service) broken(f cryptotest.Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
	return nil
}

// begin returns the error that the fault makes of every call, and the fault.
func (s *service) begin(ctx context.Context) (cryptotest.Fault, error) {
	s.mu.Lock()
	fault := s.fault
	s.mu.Unlock()
	switch fault {
	case cryptotest.Slow:
		<-ctx.Done()
		return fault, ctx.Err()
	case cryptotest.Refusing:
		return fault, crypto.ErrDenied
	case cryptotest.Gone, cryptotest.HangsUp, cryptotest.Garbage, cryptotest.Endless:
		return fault, crypto.ErrUnavailable
	}
	return fault, ctx.Err()
}

// encrypt answers with the number of the newest version and the ciphertext.
func (s *service) encrypt(ctx context.Context, plain []byte) (int, []byte, error) {
	fault, err := s.begin(ctx)
	if err != nil {
		return 0, nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.versions)
	switch fault {
	case cryptotest.OtherRoot:
		return n, s.alien.Seal(nil, nil, plain, nil), nil
	case cryptotest.Exchanged:
		plain = make([]byte, 64)
	case cryptotest.Lost:
		return n, newAEAD().Seal(nil, nil, plain, nil), nil
	}
	return n, s.versions[n-1].Seal(nil, nil, plain, nil), nil
}

func (s *service) decrypt(ctx context.Context, version int, sealed []byte) ([]byte, error) {
	fault, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if version < 1 || version > len(s.versions) {
		return nil, crypto.ErrUnknownKey
	}
	plain, err := s.versions[version-1].Open(nil, nil, sealed, nil)
	switch fault {
	case cryptotest.OtherRoot:
		return s.alien.Seal(nil, nil, make([]byte, 36), nil), nil
	case cryptotest.OtherKey:
		plain = make([]byte, 64)
		_, _ = rand.Read(plain)
	case cryptotest.ShortKey:
		plain = plain[:min(len(plain), 31)]
	}
	if err != nil {
		return nil, crypto.ErrAuth
	}
	return plain, nil
}

// remote is a key manager on a service, with flaws to choose from. Without one it is right. A wrapped key is the
// version, a colon and the ciphertext in Base64.
type remote struct {
	service *service

	bind       func([]byte) []byte // what it makes of bind bytes
	version    func(int) int       // which version it opens with
	keyID      func(string) string // what it makes of a KeyID before it looks at it
	decode     func(string) ([]byte, error)
	failed     func(error, crypto.Wrapped) error
	takesAll   bool // keys of any length
	writes     bool // into what it was given
	keeps      bool // the slices that it was given
	gives      bool // the slices that it keeps
	unchecked  bool // returns keys without looking at them
	unread     bool // does not read again what it wrapped
	unlooked   bool // reads it, and does not look at it
	deaf       bool // to the context
	first      bool // wraps with the first version
	shows      bool // the key in the wrapped key
	mixes      bool // concurrent calls
	rewrapKeep bool // does not move to the newest version
	rewrapNew  bool // answers with a new key
	rewrapAny  bool // takes what was altered
	fallback   bool // wraps by itself when the service does not

	mu     sync.Mutex
	kept   map[string][]byte
	shared []byte
}

func same[T any](v T) T { return v }

func newRemote(s *service, flawed *remote) *remote {
	flawed.service, flawed.kept = s, map[string][]byte{}
	if flawed.bind == nil {
		flawed.bind = same
	}
	if flawed.version == nil {
		flawed.version = same
	}
	if flawed.keyID == nil {
		flawed.keyID = same
	}
	if flawed.decode == nil {
		flawed.decode = func(text string) ([]byte, error) {
			raw, err := base64.StdEncoding.DecodeString(text)
			if err == nil && base64.StdEncoding.EncodeToString(raw) != text {
				err = errService
			}
			return raw, err
		}
	}
	if flawed.failed == nil {
		flawed.failed = func(err error, _ crypto.Wrapped) error { return fmt.Errorf("remote: %w", err) }
	}
	return flawed
}

func (r *remote) ctx(ctx context.Context) (context.Context, context.CancelFunc) {
	if r.deaf {
		return context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	}
	return ctx, func() {}
}

func (r *remote) Wrap(ctx context.Context, key, bind []byte) (crypto.Wrapped, error) {
	w, err := r.wrap(ctx, key, bind)
	if err != nil {
		if r.fallback && errors.Is(err, crypto.ErrUnavailable) {
			return crypto.Wrapped{KeyID: "remote-1", Blob: []byte("1:local")}, nil
		}
		return crypto.Wrapped{}, r.failed(err, crypto.Wrapped{Blob: key})
	}
	return w, nil
}

func (r *remote) wrap(ctx context.Context, key, bind []byte) (crypto.Wrapped, error) {
	ctx, cancel := r.ctx(ctx)
	defer cancel()
	if len(key) != 32 && !r.takesAll {
		return crypto.Wrapped{}, crypto.ErrInvalid
	}
	if r.mixes {
		r.mu.Lock()
		r.shared = key
		r.mu.Unlock()
		wait(10 * time.Millisecond)
		r.mu.Lock()
		key = r.shared
		r.mu.Unlock()
	}
	padded := append(make([]byte, 0, 32), key...)
	bound, err := crypto.BindKey(padded[:32:32], r.bind(bind))
	if err != nil {
		return crypto.Wrapped{}, err
	}
	if r.writes {
		_ = append(key, bound[32:]...)
	}
	n, sealed, err := r.service.encrypt(ctx, bound)
	if err != nil {
		return crypto.Wrapped{}, err
	}
	if !r.unread {
		again, err := r.service.decrypt(ctx, n, sealed)
		if err != nil || !r.unlooked && !bytes.Equal(again, bound) {
			return crypto.Wrapped{}, crypto.ErrUnavailable
		}
	}
	if r.first {
		r.service.mu.Lock()
		n, sealed = 1, r.service.versions[0].Seal(nil, nil, bound, nil)
		r.service.mu.Unlock()
	}
	w := crypto.Wrapped{KeyID: "remote-" + strconv.Itoa(n), Blob: fmt.Appendf(nil, "%d:%s", n, base64.StdEncoding.EncodeToString(sealed))}
	if r.shows {
		w.Blob = fmt.Appendf(w.Blob, ":%x", key)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.keeps {
		r.kept[string(w.Blob)] = key
	} else if r.gives {
		r.kept[string(w.Blob)] = bytes.Clone(key)
	}
	return w, nil
}

func (r *remote) Unwrap(ctx context.Context, w crypto.Wrapped, bind []byte) ([]byte, error) {
	key, err := r.unwrap(ctx, w, bind)
	if err != nil {
		return nil, r.failed(err, w)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if kept := r.kept[string(w.Blob)]; kept != nil {
		return kept, nil
	}
	return key, nil
}

// parse splits a wrapped key and checks what it says of itself.
func (r *remote) parse(w crypto.Wrapped) (version int, sealed []byte, err error) {
	blob := string(w.Blob)
	if r.shows {
		blob = blob[:max(strings.LastIndex(blob, ":"), 0)]
	}
	id := r.keyID(w.KeyID)
	named, ok := strings.CutPrefix(id, "remote-")
	version, err = strconv.Atoi(named)
	if !ok || err != nil || strconv.Itoa(version) != named {
		return 0, nil, crypto.ErrUnknownKey
	}
	text, ok := strings.CutPrefix(blob, named+":")
	if !ok {
		return 0, nil, crypto.ErrAuth
	}
	if sealed, err = r.decode(text); err != nil {
		return 0, nil, crypto.ErrAuth
	}
	return version, sealed, nil
}

func (r *remote) unwrap(ctx context.Context, w crypto.Wrapped, bind []byte) ([]byte, error) {
	ctx, cancel := r.ctx(ctx)
	defer cancel()
	version, sealed, err := r.parse(w)
	if err != nil {
		return nil, err
	}
	bound, err := r.service.decrypt(ctx, r.version(version), sealed)
	if err != nil {
		return nil, err
	}
	if r.unchecked {
		return bound[:min(len(bound), 32)], nil
	}
	return crypto.UnbindKey(bound, r.bind(bind))
}

func (r *remote) Rewrap(ctx context.Context, w crypto.Wrapped, bind []byte) (crypto.Wrapped, error) {
	ctx, cancel := r.ctx(ctx)
	defer cancel()
	version, sealed, err := r.parse(w)
	if err == nil {
		sealed, err = r.service.decrypt(ctx, version, sealed)
	}
	if r.rewrapAny && err != nil {
		return r.wrap(ctx, make([]byte, 32), bind)
	}
	if err != nil {
		return crypto.Wrapped{}, r.failed(err, w)
	}
	if r.rewrapNew {
		return r.wrap(ctx, make([]byte, 32), bind)
	}
	if r.rewrapKeep {
		return w, nil
	}
	key, err := crypto.UnbindKey(sealed, r.bind(bind))
	if err == nil {
		w, err = r.wrap(ctx, key, bind)
	}
	if err != nil {
		return crypto.Wrapped{}, r.failed(err, w)
	}
	return w, nil
}

// wait lets others run for a while.
func wait(d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	<-ctx.Done()
}

// harness is a service of its own with managers that have the same flaws.
func harness(flawed func() *remote) cryptotest.ManagerHarness {
	s := newService()
	return cryptotest.ManagerHarness{
		Open:    func() (crypto.KeyManager, error) { return newRemote(s, flawed()), nil },
		Rotate:  s.rotate,
		Break:   s.broken,
		Secrets: []string{token},
	}
}
