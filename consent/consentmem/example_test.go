package consentmem_test

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
)

func ExampleNew() {
	entries := auditmem.New() // the log that the entries of its changes go to
	store := consentmem.New(entries)
	ledger, err := store.Ledger(context.Background(), consent.Key{Practice: "elm-street", Number: "+12125550100"})
	fmt.Println(len(ledger), err)
	// Output: 0 <nil>
}
