package blindindex_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/blindindex"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/internal/pairs"
)

// BenchmarkPairName measures what it takes to look for a name, its normal form and its blind index, beside HMAC-SHA256
// of the standard library alone with a key that was hashed before, and beside the normal form alone.
func BenchmarkPairName(b *testing.B) {
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(b, err)
	ctx := context.Background()
	mac, sum := hmac.New(sha256.New, make([]byte, 32)), make([]byte, 0, 32)
	for _, name := range []string{"Kreiger", "Müller", "García Márquez"} {
		value := []byte(name)
		b.Run(name, func(b *testing.B) {
			pairs.Run(b, pairs.Compute, func(n int) error {
				for range n {
					form, err := blindindex.Name(name)
					if err != nil {
						return err
					}
					if _, err := keyring.Index(ctx, "elm-street", "patient.surname/1", form); err != nil {
						return err
					}
				}
				return nil
			}, pairs.Peer{Name: "hmac", Run: func(n int) error {
				for range n {
					mac.Reset()
					mac.Write(value)
					sum = mac.Sum(sum[:0])
				}
				return nil
			}}, pairs.Peer{Name: "form-alone", Run: func(n int) error {
				for range n {
					if _, err := blindindex.Name(name); err != nil {
						return err
					}
				}
				return nil
			}})
		})
	}
}
