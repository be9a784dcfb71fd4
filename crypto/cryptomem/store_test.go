package cryptomem_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/crypto/cryptotest"
)

var _ crypto.KeyStore = (*cryptomem.Store)(nil)

func TestStore(t *testing.T) {
	for _, c := range cryptotest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			require.NoError(t, c.Check(t.Context(), cryptomem.New()))
		})
	}
}
