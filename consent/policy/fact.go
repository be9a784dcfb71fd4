package policy

import (
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// Kind is what a fact says.
type Kind string

// The kinds of facts. None is ever changed or removed. The first two are a document's own, the others a person's.
const (
	Published Kind = "published" // a version was published, to take effect on its date
	Withdrawn Kind = "withdrawn" // it was taken back before that date
	Told      Kind = "told"      // the person was told of a version
	Accepted  Kind = "accepted"  // the person accepted a version by an act, such as a button
	Used      Kind = "used"      // the person used on, which the policy's own words make an acceptance
)

// own reports whether facts of the kind stand in the document's own ledger.
func (k Kind) own() bool { return k == Published || k == Withdrawn }

// Key names a ledger: a document's own, or what one person has to do with it.
type Key struct {
	Practice string      // whose policy it is, by the vendor's id; a platform's own policy has one too
	Document string      // such as "privacy"
	Person   audit.Actor // staff, patient or representative, by the vendor's id; zero for the document's own
}

// Of returns the ledger of a person with the same document.
func (k Key) Of(person audit.Actor) Key {
	k.Person = person
	return k
}

func (k Key) valid() error {
	if err := form.Text(ErrInvalid, "the practice", k.Practice, form.ID, true); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the document", k.Document, form.ID, true); err != nil {
		return err
	}
	if k.Person != (audit.Actor{}) && (k.Person.Validate() != nil || k.Person.Kind == audit.System) {
		return fmt.Errorf("%w: the person is no member of staff, patient or representative with an id of at most 64 bytes", ErrInvalid)
	}
	return nil
}

// Fact is one line of a ledger.
type Fact struct {
	ID       string
	Practice string
	Document string
	Person   audit.Actor // zero for a fact of the document's own
	Kind     Kind
	Version  string    // its label, such as "2" or "2026-06"; exact
	At       time.Time // when it happened, as claimed; UTC, at microseconds
	Recorded time.Time // when we recorded it, by our clock, and never before what the ledger held; UTC, at microseconds
	Actor    audit.Actor
	Edition  Edition  // of a publication
	Reason   string   // of a withdrawal
	Evidence Evidence // of what a person was told or accepted
}

// Evidence is what proves that a person was told of a version, or accepted it.
type Evidence struct {
	Channel  Channel // of the telling: [Email] or [Notice]
	Message  string  // the vendor's id of what was sent; may be empty
	Language string  // of the text and of the wording, as a BCP 47 tag
	Wording  string  // the words that were shown, exactly: of the notice, or beside the button
	Hash     string  // [Text.Hash] of the text that was shown; of an acceptance
}

// Key returns the ledger that the fact belongs to.
func (f Fact) Key() Key { return Key{f.Practice, f.Document, f.Person} }

// Clone returns a copy that shares no memory with f.
func (f Fact) Clone() Fact {
	f.Edition = f.Edition.Clone()
	return f
}

// valid refuses what no ledger can hold.
func (f Fact) valid() error {
	if err := f.Key().valid(); err != nil {
		return err
	}
	for _, field := range []struct {
		name, value string
		limit       int
		required    bool
	}{
		{"the id", f.ID, form.ID, true},
		{"the version", f.Version, form.ID, true},
		{"the reason", f.Reason, 1 << 10, f.Kind == Withdrawn},
		{"the channel", string(f.Evidence.Channel), form.ID, false},
		{"the evidence's message", f.Evidence.Message, 1 << 10, false},
		{"the evidence's language", f.Evidence.Language, 64, false},
		{"the evidence's wording", f.Evidence.Wording, 64 << 10, false},
		{"the evidence's hash", f.Evidence.Hash, 64, false},
	} {
		if err := form.Text(ErrInvalid, field.name, field.value, field.limit, field.required); err != nil {
			return err
		}
	}
	if f.Actor.Validate() != nil {
		return errActor
	}
	if err := form.Instants(ErrInvalid, f.At, f.Recorded); err != nil {
		return err
	}
	return f.belongs()
}

// belongs refuses a fact that does not carry what its kind says, or stands in the wrong ledger.
func (f Fact) belongs() error {
	switch f.Kind {
	case Published, Withdrawn, Told, Accepted, Used:
	default:
		return fmt.Errorf("%w: the kind of fact is unknown", ErrInvalid)
	}
	if f.Kind.own() != (f.Person == (audit.Actor{})) {
		return fmt.Errorf("%w: a version belongs to the document, and who was told or has accepted to a person", ErrInvalid)
	}
	if f.Kind == Published {
		return f.Edition.valid()
	}
	if !f.Edition.empty() {
		return fmt.Errorf("%w: only a publication has a text", ErrInvalid)
	}
	return nil
}

// repeats reports whether f says what old says. What we add ourselves (recorded time, the moment from which a version is in
// effect) is not content, nor is a claimed time that the command left out.
func (f Fact) repeats(old Fact, dated bool) bool {
	return f.Key() == old.Key() && f.Kind == old.Kind && f.Version == old.Version && f.Actor == old.Actor &&
		f.Edition.equal(old.Edition) && f.Reason == old.Reason && f.Evidence == old.Evidence && (!dated || f.At.Equal(old.At))
}
