package smsmem_test

import (
	"context"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smsmem"
)

// A text is queued by a user's call and claimed by a worker's.
func ExampleNew() {
	ctx := context.Background()
	store := smsmem.New(auditmem.New(), nil)
	now := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	queued, err := store.Apply(ctx, sms.Change{Texts: []sms.Text{{
		ID: "t-1", Practice: "elm-street", Kind: sms.Ordinary, Category: consent.Transactional, Provider: "twilio",
		From: "+12125550199", To: "+12125550100", Body: "Your visit is tomorrow at 9.",
		NotBefore: now, LastUseful: now.Add(time.Hour), Created: now,
	}}})
	fmt.Println(queued, err)
	texts, err := store.Claim(ctx, sms.Claim{Worker: "w-1", Now: now, Lease: time.Minute, Limit: 16})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, t := range texts {
		fmt.Println(t.ID, t.State)
	}
	// Output:
	// true <nil>
	// t-1 sending
}
