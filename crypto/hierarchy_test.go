package crypto_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
)

// TestAlteredRows changes every part of a row of the key store, as whoever can write to the database could: nothing
// opens, and nothing is sealed under another key than the row's own.
func TestAlteredRows(t *testing.T) {
	own := crypto.Subject{Practice: practice, Class: "practice"}
	b := chart("p-204", "n-1")
	for name, change := range map[string]func(*crypto.Key){
		"blob":         func(k *crypto.Key) { k.Wrapped.Blob[20] ^= 1 },
		"blob version": func(k *crypto.Key) { k.Wrapped.Blob[0]++ },
		"cut blob":     func(k *crypto.Key) { k.Wrapped.Blob = k.Wrapped.Blob[:30] },
		"no blob":      func(k *crypto.Key) { k.Wrapped.Blob = nil },
		"check":        func(k *crypto.Key) { k.Check[0] ^= 1 },
		"no check":     func(k *crypto.Key) { k.Check = nil },
		"wrapper":      func(k *crypto.Key) { k.Wrapped.KeyID = "0000000000000001" },
		"no wrapper":   func(k *crypto.Key) { k.Wrapped.KeyID = "" },
		"version":      func(k *crypto.Key) { k.Version = 2 },
		"id":           func(k *crypto.Key) { k.ID++ },
		"patient":      func(k *crypto.Key) { k.Patient = "p-205" },
		"class":        func(k *crypto.Key) { k.Class = crypto.Billing },
		"practice":     func(k *crypto.Key) { k.Practice = "oak-lane" },
	} {
		for of, is := range map[string]func(crypto.Key) bool{
			"patient's":  func(k crypto.Key) bool { return k.Subject == subject(b) },
			"practice's": func(k crypto.Key) bool { return k.Subject == own },
		} {
			t.Run(of+" "+name, func(t *testing.T) {
				s, m := newStore(), newManager()
				sealed := seal(t, newRing(t, s, m, nil), "plain", b)
				s.after = func(k crypto.Key, err error) (crypto.Key, error) {
					if err == nil && is(k) {
						change(&k)
					}
					return k, err
				}
				ring := newRing(t, s, m, nil)
				shut(t, ring, sealed, b, crypto.ErrNotOpened)
				got, err := ring.Seal(t.Context(), nil, []byte("plain"), b)
				require.ErrorIs(t, err, crypto.ErrNotOpened)
				require.Nil(t, got)
			})
		}
	}
}

// TestSwappedRows gives one subject's wrapped key to another, as an insider who holds one of them would.
func TestSwappedRows(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	mine, yours := chart("p-204", "n-1"), chart("p-205", "n-1")
	sealed := seal(t, ring, "plain", mine)
	seal(t, ring, "plain", yours)
	other, err := s.KeyStore.Key(t.Context(), subject(yours), 0)
	require.NoError(t, err)
	for _, whole := range []bool{false, true} {
		s.after = func(k crypto.Key, err error) (crypto.Key, error) {
			if err == nil && k.Subject == subject(mine) {
				id := k.ID
				k.Wrapped, k.Check = other.Wrapped, other.Check
				if whole {
					k = other.Clone()
					k.ID = id
				}
			}
			return k, err
		}
		cold := newRing(t, s, m, nil)
		shut(t, cold, sealed, mine, crypto.ErrAuth)
		_, err = cold.Seal(t.Context(), nil, []byte("plain"), mine)
		require.ErrorIs(t, err, crypto.ErrAuth)
	}
}

// TestStoreKeepsAnother wants a key that the store did not keep as it was given never to be used.
func TestStoreKeepsAnother(t *testing.T) {
	b := chart("p-204", "n-1")
	for name, change := range map[string]func(*crypto.Key){
		"cut":             func(k *crypto.Key) { k.Wrapped.Blob = k.Wrapped.Blob[:10] },
		"another subject": func(k *crypto.Key) { k.Patient += "x" },
		"another id":      func(k *crypto.Key) { k.ID++ },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStore()
			s.after = func(k crypto.Key, err error) (crypto.Key, error) {
				if k.ID != 0 {
					change(&k)
				}
				return k, err
			}
			_, err := newRing(t, s, newManager(), nil).Seal(t.Context(), nil, []byte("plain"), b)
			require.ErrorIs(t, err, crypto.ErrNotOpened)
		})
	}
}

