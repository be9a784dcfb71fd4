package crypto_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
)

// TestOneCallPerPractice is what the hierarchy is for: a key manager answers in tens of milliseconds and is paid by the
// call, so 1,000 patients with 20 fields each cost one call, not 20,000.
func TestOneCallPerPractice(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	sealed := map[crypto.Binding][]byte{}
	for patient := range 1000 {
		for field := range 20 {
			b := chart(fmt.Sprintf("p-%d", patient), fmt.Sprintf("n-%d", field))
			sealed[b] = seal(t, ring, "plain", b)
		}
	}
	require.EqualValues(t, 1, m.calls.Load(), "sealing, from nothing")

	m.calls.Store(0)
	cold := newRing(t, s, m, nil)
	for b, value := range sealed {
		opens(t, cold, value, b, "plain")
	}
	seal(t, cold, "plain", chart("p-new", "n-1"))
	_, err := cold.Index(t.Context(), practice, "kind", "value")
	require.NoError(t, err)
	_, err = cold.MAC(t.Context(), practice, []byte("message"))
	require.NoError(t, err)
	require.EqualValues(t, 1, m.calls.Load(), "opening, after a restart")
}

// TestOneCallWhenAllComeAtOnce starts cold with old and new patients together.
func TestOneCallWhenAllComeAtOnce(t *testing.T) {
	s, m := newStore(), newManager()
	old := chart("p-old", "n-1")
	sealed := seal(t, newRing(t, s, m, nil), "plain", old)
	m.calls.Store(0)
	ring := newRing(t, s, m, nil)
	var all sync.WaitGroup
	errs := make([]error, 40)
	for i := range errs {
		all.Go(func() {
			if i%2 == 0 {
				_, errs[i] = ring.Open(t.Context(), nil, sealed, old)
			} else {
				_, errs[i] = ring.Seal(t.Context(), nil, []byte("plain"), chart(fmt.Sprintf("p-%d", i), "n-1"))
			}
		})
	}
	all.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.EqualValues(t, 1, m.calls.Load())
}

// TestLifetime wants a key to be read again when it has aged, counted from before it was read, and a clock that was set
// back not to prolong it.
func TestLifetime(t *testing.T) {
	for name, o := range map[string]crypto.Options{
		"5 minutes by default": {}, "10 seconds": {Lifetime: 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			var c clock
			c.advance(time.Hour)
			life := o.Lifetime
			if life == 0 {
				life = 5 * time.Minute
			}
			s, m := newStore(), newManager()
			o.Now = c.now
			ring := newRing(t, s, m, &o)
			b := chart("p-204", "n-1")
			sealed := seal(t, ring, "plain", b)
			s.reads.Store(0)
			m.calls.Store(0)

			c.advance(life - 1)
			opens(t, ring, sealed, b, "plain")
			require.Zero(t, s.reads.Load())
			require.Zero(t, m.calls.Load())

			c.advance(1)
			s.before = func(context.Context) error { c.advance(time.Second); return nil } // reading takes a while
			opens(t, ring, sealed, b, "plain")
			require.EqualValues(t, 2, s.reads.Load(), "the patient's row and the practice's")
			require.EqualValues(t, 1, m.calls.Load())

			c.advance(life - time.Second)
			opens(t, ring, sealed, b, "plain")
			require.Greater(t, s.reads.Load(), int64(2), "the time of reading counts")

			s.reads.Store(0)
			c.advance(-time.Hour / 2)
			opens(t, ring, sealed, b, "plain")
			require.NotZero(t, s.reads.Load(), "the clock was set back")
		})
	}
}

