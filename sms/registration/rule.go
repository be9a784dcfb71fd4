package registration

import "time"

// Rule is a field that must be filled in from a day on, as a dated row of data.
type Rule struct {
	ID       string
	Version  int
	Kind     SubjectKind // whose field it is
	Field    string
	From     time.Time // UTC; a submission before it may leave the field out
	Provider string    // whose rule it is; empty: everybody's
	Source   string
	Mend     string
}

// Required returns the fields that became required on a date, those in force and those that are coming.
func Required() []Rule {
	const number = "Fill in the practice's EIN; without it the verification is rejected."
	return []Rule{
		{
			ID: "business-number-twilio", Version: 1, Kind: TollFreeKind, Field: "Brand.EIN", Provider: "twilio",
			From: day(2026, time.January, 1), Mend: number,
			Source: "Twilio, Toll-Free Verification New Policy API Onboarding Guide: required by January 2026",
		},
		{
			ID: "business-number-telnyx", Version: 1, Kind: TollFreeKind, Field: "Brand.EIN", Provider: "telnyx",
			From: day(2026, time.February, 17), Mend: number,
			Source: "Telnyx, Toll-Free Verification with Business Registration Fields: required from 17 February 2026",
		},
		{
			ID: "toll-free-privacy", Version: 1, Kind: TollFreeKind, Field: "PrivacyURL", From: day(2026, time.September, 15),
			Source: "AWS End User Messaging, toll-free registration: required from 15 September 2026",
			Mend:   "Give the page of the privacy policy, which says that numbers and consent are not shared.",
		},
		{
			ID: "toll-free-terms", Version: 1, Kind: TollFreeKind, Field: "TermsURL", From: day(2026, time.September, 15),
			Source: "AWS End User Messaging, toll-free registration: required from 15 September 2026",
			Mend:   "Give the page of the terms of the text programme.",
		},
		{
			ID: "campaign-privacy", Version: 1, Kind: CampaignKind, Field: "PrivacyURL",
			Source: "CTIA Messaging Principles and Best Practices (May 2023), 5.1.1; Telnyx, 10DLC campaign registration",
			Mend:   "Give the page of the privacy policy, which says that numbers and consent are not shared.",
		},
		{
			ID: "campaign-terms", Version: 1, Kind: CampaignKind, Field: "TermsURL",
			Source: "CTIA Messaging Principles and Best Practices (May 2023), 5.1.1; Telnyx, 10DLC campaign registration",
			Mend:   "Give the page of the terms of the text programme.",
		},
	}
}

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// required reports the fields that the rules ask for and that are empty.
func (r Review) required(c *checker, kind SubjectKind, fields map[string]string) {
	rules := r.Rules
	if rules == nil {
		rules = Required()
	}
	asked := map[string]bool{}
	for _, rule := range rules {
		value, known := fields[rule.Field]
		if rule.Kind != kind || rule.From.After(r.At) || !known || value != "" || asked[rule.Field] ||
			rule.Provider != "" && r.Provider != "" && rule.Provider != r.Provider {
			continue
		}
		asked[rule.Field] = true
		c.add(rule.Field, "is missing, which is required ("+rule.Source+")", rule.Mend)
	}
}