// TestStoreMixesPractices wants a store that finds another practice's key by its id to be found out: a code of one
// practice must not verify in another.
func TestStoreMixesPractices(t *testing.T) {
	s, m := newStore(), newManager()
	message := []byte("an entry")
	ring := newRing(t, s, m, nil)
	mac, err := ring.MAC(t.Context(), practice, message)
	require.NoError(t, err)
	theirs, err := s.Key(t.Context(), auditKey, 0)
	require.NoError(t, err)
	_, err = ring.MAC(t.Context(), "oak-lane", message)
	require.NoError(t, err)
	s.after = func(k crypto.Key, err error) (crypto.Key, error) {
		if err != nil {
			return theirs.Clone(), nil
		}
		return k, err
	}
	require.ErrorIs(t, ring.VerifyMAC(t.Context(), "oak-lane", message, mac), crypto.ErrNotOpened)
}

// TestStoreMixesPatients wants a store that answers with another patient's key, whole as it is, to be found out: what was
// sealed under it would outlive its own patient's keys, and be lost with the other's.
func TestStoreMixesPatients(t *testing.T) {
	s, m := newStore(), newManager()
	own, other := chart("p-204", "n-1"), chart("p-205", "n-1")
	ring := newRing(t, s, m, nil)
	seal(t, ring, "plain", own)
	seal(t, ring, "plain", other)
	theirs, err := s.Key(t.Context(), subject(other), 0)
	require.NoError(t, err)
	s.after = func(k crypto.Key, err error) (crypto.Key, error) {
		if k.Patient == own.Patient {
			return theirs.Clone(), nil
		}
		return k, err
	}
	ring = newRing(t, s, m, nil) // which has none of them at hand
	_, err = ring.Seal(t.Context(), nil, []byte("plain"), own)
	require.ErrorIs(t, err, crypto.ErrNotOpened)
	none := newStore() // where the key of neither is, until one is added
	none.after = s.after
	practices, err := s.Key(t.Context(), ownKey, 0)
	require.NoError(t, err)
	addAll(t, none, []crypto.Key{practices, theirs})
	_, err = newRing(t, none, m, nil).Seal(t.Context(), nil, []byte("plain"), own)
	require.ErrorIs(t, err, crypto.ErrNotOpened)
	opens(t, ring, seal(t, ring, "plain", other), other, "plain")
}

// TestStoreMixesVersions wants a store that names a version wrongly to be found out: nothing is remembered of what it gave,
// no code is called forged that could not be checked, and no entry of the log gets a tag that finds nothing.
func TestStoreMixesVersions(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	b, message := chart("p-204", "n-1"), []byte("an entry")
	sealed := seal(t, ring, "plain", b)
	mac, err := ring.MAC(t.Context(), practice, message)
	require.NoError(t, err)
	for _, of := range []crypto.Subject{subject(b), auditKey} {
		require.NoError(t, ring.Rotate(t.Context(), of))
	}
	s.after = func(k crypto.Key, err error) (crypto.Key, error) {
		if err == nil && k.Version == 1 && k.Class != crypto.PracticeKey {
			return s.KeyStore.Key(t.Context(), k.Subject, 2)
		}
		return k, err
	}
	cold := newRing(t, s, m, nil)
	shut(t, cold, sealed, b, crypto.ErrAuth)
	err = cold.VerifyMAC(t.Context(), practice, message, mac)
	require.ErrorIs(t, err, crypto.ErrAuth)
	var forged interface{ Forged() bool }
	require.False(t, errors.As(err, &forged))
	_, err = cold.Tag(t.Context(), practice, "p-204")
	require.ErrorIs(t, err, crypto.ErrAuth)
	s.after = func(k crypto.Key, err error) (crypto.Key, error) {
		if err == nil && k.Version == 3 {
			return s.KeyStore.Key(t.Context(), k.Subject, 2)
		}
		return k, err
	}
	require.ErrorIs(t, cold.Rotate(t.Context(), auditKey), crypto.ErrNotOpened, "what was added is not what is kept")
	s.after = nil
	opens(t, cold, sealed, b, "plain")
	require.NoError(t, cold.VerifyMAC(t.Context(), practice, message, mac))
	tag, err := cold.Tag(t.Context(), practice, "p-204")
	require.NoError(t, err)
	want, err := ring.Tag(t.Context(), practice, "p-204")
	require.NoError(t, err)
	require.Equal(t, want, tag)
}

