package cryptopg_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/crypto/cryptopg"
)

const practice = "elm-street"

func chart(patient string) crypto.Binding {
	return crypto.Binding{Practice: practice, Patient: patient, Class: crypto.Chart, Kind: "note.text", ID: "n-1"}
}

var ownKey = crypto.Subject{Practice: practice, Class: crypto.PracticeKey}

// onBoth runs a test on the memory store and on Postgres; opening gives an empty store.
func onBoth(t *testing.T, test func(t *testing.T, open func() crypto.KeyStore)) {
	t.Run("memory", func(t *testing.T) { test(t, func() crypto.KeyStore { return cryptomem.New() }) })
	t.Run("postgres", func(t *testing.T) {
		db, o := open(t, 6)
		test(t, func() crypto.KeyStore {
			_, err := db.NewRaw("DELETE FROM ?.crypto_key", bun.Ident(o.Schema)).Exec(t.Context())
			require.NoError(t, err)
			return cryptopg.New(db, o)
		})
	})
}

// between calls a function before each call of the store.
type between struct {
	crypto.KeyStore
	call func()
}

func (b *between) Add(ctx context.Context, k crypto.Key) (crypto.Key, error) {
	b.call()
	return b.KeyStore.Add(ctx, k)
}

func (b *between) Key(ctx context.Context, s crypto.Subject, version int) (crypto.Key, error) {
	b.call()
	return b.KeyStore.Key(ctx, s, version)
}

func (b *between) KeyByID(ctx context.Context, practice string, id uint64) (crypto.Key, error) {
	b.call()
	return b.KeyStore.KeyByID(ctx, practice, id)
}

func (b *between) Keys(ctx context.Context, practice string, after crypto.Key, limit int) ([]crypto.Key, error) {
	b.call()
	return b.KeyStore.Keys(ctx, practice, after, limit)
}

func (b *between) Rewrap(ctx context.Context, practice string, keys []crypto.Rewrapping) (int, error) {
	b.call()
	return b.KeyStore.Rewrap(ctx, practice, keys)
}

func (b *between) Retire(ctx context.Context, practice string, id uint64) error {
	b.call()
	return b.KeyStore.Retire(ctx, practice, id)
}

func newRing(t require.TestingT, s crypto.KeyStore, m crypto.KeyManager, o *crypto.Options) *crypto.Keyring {
	ring, err := crypto.NewKeyring(s, m, o)
	require.NoError(t, err)
	return ring
}

// TestRewrapBesideOthers lets another process, which still holds the older practice key, make a patient's key before
// each single call that a rotation makes, and again while it is itself about to write: none is lost.
func TestRewrapBesideOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() crypto.KeyStore) {
		for at, finished := 1, false; !finished; at++ {
			inner, m := open(), crypto.NewEphemeral()
			there := newRing(t, inner, m, nil)
			sealed := map[crypto.Binding][]byte{}
			seal := func(ring *crypto.Keyring, patient string) {
				value, err := ring.Seal(t.Context(), nil, []byte("plain"), chart(patient))
				require.NoError(t, err)
				sealed[chart(patient)] = value
			}
			seal(there, "p-first")
			calls := 0
			here := newRing(t, &between{KeyStore: inner, call: func() {
				if calls++; calls == at {
					seal(there, "p-between")
				}
			}}, m, nil)
			require.NoError(t, here.Rotate(t.Context(), ownKey))
			require.NoError(t, here.Rewrap(t.Context(), practice, nil))
			finished = calls < at

			// And the other way round: the rotation happens between the other process's wrapping and its writing.
			var once atomic.Bool
			slow := newRing(t, &between{KeyStore: inner, call: func() {
				if once.CompareAndSwap(true, false) {
					require.NoError(t, here.Rotate(t.Context(), ownKey))
					require.NoError(t, here.Rewrap(t.Context(), practice, nil))
				}
			}}, m, nil)
			seal(slow, "p-warm")
			for i := range 4 {
				once.Store(true)
				seal(slow, fmt.Sprint("p-slow-", i))
			}
			for _, ring := range []*crypto.Keyring{here, there, slow, newRing(t, inner, m, nil)} {
				for b, value := range sealed {
					plain, err := ring.Open(t.Context(), nil, value, b)
					require.NoError(t, err)
					require.Equal(t, "plain", string(plain))
				}
			}
			require.NoError(t, here.Rewrap(t.Context(), practice, nil))
			keys, err := here.Keys(t.Context(), practice, crypto.KeyInfo{}, 1000)
			require.NoError(t, err)
			require.Len(t, keys, 1+len(sealed))
		}
	})
}

// TestRotationsMeet lets another process rotate the practice's key, and wrap all under it, before each single call that a
// rotation makes: neither says of a practice that has keys that it has none, and afterwards one key wraps all others.
func TestRotationsMeet(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() crypto.KeyStore) {
		for at, finished := 1, false; !finished; at++ {
			inner, m := open(), crypto.NewEphemeral()
			there := newRing(t, inner, m, nil)
			sealed, err := there.Seal(t.Context(), nil, []byte("plain"), chart("p-204"))
			require.NoError(t, err)
			calls := 0
			here := newRing(t, &between{KeyStore: inner, call: func() {
				if calls++; calls == at {
					require.NoError(t, there.Rotate(t.Context(), ownKey))
					require.NoError(t, there.Rewrap(t.Context(), practice, nil))
				}
			}}, m, nil)
			require.NoError(t, here.Rotate(t.Context(), ownKey))
			require.NoError(t, here.Rewrap(t.Context(), practice, nil), "call %d", at)
			finished = calls < at
			cold := newRing(t, inner, m, nil)
			_, err = cold.Open(t.Context(), nil, sealed, chart("p-204"))
			require.NoError(t, err)
			keys, err := cold.Keys(t.Context(), practice, crypto.KeyInfo{}, 1000)
			require.NoError(t, err)
			require.Len(t, keys, 2)
		}
	})
}

