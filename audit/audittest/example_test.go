package audittest_test

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/audittest"
)

// A vendor's own store is opened empty for each case.
func ExampleCases() {
	broken := 0
	for _, c := range audittest.Cases() {
		if err := c.Check(context.Background(), audittest.Harness{Entries: auditmem.New()}); err != nil {
			fmt.Println(c.Name, err)
			broken++
		}
	}
	fmt.Println(broken, "cases are not kept")
	// Output: 0 cases are not kept
}

func ExampleTreeCases() {
	broken := 0
	for _, c := range audittest.TreeCases() {
		store := auditmem.New()
		if err := c.Check(context.Background(), audittest.Harness{Entries: store, Trees: store}); err != nil {
			fmt.Println(c.Name, err)
			broken++
		}
	}
	fmt.Println(broken, "cases are not kept")
	// Output: 0 cases are not kept
}

func ExamplePruneCases() {
	broken := 0
	for _, c := range audittest.PruneCases() {
		store := auditmem.New()
		h := audittest.Harness{Entries: store, Trees: store, Pruner: store}
		if err := c.Check(context.Background(), h); err != nil {
			fmt.Println(c.Name, err)
			broken++
		}
	}
	fmt.Println(broken, "cases are not kept")
	// Output: 0 cases are not kept
}
