package crypto_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
)

func TestShred(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	b := chart("p-204", "n-1")
	bill := b
	bill.Class = crypto.Billing
	other := chart("p-205", "n-1")
	own := crypto.Binding{Practice: practice, Kind: "note.text", ID: "n-1"}
	values := map[crypto.Binding][]byte{}
	for _, b := range []crypto.Binding{b, bill, other, own} {
		values[b] = seal(t, ring, "plain", b)
	}
	for range 2 {
		require.NoError(t, ring.Shred(t.Context(), subject(b)), "repeating it is no error")
		for _, ring := range []*crypto.Keyring{ring, newRing(t, s, m, nil)} {
			shut(t, ring, values[b], b, crypto.ErrShredded)
			got, err := ring.Seal(t.Context(), nil, []byte("plain"), b)
			require.ErrorIs(t, err, crypto.ErrShredded)
			require.NotErrorIs(t, err, crypto.ErrNotOpened)
			require.Nil(t, got)
			for _, b := range []crypto.Binding{bill, other, own} {
				opens(t, ring, values[b], b, "plain")
			}
		}
	}
}

func TestShredBeforeFirstUse(t *testing.T) {
	ring := plainRing(t)
	b := chart("p-204", "n-1")
	require.NoError(t, ring.Shred(t.Context(), subject(b)))
	_, err := ring.Seal(t.Context(), nil, []byte("plain"), b)
	require.ErrorIs(t, err, crypto.ErrShredded)
}

// TestShredElsewhere wants another process to follow within the lifetime and not to be asked to do more.
func TestShredElsewhere(t *testing.T) {
	var c clock
	s, m := newStore(), newManager()
	here, there := newRing(t, s, m, nil), newRing(t, s, m, &crypto.Options{Now: c.now})
	b := chart("p-204", "n-1")
	sealed := seal(t, there, "plain", b)
	require.NoError(t, here.Shred(t.Context(), subject(b)))
	c.advance(5*time.Minute - 1)
	opens(t, there, sealed, b, "plain")
	c.advance(1)
	shut(t, there, sealed, b, crypto.ErrShredded)
	_, err := there.Seal(t.Context(), nil, []byte("plain"), b)
	require.ErrorIs(t, err, crypto.ErrShredded)
}

