package audit_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

func Example() {
	ctx := context.Background()
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		panic(err)
	}
	log, err := audit.NewLog(auditmem.New(), keyring, nil)
	if err != nil {
		panic(err)
	}

	// Before a chart is shown, its reading is recorded; when that fails nothing is shown.
	err = log.Record(ctx, audit.Entry{
		Practice: "elm-street",
		Actor:    audit.Actor{Kind: audit.Staff, ID: "u-17"},
		Action:   "records.chart.read",
		Object:   audit.Object{Kind: "chart", ID: "c-9"},
		Patient:  "p-204",
	})
	if err != nil {
		panic(err)
	}

	// Who has seen this patient's data?
	tag, err := log.Tag(ctx, "elm-street", "p-204")
	if err != nil {
		panic(err)
	}
	page, err := log.Leaves(ctx, audit.Query{Practice: "elm-street", Tag: tag, Newest: true})
	if err != nil {
		panic(err)
	}
	for _, leaf := range page.Leaves {
		e, err := log.Open(ctx, leaf)
		if err != nil {
			panic(err)
		}
		fmt.Println(e.Actor.ID, e.Action, e.Object.ID, e.Patient, e.Outcome)
	}
	// Output: u-17 records.chart.read c-9 p-204 done
}

// A refusal is recorded beside the caller's transaction, and its cause goes to the caller.
func ExampleLog_Refuse() {
	ctx := context.Background()
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		panic(err)
	}
	store := auditmem.New()
	log, err := audit.NewLog(store, keyring, &audit.Options{
		Now: func() time.Time { return time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC) },
	})
	if err != nil {
		panic(err)
	}
	err = log.Refuse(ctx, audit.Entry{
		Practice: "elm-street",
		Actor:    audit.Actor{Kind: audit.Staff, ID: "u-23"},
		Action:   "records.chart.read",
		Object:   audit.Object{Kind: "chart", ID: "c-9"},
		Patient:  "p-204",
	}, errors.New("records: not on the care team"))
	fmt.Println(err)

	page, err := store.Leaves(ctx, audit.Query{Practice: "elm-street"})
	if err != nil {
		panic(err)
	}
	fmt.Println(page.Leaves[0].At.Format(time.RFC3339), page.Leaves[0].Actor.ID, page.Leaves[0].Outcome)
	// Output:
	// records: not on the care team
	// 2026-03-02T09:30:00Z u-23 refused
}
