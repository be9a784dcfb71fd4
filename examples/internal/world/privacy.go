package world

import (
	"context"

	"github.com/enamel-go/enamel/consent/policy"
	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/internal/civil"
)

// Privacy is the id of the privacy policy among the practice's documents.
const Privacy = "privacy"

// FurtherUse is the words of the privacy policy by which whoever uses on accepts a change.
const FurtherUse = "If you go on using our page after we told you of a change, you accept it."

// PrivacyText is the first version of the invented practice's privacy policy.
const PrivacyText = `What we keep. Your name, your birth date, your phone number, your appointments, and what you agreed to.

Why. To treat you, to remind you of your appointments by text where you agreed to it, and to prove that you did.

Who sees it. Our staff, each for their own work. Every look is recorded. We sell nothing and pass nothing on for advertising.

Texts. They are not encrypted. We text you only after your written consent, which you end at any time by answering STOP.

Cookies. Only those that our page cannot work without, unless you allow more. A browser that asks not to be followed is not.

Children. What a child under 13 enters itself we take only with the verified consent of a parent.

Changes. This page has every version with its date. ` + FurtherUse

// declare publishes the first version of the privacy policy, in effect from the day on which the story begins. It can be
// repeated.
func (w *World) declare(ctx context.Context) error {
	known, err := w.Policies.Versions(ctx, Practice, Privacy)
	if err != nil || len(known) > 0 {
		return err
	}
	zone, err := clock.Central()
	if err != nil {
		return err
	}
	_, err = w.Policies.Publish(ctx, Desk(), policy.Publication{
		Practice: Practice, Document: Privacy, Version: "1", Zone: Sender().Zone, Effective: civil.Of(w.Clock.Now().In(zone)),
		Texts: []policy.Text{{Language: "en", Body: PrivacyText, Use: FurtherUse}},
	})
	return err
}
