// Consentonly imports one package for its own sake: it records a consent and a STOP in memory, and prints what the number
// stands at after each.
package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		return err
	}
	entries := auditmem.New()
	log, err := audit.NewLog(entries, keys, nil)
	if err != nil {
		return err
	}
	consents, err := consent.New(consentmem.New(entries), log, nil)
	if err != nil {
		return err
	}
	desk := audit.Actor{Kind: audit.Staff, ID: "u-17"}
	if err := consents.Accept(ctx, desk, consent.Duty{Practice: "elm-street", Terms: "terms of 2026-01"}); err != nil {
		return err
	}
	state, err := consents.Grant(ctx, desk, consent.Grant{
		Practice: "elm-street", Number: "+12125550100", Category: consent.Transactional, Basis: consent.OfficeDocument,
		Evidence: consent.Evidence{
			Wording:  "I agree that Elm Street Dental texts me about my appointments.",
			Language: "en", Document: "scan-88", Staff: "u-17",
		},
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, state.Number, state.Transactional.Status, "-", state.Transactional.Why)
	state, err = consents.Revoke(ctx, audit.Actor{Kind: audit.Patient, ID: "p-204"}, consent.Revocation{
		Practice: "elm-street", Number: "+12125550100", Channel: consent.ByText,
		Evidence: consent.Evidence{Words: "STOP", Message: "SM-1"},
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, state.Number, state.Transactional.Status, "-", state.Transactional.Why)
	return nil
}
