package crypto_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
)

// TestRotateIndex follows a rotation of one kind through its time, in processes that were started at every moment of
// it: what one writes every other finds, before the older key is retired as after.
func TestRotateIndex(t *testing.T) {
	const life, kind, value = time.Minute, "contact.phone", "+15555550100"
	var c clock
	c.advance(time.Hour)
	s, m := newStore(), newManager()
	o := &crypto.Options{Now: c.now, Lifetime: life}
	processes := []*crypto.Keyring{newRing(t, s, m, o), newRing(t, s, m, o)}
	written := func() (seen map[string]int) {
		t.Helper()
		processes = append(processes, newRing(t, s, m, o))
		seen = map[string]int{}
		for _, writes := range processes {
			index, err := writes.Index(t.Context(), practice, kind, value)
			require.NoError(t, err)
			seen[string(index)]++
			for _, searches := range processes {
				all, err := searches.Indexes(t.Context(), practice, kind, value)
				require.NoError(t, err)
				require.Contains(t, all, index)
			}
		}
		return seen
	}
	first, err := newRing(t, s, m, o).Index(t.Context(), practice, kind, value)
	require.NoError(t, err)
	other, err := newRing(t, s, m, o).Index(t.Context(), practice, "patient.name", value)
	require.NoError(t, err)
	require.NoError(t, newRing(t, s, m, o).RetireIndex(t.Context(), practice, kind), "nothing is older")
	old := first
	all := func(want []byte) {
		t.Helper()
		seen := written()
		require.Equal(t, map[string]int{string(want): len(processes)}, seen)
	}
	for range 3 {
		all(old)
		require.NoError(t, processes[0].IndexSettled(t.Context(), practice, kind), "nothing is older")
		require.NoError(t, processes[0].RotateIndex(t.Context(), practice, kind))
		began := c.now()
		var changed time.Duration
		for c.now().Sub(began) < 4*life {
			require.ErrorIs(t, processes[0].RetireIndex(t.Context(), practice, kind), crypto.ErrInUse)
			require.ErrorIs(t, processes[1].RotateIndex(t.Context(), practice, kind), crypto.ErrInUse)
			require.ErrorIs(t, processes[1].IndexSettled(t.Context(), practice, kind), crypto.ErrInUse)
			seen := written()
			since := c.now().Sub(began)
			if since < 2*life {
				require.Equal(t, len(processes), seen[string(old)], "too early")
			}
			if changed == 0 && seen[string(old)] == 0 {
				changed = since
			}
			c.advance(life / 4)
		}
		require.NoError(t, processes[1].IndexSettled(t.Context(), practice, kind))
		require.NotZero(t, changed)
		require.LessOrEqual(t, changed, 3*life)
		both, err := processes[0].Indexes(t.Context(), practice, kind, value)
		require.NoError(t, err)
		require.Len(t, both, 2)
		require.Equal(t, old, both[1])
		require.NoError(t, processes[0].RetireIndex(t.Context(), practice, kind))
		require.NoError(t, processes[1].RetireIndex(t.Context(), practice, kind), "repeating it is no error")
		old, processes = both[0], processes[:2]
		all(old)
		rest, err := processes[0].Indexes(t.Context(), practice, kind, value)
		require.NoError(t, err)
		require.Equal(t, both[:1], rest)
		all(old)
	}
	again, err := newRing(t, s, m, o).Index(t.Context(), practice, "patient.name", value)
	require.NoError(t, err)
	require.Equal(t, other, again, "another kind stays")
}

// TestRotateIndexWaits lets the key manager hang while a new index key is made: from when it is kept all processes have as
// long to learn of it as ever.
func TestRotateIndexWaits(t *testing.T) {
	const kind, value = "contact.phone", "+15555550100"
	synctest.Test(t, func(t *testing.T) {
		s, m := newStore(), newManager()
		there := newRing(t, s, m, nil)
		old, err := there.Index(t.Context(), practice, kind, value)
		require.NoError(t, err)
		require.NoError(t, newRing(t, s, hanging{m, time.Hour}, nil).RotateIndex(t.Context(), practice, kind))
		anew := newRing(t, s, m, nil)
		for range 2 { // both may have been started before the other learns of it
			index, err := anew.Index(t.Context(), practice, kind, value)
			require.NoError(t, err)
			require.Equal(t, old, index)
			require.ErrorIs(t, anew.IndexSettled(t.Context(), practice, kind), crypto.ErrInUse)
			time.Sleep(5 * time.Minute)
		}
	})
}

// TestIndexesOfNewKind searches before anything was written, and by the same key for as long as it is remembered.
func TestIndexesOfNewKind(t *testing.T) {
	ring := plainRing(t)
	all, err := ring.Indexes(t.Context(), practice, "kind", "value")
	require.NoError(t, err)
	index, err := ring.Index(t.Context(), practice, "kind", "value")
	require.NoError(t, err)
	require.Equal(t, [][]byte{index}, all)
}

