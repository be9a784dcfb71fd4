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
)

// BenchmarkIndex measures what it takes to look for a name: its normal form and its blind index, beside HMAC-SHA256 of
// the standard library alone with a key that was hashed before.
func BenchmarkIndex(b *testing.B) {
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(b, err)
	mac := hmac.New(sha256.New, make([]byte, 32))
	ctx := context.Background()
	for _, name := range []string{"Kreiger", "García Márquez"} {
		for _, side := range []struct {
			name string
			run  func() error
		}{
			{"hmac", func() error { mac.Reset(); mac.Write([]byte(name)); mac.Sum(nil); return nil }},
			{"normalise", func() error { _, err := blindindex.Name(name); return err }},
			{"both", func() error {
				form, err := blindindex.Name(name)
				if err != nil {
					return err
				}
				_, err = keyring.Index(ctx, "elm-street", "patient.surname/1", form)
				return err
			}},
		} {
			b.Run(name+"/"+side.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := side.run(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
