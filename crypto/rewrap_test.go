package crypto_test

import (
	"context"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
)

// retiring calls a function before each retirement; an error is its answer.
type retiring struct {
	crypto.KeyStore
	before func() error
}

func (r *retiring) Retire(ctx context.Context, practice string, id uint64) error {
	if err := r.before(); err != nil {
		return err
	}
	return r.KeyStore.Retire(ctx, practice, id)
}

// TestRewrapAgain lets another process wrap a key under the older version when all others were wrapped anew: a second
// pass takes it along, and what is told of the work counts its keys from the beginning.
func TestRewrapAgain(t *testing.T) {
	s, m := newStore(), newManager()
	there := newRing(t, s, m, nil)
	everything := filled(t, there)
	late := chart("p-late", "n-1")
	var sealed []byte
	ring := newRing(t, &retiring{KeyStore: s, before: func() error {
		if sealed == nil {
			sealed = seal(t, there, "plain", late)
		}
		return nil
	}}, m, nil)
	require.NoError(t, ring.Rotate(t.Context(), ownKey))
	var reports []crypto.Progress
	require.NoError(t, ring.Rewrap(t.Context(), practice, func(p crypto.Progress) { reports = append(reports, p) }))
	require.Equal(t, []crypto.Progress{{Seen: 14, Rewrapped: 12}, {Seen: 15, Rewrapped: 13}}, reports)
	cold := newRing(t, s, m, nil)
	everything(cold)
	opens(t, cold, sealed, late, "plain")
	_, err := s.Key(t.Context(), ownKey, 1)
	require.ErrorIs(t, err, crypto.ErrRetired)
}

// TestRewrapGivesUp wants an end to it where an older version stays in use and no pass finds by what.
func TestRewrapGivesUp(t *testing.T) {
	s, m, calls := newStore(), newManager(), 0
	ring := newRing(t, &retiring{KeyStore: s, before: func() error { calls++; return crypto.ErrInUse }}, m, nil)
	everything := filled(t, ring)
	require.NoError(t, ring.Rotate(t.Context(), ownKey))
	require.ErrorIs(t, ring.Rewrap(t.Context(), practice, nil), crypto.ErrInUse)
	require.Equal(t, 2, calls)
	everything(newRing(t, s, m, nil))
}

// TestRewrapDamagedName wants nothing to be destroyed while a row does not say under which version its key lies: it may be
// any of them, and when the row is restored its key opens.
func TestRewrapDamagedName(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	b := chart("p-204", "n-1")
	sealed := seal(t, ring, "plain", b)
	good, err := s.Key(t.Context(), subject(b), 0)
	require.NoError(t, err)
	for _, name := range []string{"", "damaged", "0000000000000001"} {
		bad := good.Clone().Wrapped
		bad.KeyID = name
		n, err := s.Rewrap(t.Context(), practice, []crypto.Rewrapping{{ID: good.ID, Old: good.Wrapped, New: bad}})
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.NoError(t, ring.Rotate(t.Context(), ownKey))
		require.ErrorIs(t, ring.Rewrap(t.Context(), practice, nil), crypto.ErrNotOpened)
		_, err = s.Key(t.Context(), ownKey, 1)
		require.NoError(t, err)
		n, err = s.Rewrap(t.Context(), practice, []crypto.Rewrapping{{ID: good.ID, Old: bad, New: good.Wrapped}})
		require.NoError(t, err)
		require.Equal(t, 1, n)
		opens(t, newRing(t, s, m, nil), sealed, b, "plain")
	}
	require.NoError(t, ring.Rewrap(t.Context(), practice, nil))
	opens(t, newRing(t, s, m, nil), sealed, b, "plain")
	_, err = s.Key(t.Context(), ownKey, 1)
	require.ErrorIs(t, err, crypto.ErrRetired)

	// One that nobody can restore is shredded, so that it does not keep the others' rotation from its end.
	good, err = s.Key(t.Context(), subject(b), 0)
	require.NoError(t, err)
	n, err := s.Rewrap(t.Context(), practice, []crypto.Rewrapping{{ID: good.ID, Old: good.Wrapped}})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.ErrorIs(t, ring.Rewrap(t.Context(), practice, nil), crypto.ErrNotOpened)
	require.NoError(t, ring.Shred(t.Context(), subject(b)))
	require.NoError(t, ring.Rewrap(t.Context(), practice, nil))
}

// TestRewrapUselessOlder wants an older version that does not unwrap, and under which nothing lies, to be destroyed like
// any other: it would keep every later rotation from its end.
func TestRewrapUselessOlder(t *testing.T) {
	s, m := newStore(), newManager()
	everything := filled(t, newRing(t, s, m, nil))
	ring := newRing(t, &retiring{KeyStore: s, before: func() error { return errDown }}, m, nil)
	require.NoError(t, ring.Rotate(t.Context(), ownKey))
	require.ErrorIs(t, ring.Rewrap(t.Context(), practice, nil), errDown)
	s.after = func(k crypto.Key, err error) (crypto.Key, error) {
		if k.Class == crypto.PracticeKey && k.Version == 1 {
			k.Wrapped.Blob[20] ^= 1
		}
		return k, err
	}
	ring = newRing(t, s, m, nil)
	require.NoError(t, ring.Rewrap(t.Context(), practice, nil))
	_, err := s.Key(t.Context(), ownKey, 1)
	require.ErrorIs(t, err, crypto.ErrRetired)
	everything(newRing(t, s, m, nil))
}

