package registration

import (
	"fmt"
	"time"

	"github.com/enamel-go/enamel/consent"
)

// Standing is whether a number may text, and what.
type Standing struct {
	Kind       NumberKind
	Approved   bool
	Why        string             // why it may not, as a sentence; empty where it may
	Categories []consent.Category // what its texts may be; none where it may not text
	Until      time.Time          // until when it may, UTC; zero: no end is known
	From       time.Time          // of a number that only waits for the carriers: from when it may, UTC; zero otherwise
}

// StandingOf returns whether a practice's number may text at a moment: a pure function of the practice's facts. A long
// code may when it belongs to an approved campaign of an approved brand and the carriers know it, because they said so
// or because [Propagation] has passed; a toll-free number when its verification is approved. Unregistered long codes are
// blocked since 3 February 2025, unverified toll-free numbers since 31 January 2024.
func StandingOf(facts []Fact, number string, moment time.Time) Standing {
	kind := KindOf(number)
	switch kind {
	case LongCode:
		return longCode(facts, number, moment)
	case TollFreeNumber:
		s := StateOf(facts, Subject{TollFreeKind, number}, moment)
		if s.Status != Approved {
			return Standing{Kind: kind, Why: because("verification of the toll-free number", s)}
		}
		return Standing{Kind: kind, Approved: true, Categories: s.Filed.TollFree.Categories(), Until: s.Notice.Until}
	case ShortCode:
		return Standing{Kind: kind, Why: "A short code's programme is leased and approved by each carrier by itself, and is not kept here."}
	}
	return Standing{Why: "It is no number that texts are sent from."}
}

func longCode(facts []Fact, number string, moment time.Time) Standing {
	none := Standing{Kind: LongCode}
	held, ok := attachment(facts, number, moment)
	if !ok {
		none.Why = "The number belongs to no campaign. Attach it to an approved one."
		return none
	}
	campaign := StateOf(facts, Subject{CampaignKind, held.Campaign}, moment)
	if campaign.Status != Approved {
		none.Why = because("campaign of the number", campaign)
		return none
	}
	brand := StateOf(facts, Subject{BrandKind, campaign.Filed.Campaign.Brand}, moment)
	if brand.Status != Approved {
		none.Why = because("brand of the number", brand)
		return none
	}
	if known := later(held.Since, campaign.Since).Add(Propagation); held.Carried.IsZero() && moment.Before(known) {
		none.From = known
		none.Why = fmt.Sprintf("The carriers take up to three days to know the number, until %s.", known.Format("2006-01-02 15:04 MST"))
		return none
	}
	return Standing{
		Kind: LongCode, Approved: true, Categories: campaign.Filed.Campaign.Categories(),
		Until: earlier(campaign.Notice.Until, brand.Notice.Until),
	}
}

// because says why a registration that is not approved is not.
func because(what string, s State) string {
	switch s.Status {
	case "", Drafted:
		if s.Filing == "" {
			return "The " + what + " was not submitted yet."
		}
		return "The " + what + " is being written anew, and was not submitted again yet."
	case Submitted, InReview:
		return "The " + what + " is under review."
	case Rejected:
		return "The " + what + " was rejected. " + Explain(s.Notice.Code, s.Notice.Reason).String()
	case Suspended:
		return "The " + what + " is suspended. " + Explain(s.Notice.Code, s.Notice.Reason).String()
	}
	return "The " + what + " has lapsed. Write it anew and submit it again."
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// earlier returns the earlier of two ends, of which a zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