// TestSleepingMachine lets the wall clock go on while the monotonic one stands, as it does while a machine sleeps.
func TestSleepingMachine(t *testing.T) {
	var slept time.Duration
	now := func() time.Time {
		at := time.Now().Add(slept)
		monotonic := (*struct { // as package time keeps it
			wall uint64
			ext  int64
		})(unsafe.Pointer(&at))
		monotonic.ext -= int64(slept)
		return at
	}
	s := newStore()
	ring := newRing(t, s, newManager(), &crypto.Options{Now: now})
	b := chart("p-204", "n-1")
	sealed := seal(t, ring, "plain", b)
	began := now()
	for _, slept = range []time.Duration{6 * time.Minute, -time.Hour} {
		require.Less(t, now().Sub(began).Abs(), time.Minute, "the monotonic clock stands")
		s.reads.Store(0)
		opens(t, ring, sealed, b, "plain")
		require.NotZero(t, s.reads.Load(), "the key was read again")
	}
}

func TestBound(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, &crypto.Options{MaxKeys: 10})
	for patient := range 100 {
		b := chart(fmt.Sprintf("p-%d", patient), "n-1")
		opens(t, ring, seal(t, ring, "plain", b), b, "plain")
		keys, names := ring.Cached()
		require.LessOrEqual(t, keys, 10)
		require.LessOrEqual(t, names, 20)
	}
	require.EqualValues(t, 1, m.calls.Load(), "the practice's key is used most and stays")

	// The one used longest ago makes way.
	s.reads.Store(0)
	for patient := 99; patient > 91; patient-- {
		seal(t, ring, "plain", chart(fmt.Sprintf("p-%d", patient), "n-1"))
	}
	require.Zero(t, s.reads.Load())
	seal(t, ring, "plain", chart("p-0", "n-1"))
	require.NotZero(t, s.reads.Load())

	tiny := newRing(t, newStore(), newManager(), &crypto.Options{MaxKeys: 1})
	for patient := range 5 {
		b := chart(fmt.Sprintf("p-%d", patient), "n-1")
		opens(t, tiny, seal(t, tiny, "plain", b), b, "plain")
	}
}

func TestOptions(t *testing.T) {
	for _, o := range []crypto.Options{{MaxKeys: -1}, {Lifetime: -1}} {
		_, err := crypto.NewKeyring(newStore(), newManager(), &o)
		require.ErrorIs(t, err, crypto.ErrInvalid)
	}
	_, err := crypto.NewKeyring(nil, newManager(), nil)
	require.ErrorIs(t, err, crypto.ErrInvalid)
	_, err = crypto.NewKeyring(newStore(), nil, nil)
	require.ErrorIs(t, err, crypto.ErrInvalid)
}

// together has twenty callers wait for a store that is held up, in a bubble. What it returns lets the store answer with err, and
// waits for them.
func together(s *store, err error, call func()) (release func()) {
	s.reads.Store(0)
	held := make(chan struct{})
	s.before = func(context.Context) error { <-held; return err }
	var all sync.WaitGroup
	for range 20 {
		all.Go(call)
	}
	synctest.Wait()
	return func() {
		close(held)
		all.Wait()
		s.before = nil
	}
}

// TestOneLoad holds the store up, so that all callers meet in one load.
func TestOneLoad(t *testing.T) {
	s, m := newStore(), newManager()
	b := chart("p-204", "n-1")
	sealed := seal(t, newRing(t, s, m, nil), "plain", b)
	synctest.Test(t, func(t *testing.T) {
		ring := newRing(t, s, m, nil)
		release := together(s, nil, func() {
			got, err := ring.Open(t.Context(), nil, sealed, b)
			if err != nil || string(got) != "plain" {
				t.Errorf("%s, %v", got, err)
			}
		})
		require.EqualValues(t, 1, s.reads.Load())

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := ring.Open(ctx, nil, sealed, b)
		require.ErrorIs(t, err, context.Canceled, "who waits can give up")

		release()
		require.EqualValues(t, 2, s.reads.Load(), "the patient's row and the practice's, for all of them")
	})
}

// TestOneFailure wants a load that fails to fail for all that wait for it, for the outage of a store is no time to ask it
// once for each of them.
func TestOneFailure(t *testing.T) {
	s, m := newStore(), newManager()
	b := chart("p-204", "n-1")
	sealed := seal(t, newRing(t, s, m, nil), "plain", b)
	synctest.Test(t, func(t *testing.T) {
		ring := newRing(t, s, m, nil)
		together(s, errDown, func() {
			if got, err := ring.Open(t.Context(), nil, sealed, b); !errors.Is(err, errDown) || got != nil {
				t.Errorf("%s, %v", got, err)
			}
		})()
		require.EqualValues(t, 1, s.reads.Load())
	})
}

