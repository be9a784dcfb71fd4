package policy

import (
	"time"

	"github.com/enamel-go/enamel/audit"
)

// Publication publishes a version of a document.
type Publication struct {
	ID       string // the caller's id of the act; the same id and content again changes nothing. Defaults to a new id.
	Practice string
	Document string
	Version  string // a label that the document has not used before
	Texts    []Text
	// Effective is the day on which it takes effect, today or later in Zone, and later than that of the version before. It
	// is required: no version comes without its date.
	Effective Date
	Zone      string
	Material  bool
	Changes   string // required of every version but the first
	Announced []Announcement
}

// Withdrawal takes a version back before its date.
type Withdrawal struct {
	ID       string // as in Publication
	Practice string
	Document string
	Version  string
	Reason   string
}

// Telling records that a person was told of a version.
type Telling struct {
	ID       string // as in Publication
	Practice string
	Document string
	Version  string
	Person   audit.Actor
	Channel  Channel   // [Email] or [Notice]
	Message  string    // the vendor's id of what was sent
	Language string    // of the wording
	Wording  string    // what was sent or shown, exactly; may be left out where it is kept under Message
	At       time.Time // when it was sent or shown. Defaults to now.
}

// Acceptance records that a person accepted a version by an act.
type Acceptance struct {
	ID       string // as in Publication
	Practice string
	Document string
	Version  string
	Person   audit.Actor
	Language string    // of the text that was shown; required, and so are the next two
	Wording  string    // the words beside the button or the signature, exactly
	Hash     string    // [Text.Hash] of the text that was shown
	At       time.Time // when it was accepted. Defaults to now.
}

// Usage records that a person used on after a change of which they were told.
type Usage struct {
	ID       string // as in Publication
	Practice string
	Document string
	Version  string // the one in effect, as [Due] named it
	Person   audit.Actor
	At       time.Time // when it was used. Defaults to now.
}
