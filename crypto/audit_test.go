package crypto_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/crypto"
)

// A log takes a keyring as its keys, although neither package knows the other.
var _ audit.Keys = (*crypto.Keyring)(nil)

var auditKey = crypto.Subject{Practice: practice, Class: "audit"}

// isForged checks an answer which says that a code is wrong.
func isForged(t *testing.T, err, want error) {
	t.Helper()
	require.ErrorIs(t, err, want)
	var wrong interface{ Forged() bool }
	require.ErrorAs(t, err, &wrong)
	require.True(t, wrong.Forged())
}

// TestUnverified wants a code that could not be checked not to be called forged.
func TestUnverified(t *testing.T) {
	s, m := newStore(), newManager()
	message := []byte("an entry")
	mac, err := newRing(t, s, m, nil).MAC(t.Context(), practice, message)
	require.NoError(t, err)
	unverified := func(ring *crypto.Keyring) {
		t.Helper()
		err := ring.VerifyMAC(t.Context(), practice, message, mac)
		require.Error(t, err)
		var wrong interface{ Forged() bool }
		require.NotErrorAs(t, err, &wrong)
	}
	unverified(newRing(t, s, crypto.NewEphemeral(), nil)) // another root key
	m.down.Store(true)
	unverified(newRing(t, s, m, nil))
	m.down.Store(false)
	s.before = func(context.Context) error { return errDown }
	unverified(newRing(t, s, m, nil))
	s.before = nil
	s.after = func(k crypto.Key, err error) (crypto.Key, error) { k.Check = nil; return k, err }
	unverified(newRing(t, s, m, nil)) // the row of the key was altered, not the code
}

func TestMAC(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	message := []byte("an entry")
	mac, err := ring.MAC(t.Context(), practice, message)
	require.NoError(t, err)
	require.Len(t, mac, 40)
	again, err := ring.MAC(t.Context(), practice, message)
	require.NoError(t, err)
	require.Equal(t, mac, again)
	for _, ring := range []*crypto.Keyring{ring, newRing(t, s, m, nil)} {
		require.NoError(t, ring.VerifyMAC(t.Context(), practice, message, mac))
		isForged(t, ring.VerifyMAC(t.Context(), practice, []byte("an entrz"), mac), crypto.ErrAuth)
		isForged(t, ring.VerifyMAC(t.Context(), "oak-lane", message, mac), crypto.ErrUnknownKey)
		for _, none := range []string{"", " ", strings.Repeat("x", 65)} { // no practice can have written it
			isForged(t, ring.VerifyMAC(t.Context(), none, message, mac), crypto.ErrInvalid)
		}
		for bit := range len(mac) * 8 {
			bad := append([]byte(nil), mac...)
			bad[bit/8] ^= 1 << (bit % 8)
			isForged(t, ring.VerifyMAC(t.Context(), practice, message, bad), crypto.ErrNotOpened)
		}
		for n := range len(mac) {
			isForged(t, ring.VerifyMAC(t.Context(), practice, message, mac[:n]), crypto.ErrAuth)
		}
		isForged(t, ring.VerifyMAC(t.Context(), practice, message, make([]byte, 40)), crypto.ErrUnknownKey)
	}
}

// TestMACOfNoPractice wants no key to be made for what no practice can be called.
func TestMACOfNoPractice(t *testing.T) {
	s := newStore()
	ring := newRing(t, s, newManager(), nil)
	for _, none := range []string{"", " ", strings.Repeat("x", 65), "a\x00"} {
		_, err := ring.MAC(t.Context(), none, []byte("an entry"))
		require.ErrorIs(t, err, crypto.ErrInvalid)
		_, err = ring.Tag(t.Context(), none, "p-204")
		require.ErrorIs(t, err, crypto.ErrInvalid)
	}
	require.Zero(t, s.reads.Load())
}

// TestMACOfAnotherKey names keys of other classes in a code: an index of a kind that is called like the purpose of a
// code must not pass for one.
func TestMACOfAnotherKey(t *testing.T) {
	s := newStore()
	ring := newRing(t, s, newManager(), nil)
	message := []byte("an entry")
	index, err := ring.Index(t.Context(), practice, "mac", string(message))
	require.NoError(t, err)
	row, err := s.Key(t.Context(), crypto.Subject{Practice: practice, Class: "index/mac"}, 0)
	require.NoError(t, err)
	isForged(t, ring.VerifyMAC(t.Context(), practice, message, append(idBytes(row), index...)), crypto.ErrNotOpened)

	seal(t, ring, "plain", chart("p-204", "n-1"))
	row, err = s.Key(t.Context(), subject(chart("p-204", "n-1")), 0)
	require.NoError(t, err)
	isForged(t, ring.VerifyMAC(t.Context(), practice, message, append(idBytes(row), index...)), crypto.ErrNotOpened)
	require.NoError(t, ring.Shred(t.Context(), subject(chart("p-204", "n-1"))))
	isForged(t, ring.VerifyMAC(t.Context(), practice, message, append(idBytes(row), index...)), crypto.ErrUnknownKey)

	// And the other way round: a key that authenticates opens nothing.
	mac, err := ring.MAC(t.Context(), practice, message)
	require.NoError(t, err)
	forged := append([]byte{0xD1, 1, 0, 0}, mac[:8]...)
	forged = append(forged, make([]byte, 40)...)
	shut(t, ring, forged, chart("p-204", "n-1"), crypto.ErrAuth)
	for _, cut := range [][]byte{forged, forged[:39], nil} {
		_, err = ring.OpenEvidence(t.Context(), practice, "1", cut)
		require.ErrorIs(t, err, crypto.ErrAuth)
	}
}