// TestLeaderGivesUp cancels the caller that loads: those that wait for it load for themselves.
func TestLeaderGivesUp(t *testing.T) {
	s, m := newStore(), newManager()
	b := chart("p-204", "n-1")
	sealed := seal(t, newRing(t, s, m, nil), "plain", b)
	synctest.Test(t, func(t *testing.T) {
		ring := newRing(t, s, m, nil)
		leader, cancel := context.WithCancel(t.Context())
		s.before = func(ctx context.Context) error {
			if leader.Err() == nil {
				<-ctx.Done()
			}
			return ctx.Err()
		}
		defer func() { s.before = nil }()
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := ring.Open(leader, nil, sealed, b); err == nil {
				t.Error("the leader was cancelled")
			}
		})
		synctest.Wait()
		for range 5 {
			all.Go(func() {
				if _, err := ring.Open(t.Context(), nil, sealed, b); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		cancel()
		all.Wait()
	})
}

// TestStorePanics wants waiting callers to be released when a vendor's store panics.
func TestStorePanics(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	b := chart("p-204", "n-1")
	s.before = func(context.Context) error { panic("a vendor's bug") }
	require.Panics(t, func() { _, _ = ring.Seal(t.Context(), nil, nil, b) })
	s.before = nil
	opens(t, ring, seal(t, ring, "plain", b), b, "plain")
}

// TestWiped looks at the very slices that the key manager was given and has returned.
func TestWiped(t *testing.T) {
	s, m := newStore(), newManager()
	b := chart("p-204", "n-1")
	sealed := seal(t, newRing(t, s, m, nil), "plain", b)
	opens(t, newRing(t, s, m, nil), sealed, b, "plain")
	require.Len(t, m.wrapping, 2)
	next := newManager()
	require.NoError(t, newRing(t, s, succession(t, next, m), nil).Rewrap(t.Context(), practice, nil))
	require.Len(t, m.wrapping, 3, "what it has wrapped is unwrapped")
	require.NoError(t, newRing(t, s, m, nil).Rotate(t.Context(), ownKey))
	require.Len(t, m.wrapping, 4)
	require.Len(t, next.wrapping, 4, "what takes its place is unwrapped before it does, and when it is used")
	require.Nil(t, next.wrapping[0], "it was asked first, and does not know the key")
	for _, key := range append(m.wrapping, next.wrapping[1:]...) {
		require.Equal(t, make([]byte, 32), key)
	}
	runtime.KeepAlive(m)
}

// TestTimer wants keys to leave by a timer where no clock is given: none is used for longer than its life, none is read
// again long before, and a keyring that rests keeps nothing.
func TestTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := newStore(), newManager()
		ring := newRing(t, s, m, &crypto.Options{Lifetime: 5 * time.Minute})
		b := chart("p-204", "n-1")
		sealed := seal(t, ring, "plain", b)
		for range 3 {
			m.calls.Store(0)
			began := time.Now()
			for m.calls.Load() == 0 {
				time.Sleep(time.Second) // of the bubble's time
				opens(t, ring, sealed, b, "plain")
			}
			age := time.Since(began)
			require.LessOrEqual(t, age, 5*time.Minute)
			require.Greater(t, age, 5*time.Minute-12*time.Second)
		}
		keys, names := ring.Cached()
		require.Equal(t, 2, keys)
		require.Equal(t, 3, names, "what was opened has its id alone")
		time.Sleep(5 * time.Minute)
		keys, names = ring.Cached()
		require.Zero(t, keys)
		require.Zero(t, names)
		require.False(t, ring.Armed(), "nor is there a timer")
		opens(t, ring, sealed, b, "plain")
		require.True(t, ring.Armed(), "before there is a key again")
	})
}

