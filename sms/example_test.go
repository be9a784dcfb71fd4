package sms_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
	"github.com/enamel-go/enamel/sms/screen"
	"github.com/enamel-go/enamel/sms/smsmem"
)

// example is a practice in memory, on a simulated network, one of whose patients has consented to texts about visits.
type example struct {
	store    *smsmem.Store
	consents *consent.Service
	texts    *sms.Service
	log      *audit.Log
	network  *carrier.Carrier
	now      func() time.Time
}

// Whoever has an agreement with the network, and says so, may send.
func (example) InForce(context.Context, string, string) (bool, error) { return true, nil }

// Whose numbers are registered for reminders, and says so, may send them.
func (example) Standing(context.Context, string, string) (sms.Standing, error) {
	return sms.Standing{Kind: sms.LongCode, Approved: true, Categories: []consent.Category{consent.Transactional}}, nil
}

// setUp wires everything; every look at the clock is a second after the one before.
func setUp(ctx context.Context) (example, error) {
	at := time.Date(2026, 3, 3, 18, 0, 0, 0, time.UTC) // noon in Chicago
	x := example{now: func() time.Time { at = at.Add(time.Second); return at }}
	keys, err1 := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	entries := auditmem.New()
	log, err2 := audit.NewLog(entries, keys, nil)
	consents, err3 := consent.New(consentmem.New(entries), log, &consent.Options{Now: x.now})
	store := smsmem.New(entries, nil)
	texts, err4 := sms.New(store, consents, log, &sms.Options{Now: x.now})
	network, err5 := carrier.New(&carrier.Options{
		OnInbound: func(ctx context.Context, in sms.Inbound) error {
			_, err := texts.Receive(ctx, "elm-street", in)
			return err
		},
	})
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil {
		return x, err
	}
	x.store, x.consents, x.texts, x.log, x.network = store, consents, texts, log, network
	err := texts.Register(ctx, reception, sms.Sender{
		Practice: "elm-street", Number: "+12145550199", Provider: "carrier", Name: "Elm Street Dental",
		Contact: "214-555-0199", Frequency: "about 2 texts per visit", Zone: "America/Chicago",
	})
	if err != nil {
		return x, err
	}
	err = errors.Join(
		consents.Accept(ctx, reception, consent.Duty{Practice: "elm-street", Terms: "terms of 2026-01"}),
		consents.Configure(ctx, reception, consent.Settings{Practice: "elm-street", Name: "Elm Street Dental", Platform: "DentTracks"}),
		consents.Publish(ctx, reception, consent.Wording{
			ID: "reminders-1", Practice: "elm-street", Category: consent.Transactional, Language: "en", Text: shown,
		}),
	)
	if err != nil {
		return x, err
	}
	_, err = consents.Grant(ctx, reception, consent.Grant{
		Practice: "elm-street", Number: "+12125550100", Category: consent.Transactional, Basis: consent.OfficeDocument,
		Evidence: consent.Evidence{
			Wording: shown, Language: "en", Document: "scan-88", Staff: "u-17",
		},
	})
	return x, err
}

var reception = audit.Actor{Kind: audit.Staff, ID: "u-17"}

