package cryptotest_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptotest"
)

// A vendor's own key manager says how it is opened, rotated and broken. This one has no service and one version.
func ExampleManagerCases() {
	broken := 0
	for _, c := range cryptotest.ManagerCases() {
		manager := crypto.NewEphemeral()
		err := c.Check(context.Background(), cryptotest.ManagerHarness{
			Open: func() (crypto.KeyManager, error) { return manager, nil },
		})
		if err != nil && !errors.Is(err, cryptotest.ErrNotApplicable) {
			fmt.Println(c.Name, err)
			broken++
		}
	}
	fmt.Println(broken, "cases are not kept")
	// Output: 0 cases are not kept
}
