package oracle_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"

	"github.com/enamel-go/enamel/internal/pairs"
)

// BenchmarkPairField seals and opens fields beside Tink's AEAD of the same cipher and beside that cipher alone. Each is used as it is meant to be: we
// have a key for each patient and append to a buffer, Tink has one key, which it is given once, and no buffer to take.
func BenchmarkPairField(b *testing.B) {
	ring, ctx := keyring(b), b.Context()
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	require.NoError(b, err)
	tink, err := aead.New(handle)
	require.NoError(b, err)
	bare := newBare(b)
	for _, size := range []struct {
		bytes int
		goal  float64
	}{{64, 0.75}, {1 << 10, 0.55}, {16 << 10, 0.55}} {
		plain, dst := make([]byte, size.bytes), make([]byte, 0, size.bytes+64)
		sealed, err := ring.Seal(ctx, nil, plain, ofNote)
		require.NoError(b, err)
		theirs, err := tink.Encrypt(plain, additional)
		require.NoError(b, err)
		limit := bare.Seal(nil, nil, plain, additional)

		b.Run(fmt.Sprintf("seal/%d", size.bytes), func(b *testing.B) {
			pairs.Run(b, pairs.Compute, times(func() error { _, err := ring.Seal(ctx, dst, plain, ofNote); return err }), pairs.Peer{
				Name: "tink", Time: size.goal, Run: times(func() error { _, err := tink.Encrypt(plain, additional); return err }),
			}, pairs.Peer{Name: "bare", Run: times(func() error { bare.Seal(dst, nil, plain, additional); return nil })})
		})
		b.Run(fmt.Sprintf("open/%d", size.bytes), func(b *testing.B) {
			pairs.Run(b, pairs.Compute, times(func() error { _, err := ring.Open(ctx, dst, sealed, ofNote); return err }), pairs.Peer{
				Name: "tink", Time: size.goal, Run: times(func() error { _, err := tink.Decrypt(theirs, additional); return err }),
			}, pairs.Peer{Name: "bare", Run: times(func() error { _, err := bare.Open(dst, nil, limit, additional); return err })})
		})
	}
}

// BenchmarkPairIndex makes blind indexes beside HMAC-SHA256 whose key was scheduled once.
func BenchmarkPairIndex(b *testing.B) {
	ring, ctx := keyring(b), b.Context()
	const number = "+15555550100"
	mac, bytes := hmac.New(sha256.New, make([]byte, 32)), []byte(number)
	pairs.Run(b, pairs.Compute, times(func() error { _, err := ring.Index(ctx, practice, "contact.phone", number); return err }), pairs.Peer{
		Name: "hmac", Time: 1.2, Run: times(func() error {
			mac.Reset()
			mac.Write(bytes)
			mac.Sum(nil)
			return nil
		}),
	})
}

// times repeats once.
func times(once func() error) func(n int) error {
	return func(n int) error {
		for range n {
			if err := once(); err != nil {
				return err
			}
		}
		return nil
	}
}