// TestIndexWhereStoreFails wants nothing to be searched by half of the keys, called settled, or called retired, when a row
// could not be read or changed.
func TestIndexWhereStoreFails(t *testing.T) {
	const kind = "contact.phone"
	var c clock
	s, m := newStore(), newManager()
	o := &crypto.Options{Now: c.now}
	index, err := newRing(t, s, m, o).Index(t.Context(), practice, kind, "value")
	require.NoError(t, err)
	all, err := newRing(t, s, m, o).Indexes(t.Context(), practice, kind, "value")
	require.NoError(t, err)
	require.Equal(t, [][]byte{index}, all)
	require.NoError(t, newRing(t, s, m, o).RotateIndex(t.Context(), practice, kind))
	c.advance(time.Hour)

	older := func(change func(crypto.Key) (crypto.Key, error)) {
		s.after = func(k crypto.Key, err error) (crypto.Key, error) {
			if err == nil && k.Class == "index/"+kind && k.Version == 1 {
				return change(k)
			}
			return k, err
		}
	}
	older(func(k crypto.Key) (crypto.Key, error) { return crypto.Key{}, errDown })
	ring := newRing(t, s, m, o)
	_, err = ring.Indexes(t.Context(), practice, kind, "value")
	require.ErrorIs(t, err, errDown)
	require.ErrorIs(t, ring.IndexSettled(t.Context(), practice, kind), errDown)
	require.ErrorIs(t, ring.RetireIndex(t.Context(), practice, kind), errDown)
	require.ErrorIs(t, ring.RotateIndex(t.Context(), practice, kind), errDown)
	older(func(k crypto.Key) (crypto.Key, error) { k.Wrapped.Blob[20] ^= 1; return k, nil })
	_, err = ring.Indexes(t.Context(), practice, kind, "value")
	require.ErrorIs(t, err, crypto.ErrAuth)
	s.after = nil
	all, err = ring.Indexes(t.Context(), practice, kind, "value")
	require.NoError(t, err)
	require.Len(t, all, 2)

	failing := newRing(t, &retiring{KeyStore: s, before: func() error { return errDown }}, m, o)
	require.ErrorIs(t, failing.RetireIndex(t.Context(), practice, kind), errDown)
	require.NoError(t, ring.RetireIndex(t.Context(), practice, kind))
}

func TestIndexRefuses(t *testing.T) {
	ring := plainRing(t)
	require.ErrorIs(t, ring.RotateIndex(t.Context(), practice, "kind"), crypto.ErrUnknownKey)
	_, err := ring.Index(t.Context(), practice, crypto.Fixed+"number", "+15555550100")
	require.NoError(t, err)
	require.ErrorIs(t, ring.RotateIndex(t.Context(), practice, crypto.Fixed+"number"), crypto.ErrInvalid)
	require.ErrorIs(t, ring.RetireIndex(t.Context(), practice, "kind"), crypto.ErrUnknownKey)
	require.ErrorIs(t, ring.IndexSettled(t.Context(), practice, "kind"), crypto.ErrUnknownKey)
	for _, of := range [][2]string{{"", "kind"}, {practice, ""}, {practice, "a\x00"}, {"\xff", "kind"}} {
		_, err := ring.Index(t.Context(), of[0], of[1], "value")
		require.ErrorIs(t, err, crypto.ErrInvalid)
		_, err = ring.Indexes(t.Context(), of[0], of[1], "value")
		require.ErrorIs(t, err, crypto.ErrInvalid)
		require.ErrorIs(t, ring.RotateIndex(t.Context(), of[0], of[1]), crypto.ErrInvalid)
		require.ErrorIs(t, ring.RetireIndex(t.Context(), of[0], of[1]), crypto.ErrInvalid)
		require.ErrorIs(t, ring.IndexSettled(t.Context(), of[0], of[1]), crypto.ErrInvalid)
	}
}

// TestRotateIndexWithPractice rotates everything at once: the two indexes of a kind are wrapped anew like any key.
func TestRotateIndexWithPractice(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	_, err := ring.Index(t.Context(), practice, "kind", "value")
	require.NoError(t, err)
	require.NoError(t, ring.RotateIndex(t.Context(), practice, "kind"))
	before, err := ring.Indexes(t.Context(), practice, "kind", "value")
	require.NoError(t, err)
	require.NoError(t, ring.Rotate(t.Context(), ownKey))
	require.NoError(t, ring.Rewrap(t.Context(), practice, nil))
	after, err := newRing(t, s, m, nil).Indexes(t.Context(), practice, "kind", "value")
	require.NoError(t, err)
	require.Equal(t, before, after)
}
