package pack_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/pack"
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
	entries := auditmem.New()
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	must(err)
	log, err := audit.NewLog(entries, keys, nil)
	must(err)
	consents, err := consent.New(consentmem.New(entries), log, nil)
	must(err)
	private, public, err := notary.GenerateKey("audit.elm-dental.example")
	must(err)
	signer, err := note.NewSigner(private)
	must(err)
	verifier, err := note.NewVerifier(public)
	must(err)
	n, err := notary.New(entries, log, signer, note.VerifierList(verifier), nil)
	must(err)
	reader, err := notary.NewReader(entries, note.VerifierList(verifier))
	must(err)

	staff, another := audit.Actor{Kind: audit.Staff, ID: "u-17"}, audit.Actor{Kind: audit.Staff, ID: "u-18"}
	_, err = consents.Revoke(ctx, staff, consent.Revocation{
		Practice: "elm-street", Number: "+15125550100", Channel: consent.ByCall, Evidence: consent.Evidence{Words: "no more texts, please"},
	})
	must(err)
	_, err = n.Step(ctx) // a worker of its own does this all the time
	must(err)

	packs, err := pack.New(consentmem.NewPacks(entries), log, consents, func(ctx context.Context, w io.Writer, practice string, ids []string) error {
		_, err := reader.Extract(ctx, w, practice, notary.IDs(ids...), nil)
		return err
	}, nil)
	must(err)
	_, err = packs.Request(ctx, staff, pack.Request{Practice: "elm-street", Scope: pack.Scope{
		Recipient: "advertiser", Name: "Smile Ads", Number: "+15125550100",
	}})
	fmt.Println(err)

	asked, err := packs.Request(ctx, staff, pack.Request{Practice: "elm-street", Scope: pack.Scope{
		Recipient: pack.Court, Name: "Travis County Court", Document: "subpoena-7", Number: "+15125550100",
	}})
	must(err)
	var file bytes.Buffer
	_, err = packs.Write(ctx, staff, &file, "elm-street", asked.Release)
	fmt.Println(err, file.Len())

	_, err = packs.Approve(ctx, another, pack.Approval{Practice: "elm-street", Release: asked.Release})
	must(err)
	written, err := packs.Write(ctx, staff, &file, "elm-street", asked.Release)
	must(err)
	fmt.Println(int64(file.Len()) == written.Size, strings.Contains(file.String(), "no more texts, please"))
	// Output:
	// pack: consent data goes to the practice and the patient, to a court on a documented request, and to a carrier as proof of opt-in alone
	// pack: the release is not approved yet 0
	// true true
}
