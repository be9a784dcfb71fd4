package recordsmem_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/records/recordsmem"
)

func ExampleNew() {
	entries := auditmem.New() // the log that the entries of its changes go to
	store := recordsmem.New(entries)
	_, err := store.Patient(context.Background(), records.Key{Practice: "elm-street", ID: "p-204"})
	fmt.Println(errors.Is(err, records.ErrNotFound), err)
	// Output: true records: not found
}
