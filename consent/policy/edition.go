package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/internal/civil"
	"github.com/enamel-go/enamel/internal/form"
)

// Date is a date of the calendar.
type Date = civil.Date

// Channel is how people hear of a change.
type Channel string

// The channels.
const (
	Email   Channel = "email"
	Notice  Channel = "notice"  // a prominent notification within the platform
	Posting Channel = "posting" // on the policy's public page, which tells nobody in particular
)

func (c Channel) valid() bool { return c == Email || c == Notice || c == Posting }

// Text is a policy in one language.
type Text struct {
	Language string // as a BCP 47 tag such as "en" or "es"
	Body     string // plain text, at most 256 KiB
	// Use is the words of the body, exactly, by which further use accepts a change. Empty: it accepts nothing.
	Use string
}

// Hash returns the SHA-256 of the body in hexadecimal: what an [Acceptance] names as read.
func (t Text) Hash() string {
	sum := sha256.Sum256([]byte(t.Body))
	return hex.EncodeToString(sum[:])
}

// Announcement is how a change is made known, and when at the latest.
type Announcement struct {
	Channel   Channel
	On        Date   // in the edition's zone
	Reference string // where the vendor keeps what was sent or shown; may be empty
}

// Edition is what a version says, and how it comes into effect.
type Edition struct {
	Texts     []Text // one for each language, at least one
	Effective Date   // the first day on which it is in effect
	Zone      string // the IANA time zone in which that day begins, such as "America/Chicago"
	// From is the moment from which it is in effect: the first of that day, or that of publishing where it is later. UTC,
	// at microseconds; the service sets it.
	From      time.Time
	Material  bool   // whether the change matters to those whom the policy concerns
	Changes   string // what changed, in plain words; required of every change
	Announced []Announcement
}

// Clone returns a copy that shares no memory with e.
func (e Edition) Clone() Edition {
	e.Texts, e.Announced = slices.Clone(e.Texts), slices.Clone(e.Announced)
	return e
}

// Text returns the text in a language, by its exact tag.
func (e Edition) Text(language string) (Text, bool) {
	for _, t := range e.Texts {
		if t.Language == language {
			return t, true
		}
	}
	return Text{}, false
}

// ByUse reports whether the edition's own words make further use the acceptance of a change.
func (e Edition) ByUse() bool { return len(e.Texts) > 0 && e.Texts[0].Use != "" }

// empty reports whether nothing was set.
func (e Edition) empty() bool { return e.equal(Edition{}) && e.From.IsZero() }

// equal compares what a publication says. From follows from it.
func (e Edition) equal(o Edition) bool {
	return slices.Equal(e.Texts, o.Texts) && e.Effective == o.Effective && e.Zone == o.Zone && e.Material == o.Material &&
		e.Changes == o.Changes && slices.Equal(e.Announced, o.Announced)
}

// valid refuses what nobody could read or reckon with, and what no store can hold.
func (e Edition) valid() error {
	if !e.Effective.Valid() {
		return fmt.Errorf("%w: it is missing, or no date of the calendar", ErrDate)
	}
	if !form.Zone(e.Zone) {
		return fmt.Errorf("%w: the time zone is none that is known, such as America/Chicago", ErrInvalid)
	}
	if err := form.Text(ErrInvalid, "what changed", e.Changes, 16<<10, e.Material); err != nil {
		return err
	}
	if err := texts(e.Texts); err != nil {
		return err
	}
	for _, a := range e.Announced {
		if !a.Channel.valid() {
			return fmt.Errorf("%w: a change is announced by email, notice or posting", ErrInvalid)
		}
		if !a.On.Valid() {
			return fmt.Errorf("%w: an announcement has no date", ErrInvalid)
		}
		if err := form.Text(ErrInvalid, "an announcement's reference", a.Reference, 1<<10, false); err != nil {
			return err
		}
	}
	return form.Instants(ErrInvalid, e.From)
}

func texts(all []Text) error {
	if len(all) == 0 {
		return fmt.Errorf("%w: a version needs its text in one language at least", ErrInvalid)
	}
	seen := map[string]bool{}
	for _, t := range all {
		if err := form.Text(ErrInvalid, "a text's language", t.Language, 64, true); err != nil {
			return err
		}
		if err := form.Text(ErrInvalid, "a text", t.Body, 256<<10, true); err != nil {
			return err
		}
		switch {
		case seen[t.Language]:
			return fmt.Errorf("%w: two texts are in one language", ErrInvalid)
		case (t.Use == "") != (all[0].Use == ""):
			return fmt.Errorf("%w: further use is acceptance in all languages of a version, or in none", ErrInvalid)
		case t.Use != "" && strings.TrimSpace(t.Use) == "" || !strings.Contains(t.Body, t.Use):
			return fmt.Errorf("%w: the words that make further use an acceptance do not stand in the text", ErrInvalid)
		}
		seen[t.Language] = true
	}
	return nil
}
