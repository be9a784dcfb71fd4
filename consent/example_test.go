package consent_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

// service wires consent in memory; every call happens a minute after the one before.
func service() (*consent.Service, *consentmem.Store, *audit.Log, error) {
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		return nil, nil, nil, err
	}
	entries := auditmem.New()
	log, err := audit.NewLog(entries, keys, nil)
	if err != nil {
		return nil, nil, nil, err
	}
	store := consentmem.New(entries)
	var looks atomic.Int64 // at the clock, each a minute after the one before
	consents, err := consent.New(store, log, &consent.Options{Now: func() time.Time {
		return time.Date(2026, 3, 2, 9, int(looks.Add(1)), 0, 0, time.UTC)
	}})
	if err != nil {
		return nil, nil, nil, err
	}
	return consents, store, log, prepare(consents)
}

// prepare is what a practice does once, before its patients consent: it accepts its duty, says what it is called, and
// publishes the texts that they are shown.
func prepare(consents *consent.Service) error {
	ctx := context.Background()
	err := errors.Join(
		consents.Accept(ctx, reception, consent.Duty{Practice: "elm-street", Terms: "terms of 2026-01"}),
		consents.Configure(ctx, reception, consent.Settings{Practice: "elm-street", Name: "Elm Street Dental", Platform: "DentTracks"}),
	)
	for _, c := range consent.Categories() {
		w := consent.Wording{ID: string(c) + "-1", Practice: "elm-street", Category: c, Language: "en", Text: shown}
		err = errors.Join(err, consents.Publish(ctx, reception, w))
	}
	return err
}

var (
	reception = audit.Actor{Kind: audit.Staff, ID: "u-17"}
	alice     = audit.Actor{Kind: audit.Patient, ID: "SM-1"} // by the message, for actors are plain in the log
	signed    = consent.Grant{
		Practice: "elm-street", Number: "+12125550100", Category: consent.Transactional, Basis: consent.OfficeDocument,
		Evidence: consent.Evidence{
			Wording: shown, Language: "en", // as it was published
			Document: "scan-88", Staff: "u-17",
		},
	}
)

func Example() {
	ctx := context.Background()
	consents, _, _, err := service()
	if err != nil {
		fmt.Println(err)
		return
	}
	number := consent.Key{Practice: "elm-street", Number: "+12125550100"}
	show := func() {
		p, err := consents.Permission(ctx, number, consent.Use{Category: consent.Transactional})
		fmt.Println(p.Status, p.Why, err)
	}
	show()
	if _, err := consents.Grant(ctx, reception, signed); err != nil {
		fmt.Println(err)
	}
	show()
	stop := consent.Revocation{
		Practice: "elm-street", Number: "+12125550100", Channel: consent.ByText,
		Evidence: consent.Evidence{Words: "Stop!", Message: "SM-1"},
	}
	if _, err := consents.Revoke(ctx, alice, stop); err != nil {
		fmt.Println(err)
	}
	show()
	// Output:
	// none No consent is on record. <nil>
	// active The patient agreed (document signed in the office). <nil>
	// stopped The patient said stop (text). <nil>
}

func ExampleService_Grant() {
	consents, _, _, err := service()
	if err != nil {
		fmt.Println(err)
		return
	}
	form := consent.Grant{
		Practice: "elm-street", Number: "+12125550100", Category: consent.Promotional, Basis: consent.WebForm,
		Evidence: consent.Evidence{Wording: shown, Language: "en"},
	}
	_, err = consents.Grant(context.Background(), alice, form)
	fmt.Println(errors.Is(err, consent.ErrEvidence), err)

	form.Evidence.Address, form.Evidence.Browser, form.Evidence.Choice = "192.0.2.7", "Mozilla/5.0", consent.Separate
	state, err := consents.Grant(context.Background(), alice, form)
	fmt.Println(state.Promotional.Status, state.Promotional.Why, err)
	// Output:
	// true consent: invalid: evidence is missing: a consent by web form needs address, browser, choice
	// pending The patient has not confirmed yet. <nil>
}

func ExampleService_Revoke() {
	ctx := context.Background()
	consents, _, _, err := service()
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := consents.Grant(ctx, reception, signed); err != nil {
		fmt.Println(err)
	}
	state, err := consents.Revoke(ctx, reception, consent.Revocation{
		Practice: "elm-street", Number: "+12125550100", Channel: consent.ByCall,
		Evidence: consent.Evidence{Words: "do not text me any more", Staff: "u-17"},
	})
	fmt.Println(state.Transactional.Status, state.Promotional.Status, err)

	// The patient's own START brings back what was in writing, and never offers.
	state, err = consents.Restart(ctx, alice, consent.Restart{
		Practice: "elm-street", Number: "+12125550100", Evidence: consent.Evidence{Words: "START", Message: "SM-2"},
	})
	fmt.Println(state.Transactional.Status, state.Promotional.Status, err)
	// Output:
	// stopped stopped <nil>
	// active stopped <nil>
}

// A bound copy writes where its store does; with consentpg that is the caller's transaction. The log of refusals stays.
func ExampleService_WithStore() {
	ctx := context.Background()
	consents, _, _, err := service()
	if err != nil {
		fmt.Println(err)
		return
	}
	other := consentmem.New(auditmem.New())
	if err := prepare(consents.WithStore(other)); err != nil {
		fmt.Println(err)
	}
	if _, err := consents.WithStore(other).Grant(ctx, reception, signed); err != nil {
		fmt.Println(err)
	}
	number := consent.Key{Practice: "elm-street", Number: "+12125550100"}
	here, err := consents.Permission(ctx, number, consent.Use{Category: consent.Transactional})
	fmt.Println(here.Status, err)
	there, err := consents.WithStore(other).Permission(ctx, number, consent.Use{Category: consent.Transactional})
	fmt.Println(there.Status, err)
	// Output:
	// none <nil>
	// active <nil>
}

// What a number stood at is computed from its ledger for any moment, such as when a text was sent.
func ExampleDerive() {
	ctx := context.Background()
	consents, store, _, err := service()
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := consents.Grant(ctx, reception, signed); err != nil {
		fmt.Println(err)
	}
	if _, err := consents.Revoke(ctx, alice, consent.Revocation{
		Practice: "elm-street", Number: "+12125550100", Channel: consent.ByText,
	}); err != nil {
		fmt.Println(err)
	}
	number := consent.Key{Practice: "elm-street", Number: "+12125550100"}
	facts, err := store.Ledger(ctx, number)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range facts {
		state := consent.Derive(number, facts, consents.Profile(), f.Recorded)
		fmt.Println(f.Kind, "->", state.Transactional.Status)
	}
	// Output:
	// granted -> active
	// revoked -> stopped
}
