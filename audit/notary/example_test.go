package notary_test

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

func Example() {
	ctx := context.Background()
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	store := auditmem.New()
	keyring, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	must(err)
	log, err := audit.NewLog(store, keyring, nil)
	must(err)
	for range 3 {
		must(log.Record(ctx, audit.Entry{
			Practice: "elm-street",
			Actor:    audit.Actor{Kind: audit.Staff, ID: "u-17"},
			Action:   "records.chart.read",
			Object:   audit.Object{Kind: "chart", ID: "c-9"},
			Patient:  "p-204",
		}))
	}

	private, public, err := notary.GenerateKey("audit.elm-dental.example")
	must(err)
	signer, err := note.NewSigner(private)
	must(err)
	verifier, err := note.NewVerifier(public)
	must(err)
	known := note.VerifierList(verifier)
	n, err := notary.New(store, log, signer, known, nil)
	must(err)
	done, err := n.Step(ctx) // or: go n.Run(ctx)
	must(err)
	fmt.Println(done, "leaves integrated")

	// Keep this where the database's administrators cannot write.
	reader, err := notary.NewReader(store, known)
	must(err)
	kept, err := reader.Checkpoint(ctx, "")
	must(err)

	// A year later.
	report, err := reader.Verify(ctx, log, "elm-street", kept)
	must(err)
	fmt.Println(report.Size, "leaves checked; undamaged:", report.OK())

	// To whoever has the public key, a leaf is proved without the log.
	page, err := store.Leaves(ctx, audit.Query{Practice: "elm-street"})
	must(err)
	proof, err := reader.Inclusion(ctx, "elm-street", page.Leaves[1].ID)
	must(err)
	c, err := notary.CheckInclusion(proof, page.Leaves[1], known)
	must(err)
	fmt.Println("proved by", c.Log, "for", c.Practice)
	// Output:
	// 3 leaves integrated
	// 3 leaves checked; undamaged: true
	// proved by audit.elm-dental.example for elm-street
}
