package registration

import (
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// SubjectKind is what kind of thing is registered.
type SubjectKind string

// The kinds of things that are registered.
const (
	BrandKind    SubjectKind = "brand"
	CampaignKind SubjectKind = "campaign"
	TollFreeKind SubjectKind = "toll_free"
)

// Subject is what is registered.
type Subject struct {
	Kind SubjectKind
	ID   string // the vendor's own id, at most 64 bytes; of a toll-free number the number itself, E.164
}

// String names the subject, as in "campaign reminders".
func (s Subject) String() string { return string(s.Kind) + " " + s.ID }

func (s Subject) valid() error {
	switch s.Kind {
	case BrandKind, CampaignKind:
		return form.Text(ErrInvalid, "the registration's id", s.ID, form.ID, true)
	case TollFreeKind:
		if KindOf(s.ID) != TollFreeNumber {
			return fmt.Errorf("%w: what is to be verified is no toll-free number in E.164 form", ErrInvalid)
		}
		return nil
	}
	return fmt.Errorf("%w: what is registered is a brand, a campaign or a toll-free number", ErrInvalid)
}

// Kind is what a fact says.
type Kind string

// The kinds of facts. None is ever changed or removed. The first two are the practice's acts, the next ones the provider's
// words, and the last three are about numbers of a campaign.
const (
	Drafted   Kind = "drafted"   // it was written, or written anew
	Submitted Kind = "submitted" // it was handed to a provider
	Returned  Kind = "returned"  // the provider did not take it on; nothing is under review
	Received  Kind = "received"  // the provider took it on, under its own reference
	InReview  Kind = "in_review"
	Approved  Kind = "approved"
	Rejected  Kind = "rejected"
	Suspended Kind = "suspended"
	Expired   Kind = "expired" // it lapsed, or was taken back at the provider
	Attached  Kind = "attached"
	Carried   Kind = "carried" // the carriers know the number as the campaign's
	Detached  Kind = "detached"
)

// word reports whether facts of the kind are a provider's words about a registration.
func (k Kind) word() bool {
	switch k {
	case Returned, Received, InReview, Approved, Rejected, Suspended, Expired:
		return true
	}
	return false
}

// number reports whether facts of the kind are about a number of a campaign.
func (k Kind) number() bool { return k == Attached || k == Carried || k == Detached }

// Notice is what a provider says of a registration. What it leaves out stays as it was, but for Code, Reason and the two
// dates, which belong to one word.
type Notice struct {
	Provider  string    // such as "twilio"
	Reference string    // the provider's id of it, such as a BN, QE or HH sid
	Registry  string    // the Campaign Registry's id of a brand or campaign, the same at all providers
	Code      string    // the provider's code of a rejection or a suspension
	Reason    string    // the provider's own words for it
	EditUntil time.Time // of a rejection: until when it may be edited and submitted again; zero: any time
	Until     time.Time // of an approval: when it ends; zero: no end is known
	Score     int       // of a brand: its vetting score, 1 to 100; zero: none
}

// Content is what is registered: the one that the subject's kind names, and nothing else.
type Content struct {
	Brand    Brand
	Campaign Campaign
	TollFree TollFree
}

// Clone returns a copy that shares no memory with c.
func (c Content) Clone() Content {
	c.Campaign, c.TollFree = c.Campaign.Clone(), c.TollFree.Clone()
	return c
}

// Fact is one line of a practice's ledger of registrations.
type Fact struct {
	ID       string
	Practice string
	Subject  Subject
	Kind     Kind
	At       time.Time // when it happened, as claimed; UTC, at microseconds
	Recorded time.Time // when we recorded it, by our clock, and never before what the ledger held; UTC, at microseconds
	Actor    audit.Actor
	Content  Content // of Drafted
	Number   string  // of Attached, Carried and Detached: E.164
	Notice   Notice  // of Submitted the provider alone
}

// Clone returns a copy that shares no memory with f.
func (f Fact) Clone() Fact {
	f.Content = f.Content.Clone()
	return f
}
