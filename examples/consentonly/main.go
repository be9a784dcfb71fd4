// Consentonly imports one package for its own sake: it records a consent and a STOP in memory, and prints what the number
// stands at after each.
package main

import (
	"context"
	"errors"
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

// wording is what the patient reads and signs. A text that lacks something is refused with a list of it.
const wording = "I agree to get texts from Elm Street Dental, sent through DentTracks: reminders of my appointments. " +
	" Message frequency varies. Message and data rates may apply. Reply STOP to opt out, HELP for help. " +
	"Terms of service: https://elm.example/terms. Privacy policy: https://elm.example/privacy. Consent is not tied to any " +
	"purchases or additional services. Text messages are not encrypted."

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
	err = errors.Join(
		consents.Accept(ctx, desk, consent.Duty{Practice: "elm-street", Terms: "terms of 2026-01"}),
		consents.Configure(ctx, desk, consent.Settings{Practice: "elm-street", Name: "Elm Street Dental", Platform: "DentTracks"}),
		consents.Publish(ctx, desk, consent.Wording{
			ID: "reminders-1", Practice: "elm-street", Category: consent.Transactional, Language: "en", Text: wording,
		}),
	)
	if err != nil {
		return err
	}
	state, err := consents.Grant(ctx, desk, consent.Grant{
		Practice: "elm-street", Number: "+12125550100", Category: consent.Transactional, Basis: consent.OfficeDocument,
		Evidence: consent.Evidence{
			Wording: wording, Language: "en", Document: "scan-88", Staff: "u-17",
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
