package floe_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto/floe"
)

// sink takes everything and is no io.ReaderFrom.
type sink struct{}

func (sink) Write(p []byte) (int, error) { return len(p), nil }

// BenchmarkStream measures a stream of 4 MiB beside AES-256-GCM of the standard library in pieces of 64 KiB, on the
// same bytes and with buffers that are used again: raw is the limit, and piped is raw where the pieces come through an
// [io.Reader], as they do to a Reader. Making and ending the stream is measured too.
func BenchmarkStream(b *testing.B) {
	const size, piece = 4 << 20, 64 << 10
	plain := text(size)
	sealed := seal(b, plain, nil)
	block, err := aes.NewCipher(testKey)
	require.NoError(b, err)
	raw, err := cipher.NewGCMWithRandomNonce(block)
	require.NoError(b, err)
	dst := make([]byte, 0, piece+64)
	in := make([]byte, piece+28)
	var bare []byte
	for off := 0; off < size; off += piece {
		bare = raw.Seal(bare, nil, plain[off:off+piece], testAAD)
	}
	for _, pair := range []struct {
		name string
		run  func() error
	}{
		{"Seal/raw", func() error {
			for off := 0; off < size; off += piece {
				raw.Seal(dst, nil, plain[off:off+piece], testAAD)
			}
			return nil
		}},
		{"Seal/floe", func() error {
			w, err := floe.NewWriter(sink{}, testKey, testAAD, nil)
			if err != nil {
				return err
			}
			if _, err := io.Copy(w, bytes.NewReader(plain)); err != nil {
				return err
			}
			return w.Close()
		}},
		{"Open/raw", func() error {
			for off := 0; off < len(bare); off += len(in) {
				if _, err := raw.Open(dst, nil, bare[off:off+len(in)], testAAD); err != nil {
					return err
				}
			}
			return nil
		}},
		{"Open/piped", func() error {
			r := bytes.NewReader(bare)
			for {
				if _, err := io.ReadFull(r, in); err == io.EOF {
					return nil
				}
				if _, err := raw.Open(dst, nil, in, testAAD); err != nil {
					return err
				}
			}
		}},
		{"Open/Reader", func() error {
			r, err := floe.NewReader(bytes.NewReader(sealed), testKey, testAAD, nil)
			if err != nil {
				return err
			}
			_, err = io.Copy(sink{}, r)
			return err
		}},
		{"Open/ReaderAt", func() error {
			r, err := floe.NewReaderAt(bytes.NewReader(sealed), int64(len(sealed)), testKey, testAAD, nil)
			if err != nil {
				return err
			}
			_, err = io.Copy(sink{}, io.NewSectionReader(r, 0, r.Size()))
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
