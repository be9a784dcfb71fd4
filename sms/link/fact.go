package link

import (
	"fmt"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// Resource is what a link leads to, in the vendor's own words: opaque ids, and no content.
type Resource struct {
	Kind string // such as "document" or "plan", at most 64 bytes
	ID   string // at most 64 bytes
}

// Kind is what a fact says.
type Kind string

// The kinds of facts. None is ever changed or removed. A link is issued once, and ended at most once.
const (
	Issued  Kind = "issued"
	Opened  Kind = "opened"
	Revoked Kind = "revoked"
)

// Fact is one line of what is on record about a link.
type Fact struct {
	ID       string // the link's
	Practice string
	Kind     Kind
	Recorded time.Time // by our clock, and never before the link was issued; UTC, at microseconds
	Actor    audit.Actor

	// Of Issued alone.
	Patient  string // the vendor's id
	Resource Resource
	Token    string    // the SHA-256 of the token, in hexadecimal
	Expires  time.Time // from then on it does not open; UTC, at microseconds
}

// valid refuses what no store can hold.
func (f Fact) valid() error {
	if err := form.Text(ErrInvalid, "the practice", f.Practice, form.ID, true); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the id", f.ID, form.ID, true); err != nil {
		return err
	}
	if f.Actor.Validate() != nil {
		return errActor
	}
	if err := form.Instants(ErrInvalid, f.Recorded); err != nil {
		return err
	}
	staff := f.Actor.Kind == audit.Staff || f.Actor.Kind == audit.System
	switch f.Kind {
	case Issued:
		if !staff {
			return errIssuer
		}
		return f.issued()
	case Opened, Revoked:
		if staff != (f.Kind == Revoked) {
			return fmt.Errorf("%w: a patient opens a link, or who acts for one; staff or a system takes it back", ErrInvalid)
		}
		if f.Patient != "" || f.Resource != (Resource{}) || f.Token != "" || !f.Expires.IsZero() {
			return fmt.Errorf("%w: only a link that is issued says whose it is and where it leads", ErrInvalid)
		}
		return nil
	}
	return fmt.Errorf("%w: the kind of fact is unknown", ErrInvalid)
}

// issued refuses a link that leads nobody nowhere, or for too long.
func (f Fact) issued() error {
	for _, field := range []struct{ name, value string }{
		{"the patient", f.Patient}, {"the resource's kind", f.Resource.Kind}, {"the resource's id", f.Resource.ID},
	} {
		if err := form.Text(ErrInvalid, field.name, field.value, form.ID, true); err != nil {
			return err
		}
	}
	if err := form.Instants(ErrInvalid, f.Expires); err != nil {
		return err
	}
	if len(f.Token) != 64 || strings.Trim(f.Token, "0123456789abcdef") != "" {
		return fmt.Errorf("%w: a token is kept as its SHA-256", ErrInvalid)
	}
	return nil
}

// State is all that is on record about a link.
type State struct {
	Issued Fact
	Ended  Fact // that it was opened or taken back; zero: neither
}

// Refusal says why a link does not open at a moment: [ErrUsed], [ErrRevoked] or [ErrExpired]. Nil: it does.
func (s State) Refusal(moment time.Time) error {
	switch {
	case s.Ended.Kind != "":
		return s.ended()
	case !moment.Before(s.Issued.Expires):
		return ErrExpired
	}
	return nil
}

// ended says what an ended link was ended by.
func (s State) ended() error {
	if s.Ended.Kind == Revoked {
		return ErrRevoked
	}
	return ErrUsed
}
