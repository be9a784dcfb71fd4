package auditmem_test

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
)

func ExampleNew() {
	store := auditmem.New()
	page, err := store.Leaves(context.Background(), audit.Query{Practice: "elm-street"})
	fmt.Println(len(page.Leaves), err)
	// Output: 0 <nil>
}