// TestShredDuringLoad shreds between a load's reading of the row and its end: what was read before must not be kept.
func TestShredDuringLoad(t *testing.T) {
	b := chart("p-204", "n-1")
	for name, use := range map[string]func(context.Context, *crypto.Keyring, []byte) ([]byte, error){
		"open": func(ctx context.Context, k *crypto.Keyring, sealed []byte) ([]byte, error) {
			return k.Open(ctx, nil, sealed, b)
		},
		"seal": func(ctx context.Context, k *crypto.Keyring, _ []byte) ([]byte, error) {
			return k.Seal(ctx, nil, []byte("plain"), b)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, m := newStore(), newManager()
			sealed := seal(t, newRing(t, s, m, nil), "plain", b)
			synctest.Test(t, func(t *testing.T) {
				ring := newRing(t, s, m, nil)
				read, release := make(chan struct{}), make(chan struct{})
				var held atomic.Bool
				s.after = func(k crypto.Key, err error) (crypto.Key, error) {
					if held.CompareAndSwap(false, true) {
						close(read)
						<-release
					}
					return k, err
				}
				var all sync.WaitGroup
				var loaded error
				all.Go(func() { _, loaded = use(t.Context(), ring, sealed) })
				<-read
				all.Go(func() {
					if err := ring.Shred(t.Context(), subject(b)); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait()
				close(release)
				all.Wait()
				require.ErrorIs(t, loaded, crypto.ErrShredded)
				shut(t, ring, sealed, b, crypto.ErrShredded)
			})
		})
	}
}

// hanging is a key manager that answers after a while.
type hanging struct {
	crypto.KeyManager
	wait time.Duration
}

func (h hanging) Unwrap(ctx context.Context, w crypto.Wrapped, bind []byte) ([]byte, error) {
	time.Sleep(h.wait)
	return h.KeyManager.Unwrap(ctx, w, bind)
}

// TestShredDuringLongLoad shreds elsewhere while a load hangs for longer than a key lives: who comes a lifetime later must
// not get what was read before.
func TestShredDuringLongLoad(t *testing.T) {
	for name, now := range map[string]func() time.Time{"a timer": nil, "a clock": time.Now} {
		t.Run(name, func(t *testing.T) {
			s, m := newStore(), newManager()
			b := chart("p-204", "n-1")
			sealed := seal(t, newRing(t, s, m, nil), "plain", b)
			synctest.Test(t, func(t *testing.T) {
				ring := newRing(t, s, hanging{m, time.Hour}, &crypto.Options{Now: now})
				var all sync.WaitGroup
				all.Go(func() {
					if _, err := ring.Open(t.Context(), nil, sealed, b); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait()
				require.NoError(t, newRing(t, s, m, nil).Shred(t.Context(), subject(b)))
				time.Sleep(5 * time.Minute)
				shut(t, ring, sealed, b, crypto.ErrShredded)
				all.Wait()
				shut(t, ring, sealed, b, crypto.ErrShredded)
			})
		})
	}
}

// TestShredFails wants the cache to be emptied even when the store's answer was lost on the way.
func TestShredFails(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	b := chart("p-204", "n-1")
	sealed := seal(t, ring, "plain", b)
	s.after = func(k crypto.Key, err error) (crypto.Key, error) { return k, errors.Join(err, errDown) }
	require.ErrorIs(t, ring.Shred(t.Context(), subject(b)), errDown)
	s.after = nil
	shut(t, ring, sealed, b, crypto.ErrShredded)
}

// TestShredAmidUse shreds while others seal and open: after Shred has returned nothing opens.
func TestShredAmidUse(t *testing.T) {
	ring := newRing(t, newStore(), newManager(), &crypto.Options{MaxKeys: 3})
	for _, patient := range []string{"p-1", "p-2", "p-3"} {
		b := chart(patient, "n-1")
		sealed := seal(t, ring, "plain", b)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for {
					if _, err := ring.Seal(t.Context(), nil, []byte("plain"), b); err != nil {
						if !errors.Is(err, crypto.ErrShredded) {
							t.Error(err)
						}
						return
					}
					if _, err := ring.Open(t.Context(), nil, sealed, b); err != nil && !errors.Is(err, crypto.ErrShredded) {
						t.Error(err)
						return
					}
				}
			})
		}
		require.NoError(t, ring.Shred(t.Context(), subject(b)))
		shut(t, ring, sealed, b, crypto.ErrShredded)
		all.Wait()
	}
}

// TestShredOthersDuringLoad shreds patients while another key of the practice is loaded, as a purge does all the time:
// that load is not repeated, for it could go on until the purge ends.
func TestShredOthersDuringLoad(t *testing.T) {
	s, m := newStore(), newManager()
	b := chart("p-204", "n-1")
	sealed := seal(t, newRing(t, s, m, nil), "plain", b)
	m.calls.Store(0)
	s.reads.Store(0)
	ring := newRing(t, s, m, nil)
	s.after = func(k crypto.Key, err error) (crypto.Key, error) {
		if k.ID == 0 || s.reads.Load() > 20 {
			return k, err
		}
		return k, errors.Join(err, ring.Shred(t.Context(), subject(chart("p-205", ""))))
	}
	opens(t, ring, sealed, b, "plain")
	require.EqualValues(t, 4, s.reads.Load(), "the rows of patient and practice, and a shredding behind each")
	require.EqualValues(t, 1, m.calls.Load())
}

// TestLoadEndsAtOnce wants a key that is in the cache to be in no load's hands any more: who came after it was shredded
// would join that load and get it.
func TestLoadEndsAtOnce(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	loaded := make(chan struct{})
	go func() {
		defer close(loaded)
		for i := range 1000 {
			if _, err := ring.Seal(t.Context(), nil, nil, chart(fmt.Sprintf("p-%d", i), "n-1")); err != nil {
				t.Error(err)
			}
		}
	}()
	for over := false; !over; {
		select {
		case <-loaded:
			over = true
		default:
			require.False(t, ring.Lingers())
		}
	}
}