// A reminder leaves; the patient answers STOP; the answer leaves, and nothing more.
func Example() {
	ctx := context.Background()
	x, err := setUp(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	dispatcher, err := sms.NewDispatcher(x.store, x.store, x.consents, x.log, map[string]sms.Provider{"carrier": x.network},
		&sms.DispatcherOptions{Agreements: x, Registrations: x, Now: x.now})
	if err != nil {
		fmt.Println(err)
		return
	}
	send := func(id string) {
		key, err := x.texts.Enqueue(ctx, reception, sms.Text{
			ID: id, Practice: "elm-street", Category: consent.Transactional, To: "+12125550100",
			Body: "Elm Street Dental: see you tomorrow at 9.", LastUseful: x.now().Add(12 * time.Hour),
		})
		if err != nil {
			fmt.Println(err)
		}
		for range 2 { // the answer to a STOP leaves alone, and first
			if _, err := dispatcher.Step(ctx); err != nil {
				fmt.Println(err)
			}
		}
		text, err := x.store.Text(ctx, key)
		fmt.Println(text.State, text.Decision.Reason, err)
	}
	send("t-1")
	if _, err := x.network.Reply("+12125550100", "+12145550199", "Stop!"); err != nil {
		fmt.Println(err)
	}
	if _, err := x.network.Step(ctx); err != nil {
		fmt.Println(err)
	}
	send("t-2")
	for _, message := range x.network.Messages() {
		fmt.Println("left:", message.Body)
	}
	// Output:
	// sent  <nil>
	// refused The patient said stop (text). <nil>
	// left: Elm Street Dental: see you tomorrow at 9.
	// left: Elm Street Dental: you are removed from our texts and will get no more. Reply START to get them again.
}

// The same text again is one text; another text under its id is refused.
func ExampleService_Enqueue() {
	ctx := context.Background()
	x, err := setUp(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	text := sms.Text{
		ID: "t-1", Practice: "elm-street", Category: consent.Transactional, To: "+12125550100",
		Body: "Elm Street Dental: we moved to 4 Oak Street.", LastUseful: time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC),
	}
	for range 2 {
		key, err := x.texts.Enqueue(ctx, reception, text)
		fmt.Println(key, err)
	}
	text.Body = "Elm Street Dental: we moved to 5 Oak Street."
	_, err = x.texts.Enqueue(ctx, reception, text)
	fmt.Println(err)
	text.To = "(212) 555-0100"
	_, err = x.texts.Enqueue(ctx, reception, text)
	fmt.Println(err)
	// Output:
	// {elm-street t-1} <nil>
	// {elm-street t-1} <nil>
	// sms: another text has this id
	// sms: invalid: the recipient's number is not in E.164 form, such as +15125550100
}

// A dispatcher finds out by itself what became of a text whose answer was lost.
func ExampleNewDispatcher() {
	ctx := context.Background()
	x, err := setUp(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	deaf, err := carrier.New(&carrier.Options{
		Script: carrier.Script{Message: func(sms.Message, int) carrier.Fate { return carrier.Fate{Lost: true} }},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	dispatcher, err := sms.NewDispatcher(x.store, x.store, x.consents, x.log, map[string]sms.Provider{"carrier": deaf},
		&sms.DispatcherOptions{Agreements: x, Registrations: x, Now: x.now, Wait: time.Nanosecond})
	if err != nil {
		fmt.Println(err)
		return
	}
	key, err := x.texts.Enqueue(ctx, reception, sms.Text{
		ID: "t-1", Practice: "elm-street", Category: consent.Transactional, To: "+12125550100",
		Body: "Elm Street Dental: see you tomorrow at 9.", LastUseful: x.now().Add(12 * time.Hour),
	})
	if err != nil {
		fmt.Println(err)
	}
	for range 2 { // in a program: go dispatcher.Run(ctx)
		if _, err := dispatcher.Step(ctx); err != nil {
			fmt.Println(err)
		}
	}
	text, err := x.store.Text(ctx, key)
	fmt.Println(text.State, "after", text.Attempts, "request,", len(deaf.Messages()), "message", err)
	// Output:
	// sent after 1 request, 1 message <nil>
}

// A decision names every rule that was looked at, and what each of them read.
func ExampleLaw_Decide() {
	law, err := sms.NewLaw(sms.Promised())
	if err != nil {
		fmt.Println(err)
		return
	}
	now := time.Date(2026, 3, 3, 15, 0, 0, 0, time.UTC)
	decision := law.Decide(sms.Facts{
		Text: sms.Text{
			Kind: sms.Ordinary, Category: consent.Transactional, Provider: "twilio",
			Body: "Elm Street Dental: see you tomorrow at 9.", LastUseful: now.Add(24 * time.Hour),
		},
		Permission: consent.Permission{Status: consent.Active, Basis: consent.WebForm}, Agreement: true, Current: true,
		Standing: sms.Standing{Kind: sms.LongCode, Approved: true, Categories: consent.Categories()},
		Zones:    []string{"America/Los_Angeles"}, Regions: []string{"US-CA"}, Screen: screen.Version,
	}, now)
	fmt.Println(decision.Verdict, "until", decision.Until)
	fmt.Println(decision.Reason)
	for _, step := range decision.Trail {
		fmt.Printf("%-16s %-5s %s\n", step.Rule, step.Says, step.Fact)
	}
	// Output:
	// defer until 2026-03-03 16:00:00 +0000 UTC
	// Texts leave between 8:00 am and 9:00 pm for the recipient only.
	// agreement        send  agreement in force with twilio
	// registration     send  approved
	// restriction      send  no such request
	// consent          send  transactional is active
	// warning          send  consent by web_form
	// current          send  current
	// health           send  nothing found
	// person           send  nothing found
	// shaft            send  nothing found
	// link             send  nothing found
	// reserved         send  nothing found
	// promotion        send  nothing found
	// window-central   send  09:00:00 America/Chicago
	// window-recipient defer 07:00:00 America/Los_Angeles
	// useful           send  useful until 2026-03-04T15:00:00Z
}

// A patient said stop to the network itself, and the webhook that told of it was lost: the next round finds it.
func ExampleReconciler() {
	ctx := context.Background()
	x, err := setUp(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	reconciler, err := sms.NewReconciler(x.store, x.consents, map[string]sms.Provider{"carrier": x.network}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	x.network.OptOut("+12125550100", "+12145550199")
	for range 2 {
		n, err := reconciler.Step(ctx)
		fmt.Println(n, err)
	}
	state, err := x.consents.State(ctx, reception, consent.Key{Practice: "elm-street", Number: "+12125550100"})
	fmt.Println(state.Transactional.Status, err)
	// Output:
	// 1 <nil>
	// 0 <nil>
	// stopped <nil>
}

// Nobody is asked about a number without an agreement; what is answered is recorded, and a new holder ends the consent.
func ExampleLookups() {
	ctx := context.Background()
	x, err := setUp(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	network, err := carrier.New(&carrier.Options{Script: carrier.Script{Line: func(string, time.Time) sms.Line {
		return sms.Line{Reassigned: sms.Yes, Deactivated: sms.NoData, Landline: sms.No}
	}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	lookups, err := sms.NewLookups(x.consents, x.log, x, map[string]sms.NumberLookup{"carrier": network})
	if err != nil {
		fmt.Println(err)
		return
	}
	key := consent.Key{Practice: "elm-street", Number: "+12125550100"}
	line, err := lookups.Check(ctx, reception, "carrier", key, time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC))
	fmt.Println("reassigned:", line.Reassigned, err)
	state, err := x.consents.State(ctx, reception, key)
	fmt.Println(state.Transactional.Status, err)
	// Output:
	// reassigned: yes <nil>
	// ended <nil>
}
