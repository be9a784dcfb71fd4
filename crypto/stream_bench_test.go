package crypto_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkStream measures an image of 4 MiB, in and out, beside AES-256-GCM of the standard library in pieces of
// 64 KiB that go through an [io.Reader] or [io.Writer] too, with buffers that are used again: raw is the limit.
func BenchmarkStream(b *testing.B) {
	const size, piece = 4 << 20, 64 << 10
	ring := plainRing(b)
	bind := chart("p-204", "r-17")
	ctx := context.Background()
	plain := image(size)
	sealed := sealStream(b, ring, plain, bind)
	block, err := aes.NewCipher(make([]byte, 32))
	require.NoError(b, err)
	raw, err := cipher.NewGCMWithRandomNonce(block)
	require.NoError(b, err)
	in, dst := make([]byte, piece+28), make([]byte, 0, piece+28)
	var bare []byte
	for off := 0; off < size; off += piece {
		bare = raw.Seal(bare, nil, plain[off:off+piece], nil)
	}
	discard := struct{ io.Writer }{io.Discard}
	for _, pair := range []struct {
		name string
		run  func() error
	}{
		{"Seal/raw", func() error {
			for off := 0; off < size; off += piece {
				if _, err := discard.Write(raw.Seal(dst, nil, plain[off:off+piece], nil)); err != nil {
					return err
				}
			}
			return nil
		}},
		{"Seal/enamel", func() error {
			w, err := ring.SealWriter(ctx, discard, bind)
			if err != nil {
				return err
			}
			if _, err := io.Copy(w, bytes.NewReader(plain)); err != nil {
				return err
			}
			return w.Close()
		}},
		{"Open/raw", func() error {
			r := bytes.NewReader(bare)
			for {
				if _, err := io.ReadFull(r, in); err == io.EOF {
					return nil
				}
				out, err := raw.Open(dst, nil, in, nil)
				if err != nil {
					return err
				}
				if _, err := discard.Write(out); err != nil {
					return err
				}
			}
		}},
		{"Open/enamel", func() error {
			r, err := ring.OpenReader(ctx, bytes.NewReader(sealed), bind)
			if err != nil {
				return err
			}
			_, err = io.Copy(discard, r)
			return err
		}},
		{"Open/enamel-at", func() error {
			r, err := ring.OpenReaderAt(ctx, bytes.NewReader(sealed), int64(len(sealed)), bind)
			if err != nil {
				return err
			}
			_, err = io.Copy(discard, r)
			return err
		}},
	} {
		b.Run(pair.name, func(b *testing.B) {
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if err := pair.run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
