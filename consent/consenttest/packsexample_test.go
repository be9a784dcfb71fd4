package consenttest_test

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consenttest"
)

// A vendor's own store is opened empty for each case.
func ExamplePackCases() {
	broken := 0
	for _, c := range consenttest.PackCases() {
		entries := auditmem.New()
		store := consentmem.NewPacks(entries)
		if err := c.Check(context.Background(), consenttest.PackHarness{Store: store, Entries: entries}); err != nil {
			fmt.Println(c.Name, err)
			broken++
		}
	}
	fmt.Println(broken, "cases are not kept")
	// Output: 0 cases are not kept
}
