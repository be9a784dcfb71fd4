package crypto_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

var ownKey = crypto.Subject{Practice: practice, Class: crypto.PracticeKey}

// TestRotate rotates the key of a patient and a practice's own: old values open, new ones have the new key, and what is
// old is told and moved.
func TestRotate(t *testing.T) {
	own := crypto.Binding{Practice: practice, Kind: "contact.phone", ID: "c-1"}
	for name, b := range map[string]crypto.Binding{"patient": chart("p-204", "n-1"), "practice": own} {
		t.Run(name, func(t *testing.T) {
			s, m := newStore(), newManager()
			ring := newRing(t, s, m, nil)
			of := subject(b)
			if of.Patient == "" {
				of.Class = crypto.DataKey
			}
			require.ErrorIs(t, ring.Rotate(t.Context(), of), crypto.ErrUnknownKey, "it has none yet")
			var values [][]byte
			for version := range 4 {
				values = append(values, seal(t, ring, fmt.Sprint(version), b))
				require.NoError(t, ring.Rotate(t.Context(), of))
				for _, ring := range []*crypto.Keyring{ring, newRing(t, s, m, nil)} {
					for i, value := range values {
						opens(t, ring, value, b, fmt.Sprint(i))
						old, err := ring.Outdated(t.Context(), value, b)
						require.NoError(t, err)
						require.True(t, old)
						moved, err := ring.Reseal(t.Context(), []byte("x"), value, b)
						require.NoError(t, err)
						require.Equal(t, "x", string(moved[:1]))
						opens(t, ring, moved[1:], b, fmt.Sprint(i))
						old, err = ring.Outdated(t.Context(), moved[1:], b)
						require.NoError(t, err)
						require.False(t, old)
					}
				}
			}
			if of.Patient == "" {
				return
			}
			require.NoError(t, ring.Shred(t.Context(), of))
			for _, ring := range []*crypto.Keyring{ring, newRing(t, s, m, nil)} {
				for _, value := range values {
					shut(t, ring, value, b, crypto.ErrShredded)
				}
				_, err := ring.Reseal(t.Context(), nil, values[0], b)
				require.ErrorIs(t, err, crypto.ErrShredded)
				_, err = ring.Outdated(t.Context(), values[0], b)
				require.ErrorIs(t, err, crypto.ErrShredded)
			}
			require.ErrorIs(t, ring.Rotate(t.Context(), of), crypto.ErrShredded)
		})
	}
}

// TestRotateElsewhere rotates in one process while another still has the older key as its newest: a value of the newer
// key tells it better, so that nothing is moved back.
func TestRotateElsewhere(t *testing.T) {
	own := crypto.Binding{Practice: practice, Kind: "contact.phone", ID: "c-1"}
	for name, b := range map[string]crypto.Binding{"patient": chart("p-204", "n-1"), "practice": own} {
		t.Run(name, func(t *testing.T) {
			s, m := newStore(), newManager()
			here, there := newRing(t, s, m, nil), newRing(t, s, m, nil)
			of := subject(b)
			if of.Patient == "" {
				of.Class = crypto.DataKey
			}
			older := seal(t, there, "plain", b)
			require.NoError(t, here.Rotate(t.Context(), of))
			require.Equal(t, older[:12], seal(t, there, "plain", b)[:12], "it knows nothing of it yet")
			newer := seal(t, here, "plain", b)
			old, err := there.Outdated(t.Context(), newer, b)
			require.NoError(t, err)
			require.False(t, old)
			for _, value := range [][]byte{newer, older} {
				moved, err := there.Reseal(t.Context(), nil, value, b)
				require.NoError(t, err)
				require.Equal(t, newer[:12], moved[:12])
			}
			old, err = there.Outdated(t.Context(), older, b)
			require.NoError(t, err)
			require.True(t, old)
		})
	}
}

