package crypto_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

const practice = "elm-street"

var errDown = errors.New("out of reach")

// chart binds a note of a patient's chart.
func chart(patient, id string) crypto.Binding {
	return crypto.Binding{Practice: practice, Patient: patient, Class: crypto.Chart, Kind: "note.text", ID: id}
}

func subject(b crypto.Binding) crypto.Subject {
	return crypto.Subject{Practice: b.Practice, Patient: b.Patient, Class: b.Class}
}

// manager counts calls and fails on demand.
type manager struct {
	crypto.KeyManager
	calls    atomic.Int64
	down     atomic.Bool
	wrapping [][]byte // the very slices that Wrap was given and Unwrap has returned
	mu       sync.Mutex
}

func newManager() *manager { return &manager{KeyManager: crypto.NewEphemeral()} }

func (m *manager) Wrap(ctx context.Context, key, bind []byte) (crypto.Wrapped, error) {
	m.calls.Add(1)
	if m.down.Load() {
		return crypto.Wrapped{}, errDown
	}
	m.mu.Lock()
	m.wrapping = append(m.wrapping, key)
	m.mu.Unlock()
	return m.KeyManager.Wrap(ctx, key, bind)
}

func (m *manager) Unwrap(ctx context.Context, w crypto.Wrapped, bind []byte) ([]byte, error) {
	m.calls.Add(1)
	if m.down.Load() {
		return nil, errDown
	}
	key, err := m.KeyManager.Unwrap(ctx, w, bind)
	m.mu.Lock()
	m.wrapping = append(m.wrapping, key)
	m.mu.Unlock()
	return key, err
}

// store counts reads, and lets a test change or hold up what the memory store answers.
type store struct {
	crypto.KeyStore
	reads  atomic.Int64
	before func(ctx context.Context) error             // called before every method; an error is its answer
	after  func(crypto.Key, error) (crypto.Key, error) // called on every answer with a key
}

func newStore() *store { return &store{KeyStore: cryptomem.New()} }

func (s *store) answer(ctx context.Context, do func() (crypto.Key, error)) (crypto.Key, error) {
	s.reads.Add(1)
	if s.before != nil {
		if err := s.before(ctx); err != nil {
			return crypto.Key{}, err
		}
	}
	k, err := do()
	if s.after != nil {
		return s.after(k, err)
	}
	return k, err
}

func (s *store) Add(ctx context.Context, k crypto.Key) (crypto.Key, error) {
	return s.answer(ctx, func() (crypto.Key, error) { return s.KeyStore.Add(ctx, k) })
}

func (s *store) Key(ctx context.Context, of crypto.Subject, version int) (crypto.Key, error) {
	return s.answer(ctx, func() (crypto.Key, error) { return s.KeyStore.Key(ctx, of, version) })
}

func (s *store) KeyByID(ctx context.Context, practice string, id uint64) (crypto.Key, error) {
	return s.answer(ctx, func() (crypto.Key, error) { return s.KeyStore.KeyByID(ctx, practice, id) })
}

func (s *store) Shred(ctx context.Context, of crypto.Subject) error {
	_, err := s.answer(ctx, func() (crypto.Key, error) { return crypto.Key{}, s.KeyStore.Shred(ctx, of) })
	return err
}

func (s *store) Keys(ctx context.Context, practice string, after crypto.Key, limit int) (keys []crypto.Key, err error) {
	_, err = s.answer(ctx, func() (crypto.Key, error) {
		keys, err = s.KeyStore.Keys(ctx, practice, after, limit)
		return crypto.Key{}, err
	})
	return keys, err
}

func (s *store) Rewrap(ctx context.Context, practice string, keys []crypto.Rewrapping) (n int, err error) {
	_, err = s.answer(ctx, func() (crypto.Key, error) {
		n, err = s.KeyStore.Rewrap(ctx, practice, keys)
		return crypto.Key{}, err
	})
	return n, err
}

func (s *store) Retire(ctx context.Context, practice string, id uint64) error {
	_, err := s.answer(ctx, func() (crypto.Key, error) { return crypto.Key{}, s.KeyStore.Retire(ctx, practice, id) })
	return err
}

// clock is a time that a test moves.
type clock struct{ at atomic.Int64 }

func (c *clock) now() time.Time          { return time.Unix(0, c.at.Load()) }
func (c *clock) advance(d time.Duration) { c.at.Add(int64(d)) }

func newRing(t testing.TB, s crypto.KeyStore, m crypto.KeyManager, o *crypto.Options) *crypto.Keyring {
	t.Helper()
	k, err := crypto.NewKeyring(s, m, o)
	require.NoError(t, err)
	return k
}

// plainRing returns a keyring of its own.
func plainRing(t testing.TB) *crypto.Keyring {
	t.Helper()
	return newRing(t, cryptomem.New(), crypto.NewEphemeral(), nil)
}

func seal(t testing.TB, k *crypto.Keyring, plain string, b crypto.Binding) []byte {
	t.Helper()
	sealed, err := k.Seal(context.Background(), nil, []byte(plain), b)
	require.NoError(t, err)
	return sealed
}

// opens checks that sealed opens to plain.
func opens(t testing.TB, k *crypto.Keyring, sealed []byte, b crypto.Binding, plain string) {
	t.Helper()
	got, err := k.Open(context.Background(), nil, sealed, b)
	require.NoError(t, err)
	require.Equal(t, plain, string(got))
}

// shut checks that sealed does not open, for the given reason.
func shut(t testing.TB, k *crypto.Keyring, sealed []byte, b crypto.Binding, want error) {
	t.Helper()
	got, err := k.Open(context.Background(), nil, sealed, b)
	require.ErrorIs(t, err, want)
	require.Nil(t, got)
}
