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
