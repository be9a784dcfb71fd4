package registration

import "time"

// Draft writes a registration, or writes it anew.
type Draft struct {
	ID       string // the caller's id of the act; the same id and content again changes nothing. Defaults to a new id.
	Practice string
	Subject  Subject
	Content  Content // what the subject's kind names; it may be incomplete
}

// Submission hands a registration to a provider.
type Submission struct {
	ID       string // as in Draft; the provider is told it, so that it is told once
	Practice string
	Subject  Subject
	Provider string // such as "twilio". Where it has no [Registrar] here, staff files it by hand and only the fact is kept.
	// At is when it was filed, of a registration that the practice had before. It is not judged, for the provider has judged
	// it, and nothing is submitted. Defaults to now: it is judged and submitted.
	At time.Time
}

// Report records what a provider said of a registration, as its website, a message or a webhook tells it.
type Report struct {
	ID       string // as in Draft
	Practice string
	Subject  Subject
	Kind     Kind      // Returned, Received, InReview, Approved, Rejected, Suspended or Expired
	At       time.Time // when the provider said so. Defaults to now.
	Notice   Notice
}

// Numbering attaches a number to a campaign, takes it from it, or records that the carriers know it.
type Numbering struct {
	ID       string // as in Draft
	Practice string
	Campaign string    // the id of the campaign's registration
	Number   string    // a long code in E.164 form
	At       time.Time // when it was done. Defaults to now.
}
