package broadcast_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/smsmem"
	"github.com/enamel-go/enamel/sms/template"
)

// An office closes for a day. Whoever has a visit on it is told, a family once.
func Example() {
	ctx, staff := context.Background(), audit.Actor{Kind: audit.Staff, ID: "u-17"}
	noon := time.Date(2026, 3, 3, 18, 0, 0, 0, time.UTC)
	now := func() time.Time { return noon }
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	check(err)
	entries := auditmem.New()
	trail, err := audit.NewLog(entries, keys, nil)
	check(err)
	consents, err := consent.New(consentmem.New(entries), trail, nil)
	check(err)
	texts := smsmem.New(entries, nil)
	service, err := sms.New(texts, consents, trail, &sms.Options{Now: now})
	check(err)
	check(service.Register(ctx, staff, sms.Sender{
		Practice: "elm-street", Number: "+12145550199", Provider: "twilio", Name: "Elm Street Dental",
		Contact: "214-555-0199", Frequency: "about 2 texts per visit", Zone: "America/Chicago",
	}))
	closed, err := template.New(template.Source{
		ID: "closed", Version: 1, Category: consent.Transactional, Bodies: map[template.Language]string{
			template.English: "{{practice}}: our office is closed on {{date}}. Please call {{phone}} for a new time. Reply STOP to end texts.",
		},
	})
	check(err)

	store := smsmem.NewBroadcasts(entries)
	casts, err := broadcast.New(store, texts, trail, &broadcast.Options{Now: now})
	check(err)
	state, err := casts.Draft(ctx, staff, broadcast.Drafting{
		Practice: "elm-street", Broadcast: "closed-on-friday", Template: closed,
		Values:     template.Values{"date": "2026-03-06", "phone": "+12145550199"},
		LastUseful: noon.Add(48 * time.Hour), Audience: broadcast.Audience{Criterion: broadcast.Booked, Day: "2026-03-06"},
	})
	check(err)
	fmt.Println(state.Plan.Body("en"))
	_, err = casts.Include(ctx, staff, broadcast.Inclusion{
		Practice: "elm-street", Broadcast: "closed-on-friday", Recipients: []broadcast.Recipient{
			{Number: "+12125550100", Patient: "p-1"}, {Number: "+12125550100", Patient: "p-2"}, {Number: "+12125550101", Patient: "p-3"},
		},
	})
	check(err)
	_, err = casts.Start(ctx, staff, broadcast.Act{Practice: "elm-street", Broadcast: "closed-on-friday"})
	check(err)

	worker, err := broadcast.NewWorker(casts, store, consents, service, nil)
	check(err)
	_, err = worker.Step(ctx)
	check(err)
	progress, err := casts.Progress(ctx, broadcast.Key{Practice: "elm-street", Broadcast: "closed-on-friday"})
	check(err)
	fmt.Println(progress.Status, progress.Audience, progress.Queued)

	_, err = casts.Draft(ctx, staff, broadcast.Drafting{
		Practice: "elm-street", Template: closed, Values: template.Values{"date": "2026-03-06", "phone": "+12145550199"},
		LastUseful: noon.Add(48 * time.Hour), Audience: broadcast.Audience{Criterion: "lookalike"},
	})
	fmt.Println(err)

	// Output:
	// Elm Street Dental: our office is closed on Fri, Mar 6. Please call 214-555-0199 for a new time. Reply STOP to end texts.
	// running 2 2
	// broadcast: invalid: an audience is chosen from consents, by a date of visit, or by health data with each patient's authorization, and by nothing else
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
