package cryptotest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/crypto/cryptotest"
)

func TestMemory(t *testing.T) {
	for _, c := range cryptotest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			require.NoError(t, c.Check(t.Context(), cryptomem.New()))
		})
	}
}

// A vendor runs every case on an empty store of its own.
func ExampleCases() {
	failed := 0
	for _, c := range cryptotest.Cases() {
		if err := c.Check(context.Background(), cryptomem.New()); err != nil {
			failed++
		}
	}
	fmt.Println(failed, "rules broken")
	// Output: 0 rules broken
}
