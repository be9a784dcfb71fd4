package representative_test

import (
	"context"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

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
	now := time.Date(2026, time.March, 2, 15, 0, 0, 0, time.UTC)
	representatives, err := representative.New(consentmem.NewRepresentatives(entries), log, &representative.Options{
		Now: func() time.Time { return now },
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx := context.Background()
	child := representative.Question{
		Person: audit.Actor{Kind: audit.Patient, ID: "p-204"}, Act: representative.Enter,
		Born: representative.Date{Year: 2015, Month: time.July, Day: 1}, State: "TX",
	}
	key := representative.Key{Practice: "elm-street", Patient: "p-204"}
	answer, err := representatives.May(ctx, key, child)
	fmt.Println(answer.Allowed, answer.Why, err)

	_, err = representatives.Consent(ctx, audit.Actor{Kind: audit.Representative, ID: "mother-9"}, representative.ParentConsent{
		Practice: "elm-street", Patient: "p-204", Parent: "mother-9", Method: representative.SignedForm,
		Proof:   representative.Proof{Kind: "signed form", Document: "scan-91"},
		Wording: "I consent that my child uses the portal.", Language: "en",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err = representatives.May(ctx, key, child)
	fmt.Println(answer.Allowed, answer.Why, err)

	_, err = representatives.Report(ctx, audit.Actor{Kind: audit.System, ID: "report form"}, representative.ChildReport{
		Practice: "elm-street", Patient: "p-204", Name: "Ana Ruiz", Contact: "ana@example.com", Words: "I agreed to nothing.",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err = representatives.May(ctx, key, child)
	fmt.Println(answer.Allowed, answer.Why, err)
	// Output:
	// false A child under 13 gives data only with a parent's verified consent. <nil>
	// true A parent's verified consent is in force. <nil>
	// false What the child gave is frozen until the practice has decided on a report. <nil>
}

func ExampleLaw_May() {
	law, err := representative.NewLaw(representative.Promised(), representative.Ages())
	if err != nil {
		fmt.Println(err)
		return
	}
	key := representative.Key{Practice: "elm-street", Patient: "p-204"}
	facts := []representative.Fact{{
		ID: "a-1", Practice: "elm-street", Patient: "p-204", Kind: representative.Appointed, Person: "mother-9", Basis: representative.Parent, Acts: representative.Acts(),
		From: representative.Date{Year: 2020, Month: time.January, Day: 1},
	}}
	q := representative.Question{
		Person: audit.Actor{Kind: audit.Representative, ID: "mother-9"}, Act: representative.See,
		Born: representative.Date{Year: 2008, Month: time.February, Day: 29},
	}
	for _, state := range []string{"TX", "AL"} {
		q.State = state
		for _, day := range []int{28, 29} { // the second is the first of March
			a := law.May(key, facts, q, time.Date(2026, time.February, day, 12, 0, 0, 0, time.UTC))
			fmt.Println(state, a.Allowed, a.Rule, a.Why)
		}
	}
	// Output:
	// TX true appoint This person was appointed (as a parent) and the act is covered.
	// TX false majority The patient is of age since 2026-03-01, and neither the patient nor a court has appointed this person since.
	// AL true appoint This person was appointed (as a parent) and the act is covered.
	// AL true appoint This person was appointed (as a parent) and the act is covered.
}
