package cryptotest_test

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/crypto/cryptotest"
)

// A vendor's own store is opened empty for each case.
func ExampleCases() {
	broken := 0
	for _, c := range cryptotest.Cases() {
		if err := c.Check(context.Background(), cryptomem.New()); err != nil {
			fmt.Println(c.Name, err)
			broken++
		}
	}
	fmt.Println(broken, "cases are not kept")
	// Output: 0 cases are not kept
}