// TestRotationUnderLoad rotates a practice's key again and again while other processes make keys and open values.
func TestRotationUnderLoad(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() crypto.KeyStore) {
		inner, m := open(), crypto.NewEphemeral()
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		var over atomic.Bool
		var mu sync.Mutex
		sealed := map[crypto.Binding][]byte{}
		var all sync.WaitGroup
		for worker := range 3 {
			all.Go(func() {
				ring := newRing(t, inner, m, &crypto.Options{MaxKeys: 4})
				for i := 0; !over.Load() && i < 400; i++ {
					b := chart(fmt.Sprintf("p-%d-%d", worker, i))
					value, err := ring.Seal(ctx, nil, []byte("plain"), b)
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					sealed[b] = value
					mu.Unlock()
				}
			})
		}
		here := newRing(t, inner, m, nil)
		for range 5 {
			if err := here.Rotate(ctx, ownKey); err != nil {
				require.ErrorIs(t, err, crypto.ErrUnknownKey) // nobody was first yet
			}
			for again := true; again; {
				err := here.Rewrap(ctx, practice, nil)
				again = err != nil && ctx.Err() == nil
			}
		}
		over.Store(true)
		all.Wait()
		require.NoError(t, here.Rewrap(ctx, practice, nil))
		cold := newRing(t, inner, m, nil)
		for b, value := range sealed {
			_, err := cold.Open(ctx, nil, value, b)
			require.NoError(t, err)
		}
	})
}

// TestAnyOrder draws what three processes do in turn, with a store that fails now and then and clocks that go on: what
// was sealed opens everywhere unless it was shredded, and what was shredded opens nowhere within a lifetime.
func TestAnyOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, open func() crypto.KeyStore) {
		rapid.Check(t, func(rt *rapid.T) { anyOrder(rt, t.Context(), open()) })
	})
}

func anyOrder(rt *rapid.T, ctx context.Context, inner crypto.KeyStore) {
	var now atomic.Int64
	clock := func() time.Time { return time.Unix(0, now.Load()) }
	m := crypto.NewEphemeral()
	rings := make([]*crypto.Keyring, 3)
	start := func(i int) { rings[i] = newRing(rt, inner, m, &crypto.Options{Now: clock}) }
	type value struct {
		b      crypto.Binding
		sealed []byte
	}
	var values []value
	shredded := map[string]bool{}
	for i := range rings {
		start(i)
	}
	patients := rapid.SampledFrom([]string{"a", "b", "c", "d"})
	for range rapid.IntRange(1, 25).Draw(rt, "steps") {
		ring := rings[rapid.IntRange(0, 2).Draw(rt, "process")]
		b := chart(patients.Draw(rt, "patient"))
		var err error
		switch rapid.IntRange(0, 6).Draw(rt, "what") {
		case 0, 1:
			v := value{b: b}
			v.sealed, err = ring.Seal(ctx, nil, []byte("plain"), b)
			if err == nil {
				values = append(values, v)
			}
		case 2:
			err = ring.Rotate(ctx, crypto.Subject{Practice: practice, Patient: b.Patient, Class: b.Class})
		case 3:
			err = ring.Rotate(ctx, ownKey)
		case 4:
			limited, cancel := context.WithCancel(ctx)
			left := rapid.IntRange(1, 20).Draw(rt, "calls until the process dies")
			dying := newRing(rt, &between{KeyStore: inner, call: func() {
				if left--; left == 0 {
					cancel()
				}
			}}, m, &crypto.Options{Now: clock})
			err = dying.Rewrap(limited, practice, nil)
			cancel()
			if limited.Err() != nil && left <= 0 {
				err = nil
			}
		case 5:
			err = ring.Shred(ctx, crypto.Subject{Practice: practice, Patient: b.Patient, Class: b.Class})
			shredded[b.Patient] = true
			now.Add(int64(5 * time.Minute))
		case 6:
			now.Add(int64(rapid.IntRange(1, 400).Draw(rt, "seconds")) * int64(time.Second))
			start(rapid.IntRange(0, 2).Draw(rt, "restarted"))
		}
		switch {
		case err == nil:
		case crypto.ErrShredded.Error() == err.Error() && shredded[b.Patient]:
		default:
			require.ErrorIs(rt, err, crypto.ErrUnknownKey)
		}
		for _, v := range values {
			for _, ring := range rings {
				_, err := ring.Open(ctx, nil, v.sealed, v.b)
				if shredded[v.b.Patient] {
					require.ErrorIs(rt, err, crypto.ErrShredded)
				} else {
					require.NoError(rt, err)
				}
			}
		}
	}
}