// TestLostPracticeKey wants a registry whose practice key is missing to be refused and not to be given another one,
// which would stand in the way when the row is restored.
func TestLostPracticeKey(t *testing.T) {
	s, m := newStore(), newManager()
	b := chart("p-204", "n-1")
	sealed := seal(t, newRing(t, s, m, nil), "plain", b)
	row, err := s.KeyStore.Key(t.Context(), subject(b), 0)
	require.NoError(t, err)

	partial := newStore()
	_, err = partial.Add(t.Context(), row)
	require.NoError(t, err)
	ring := newRing(t, partial, m, nil)
	shut(t, ring, sealed, b, crypto.ErrUnknownKey)
	_, err = ring.Seal(t.Context(), nil, []byte("plain"), b)
	require.ErrorIs(t, err, crypto.ErrUnknownKey)
	_, err = ring.Seal(t.Context(), nil, []byte("plain"), chart("p-new", "n-1"))
	require.ErrorIs(t, err, crypto.ErrUnknownKey, "nor for whom the registry knows nothing of")
	_, err = ring.MAC(t.Context(), practice, []byte("message"))
	require.ErrorIs(t, err, crypto.ErrUnknownKey)
	require.ErrorContains(t, err, "the practice's key is missing")

	// Nor is it forgotten to look where the store fails.
	failed := 0
	for at := int64(1); failed == int(at-1); at++ {
		partial.reads.Store(0)
		partial.before = func(context.Context) error {
			if partial.reads.Load() == at {
				failed++
				return errDown
			}
			return nil
		}
		_, err := newRing(t, partial, m, nil).Seal(t.Context(), nil, []byte("plain"), chart("p-new", "n-1"))
		require.Error(t, err)
	}
	require.Greater(t, failed, 2)
	partial.before = nil
	_, err = partial.Key(t.Context(), crypto.Subject{Practice: practice, Class: "practice"}, 0)
	require.ErrorIs(t, err, crypto.ErrUnknownKey, "none was made")
}

// TestPracticeBeginsTwice lets another process begin with a practice before each single call of the one that does: both
// go on with one key.
func TestPracticeBeginsTwice(t *testing.T) {
	b := chart("p-204", "n-1")
	for at, began := int64(1), true; began; at++ {
		s, m := newStore(), newManager()
		there := newRing(t, s.KeyStore, m, nil)
		began = false
		s.before = func(context.Context) error {
			if s.reads.Load() == at {
				began = true
				seal(t, there, "plain", chart("p-205", "n-1"))
			}
			return nil
		}
		sealed := seal(t, newRing(t, s, m, nil), "plain", b)
		opens(t, there, sealed, b, "plain")
		keys, err := there.Keys(t.Context(), practice, crypto.KeyInfo{}, 1000)
		require.NoError(t, err)
		require.Equal(t, began, len(keys) == 3)
	}
}

// TestPracticesApart wants the keys of one practice to be of no use in another.
func TestPracticesApart(t *testing.T) {
	ring := plainRing(t)
	b := chart("p-204", "n-1")
	sealed := seal(t, ring, "plain", b)
	b.Practice = "oak-lane"
	shut(t, ring, sealed, b, crypto.ErrUnknownKey)
	seal(t, ring, "plain", b)
	shut(t, ring, sealed, b, crypto.ErrUnknownKey)
}

