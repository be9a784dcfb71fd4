package notary_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

// A practice takes its log home, and checks it there without the vendor.
func ExampleReader_Export() {
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
	for _, patient := range []string{"p-204", "p-311", "p-204"} {
		must(log.Record(ctx, audit.Entry{
			Practice: "elm-street", Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: "records.chart.read",
			Object: audit.Object{Kind: "chart"}, Patient: patient,
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
	_, err = n.Step(ctx)
	must(err)
	reader, err := notary.NewReader(store, known)
	must(err)

	var whole, patients bytes.Buffer
	_, err = reader.Export(ctx, &whole, "elm-street", nil)
	must(err)
	_, err = reader.Extract(ctx, &patients, "elm-street", notary.OfPatient(ctx, log, "elm-street", "p-204"), nil)
	must(err)

	// Elsewhere, with the public key alone.
	edited := strings.Replace(whole.String(), "u-17", "u-18", 1)
	result, err := notary.CheckExport(&whole, known, nil)
	must(err)
	fmt.Println(result.Leaves, "entries of", result.Checkpoint.Practice, "signed by", result.Checkpoint.Log)
	result, err = notary.CheckExport(&patients, known, nil)
	must(err)
	fmt.Println(result.Leaves, "entries about one patient, of", result.Checkpoint.Size)
	_, err = notary.CheckExport(strings.NewReader(edited), known, nil)
	fmt.Println(errors.Is(err, notary.ErrProof), err)
	// Output:
	// 3 entries of elm-street signed by audit.elm-dental.example
	// 2 entries about one patient, of 3
	// true notary: not proved: line 2: edited: the leaf is not the one that the hash is of
}
