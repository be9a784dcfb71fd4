package tree_test

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/tree"
)

// How large a practice's tree is stands in its newest head.
func Example() {
	var store tree.Store = auditmem.New()
	heads, err := store.Heads(context.Background(), tree.Query{Practice: "elm-street", Newest: true, Limit: 1})
	fmt.Println(len(heads), err)
	// Output: 0 <nil>
}