// TestDroppedKeyring wants a keyring that nobody holds to be collected at once, and its keys when they have aged, for
// no timer may keep them longer.
func TestDroppedKeyring(t *testing.T) {
	ring := newRing(t, newStore(), newManager(), &crypto.Options{Lifetime: time.Second})
	seal(t, ring, "plain", chart("p-204", "n-1"))
	keys := ring.WeakCache()
	held := weak.Make(ring)
	ring = nil
	for range 3 { // a pool in it stays for two collections
		runtime.GC()
	}
	require.Nil(t, held.Value())
	require.Eventually(t, func() bool { runtime.GC(); return keys() }, 10*time.Second, 50*time.Millisecond)
}

// TestManyKeys files more keys than the first buckets hold and finds each under both its names.
func TestManyKeys(t *testing.T) {
	s := newStore()
	ring := newRing(t, s, newManager(), nil)
	sealed := map[crypto.Binding][]byte{}
	for patient := range 500 {
		for _, class := range []crypto.Class{crypto.Chart, crypto.Billing, crypto.Evidence} {
			b := crypto.Binding{Practice: practice, Patient: fmt.Sprintf("p-%d", patient), Class: class, Kind: "k", ID: "1"}
			sealed[b] = seal(t, ring, "plain", b)
		}
	}
	keys, names := ring.Cached()
	require.Equal(t, 1501, keys)
	require.Equal(t, 3002, names)
	s.reads.Store(0)
	for b, value := range sealed {
		opens(t, ring, value, b, "plain")
		require.Equal(t, value[:12], seal(t, ring, "plain", b)[:12])
	}
	require.Zero(t, s.reads.Load())
}

// TestCountersAllServe wants keys to be spread over all counters: one that is never used makes others count too high.
func TestCountersAllServe(t *testing.T) {
	ring := plainRing(t)
	for patient := range 64 {
		seal(t, ring, "plain", chart(fmt.Sprintf("p-%d", patient), "n-1"))
	}
	require.True(t, ring.UpperCounters())
}

// TestRotatedWhileLoaded rotates a key while its row is on its way: the row is read again, once, and what is sealed has the
// new version.
func TestRotatedWhileLoaded(t *testing.T) {
	s, m := newStore(), newManager()
	b := chart("p-204", "n-1")
	older := seal(t, newRing(t, s, m, nil), "plain", b)
	ring := newRing(t, s, m, nil)
	_, err := ring.Index(t.Context(), practice, "kind", "value") // has the practice's key at hand
	require.NoError(t, err)
	rotated := false
	s.after = func(k crypto.Key, err error) (crypto.Key, error) {
		if k.Patient == b.Patient && !rotated {
			rotated = true
			require.NoError(t, ring.Rotate(t.Context(), subject(b)))
		}
		return k, err
	}
	s.reads.Store(0)
	s.before = func(context.Context) error {
		if s.reads.Load() > 10 {
			return errDown
		}
		return nil
	}
	newer := seal(t, ring, "plain", b)
	require.NotEqual(t, older[:12], newer[:12])
	opens(t, ring, older, b, "plain")
	opens(t, ring, newer, b, "plain")
}

// TestKeptOnce opens by an id what it then seals by its subject: one key is kept for both.
func TestKeptOnce(t *testing.T) {
	s, m := newStore(), newManager()
	b := chart("p-204", "n-1")
	sealed := seal(t, newRing(t, s, m, nil), "plain", b)
	ring := newRing(t, s, m, &crypto.Options{MaxKeys: 2})
	for range 3 {
		opens(t, ring, sealed, b, "plain")
		seal(t, ring, "plain", b)
	}
	keys, names := ring.Cached()
	require.Equal(t, 2, keys)
	require.Equal(t, 4, names)
}

// TestOlderLeavesNewest opens what an older version has sealed: the newest stays at hand.
func TestOlderLeavesNewest(t *testing.T) {
	s, m := newStore(), newManager()
	b := chart("p-204", "n-1")
	older := seal(t, newRing(t, s, m, nil), "plain", b)
	ring := newRing(t, s, m, nil)
	require.NoError(t, ring.Rotate(t.Context(), subject(b)))
	newer := seal(t, ring, "plain", b)
	opens(t, ring, older, b, "plain")
	s.reads.Store(0)
	require.Equal(t, newer[:12], seal(t, ring, "plain", b)[:12])
	require.Zero(t, s.reads.Load())
}