// TestResealRefuses wants nothing to take the place of a value that does not open.
func TestResealRefuses(t *testing.T) {
	ring := plainRing(t)
	b := chart("p-204", "n-1")
	sealed := seal(t, ring, "plain", b)
	for name, c := range map[string]struct {
		sealed []byte
		b      crypto.Binding
	}{
		"altered": {append(sealed[:len(sealed)-1:len(sealed)-1], sealed[len(sealed)-1]^1), b},
		"moved":   {sealed, chart("p-204", "n-2")},
	} {
		got, err := ring.Reseal(t.Context(), nil, c.sealed, c.b)
		require.ErrorIs(t, err, crypto.ErrAuth, name)
		require.Nil(t, got, name)
	}
}

// TestOutdatedRefuses asks of what does not open.
func TestOutdatedRefuses(t *testing.T) {
	ring := plainRing(t)
	b, other := chart("p-204", "n-1"), chart("p-205", "n-1")
	seal(t, ring, "plain", b)
	unknown := seal(t, plainRing(t), "plain", b)
	_, err := ring.Outdated(t.Context(), unknown, b)
	require.ErrorIs(t, err, crypto.ErrUnknownKey)
	_, err = ring.Outdated(t.Context(), seal(t, ring, "plain", other), b)
	require.ErrorIs(t, err, crypto.ErrAuth)
}

func TestRotateRefuses(t *testing.T) {
	ring := plainRing(t)
	for _, s := range []crypto.Subject{
		{},
		{Class: crypto.AuditKey},
		{Practice: practice},
		{Practice: practice, Class: "index/kind"},
		{Practice: practice, Class: crypto.Chart},
		{Practice: practice, Patient: "p-204", Class: crypto.PracticeKey},
		{Practice: "a\x00", Class: crypto.DataKey},
	} {
		require.ErrorIs(t, ring.Rotate(t.Context(), s), crypto.ErrInvalid, "%v", s)
	}
	b := chart("p-204", "n-1")
	_, err := ring.Outdated(t.Context(), seal(t, ring, "", b), crypto.Binding{})
	require.ErrorIs(t, err, crypto.ErrInvalid)
	_, err = ring.Outdated(t.Context(), nil, b)
	require.ErrorIs(t, err, crypto.ErrAuth)
	require.ErrorIs(t, ring.Rewrap(t.Context(), "", nil), crypto.ErrInvalid)
	require.ErrorIs(t, ring.Rewrap(t.Context(), "oak-lane", nil), crypto.ErrUnknownKey)
	for _, limit := range []int{-1, 0, 1001} {
		_, err = ring.Keys(t.Context(), practice, crypto.KeyInfo{}, limit)
		require.ErrorIs(t, err, crypto.ErrInvalid)
	}
	for _, limit := range []int{1, 1000} {
		_, err = ring.Keys(t.Context(), practice, crypto.KeyInfo{}, limit)
		require.NoError(t, err)
	}
	_, err = ring.Keys(t.Context(), "", crypto.KeyInfo{}, 1)
	require.ErrorIs(t, err, crypto.ErrInvalid)
}

