package crypto_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// beside measures two things in turns, so that what else the machine does meets both alike, and reports how long one
// takes and the median of its ratio to the other: the limit.
func beside(b *testing.B, ours, limit func() error) {
	b.Helper()
	const turns, batch = 32, 64
	var ratios []float64
	var total, raw time.Duration
	run := func(what func() error) time.Duration {
		began := time.Now()
		for range batch {
			if err := what(); err != nil {
				b.Fatal(err)
			}
		}
		return time.Since(began)
	}
	n := 0
	for b.Loop() {
		var mine, theirs time.Duration
		for range turns {
			mine += run(ours)
			theirs += run(limit)
		}
		n += turns * batch
		total, raw = total+mine, raw+theirs
		ratios = append(ratios, float64(mine)/float64(theirs))
	}
	slices.Sort(ratios)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(total)/float64(n), "ns/ours")
	b.ReportMetric(float64(raw)/float64(n), "ns/limit")
	b.ReportMetric(ratios[len(ratios)/2], "ratio")
}

// BenchmarkField measures Seal and Open beside AES-256-GCM with random nonces of the standard library, on the same
// bytes, with additional data as long and with room in dst.
func BenchmarkField(b *testing.B) {
	ring := plainRing(b)
	bind := chart("p-204", "n-1")
	ctx := context.Background()
	block, err := aes.NewCipher(make([]byte, 32))
	require.NoError(b, err)
	raw, err := cipher.NewGCMWithRandomNonce(block)
	require.NoError(b, err)
	additional := parts("enamel/field/1", bind.Practice, bind.Patient, string(bind.Class), bind.Kind, bind.ID)
	additional = append(additional, make([]byte, 12)...)
	for _, size := range []int{64, 1 << 10, 16 << 10} {
		plain, dst := make([]byte, size), make([]byte, 0, size+40)
		sealed, err := ring.Seal(ctx, nil, plain, bind)
		require.NoError(b, err)
		bare := raw.Seal(nil, nil, plain, additional)
		b.Run(fmt.Sprintf("Seal/%d", size), func(b *testing.B) {
			beside(b,
				func() error { _, err := ring.Seal(ctx, dst, plain, bind); return err },
				func() error { raw.Seal(dst, nil, plain, additional); return nil })
		})
		b.Run(fmt.Sprintf("Open/%d", size), func(b *testing.B) {
			beside(b,
				func() error { _, err := ring.Open(ctx, dst, sealed, bind); return err },
				func() error { _, err := raw.Open(dst, nil, bare, additional); return err })
		})
	}
}

// BenchmarkIndex measures a blind index beside HMAC-SHA256 under a key that was hashed before.
func BenchmarkIndex(b *testing.B) {
	ring := plainRing(b)
	const value = "+15555550100"
	code := hmac.New(sha256.New, make([]byte, 32))
	beside(b,
		func() error { _, err := ring.Index(context.Background(), practice, "contact.phone", value); return err },
		func() error { code.Reset(); code.Write([]byte(value)); code.Sum(nil); return nil })
}