// TestPurgedWhileLoaded shreds many patients while the row of the first is on its way: its key is not kept.
func TestPurgedWhileLoaded(t *testing.T) {
	s, m := newStore(), newManager()
	purged := []crypto.Binding{chart("p-204", "n-1"), chart("p-205", "n-1"), chart("p-206", "n-1")}
	sealed := seal(t, newRing(t, s, m, nil), "plain", purged[0])
	ring := newRing(t, s, m, nil)
	done := false
	s.after = func(k crypto.Key, err error) (crypto.Key, error) {
		if k.Patient == purged[0].Patient && !done {
			done = true
			for _, b := range purged {
				require.NoError(t, ring.Shred(t.Context(), subject(b)))
			}
		}
		return k, err
	}
	shut(t, ring, sealed, purged[0], crypto.ErrShredded)
}

// TestForgottenInBetween wants what is forgotten in the midst of others to leave their places in order: each still leaves
// when its life ends, and what is unused longest makes way.
func TestForgottenInBetween(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ring := newRing(t, newStore(), newManager(), &crypto.Options{MaxKeys: 20})
		patient := func(i int) crypto.Binding { return chart(fmt.Sprint("p-", i), "n-1") }
		for i := range 12 {
			seal(t, ring, "plain", patient(i))
		}
		for i := range 4 {
			require.NoError(t, ring.Shred(t.Context(), subject(patient(2+3*i))))
			keys, names := ring.Cached()
			require.Equal(t, 1+12-i-1, keys)
			require.Equal(t, 2*keys, names)
		}
		for i := 12; i < 40; i++ {
			seal(t, ring, "plain", patient(i))
		}
		keys, names := ring.Cached()
		require.Equal(t, 20, keys)
		require.Equal(t, 40, names)
		time.Sleep(5 * time.Minute)
		keys, names = ring.Cached()
		require.Zero(t, keys)
		require.Zero(t, names)
	})
}

// TestLoadedMeanwhile has others load a key each time that a caller has found one which has aged: it takes theirs, reads
// nothing, and leaves the cache open to others.
func TestLoadedMeanwhile(t *testing.T) {
	var c clock
	var others []func()
	now := func() time.Time {
		if waiting := others; len(waiting) > 0 {
			others = nil
			waiting[0]()
			others = waiting[1:]
		}
		return c.now()
	}
	s := newStore()
	ring := newRing(t, s, newManager(), &crypto.Options{Now: now})
	b := chart("p-204", "n-1")
	sealed := seal(t, ring, "plain", b)
	load := func() {
		c.advance(5 * time.Minute)
		seal(t, ring, "plain", b)
		s.reads.Store(0)
	}
	others = []func(){load, load}
	seal(t, ring, "plain", b)
	require.Empty(t, others)
	require.Zero(t, s.reads.Load())
	opens(t, ring, sealed, b, "plain")
	opens(t, ring, seal(t, ring, "plain", chart("p-205", "n-1")), chart("p-205", "n-1"), "plain")
}

// TestShortLifetime wants lives too short for a timer to be told by the clock, and by the one that was given.
func TestShortLifetime(t *testing.T) {
	b := chart("p-204", "n-1")
	ring := newRing(t, newStore(), newManager(), &crypto.Options{Lifetime: time.Second - 1})
	seal(t, ring, "plain", b)
	require.False(t, ring.Armed())

	var c clock
	s := newStore()
	ring = newRing(t, s, newManager(), &crypto.Options{Lifetime: 1, Now: c.now})
	seal(t, ring, "plain", b)
	s.reads.Store(0)
	seal(t, ring, "plain", b)
	require.Zero(t, s.reads.Load(), "the clock stands")
	require.False(t, ring.Armed())
	c.advance(1)
	seal(t, ring, "plain", b)
	require.NotZero(t, s.reads.Load())
}