// infos reads all pages of what is told of a practice's keys.
func infos(t *testing.T, ring *crypto.Keyring) []crypto.KeyInfo {
	t.Helper()
	var all []crypto.KeyInfo
	for {
		var last crypto.KeyInfo
		if len(all) > 0 {
			last = all[len(all)-1]
		}
		page, err := ring.Keys(t.Context(), practice, last, 3)
		require.NoError(t, err)
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}

// filled seals something under keys of every class, and returns what has to open ever after.
func filled(t *testing.T, ring *crypto.Keyring) (everything func(*crypto.Keyring)) {
	t.Helper()
	values := map[crypto.Binding][]byte{}
	for patient := range 3 {
		for _, class := range []crypto.Class{crypto.Chart, crypto.Billing, crypto.Evidence} {
			b := crypto.Binding{Practice: practice, Patient: fmt.Sprintf("p-%d", patient), Class: class, Kind: "k", ID: "1"}
			values[b] = seal(t, ring, "plain", b)
		}
	}
	own := crypto.Binding{Practice: practice, Kind: "contact.phone", ID: "c-1"}
	values[own] = seal(t, ring, "plain", own)
	index, err := ring.Index(t.Context(), practice, "kind", "value")
	require.NoError(t, err)
	mac, err := ring.MAC(t.Context(), practice, []byte("message"))
	require.NoError(t, err)
	tag, err := ring.Tag(t.Context(), practice, "p-1")
	require.NoError(t, err)
	return func(ring *crypto.Keyring) {
		t.Helper()
		for b, value := range values {
			opens(t, ring, value, b, "plain")
		}
		again, err := ring.Index(t.Context(), practice, "kind", "value")
		require.NoError(t, err)
		require.Equal(t, index, again)
		require.NoError(t, ring.VerifyMAC(t.Context(), practice, []byte("message"), mac))
		again, err = ring.Tag(t.Context(), practice, "p-1")
		require.NoError(t, err)
		require.Equal(t, tag, again)
	}
}

// TestRewrap gives a practice a new key of its own: no value changes, all open, and the old key is gone.
func TestRewrap(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	everything := filled(t, ring)
	before := infos(t, ring)
	require.Len(t, before, 13)
	for round := range 3 {
		if round < 2 {
			require.NoError(t, ring.Rotate(t.Context(), ownKey))
		}
		newest, err := s.Key(t.Context(), ownKey, 0)
		require.NoError(t, err)
		var reports []crypto.Progress
		require.NoError(t, ring.Rewrap(t.Context(), practice, func(p crypto.Progress) { reports = append(reports, p) }))
		if round < 2 {
			require.Equal(t, []crypto.Progress{{Seen: 14, Rewrapped: 12}}, reports)
		} else {
			require.Equal(t, []crypto.Progress{{Seen: 13}}, reports, "nothing remained to be done")
		}
		kept, err := s.Key(t.Context(), ownKey, 0)
		require.NoError(t, err)
		require.Equal(t, newest, kept, "the root key is what it was")
		everything(ring)
		m.calls.Store(0)
		everything(newRing(t, s, m, nil))
		require.EqualValues(t, 1, m.calls.Load())
		after := infos(t, ring)
		require.Len(t, after, len(before))
		var own crypto.KeyInfo
		for _, k := range after {
			if k.Class == crypto.PracticeKey {
				own = k
			}
		}
		require.Equal(t, min(round+2, 3), own.Version)
		for i, k := range after {
			if k.Class == crypto.PracticeKey {
				continue
			}
			require.Equal(t, own.ID, k.Under)
			k.Under = before[i].Under
			require.Equal(t, before[i], k, "nothing but the wrapping has changed")
		}
	}
}

// TestKeysShowTime wants the time a key was made to be told as the keyring's clock had it.
func TestKeysShowTime(t *testing.T) {
	var c clock
	c.advance(1_700_000_000 * time.Second)
	c.advance(123456789)
	ring := newRing(t, cryptomem.New(), crypto.NewEphemeral(), &crypto.Options{Now: c.now})
	seal(t, ring, "plain", chart("p-204", "n-1"))
	for _, k := range infos(t, ring) {
		require.Equal(t, time.Unix(1_700_000_000, 123456000).UTC(), k.Created)
	}
}

// roots is a key manager with versions of its root key, any of which can be destroyed.
type roots struct {
	all   []*crypto.Ephemeral
	names map[string]*crypto.Ephemeral
	lie   func(crypto.Wrapped) crypto.Wrapped
}

func newRoots() *roots { return (&roots{names: map[string]*crypto.Ephemeral{}}).rotate() }

func (r *roots) rotate() *roots {
	r.all = append(r.all, crypto.NewEphemeral())
	return r
}

func (r *roots) Wrap(ctx context.Context, key, bind []byte) (crypto.Wrapped, error) {
	newest := r.all[len(r.all)-1]
	w, err := newest.Wrap(ctx, key, bind)
	r.names[w.KeyID] = newest
	return w, err
}

func (r *roots) Unwrap(ctx context.Context, w crypto.Wrapped, bind []byte) ([]byte, error) {
	root := r.names[w.KeyID]
	if root == nil {
		return nil, crypto.ErrUnknownKey
	}
	return root.Unwrap(ctx, w, bind)
}

// destroy destroys all versions but the newest, as an operator does at the key management service.
func (r *roots) destroy() {
	for name, root := range r.names {
		if root != r.all[len(r.all)-1] {
			delete(r.names, name)
		}
	}
}

// rewrapper is roots with an own way to wrap anew.
type rewrapper struct {
	*roots
	calls int
}

func (r *rewrapper) Rewrap(ctx context.Context, w crypto.Wrapped, bind []byte) (crypto.Wrapped, error) {
	r.calls++
	key, err := r.Unwrap(ctx, w, bind)
	if err != nil {
		return crypto.Wrapped{}, err
	}
	w, err = r.Wrap(ctx, key, bind)
	if r.lie != nil {
		w = r.lie(w)
	}
	return w, err
}

// TestRewrapRoot gives the key manager a new root key, and destroys the old one afterwards.
func TestRewrapRoot(t *testing.T) {
	one, two := newRoots(), &rewrapper{roots: newRoots()}
	path := filepath.Join(t.TempDir(), "keys")
	file := openFile(t, path)
	for name, m := range map[string]struct {
		crypto.KeyManager
		rotate, destroy func()
	}{
		"unwraps and wraps": {one, func() { one.rotate() }, one.destroy},
		"rewraps":           {two, func() { two.rotate() }, two.destroy},
		"key file": {file, func() { require.NoError(t, file.Rotate()) }, func() {
			require.NoError(t, file.Forget(versions(t, file)[0]))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore()
			ring := newRing(t, s, m.KeyManager, nil)
			everything := filled(t, ring)
			require.NoError(t, ring.Rotate(t.Context(), ownKey)) // two versions of the practice's key at once
			before, err := s.Key(t.Context(), ownKey, 2)
			require.NoError(t, err)
			m.rotate()
			require.NoError(t, ring.Rewrap(t.Context(), practice, nil))
			after, err := s.Key(t.Context(), ownKey, 0)
			require.NoError(t, err)
			require.NotEqual(t, before.Wrapped.KeyID, after.Wrapped.KeyID)
			require.Equal(t, before.ID, after.ID)
			m.destroy()
			everything(newRing(t, s, m.KeyManager, nil))
		})
	}
	require.Equal(t, 2, two.calls)
}

// TestRewrapperLies wants the only copy of a practice's key never to be replaced by what does not open.
func TestRewrapperLies(t *testing.T) {
	for name, lie := range map[string]func(crypto.Wrapped) crypto.Wrapped{
		"nothing":     func(w crypto.Wrapped) crypto.Wrapped { return crypto.Wrapped{} },
		"altered":     func(w crypto.Wrapped) crypto.Wrapped { w.Blob[20] ^= 1; return w },
		"another key": func(w crypto.Wrapped) crypto.Wrapped { w.KeyID = "other"; return w },
	} {
		t.Run(name, func(t *testing.T) {
			s, m := newStore(), &rewrapper{roots: newRoots()}
			ring := newRing(t, s, m, nil)
			everything := filled(t, ring)
			m.rotate()
			m.lie = lie
			require.ErrorIs(t, ring.Rewrap(t.Context(), practice, nil), crypto.ErrNotOpened)
			everything(newRing(t, s, m, nil))
		})
	}
}

// TestRewrapAltered wants a row that does not open to stay as it is and not to stand in the others' way.
func TestRewrapAltered(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	b, other := chart("p-204", "n-1"), chart("p-205", "n-1")
	sealed, fine := seal(t, ring, "plain", b), seal(t, ring, "plain", other)
	good, err := s.Key(t.Context(), subject(b), 0)
	require.NoError(t, err)
	bad := good.Clone().Wrapped
	bad.Blob[20] ^= 1
	n, err := s.Rewrap(t.Context(), practice, []crypto.Rewrapping{{ID: good.ID, Old: good.Wrapped, New: bad}})
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.NoError(t, ring.Rotate(t.Context(), ownKey))
	require.ErrorIs(t, ring.Rewrap(t.Context(), practice, nil), crypto.ErrAuth)
	opens(t, newRing(t, s, m, nil), fine, other, "plain")
	kept, err := s.Key(t.Context(), subject(b), 0)
	require.NoError(t, err)
	require.Equal(t, bad, kept.Wrapped)

	// When the row was restored the work can be finished.
	_, err = s.Rewrap(t.Context(), practice, []crypto.Rewrapping{{ID: good.ID, Old: bad, New: good.Wrapped}})
	require.NoError(t, err)
	require.NoError(t, ring.Rewrap(t.Context(), practice, nil))
	opens(t, newRing(t, s, m, nil), sealed, b, "plain")
}

// TestRewrapAlteredOlder is the same of an older version of the practice's own key: what lies under it stays, and all else is
// wrapped anew.
func TestRewrapAlteredOlder(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	lost, fine := chart("p-204", "n-1"), chart("p-205", "n-1")
	seal(t, ring, "plain", lost) // under version 1
	require.NoError(t, ring.Rotate(t.Context(), ownKey))
	sealed := seal(t, ring, "plain", fine) // under version 2
	require.NoError(t, ring.Rotate(t.Context(), ownKey))
	s.after = func(k crypto.Key, err error) (crypto.Key, error) {
		if k.Class == crypto.PracticeKey && k.Version == 1 {
			k = k.Clone()
			k.Wrapped.Blob[20] ^= 1
		}
		return k, err
	}
	require.ErrorIs(t, newRing(t, s, m, nil).Rewrap(t.Context(), practice, nil), crypto.ErrNotOpened)
	newest, err := s.Key(t.Context(), ownKey, 0)
	require.NoError(t, err)
	moved, err := s.Key(t.Context(), subject(fine), 0)
	require.NoError(t, err)
	under, err := strconv.ParseUint(moved.Wrapped.KeyID, 16, 64)
	require.NoError(t, err)
	require.Equal(t, newest.ID, under)
	opens(t, newRing(t, s, m, nil), sealed, fine, "plain")
}

// TestRestoredBackup is the procedure of the package comment: after shredding, a new root key and a new practice key,
// and the destruction of the old root key, neither a backup of the key store from before opens what was shredded, nor a
// row of it that is put beside today's. Without any one of the steps it comes back. What was kept opens throughout.
func TestRestoredBackup(t *testing.T) {
	shredded, kept := chart("p-204", "n-1"), chart("p-205", "n-1")
	for _, c := range []struct {
		name                      string
		root, practice, destroy   bool
		comesBack, comesBackMixed bool
	}{
		{"all of it", true, true, true, false, false},
		{"without a new practice key", true, false, true, false, true},
		{"without a new root key", false, true, true, true, true},
		{"without destroying the old root key", true, true, false, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, now, backup := newRoots(), cryptomem.New(), cryptomem.New()
			ring := newRing(t, now, m, nil)
			gone, here := seal(t, ring, "plain", shredded), seal(t, ring, "plain", kept)
			require.NoError(t, ring.Rotate(t.Context(), subject(shredded)))
			newer := seal(t, ring, "plain", shredded)
			copied := rowsOf(t, now)
			addAll(t, backup, copied)

			require.NoError(t, ring.Shred(t.Context(), subject(shredded)))
			if c.root {
				m.rotate()
			}
			if c.practice {
				require.NoError(t, ring.Rotate(t.Context(), ownKey))
			}
			require.NoError(t, ring.Rewrap(t.Context(), practice, nil))
			if c.destroy {
				m.destroy()
			}

			mixed := cryptomem.New()
			for _, row := range copied {
				today, err := now.Key(t.Context(), row.Subject, row.Version)
				if row.Class == crypto.PracticeKey && err == nil {
					row = today
				}
				addAll(t, mixed, []crypto.Key{row})
			}
			for _, value := range [][]byte{gone, newer} {
				_, err := newRing(t, backup, m, nil).Open(t.Context(), nil, value, shredded)
				require.Equal(t, c.comesBack, err == nil, "from the backup")
				_, err = newRing(t, mixed, m, nil).Open(t.Context(), nil, value, shredded)
				require.Equal(t, c.comesBackMixed, err == nil, "from the backup's row among today's")
				shut(t, newRing(t, now, m, nil), value, shredded, crypto.ErrShredded)
			}
			opens(t, newRing(t, now, m, nil), here, kept, "plain")
		})
	}
}

