package notary_test

import (
	"context"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

// Nothing goes before its term is over, whoever asks.
func ExamplePruner_Prune() {
	ctx := context.Background()
	store := auditmem.New()
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	clock := func() time.Time { return time.Date(2025, time.May, 3, 9, 0, 0, 0, time.UTC) }
	log, err := audit.NewLog(store, keyring, &audit.Options{Now: clock})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := audit.Actor{Kind: audit.System, ID: "server"}
	err = log.Record(ctx, audit.Entry{
		Practice: "elm-street", Actor: server, Action: "server.request", Term: audit.OneYear, Object: audit.Object{Kind: "path"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	pruner, err := notary.NewPruner(store, log, &notary.PruneOptions{Now: clock})
	if err != nil {
		fmt.Println(err)
		return
	}
	due, err := pruner.Due(ctx)
	fmt.Println(len(due), "months are due", err)
	_, err = pruner.Prune(ctx, server, notary.Month{Term: audit.OneYear, Year: 2025, Month: time.May})
	fmt.Println(err)
	// Output:
	// 0 months are due <nil>
	// notary: prune 1y 2025-05: notary: must not be pruned before 2026-06-01
}