func idBytes(k crypto.Key) []byte {
	id := make([]byte, 8)
	for i := range id {
		id[i] = byte(k.ID >> (56 - 8*i))
	}
	return id
}

// TestAuditKeyVersions adds a version: old codes verify, new ones name the new key, and a tag stays what it was.
func TestAuditKeyVersions(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	message := []byte("an entry")
	before, err := ring.MAC(t.Context(), practice, message)
	require.NoError(t, err)
	tag, err := ring.Tag(t.Context(), practice, "p-204")
	require.NoError(t, err)
	require.Len(t, tag, 32)

	require.NoError(t, ring.Rotate(t.Context(), auditKey))
	for _, ring := range []*crypto.Keyring{ring, newRing(t, s, m, nil)} {
		after, err := ring.MAC(t.Context(), practice, message)
		require.NoError(t, err)
		require.NotEqual(t, before, after)
		require.NoError(t, ring.VerifyMAC(t.Context(), practice, message, before))
		require.NoError(t, ring.VerifyMAC(t.Context(), practice, message, after))
		again, err := ring.Tag(t.Context(), practice, "p-204")
		require.NoError(t, err)
		require.Equal(t, tag, again)
	}
}

// TestKeyedHashesDiffer wants no two of the keyed hashes of one value to be equal.
func TestKeyedHashesDiffer(t *testing.T) {
	ring := plainRing(t)
	seen := map[string]string{}
	note := func(name string, hash []byte, err error) {
		require.NoError(t, err)
		require.Len(t, hash, 32, name)
		require.Empty(t, seen[string(hash)], name)
		seen[string(hash)] = name
	}
	for _, practice := range []string{practice, "oak-lane"} {
		for _, value := range []string{"", "+15555550100", "+15555550101"} {
			for _, kind := range []string{"mac", "tag", "consent.number", "text.number", "a", "ab"} {
				index, err := ring.Index(t.Context(), practice, kind, value)
				note(practice+" "+kind+" "+value, index, err)
				again, err := ring.Index(t.Context(), practice, kind, value)
				require.NoError(t, err)
				require.Equal(t, index, again)
			}
			tag, err := ring.Tag(t.Context(), practice, value)
			note(practice+" tag of "+value, tag, err)
			mac, err := ring.MAC(t.Context(), practice, []byte(value))
			note(practice+" mac of "+value, mac[8:], err)
		}
	}
}

func TestEvidence(t *testing.T) {
	s, m := newStore(), newManager()
	ring := newRing(t, s, m, nil)
	for _, patient := range []string{"p-204", ""} {
		sealed, err := ring.SealEvidence(t.Context(), practice, patient, "e-1", []byte("plain"))
		require.NoError(t, err)
		for _, ring := range []*crypto.Keyring{ring, newRing(t, s, m, nil)} {
			plain, err := ring.OpenEvidence(t.Context(), practice, "e-1", sealed)
			require.NoError(t, err)
			require.Equal(t, "plain", string(plain))
			for _, where := range [][2]string{{practice, "e-2"}, {practice, ""}, {"oak-lane", "e-1"}, {"", "e-1"}} {
				plain, err := ring.OpenEvidence(t.Context(), where[0], where[1], sealed)
				require.Error(t, err)
				require.Nil(t, plain)
			}
			for bit := range len(sealed) * 8 {
				bad := append([]byte(nil), sealed...)
				bad[bit/8] ^= 1 << (bit % 8)
				_, err := ring.OpenEvidence(t.Context(), practice, "e-1", bad)
				require.ErrorIs(t, err, crypto.ErrNotOpened)
			}
		}
	}

	// What is no evidence does not open as evidence, though kind and id are the same.
	note := crypto.Binding{Practice: practice, Patient: "p-204", Class: crypto.Chart, Kind: "audit.entry", ID: "e-1"}
	_, err := ring.OpenEvidence(t.Context(), practice, "e-1", seal(t, ring, "plain", note))
	require.ErrorIs(t, err, crypto.ErrAuth)

	// After the class is shredded the entry says so.
	sealed, err := ring.SealEvidence(t.Context(), practice, "p-204", "e-1", []byte("plain"))
	require.NoError(t, err)
	of := crypto.Subject{Practice: practice, Patient: "p-204", Class: crypto.Evidence}
	require.NoError(t, ring.Shred(t.Context(), of))
	_, err = ring.OpenEvidence(t.Context(), practice, "e-1", sealed)
	require.ErrorIs(t, err, crypto.ErrShredded)
	_, err = ring.SealEvidence(t.Context(), practice, "p-204", "e-2", []byte("plain"))
	require.ErrorIs(t, err, crypto.ErrShredded)
}
