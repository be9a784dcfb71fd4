package crypto_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/enamel-go/enamel/crypto"
)

// FuzzOpen gives foreign bytes to everything that opens: nothing panics, and nothing opens but what was sealed.
func FuzzOpen(f *testing.F) {
	ring := plainRing(f)
	b := chart("p-204", "n-1")
	ctx := context.Background()
	good := seal(f, ring, "plain", b)
	entry, err := ring.SealEvidence(ctx, practice, "p-204", "e-1", []byte("plain"))
	if err != nil {
		f.Fatal(err)
	}
	mac, err := ring.MAC(ctx, practice, []byte("message"))
	if err != nil {
		f.Fatal(err)
	}
	head := []byte{0xD1, 1, 0, 0}
	for _, seed := range [][]byte{nil, good, good[:40], entry, mac, append(head, mac...), {0xD1, 2, 0, 0}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sealed []byte) {
		plain, err := ring.Open(ctx, nil, sealed, b)
		if err == nil != bytes.Equal(sealed, good) || err != nil && plain != nil {
			t.Errorf("Open: %v", err)
		} else if err != nil && !errors.Is(err, crypto.ErrNotOpened) {
			t.Errorf("Open: %v", err)
		}
		plain, err = ring.OpenEvidence(ctx, practice, "e-1", sealed)
		if err == nil != bytes.Equal(sealed, entry) || err != nil && plain != nil {
			t.Errorf("OpenEvidence: %v", err)
		}
		if err := ring.VerifyMAC(ctx, practice, []byte("message"), sealed); err == nil != bytes.Equal(sealed, mac) {
			t.Errorf("VerifyMAC: %v", err)
		}
	})
}

// FuzzRow gives foreign bytes to the decoder of wrapped keys, in the rows of a practice and of a patient: nothing
// panics, and nothing opens but under the row that was kept.
func FuzzRow(f *testing.F) {
	s, m := newStore(), newManager()
	ctx := context.Background()
	b := chart("p-204", "n-1")
	sealed := seal(f, newRing(f, s, m, nil), "plain", b)
	var good [2]crypto.Key
	for i, of := range []crypto.Subject{subject(b), {Practice: practice, Class: crypto.PracticeKey}} {
		k, err := s.Key(ctx, of, 0)
		if err != nil {
			f.Fatal(err)
		}
		good[i] = k
		for _, blob := range [][]byte{nil, k.Wrapped.Blob, k.Wrapped.Blob[:1], {1}, {2}} {
			f.Add(i == 1, k.Wrapped.KeyID, blob, k.Check, k.Version)
			f.Add(i == 1, "0000000000000000", blob, []byte{}, 0)
		}
	}
	f.Fuzz(func(t *testing.T, own bool, under string, blob, check []byte, version int) {
		row := good[0]
		if own {
			row = good[1]
		}
		same := row.Version == version && row.Wrapped.KeyID == under && bytes.Equal(row.Wrapped.Blob, blob) &&
			bytes.Equal(row.Check, check)
		of := row.Subject
		row.Version, row.Wrapped, row.Check = version, crypto.Wrapped{KeyID: under, Blob: blob}, check
		ring := newRing(t, &store{KeyStore: s.KeyStore, after: func(k crypto.Key, err error) (crypto.Key, error) {
			if k.Subject == of {
				return row.Clone(), err
			}
			return k, err
		}}, m, nil)
		plain, err := ring.Open(ctx, nil, sealed, b)
		if err == nil != same || err != nil && (plain != nil || !errors.Is(err, crypto.ErrNotOpened)) {
			t.Errorf("Open: %v", err)
		}
	})
}

// FuzzKeyFile gives foreign bytes to the decoder of key files: what it takes is what it would write.
func FuzzKeyFile(f *testing.F) {
	path := filepath.Join(f.TempDir(), "keys")
	file := openFile(f, path)
	for range 2 {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
		f.Add(raw[:len(raw)-1])
		if err := file.Rotate(); err != nil {
			f.Fatal(err)
		}
	}
	f.Add([]byte("enamel-keys 1 0\n"))
	f.Add([]byte("enamel-keys 1 1\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		again, err := crypto.DecodeKeyFile(raw)
		if err == nil && !bytes.Equal(again, raw) {
			t.Error("a file was taken that is not in the one form")
		}
		if err != nil && !errors.Is(err, crypto.ErrInvalid) {
			t.Error(err)
		}
	})
}