// TestPracticeKeyVersions adds a version: what was wrapped before opens, and new keys are wrapped under the new one.
func TestPracticeKeyVersions(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	before, after := chart("p-204", "n-1"), chart("p-205", "n-1")
	old := seal(t, ring, "plain", before)
	own := crypto.Subject{Practice: practice, Class: "practice"}
	require.NoError(t, ring.Rotate(t.Context(), own))
	new := seal(t, ring, "plain", after)
	m.calls.Store(0)
	for _, ring := range []*crypto.Keyring{ring, newRing(t, s, m, nil)} {
		opens(t, ring, old, before, "plain")
		opens(t, ring, new, after, "plain")
	}
	rows := make([]crypto.Key, 2)
	for i, b := range []crypto.Binding{before, after} {
		var err error
		rows[i], err = s.Key(t.Context(), subject(b), 0)
		require.NoError(t, err)
	}
	require.NotEqual(t, rows[0].Wrapped.KeyID, rows[1].Wrapped.KeyID)
	require.LessOrEqual(t, m.calls.Load(), int64(3), "one call per version and keyring")
}

// TestDown wants an error and nothing else when the key store or the key manager cannot be reached, and the work to
// go on afterwards.
func TestDown(t *testing.T) {
	s, m := newStore(), newManager()
	b := chart("p-204", "n-1")
	sealed := seal(t, newRing(t, s, m, nil), "plain", b)
	all := func(ring *crypto.Keyring, want error) {
		for name, call := range map[string]func() ([]byte, error){
			"Open":         func() ([]byte, error) { return ring.Open(t.Context(), nil, sealed, b) },
			"Seal":         func() ([]byte, error) { return ring.Seal(t.Context(), nil, []byte("plain"), b) },
			"first Seal":   func() ([]byte, error) { return ring.Seal(t.Context(), nil, []byte("plain"), chart("p-1", "n-1")) },
			"Index":        func() ([]byte, error) { return ring.Index(t.Context(), practice, "kind", "value") },
			"MAC":          func() ([]byte, error) { return ring.MAC(t.Context(), practice, []byte("message")) },
			"Tag":          func() ([]byte, error) { return ring.Tag(t.Context(), practice, "value") },
			"SealEvidence": func() ([]byte, error) { return ring.SealEvidence(t.Context(), practice, "", "1", []byte("plain")) },
			"OpenEvidence": func() ([]byte, error) { return ring.OpenEvidence(t.Context(), practice, "1", sealed) },
		} {
			out, err := call()
			require.ErrorIs(t, err, want, name)
			require.NotErrorIs(t, err, crypto.ErrNotOpened, name)
			require.Nil(t, out, name)
		}
	}
	s.before = func(context.Context) error { return errDown }
	all(newRing(t, s, m, nil), errDown)
	require.ErrorIs(t, newRing(t, s, m, nil).Shred(t.Context(), subject(b)), errDown)
	s.before = nil
	m.down.Store(true)
	ring := newRing(t, s, m, nil)
	all(ring, errDown)
	m.down.Store(false)
	opens(t, ring, sealed, b, "plain")

	s.before = func(ctx context.Context) error { return ctx.Err() }
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := newRing(t, s, m, nil).Seal(ctx, nil, []byte("plain"), b)
	require.ErrorIs(t, err, context.Canceled)
}

// TestKeyManagerLies wants a key manager that answers with something else to be found out.
func TestKeyManagerLies(t *testing.T) {
	s, m := newStore(), newManager()
	b := chart("p-204", "n-1")
	sealed := seal(t, newRing(t, s, m, nil), "plain", b)
	for _, answer := range [][]byte{nil, make([]byte, 16), make([]byte, 32), make([]byte, 33)} {
		ring := newRing(t, s, liar{m, answer}, nil)
		shut(t, ring, sealed, b, crypto.ErrAuth)
	}
}

type liar struct {
	crypto.KeyManager
	answer []byte
}

func (l liar) Unwrap(context.Context, crypto.Wrapped, []byte) ([]byte, error) {
	return slices.Clone(l.answer), nil
}

// TestEphemeral wants what one process has sealed to be closed to the next.
func TestEphemeral(t *testing.T) {
	s := newStore()
	b := chart("p-204", "n-1")
	sealed := seal(t, newRing(t, s, crypto.NewEphemeral(), nil), "plain", b)
	shut(t, newRing(t, s, crypto.NewEphemeral(), nil), sealed, b, crypto.ErrUnknownKey)

	e := crypto.NewEphemeral()
	w, err := e.Wrap(t.Context(), make([]byte, 32), []byte("one"))
	require.NoError(t, err)
	_, err = e.Unwrap(t.Context(), w, []byte("two"))
	require.ErrorIs(t, err, crypto.ErrAuth, "bound to what it was wrapped for")
}

