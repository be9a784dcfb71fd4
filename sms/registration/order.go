package registration

import (
	"fmt"
	"time"
)

// How many there may be (Telnyx and Twilio, 10DLC; in force in November 2026).
const (
	CampaignsPerBrand  = 5
	NumbersPerCampaign = 49
)

// Propagation is how long carriers take to know a number as a campaign's: 24 to 72 hours, so the longest of it.
const Propagation = 72 * time.Hour

// IdleAfter is after how long without a text carriers take a number for idle and suspend it.
const IdleAfter = 15 * 24 * time.Hour

// Idle reports whether a number that texted last at a moment is about to be suspended, or was. It says so two days before
// the end, while there is time to text or to let the number go.
func Idle(last, now time.Time) bool { return now.Sub(last) >= IdleAfter-48*time.Hour }

// allows says why a fact does not fit the state of its registration, as an error that wraps [ErrOrder], or nil.
func (s State) allows(k Kind) error {
	const resubmit = "; what was approved does not change, so register a new one, or take it back at the provider first"
	switch {
	case k == Drafted && s.open():
		return fmt.Errorf("%w: it is under review at the provider, and can be written anew when that has an outcome", ErrOrder)
	case k == Drafted && s.Status == Approved:
		return fmt.Errorf("%w: it is approved%s", ErrOrder, resubmit)
	case k == Submitted && s.Status == "":
		return fmt.Errorf("%w: nothing was written that could be submitted", ErrUnknown)
	case k == Submitted && s.Status != Drafted:
		return fmt.Errorf("%w: it was submitted as it is; write it anew to submit it again", ErrOrder)
	case k.word() && s.Filing == "":
		return fmt.Errorf("%w: it was not submitted, so no provider can say anything of it", ErrOrder)
	case k == Returned && (s.Status != Submitted || s.said != ""):
		return fmt.Errorf("%w: the provider has taken it on already", ErrOrder)
	}
	return nil
}

// takes says why a number cannot be attached to a campaign, or detached from it, or nil.
func takes(facts []Fact, f Fact) error {
	campaign := StateOf(facts, f.Subject, f.Recorded)
	held, ok := attachment(facts, f.Number, f.Recorded)
	own := ok && held.Campaign == f.Subject.ID
	switch {
	case f.Kind != Attached && !own:
		return fmt.Errorf("%w: the number does not belong to the campaign", ErrUnknown)
	case f.Kind != Attached:
		return nil
	case campaign.Status == "":
		return fmt.Errorf("%w: there is no such campaign", ErrUnknown)
	case own:
		return fmt.Errorf("%w: the number belongs to the campaign already", ErrOrder)
	case ok:
		return fmt.Errorf("%w: the number belongs to another campaign; take it from that one first", ErrOrder)
	}
	n := 0
	for _, a := range Numbers(facts, f.Recorded) {
		if a.Campaign == f.Subject.ID {
			n++
		}
	}
	if n >= NumbersPerCampaign {
		return fmt.Errorf("%w: a campaign has at most %d numbers", ErrFull, NumbersPerCampaign)
	}
	return nil
}

// admitted says why a campaign cannot be submitted for its brand, or nil.
func admitted(facts []Fact, s State, moment time.Time) error {
	brand := Subject{BrandKind, s.Draft.Campaign.Brand}
	if StateOf(facts, brand, moment).Status != Approved {
		return fmt.Errorf("%w: the brand that it belongs to is not approved yet", ErrOrder)
	}
	n := 0
	for _, other := range Subjects(facts) {
		o := StateOf(facts, other, moment)
		if other.Kind == CampaignKind && o.Filed.Campaign.Brand == brand.ID && (o.open() || o.Status == Approved || o.Status == Suspended) {
			n++
		}
	}
	if n >= CampaignsPerBrand {
		return fmt.Errorf("%w: a brand has at most %d campaigns", ErrFull, CampaignsPerBrand)
	}
	return nil
}
