package witness_test

import (
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/witness"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

// A database that is put back to an older backup, without a word, is found when the notary starts.
func Example() {
	ctx := context.Background()
	private, public, _ := notary.GenerateKey("audit.elm-dental.example")
	signer, _ := note.NewSigner(private)
	logKey, _ := note.NewVerifier(public)
	private, _, _ = witness.GenerateKey("witness.example.org/w1")
	cosigner, _ := witness.NewCosigner(private, nil)
	w, err := witness.New(cosigner, []note.Verifier{logKey}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	keyring, _ := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	run := func(store *auditmem.Store, acts int) error {
		log, err := audit.NewLog(store, keyring, nil)
		if err != nil {
			return err
		}
		n, err := notary.New(store, log, signer, note.VerifierList(logKey), &notary.Options{Witness: w})
		if err != nil {
			return err
		}
		for range acts {
			err := log.Record(ctx, audit.Entry{
				Practice: "elm-street", Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"},
				Action: "records.patient.read", Object: audit.Object{Kind: "patient", ID: "p-204"}, Patient: "p-204",
			})
			if err != nil {
				return err
			}
			if _, err := n.Step(ctx); err != nil {
				return err
			}
		}
		return nil
	}
	fmt.Println(run(auditmem.New(), 3))
	fmt.Println(run(auditmem.New(), 1) != nil) // the same key, and another history
	// Output:
	// <nil>
	// true
}
