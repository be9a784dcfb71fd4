package sms

import (
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/screen"
)

// Promised returns the rules of the policy and of the law under it, the ones in effect and those that have a date. What
// exempts a practice, such as an earlier consent or an established business relationship, is not used: the stricter hours
// hold for everybody.
func Promised() []Rule {
	const policy = "DentTracks SMS Privacy Policy, section "
	rules := []Rule{
		{ID: "agreement", Version: 1, Check: CheckAgreement, Citation: "MyDentalPMS Privacy Policy, section 6; 45 CFR 164.502(e)"},
		{ID: "registration", Version: 1, Check: CheckStanding, Citation: policy + "6; CTIA Messaging Principles (May 2023), 5.1"},
		{ID: "restriction", Version: 1, Check: CheckRestriction, Citation: "MyDentalPMS Privacy Policy, section 9; 45 CFR 164.522(b)"},
		{ID: "consent", Version: 2, Check: CheckConsent, Citation: policy + "2; 47 CFR 64.1200(a)(1), (a)(10)"},
		// No consent in writing is recorded unless the text that was shown warns. Who wrote first chose the channel himself.
		{
			ID: "warning", Version: 1, Check: CheckWarning, Citation: policy + "5; 78 FR 5566, 5634",
			Bases: []consent.Basis{consent.SignedAgreement, consent.WebForm, consent.OfficeDocument, consent.OwnText},
		},
		// CTIA says that a conversation is the consumer's to begin, not how long it then lasts. The length is ours, with no source:
		// two days hold the day on which the patient wrote and the next one, until whose end consent takes the patient's own text
		// for permission (consent.OwnText); it bounds replies under a written consent to conversations too.
		{
			ID: "conversation", Version: 1, Check: CheckConversation, Only: consent.Conversational, Within: 48 * time.Hour,
			Citation: policy + "1; CTIA Messaging Principles (May 2023), 5.1.1",
		},
		{ID: "current", Version: 1, Check: CheckCurrent, Citation: "MyDentalPMS Privacy Policy, section 2"},
		{
			ID: "health", Version: 1, Check: CheckFindings, Classes: []screen.Class{screen.Health},
			Citation: policy + "5", Says: "It speaks of health, which no text may.",
		},
		{
			ID: "person", Version: 1, Check: CheckFindings, Classes: []screen.Class{screen.Person},
			Citation: policy + "5; 45 CFR 164.510(b)(3)", Says: "It says which patient it is about, and a phone may be shared.",
		},
		{
			ID: "shaft", Version: 1, Check: CheckFindings, Classes: []screen.Class{screen.Shaft, screen.Forbidden},
			Citation: policy + "5; CTIA Messaging Principles (May 2023), 5.3", Says: "It carries what no carrier takes.",
		},
		{
			ID: "link", Version: 1, Check: CheckFindings, Classes: []screen.Class{screen.Link},
			Citation: policy + "5; 45 CFR 164.502(b)", Says: "Its link says something of a person.",
		},
		{
			ID: "reserved", Version: 1, Check: CheckFindings, Classes: []screen.Class{screen.Reserved},
			Citation: policy + "4; 47 CFR 64.1200(a)(10)", Says: "It asks for a word as an answer that means to stop or to start.",
		},
		{
			ID: "promotion", Version: 1, Check: CheckFindings, Classes: []screen.Class{screen.Promotion}, Except: consent.Promotional,
			Citation: policy + "1; 47 CFR 64.1200(f)(1)", Says: "It advertises, which only a promotional text may.",
		},
		{
			ID: "sender", Version: 1, Check: CheckFindings, Classes: []screen.Class{screen.Nameless, screen.Endless}, Only: consent.Promotional,
			Citation: policy + "4; 47 CFR 64.1200(d)(4); CTIA Messaging Principles (May 2023), 5.1.3",
			Says:     "It does not say who sends it, or how to end such texts.",
		},
		{
			ID: "sender-canada", Version: 1, Check: CheckFindings, Classes: []screen.Class{screen.Nameless, screen.Endless},
			Region: "CA", Except: consent.Conversational, Citation: policy + "2; Canada's Anti-Spam Legislation (S.C. 2010, c. 23), section 6(2)",
			Says: "It does not say who sends it, or how to end such texts, which a text to Canada must.",
		},
		{
			ID: "contact-canada", Version: 1, Check: CheckFindings, Classes: []screen.Class{screen.Unreachable},
			Region: "CA", Except: consent.Conversational,
			Citation: policy + "2; Canada's Anti-Spam Legislation (S.C. 2010, c. 23), section 6(2)(b)",
			Says:     "It does not say how to reach the practice, which a text to Canada must.",
		},
		{ID: "place", Version: 1, Check: CheckPlace, Only: consent.Promotional, Citation: policy + "2"},
		// The policy says "CST". It is read as the time that clocks in Chicago show, daylight saving included: a patient
		// reads the promise by the clock on the wall.
		{
			ID: "window-central", Version: 1, Check: CheckWindow, Zone: "America/Chicago",
			Opens: 8 * time.Hour, Closes: 21 * time.Hour, Citation: policy + "2",
		},
		{
			ID: "window-recipient", Version: 1, Check: CheckWindow,
			Opens: 8 * time.Hour, Closes: 21 * time.Hour, Citation: "47 CFR 64.1200(c)(1)",
		},
	}
	rules = append(rules, stateWindows()...)
	rules = append(rules, stateCaps()...)
	return append(rules, Rule{ID: "useful", Version: 1, Check: CheckUseful, Citation: policy + "2"})
}