// rowsOf returns what a backup of a key store holds of the practice.
func rowsOf(t *testing.T, s crypto.KeyStore) []crypto.Key {
	t.Helper()
	rows, err := s.Keys(t.Context(), practice, crypto.Key{}, 1000)
	require.NoError(t, err)
	return rows
}

func addAll(t *testing.T, s crypto.KeyStore, rows []crypto.Key) {
	t.Helper()
	for _, row := range rows {
		_, err := s.Add(t.Context(), row)
		require.NoError(t, err)
	}
}

// TestRewrapKilled ends a rotation at its every call of the store and of the key manager, before and after the call
// took effect. Everything opens at once in other processes, and the next call finishes the work.
func TestRewrapKilled(t *testing.T) {
	for _, late := range []bool{false, true} {
		for call, finished := 1, false; !finished; call++ {
			s, m := newStore(), newRoots()
			everything := filled(t, newRing(t, s, m, nil))
			m.rotate()
			left := call
			stop := func() error {
				if left--; left == 0 {
					return errDown
				}
				return nil
			}
			if late {
				s.after = func(k crypto.Key, err error) (crypto.Key, error) { return k, errors.Join(err, stop()) }
			} else {
				s.before = func(context.Context) error { return stop() }
			}
			ring := newRing(t, s, killed{m, stop}, nil)
			err := ring.Rotate(t.Context(), ownKey)
			if err == nil {
				err = ring.Rewrap(t.Context(), practice, nil)
			}
			if finished = left > 0; !finished {
				require.ErrorIs(t, err, errDown, "call %d", call)
				require.LessOrEqual(t, strings.Count(err.Error(), "crypto: "), 1, "%v", err)
			}
			s.before, s.after = nil, nil
			everything(newRing(t, s, m, nil))
			again := newRing(t, s, m, nil)
			require.NoError(t, again.Rewrap(t.Context(), practice, nil))
			m.destroy()
			for _, ring := range []*crypto.Keyring{again, newRing(t, s, m, nil)} {
				everything(ring)
			}
			own := 0
			for _, k := range infos(t, again) {
				if k.Class == crypto.PracticeKey {
					own++
				}
			}
			require.Equal(t, 1, own)
			require.Less(t, call, 100)
		}
	}
}

// killed is a key manager whose caller dies.
type killed struct {
	*roots
	stop func() error
}

func (k killed) Wrap(ctx context.Context, key, bind []byte) (crypto.Wrapped, error) {
	if err := k.stop(); err != nil {
		return crypto.Wrapped{}, err
	}
	return k.roots.Wrap(ctx, key, bind)
}

func (k killed) Unwrap(ctx context.Context, w crypto.Wrapped, bind []byte) ([]byte, error) {
	if err := k.stop(); err != nil {
		return nil, err
	}
	return k.roots.Unwrap(ctx, w, bind)
}
