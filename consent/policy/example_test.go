package policy_test

import (
	"context"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/policy"
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
	policies, err := policy.New(consentmem.NewPolicies(entries), log, &policy.Options{Now: func() time.Time { return now }})
	if err != nil {
		fmt.Println(err)
		return
	}

	ctx, manager := context.Background(), audit.Actor{Kind: audit.Staff, ID: "u-17"}
	text := policy.Text{Language: "en", Body: "What we keep, and why."}
	version := policy.Publication{
		Practice: "elm-street", Document: "privacy", Version: "1", Texts: []policy.Text{text},
		Effective: policy.Date{Year: 2026, Month: time.March, Day: 2}, Zone: "America/Chicago",
	}
	if _, err := policies.Publish(ctx, manager, version); err != nil {
		fmt.Println(err)
		return
	}

	person := audit.Actor{Kind: audit.Patient, ID: "p-204"}
	key := policy.Key{Practice: "elm-street", Document: "privacy", Person: person}
	due, err := policies.Due(ctx, key)
	fmt.Println(due.Step, due.Fact.Version, err)
	_, err = policies.Accept(ctx, person, policy.Acceptance{
		Practice: "elm-street", Document: "privacy", Version: due.Fact.Version, Person: person,
		Language: "en", Wording: "I have read the policy and accept it.", Hash: text.Hash(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	due, err = policies.Due(ctx, key)
	fmt.Println(due.Step, due.Fact.Version, err)

	version.Version, version.Effective, version.Material = "2", policy.Date{Year: 2026, Month: time.June, Day: 1}, true
	version.Changes = "We keep system logs for two years instead of one."
	version.Announced = []policy.Announcement{{Channel: policy.Posting, On: policy.Date{Year: 2026, Month: time.March, Day: 2}}}
	_, err = policies.Publish(ctx, manager, version)
	fmt.Println(err)
	// Output:
	// ask 1 <nil>
	// settled 1 <nil>
	// policy: the change is not announced: a material change is announced by email or notice on 2026-06-01 at the latest (MyDentalPMS Privacy Policy, section 10)
}

func ExampleNext() {
	june := time.Date(2026, time.June, 1, 5, 0, 0, 0, time.UTC)
	words := "Continued use is acceptance."
	texts := []policy.Text{{Language: "en", Body: "We keep less. " + words, Use: words}}
	versions := []policy.Fact{
		{Kind: policy.Published, Version: "1", Edition: policy.Edition{Texts: texts, From: june.AddDate(-1, 0, 0)}},
		{Kind: policy.Published, Version: "2", Edition: policy.Edition{Texts: texts, From: june, Material: true}},
	}
	person := []policy.Fact{{Kind: policy.Accepted, Version: "1"}}
	fmt.Println(policy.Next(versions, person, june.Add(-time.Second)).Step)
	fmt.Println(policy.Next(versions, person, june).Step)
	person = append(person, policy.Fact{Kind: policy.Told, Version: "2"})
	fmt.Println(policy.Next(versions, person, june).Step)
	// Output:
	// settled
	// tell
	// use
}
