package smstest_test

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/smstest"
)

// A vendor's own store is opened empty for each case.
func ExampleLinkCases() {
	broken := 0
	for _, c := range smstest.LinkCases() {
		entries := auditmem.New()
		if err := c.Check(context.Background(), smstest.LinkHarness{Store: smsmem.NewLinks(entries), Entries: entries}); err != nil {
			fmt.Println(c.Name, err)
			broken++
		}
	}
	fmt.Println(broken, "cases are not kept")
	// Output: 0 cases are not kept
}
