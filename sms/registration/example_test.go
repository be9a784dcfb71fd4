package registration_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/sms/registration"
	"github.com/enamel-go/enamel/sms/smsmem"
)

// A toll-free number texts nothing until its verification is approved.
func Example() {
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	entries := auditmem.New()
	log, err := audit.NewLog(entries, keys, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	registrations, err := registration.New(smsmem.NewRegistrations(entries), log, nil)
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx, manager := context.Background(), audit.Actor{Kind: audit.Staff, ID: "u-17"}
	number := registration.Subject{Kind: registration.TollFreeKind, ID: "+18335550100"}
	for subject, content := range map[registration.Subject]registration.Content{
		{Kind: registration.BrandKind, ID: "brand"}: {Brand: elm()},
		number: {TollFree: verification()},
	} {
		draft := registration.Draft{Practice: "elm-street", Subject: subject, Content: content}
		if _, err := registrations.Draft(ctx, manager, draft); err != nil {
			fmt.Println(err)
			return
		}
	}
	state, err := registrations.Submit(ctx, manager, registration.Submission{Practice: "elm-street", Subject: number, Provider: "twilio"})
	fmt.Println(state.Status, err)
	standing, err := registrations.Standing(ctx, "elm-street", number.ID)
	fmt.Println(standing.Approved, standing.Why, err)

	_, err = registrations.Report(ctx, manager, registration.Report{
		Practice: "elm-street", Subject: number, Kind: registration.Approved,
		Notice: registration.Notice{Provider: "twilio", Reference: "HH00000000000000000000000000000001"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	standing, err = registrations.Standing(ctx, "elm-street", number.ID)
	fmt.Println(standing.Approved, standing.Categories, err)
	// Output:
	// submitted <nil>
	// false The verification of the toll-free number is under review. <nil>
	// true [transactional] <nil>
}

// Everything that would be rejected is said at once, with how to mend it.
func ExampleCampaign_Validate() {
	campaign := reminders()
	campaign.Samples[1] = "Your cleaning is tomorrow at 9."
	campaign.Help.Message = "Reply STOP to unsubscribe. Msg&Data Rates May Apply."
	err := campaign.Validate(registration.Review{At: time.Date(2026, time.December, 1, 0, 0, 0, 0, time.UTC), Brand: elm()})
	var problems registration.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			fmt.Println(p)
		}
	}
	// Output:
	// Samples[1] does not name the practice. Begin it with the practice's name.
	// Samples[1] does not say how to end the texts. End it with “Reply STOP to end”.
	// Samples[1] carries what no text may (health). Take it out: no such text will leave.
	// Help.Message does not name the practice. Begin it with the practice's name.
	// Help.Message does not say whom to ask. Add the practice's phone number, e-mail address or page.
}

func ExampleDriftOf() {
	samples := []string{"Elm Street Dental: Hi [name], your visit is on Monday at 9:00 AM. Reply C to confirm. Reply STOP to end."}
	for _, body := range []string{
		"Elm Street Dental: Hi Ana, your visit is on Friday at 2:30 PM. Reply C to confirm. Reply STOP to end.",
		"Elm Street Dental: whiten your smile this summer and save 20%. Reply STOP to end.",
	} {
		drift := registration.DriftOf(samples, body)
		fmt.Printf("%v %q\n", drift.Off, body[drift.Start:drift.End])
	}
	// Output:
	// false ""
	// true "smile this summer and save"
}
