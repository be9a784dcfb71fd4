package crypto_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// BenchmarkField measures Seal and Open beside AES-256-GCM of the standard library, on the same bytes and with room in
// dst: raw is the limit.
func BenchmarkField(b *testing.B) {
	ring := plainRing(b)
	bind := chart("p-204", "n-1")
	ctx := context.Background()
	block, err := aes.NewCipher(make([]byte, 32))
	require.NoError(b, err)
	raw, err := cipher.NewGCMWithRandomNonce(block)
	require.NoError(b, err)
	additional := make([]byte, 70)
	for _, size := range []int{64, 1 << 10, 16 << 10} {
		plain, dst := make([]byte, size), make([]byte, 0, size+40)
		sealed, err := ring.Seal(ctx, nil, plain, bind)
		require.NoError(b, err)
		bare := raw.Seal(nil, nil, plain, additional)
		for _, pair := range []struct {
			name string
			run  func() error
		}{
			{"Seal/raw", func() error { raw.Seal(dst, nil, plain, additional); return nil }},
			{"Seal/enamel", func() error { _, err := ring.Seal(ctx, dst, plain, bind); return err }},
			{"Open/raw", func() error { _, err := raw.Open(dst, nil, bare, additional); return err }},
			{"Open/enamel", func() error { _, err := ring.Open(ctx, dst, sealed, bind); return err }},
		} {
			b.Run(fmt.Sprintf("%d/%s", size, pair.name), func(b *testing.B) {
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					if err := pair.run(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkIndex measures a blind index.
func BenchmarkIndex(b *testing.B) {
	ring := plainRing(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ring.Index(context.Background(), practice, "contact.phone", "+15555550100"); err != nil {
			b.Fatal(err)
		}
	}
}
