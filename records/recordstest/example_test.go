package recordstest_test

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/records/recordsmem"
	"github.com/enamel-go/enamel/records/recordstest"
)

// A vendor's own store is opened empty for each case.
func ExampleCases() {
	broken := 0
	for _, c := range recordstest.Cases() {
		entries := auditmem.New()
		store := recordsmem.New(entries)
		if err := c.Check(context.Background(), recordstest.Harness{Store: store, Entries: entries}); err != nil {
			fmt.Println(c.Name, err)
			broken++
		}
	}
	fmt.Println(broken, "cases are not kept")
	// Output: 0 cases are not kept
}