// still is a key manager that leaves what it is to wrap anew as it is, as a service does that shows no versions.
type still struct {
	crypto.KeyManager
	err error
}

func (s still) Rewrap(_ context.Context, w crypto.Wrapped, _ []byte) (crypto.Wrapped, error) {
	return w, s.err
}

// TestRewrapReadsNewestAgain wants the version that the others are destroyed for to open as it is kept, and not only as it
// is remembered.
func TestRewrapReadsNewestAgain(t *testing.T) {
	s, m := newStore(), still{KeyManager: crypto.NewEphemeral()}
	ring := newRing(t, s, m, nil)
	everything := filled(t, ring)
	require.NoError(t, ring.Rotate(t.Context(), ownKey))
	seal(t, ring, "plain", chart("p-204", "n-1")) // under the newest, which is remembered
	s.after = func(k crypto.Key, err error) (crypto.Key, error) {
		if k.Class == crypto.PracticeKey && k.Version == 2 {
			k.Wrapped.Blob[20] ^= 1
		}
		return k, err
	}
	require.ErrorIs(t, ring.Rewrap(t.Context(), practice, nil), crypto.ErrNotOpened)
	s.after = nil
	_, err := s.Key(t.Context(), ownKey, 1)
	require.NoError(t, err)
	everything(newRing(t, s, m, nil))
}

// TestRewrapperFails wants the answer of a key manager that cannot wrap anew to be told as it is.
func TestRewrapperFails(t *testing.T) {
	s := newStore()
	m := still{KeyManager: crypto.NewEphemeral()}
	filled(t, newRing(t, s, m, nil))
	m.err = errDown
	err := newRing(t, s, m, nil).Rewrap(t.Context(), practice, nil)
	require.ErrorIs(t, err, errDown)
	require.NotErrorIs(t, err, crypto.ErrNotOpened)
}

// TestRewrapExhausted wants keys to stay as they are when the practice's newest key may wrap no more.
func TestRewrapExhausted(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	everything := filled(t, ring)
	require.NoError(t, ring.Rotate(t.Context(), ownKey))
	newest, err := s.Key(t.Context(), ownKey, 0)
	require.NoError(t, err)
	header := binary.BigEndian.AppendUint64([]byte{0xD1, 1, 0, 0}, newest.ID)
	require.NoError(t, ring.Spend(append(header, make([]byte, 28)...), crypto.SealLimit-1))
	before := infos(t, ring)
	require.ErrorIs(t, ring.Rewrap(t.Context(), practice, nil), crypto.ErrExhausted)
	require.Equal(t, before, infos(t, ring), "one could be wrapped, and none was replaced")
	everything(newRing(t, s, m, nil))
	require.NoError(t, newRing(t, s, m, nil).Rewrap(t.Context(), practice, nil))
}

// TestRewrapForgets wants the practice's keys that were destroyed to leave the memory too.
func TestRewrapForgets(t *testing.T) {
	ring := plainRing(t)
	seal(t, ring, "plain", chart("p-204", "n-1"))
	require.NoError(t, ring.Rotate(t.Context(), ownKey))
	require.NoError(t, ring.Rewrap(t.Context(), practice, nil))
	keys, _ := ring.Cached()
	require.Equal(t, 1, keys, "the patient's")
}

// listing is a store that lists what it likes.
type listing struct {
	crypto.KeyStore
	page func(page []crypto.Key, after crypto.Key) []crypto.Key
}

func (l *listing) Keys(ctx context.Context, practice string, after crypto.Key, limit int) ([]crypto.Key, error) {
	page, err := l.KeyStore.Keys(ctx, practice, after, limit)
	return l.page(page, after), err
}

// TestStoreListsWrongly wants a store to be found out that lists another practice's keys, or the same ones for ever.
func TestStoreListsWrongly(t *testing.T) {
	s, m := newStore(), newManager()
	everything := filled(t, newRing(t, s, m, nil))
	first, err := s.Keys(t.Context(), practice, crypto.Key{}, 1000)
	require.NoError(t, err)
	for name, page := range map[string]func([]crypto.Key, crypto.Key) []crypto.Key{
		"the first page again": func([]crypto.Key, crypto.Key) []crypto.Key { return first },
		"the last key again": func(page []crypto.Key, after crypto.Key) []crypto.Key {
			if after.Practice != "" {
				return first[len(first)-1:]
			}
			return page
		},
		"a key twice": func(page []crypto.Key, _ crypto.Key) []crypto.Key { return append(page[:1:1], page...) },
		"two in the wrong order": func(page []crypto.Key, _ crypto.Key) []crypto.Key {
			if len(page) > 1 {
				page[0], page[1] = page[1], page[0]
			}
			return page
		},
		"another practice's": func(page []crypto.Key, _ crypto.Key) []crypto.Key {
			if len(page) > 0 {
				page[len(page)-1].Practice = "oak-lane"
			}
			return page
		},
	} {
		t.Run(name, func(t *testing.T) {
			ring := newRing(t, &listing{KeyStore: s, page: page}, m, nil)
			require.ErrorIs(t, ring.Rewrap(t.Context(), practice, nil), crypto.ErrAuth)
			var last crypto.KeyInfo
			for {
				page, err := ring.Keys(t.Context(), practice, last, 7)
				if err != nil {
					require.ErrorIs(t, err, crypto.ErrAuth)
					break
				}
				require.NotEmpty(t, page, "all was taken for good")
				last = page[len(page)-1]
			}
			everything(newRing(t, s, m, nil))
		})
	}
}