// TestExhausted wants a key that has sealed its share to refuse, also after it was dropped and loaded again, and to
// open.
func TestExhausted(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, &crypto.Options{MaxKeys: 1})
	b := chart("p-204", "n-1")
	sealed := seal(t, ring, "plain", b)
	require.NoError(t, ring.Spend(sealed, crypto.SealLimit-2))
	last := seal(t, ring, "plain", b)
	for range 3 {
		got, err := ring.Seal(t.Context(), nil, []byte("plain"), b)
		require.ErrorIs(t, err, crypto.ErrExhausted)
		require.Nil(t, got)
		opens(t, ring, last, b, "plain")
		_, err = ring.Index(t.Context(), practice, "kind", "value") // takes the only place in the cache
		require.NoError(t, err)
	}
	require.NoError(t, ring.Spend(sealed, math.MaxUint32-crypto.SealLimit+1)) // the counter at its very end
	_, err := ring.Seal(t.Context(), nil, []byte("plain"), b)
	require.ErrorIs(t, err, crypto.ErrExhausted)
	require.NotErrorIs(t, err, crypto.ErrNotOpened)
	seal(t, newRing(t, s, m, nil), "plain", b) // the count is this keyring's
}

// TestUnderRetired wants a row to be refused that names a version of the practice's key which was destroyed, as one from
// an older backup does: it is read again, for it may be wrapped anew just now, but not for ever.
func TestUnderRetired(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	b := chart("p-204", "n-1")
	sealed := seal(t, ring, "plain", b)
	old, err := s.Key(t.Context(), subject(b), 0)
	require.NoError(t, err)
	require.NoError(t, ring.Rotate(t.Context(), ownKey))
	require.NoError(t, ring.Rewrap(t.Context(), practice, nil))
	s.after = func(k crypto.Key, err error) (crypto.Key, error) {
		if err == nil && k.Subject == old.Subject {
			k = old.Clone()
		}
		return k, err
	}
	s.reads.Store(0)
	cold := newRing(t, s, m, nil)
	shut(t, cold, sealed, b, crypto.ErrRetired)
	require.Less(t, s.reads.Load(), int64(30))
	_, err = cold.Seal(t.Context(), nil, []byte("plain"), b)
	require.ErrorIs(t, err, crypto.ErrRetired)
}

// TestWrappedUnderWrongKey wants a row to be refused whose key is wrapped under another key of the practice than its own:
// who knows one patient's key, and can write to the key store, must not choose the next patient's.
func TestWrappedUnderWrongKey(t *testing.T) {
	g := readGolden(t)
	path := filepath.Join(t.TempDir(), "keys")
	require.NoError(t, os.WriteFile(path, []byte(g.KeyFile), 0o600))
	s := newStore()
	addAll(t, s, g.Rows)
	known := byHand(t, g, rowOf(t, g, binary.BigEndian.Uint64(g.Values[0].Sealed[4:])))
	block, err := aes.NewCipher(known)
	require.NoError(t, err)
	aead, err := cipher.NewGCMWithRandomNonce(block)
	require.NoError(t, err)

	b := chart("p-next", "n-1")
	row := crypto.Key{Subject: subject(b), Version: 1, ID: 7}
	ids := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(nil, row.ID), 1)
	bind := append(parts("enamel/key/1", row.Practice, row.Patient, string(row.Class)), ids...)
	chosen := make([]byte, 32)
	row.Wrapped = crypto.Wrapped{
		KeyID: fmt.Sprintf("%x", g.Values[0].Sealed[4:12]), Blob: aead.Seal([]byte{1}, nil, chosen, bind),
	}
	code := hmac.New(sha256.New, chosen)
	code.Write(append(parts("enamel/commit/1", row.Practice, row.Patient, string(row.Class)), ids...))
	row.Check = code.Sum(nil)[:16]
	addAll(t, s, []crypto.Key{row})

	got, err := newRing(t, s, openFile(t, path), nil).Seal(t.Context(), nil, []byte("plain"), b)
	require.ErrorIs(t, err, crypto.ErrAuth)
	require.Nil(t, got)
}
