package oracle_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"io"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/streamingaead"

	"github.com/enamel-go/enamel/internal/pairs"
)

// BenchmarkPairStream seals and opens an image as a stream beside Tink's stream of the same cipher, beside age, and
// beside bare AES-GCM in pieces of 64 KiB whose buffers are used again, which is the limit. Each stream has a key of its
// own, as in our format, so making and ending it is measured too.
func BenchmarkPairStream(b *testing.B) {
	ring, ctx := keyring(b), b.Context()
	bare := newBare(b)
	handle, err := keyset.NewHandle(streamingaead.AES256GCMHKDF4KBKeyTemplate())
	require.NoError(b, err)
	tink, err := streamingaead.New(handle)
	require.NoError(b, err)
	identity, err := age.GenerateX25519Identity()
	require.NoError(b, err)

	for _, size := range []int{4 << 20, 16 << 20} {
		plain := make([]byte, size)
		_, _ = rand.Read(plain)
		streams := []struct {
			name string
			rate float64
			seal func(io.Writer) (io.WriteCloser, error)
			open func(io.Reader) (io.Reader, error)
		}{
			{
				"ours", 0,
				func(w io.Writer) (io.WriteCloser, error) { return ring.SealWriter(ctx, w, ofNote) },
				func(r io.Reader) (io.Reader, error) { return ring.OpenReader(ctx, r, ofNote) },
			},
			{
				"tink-4KB", 1.2,
				func(w io.Writer) (io.WriteCloser, error) { return tink.NewEncryptingWriter(w, additional) },
				func(r io.Reader) (io.Reader, error) { return tink.NewDecryptingReader(r, additional) },
			},
			{
				"age", 1.6,
				func(w io.Writer) (io.WriteCloser, error) { return age.Encrypt(w, identity.Recipient()) },
				func(r io.Reader) (io.Reader, error) { return age.Decrypt(r, identity) },
			},
		}
		var seals, opens []pairs.Peer
		for _, s := range streams {
			seal := func(to io.Writer) error {
				w, err := s.seal(to)
				if err != nil {
					return err
				}
				if _, err := io.Copy(w, bytes.NewReader(plain)); err != nil {
					return err
				}
				return w.Close()
			}
			var sealed bytes.Buffer
			require.NoError(b, seal(&sealed))
			open := func() error {
				r, err := s.open(bytes.NewReader(sealed.Bytes()))
				if err != nil {
					return err
				}
				_, err = io.Copy(sink{}, r)
				return err
			}
			seals = append(seals, pairs.Peer{Name: s.name, Rate: s.rate, Run: times(func() error { return seal(sink{}) })})
			opens = append(opens, pairs.Peer{Name: s.name, Rate: s.rate, Run: times(open)})
		}
		pieces := bare.seal(nil, plain)
		seals = append(seals, pairs.Peer{Name: "bare", Rate: 0.85, Run: times(func() error { bare.sealAway(plain); return nil })})
		opens = append(opens, pairs.Peer{Name: "bare", Rate: 0.85, Run: times(func() error { return bare.open(pieces) })})
		b.Run(fmt.Sprintf("seal/%dMiB", size>>20), func(b *testing.B) { pairs.Run(b, pairs.Compute, seals[0].Run, seals[1:]...) })
		b.Run(fmt.Sprintf("open/%dMiB", size>>20), func(b *testing.B) { pairs.Run(b, pairs.Compute, opens[0].Run, opens[1:]...) })
	}
}

// sink takes everything and, unlike [io.Discard], does not ask for it in pieces of its own.
type sink struct{}

func (sink) Write(p []byte) (int, error) { return len(p), nil }

// bare is AES-256-GCM of the standard library in pieces.
type bare struct {
	cipher.AEAD
	dst []byte
}

const piece = 64 << 10

func newBare(b *testing.B) *bare {
	b.Helper()
	block, err := aes.NewCipher(make([]byte, 32))
	require.NoError(b, err)
	aead, err := cipher.NewGCMWithRandomNonce(block)
	require.NoError(b, err)
	return &bare{aead, make([]byte, 0, piece+aead.Overhead())}
}

func (r *bare) seal(dst, plain []byte) []byte {
	for off := 0; off < len(plain); off += piece {
		dst = r.Seal(dst, nil, plain[off:off+piece], additional)
	}
	return dst
}

func (r *bare) sealAway(plain []byte) {
	for off := 0; off < len(plain); off += piece {
		r.Seal(r.dst, nil, plain[off:off+piece], additional)
	}
}

func (r *bare) open(sealed []byte) error {
	for off := 0; off < len(sealed); off += piece + r.Overhead() {
		if _, err := r.Open(r.dst, nil, sealed[off:off+piece+r.Overhead()], additional); err != nil {
			return err
		}
	}
	return nil
}
