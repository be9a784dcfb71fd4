package representative

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/civil"
	"github.com/enamel-go/enamel/internal/form"
)

// Date is a date of the calendar.
type Date = civil.Date

// Kind is what a fact says.
type Kind string

// The kinds of facts. None is ever changed or removed.
const (
	Appointed   Kind = "appointed"   // somebody may act for the patient
	Ordered     Kind = "ordered"     // a court said who may act for the patient, or who may not
	Emancipated Kind = "emancipated" // a court, or the law, made a minor of age
	Ended       Kind = "ended"       // one of these ended before its date
	Shielded    Kind = "shielded"    // an episode of care is the minor's own, and kept from parents
	Consented   Kind = "consented"   // a parent's verified consent that the child itself gives data
	Withdrawn   Kind = "withdrawn"   // that consent was taken back
	Reported    Kind = "reported"    // somebody says that a child gave data: all that it gave is frozen
	Unfrozen    Kind = "unfrozen"    // staff decided on a report: what the child gave may be used
	Removed     Kind = "removed"     // staff decided on a report: what the child gave was deleted
	Answered    Kind = "answered"    // whoever reported got an answer
)

func kinds() []Kind {
	return []Kind{Appointed, Ordered, Emancipated, Ended, Shielded, Consented, Withdrawn, Reported, Unfrozen, Removed, Answered}
}

// Act is what somebody wants to do. An appointment covers some.
type Act string

// The acts.
const (
	See     Act = "see"     // look at the record, or get a copy
	Agree   Act = "agree"   // agree to care, or to a use of data
	Request Act = "request" // exercise a right of the patient's: amendment, restriction, accounting
	Text    Act = "text"    // agree to texts about the patient, or end them
	Enter   Act = "enter"   // give data about the patient: by portal, form or text
	Use     Act = "use"     // use what the patient gave itself: show it, copy it into the record, act on it
)

// Acts returns all of them.
func Acts() []Act { return []Act{See, Agree, Request, Text, Enter, Use} }

// Basis is what an appointment or a shield stands on.
type Basis string

// The bases of an appointment, and then those of a shield (45 CFR 164.502(g)(3)(i)(A) to (C)).
const (
	Parent    Basis = "parent"     // by birth or adoption, of a minor
	Court     Basis = "court"      // by a court: a guardian of a minor or of an adult
	ByPatient Basis = "by_patient" // by the adult patient, as in a power of attorney

	MinorAlone Basis = "minor_alone" // the minor consented, and no other consent is required
	Lawful     Basis = "lawful"      // the minor may get the care without a parent's consent
	Agreed     Basis = "agreed"      // a parent agreed to confidentiality
)

func (b Basis) appoints() bool { return b == Parent || b == Court || b == ByPatient }
func (b Basis) shields() bool  { return b == MinorAlone || b == Lawful || b == Agreed }

// Method is how it was verified that a parent consents.
type Method string

// The methods of 16 CFR 312.5(b)(2), and the two that need a confirming message.
const (
	SignedForm   Method = "signed_form"
	PaymentCard  Method = "payment_card"
	Call         Method = "call" // by the parent, to trained staff
	Video        Method = "video"
	GovernmentID Method = "government_id"
	Knowledge    Method = "knowledge" // questions that a child could hardly answer
	FaceMatch    Method = "face_match"
	EmailPlus    Method = "email_plus" // and a confirming message
	TextPlus     Method = "text_plus"  // and a confirming message
)

func (m Method) valid() bool {
	switch m {
	case SignedForm, PaymentCard, Call, Video, GovernmentID, Knowledge, FaceMatch, EmailPlus, TextPlus:
		return true
	}
	return false
}

// confirms reports whether the method needs a confirming message.
func (m Method) confirms() bool { return m == EmailPlus || m == TextPlus }

// Finding is why what a child gave is unfrozen.
type Finding string

// The findings.
const (
	Covered  Finding = "covered"  // a parent's verified consent covers it
	Mistaken Finding = "mistaken" // it was not given by a child under 13, as the proof shows
)

// Key names a ledger: a patient's at a practice.
type Key struct{ Practice, Patient string }

func (k Key) valid() error {
	if err := form.Text(ErrInvalid, "the practice", k.Practice, form.ID, true); err != nil {
		return err
	}
	return form.Text(ErrInvalid, "the patient", k.Patient, form.ID, true)
}

// Proof is the document that proves a fact.
type Proof struct {
	Kind     string // what it is: "birth certificate", "court order", "power of attorney"
	Document string // where the vendor keeps it
}

func (p Proof) complete() bool {
	return strings.TrimSpace(p.Kind) != "" && strings.TrimSpace(p.Document) != ""
}

// Evidence is what was shown, said and sent.
type Evidence struct {
	Wording      string // the text on which a parent consented, exactly
	Language     string // of the wording, as a BCP 47 tag
	Confirmation string // the vendor's id of the confirming message, where the method needs one
	Words        string // what a parent wrote or said
	Name         string // of who reports, who needs no account
	Contact      string // where the answer goes
	Message      string // the vendor's id of what was sent, of an answer
}

// Fact is one line of a ledger.
type Fact struct {
	ID       string
	Practice string
	Patient  string // the vendor's id of the patient, or of the child's account
	Kind     Kind
	Person   string // the representative or parent, by the vendor's id
	Basis    Basis
	Acts     []Act   // what an appointment or an order covers; of an order, empty means all
	Bars     bool    // of an order: the person may not act
	From     Date    // the first day of an appointment, an order or an emancipation
	Until    Date    // its last day; zero: none is set
	About    string  // the id of the fact that this one ends, decides on or answers
	Episode  string  // the vendor's id of the care that is shielded
	Method   Method  // of a parent's consent
	Finding  Finding // of an unfreezing
	Reason   string  // why it ended or was decided so
	Proof    Proof
	Evidence Evidence
	At       time.Time // when it happened, as claimed; UTC, at microseconds
	Recorded time.Time // when we recorded it, by our clock, and never before what the ledger held; UTC, at microseconds
	Actor    audit.Actor
}

// Key returns the ledger that the fact belongs to.
func (f Fact) Key() Key { return Key{f.Practice, f.Patient} }

// Clone returns a copy that shares no memory with f.
func (f Fact) Clone() Fact {
	f.Acts = slices.Clone(f.Acts)
	return f
}

// covers reports whether the fact's acts include one.
func (f Fact) covers(a Act) bool {
	return slices.Contains(f.Acts, a) || f.Kind == Ordered && len(f.Acts) == 0
}

// moment is when a withdrawal or an appointment counts from: the earlier of its two times.
func (f Fact) moment() time.Time {
	if f.At.Before(f.Recorded) {
		return f.At
	}
	return f.Recorded
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
		{"the person", f.Person, form.ID, false},
		{"the basis", string(f.Basis), form.ID, false},
		{"the fact it is about", f.About, form.ID, false},
		{"the episode", f.Episode, form.ID, false},
		{"the method", string(f.Method), form.ID, false},
		{"the finding", string(f.Finding), form.ID, false},
		{"the reason", f.Reason, 16 << 10, false},
		{"the proof's kind", f.Proof.Kind, 256, false},
		{"the proof's document", f.Proof.Document, 1 << 10, false},
		{"the evidence's wording", f.Evidence.Wording, 64 << 10, false},
		{"the evidence's language", f.Evidence.Language, form.ID, false},
		{"the evidence's confirmation", f.Evidence.Confirmation, 1 << 10, false},
		{"the evidence's words", f.Evidence.Words, 16 << 10, false},
		{"the evidence's name", f.Evidence.Name, 1 << 10, false},
		{"the evidence's contact", f.Evidence.Contact, 1 << 10, false},
		{"the evidence's message", f.Evidence.Message, 1 << 10, false},
	} {
		if err := form.Text(ErrInvalid, field.name, field.value, field.limit, field.required); err != nil {
			return err
		}
	}
	if !slices.Contains(kinds(), f.Kind) {
		return fmt.Errorf("%w: the kind of fact is unknown", ErrInvalid)
	}
	if f.Actor.Validate() != nil {
		return errActor
	}
	for _, d := range []Date{f.From, f.Until} {
		if !d.IsZero() && !d.Valid() {
			return fmt.Errorf("%w: a date is none of the calendar", ErrInvalid)
		}
	}
	for i, a := range f.Acts {
		if !slices.Contains(Acts(), a) || slices.Contains(f.Acts[:i], a) {
			return fmt.Errorf("%w: the acts are see, agree, request, text, enter and use, each once", ErrInvalid)
		}
	}
	return form.Instants(ErrInvalid, f.At, f.Recorded)
}

// repeats reports whether f says what old says. The recorded time is not content, nor is a claimed time that the command
// left out.
func (f Fact) repeats(old Fact, dated bool) bool {
	return f.Key() == old.Key() && f.Kind == old.Kind && f.Person == old.Person && f.Basis == old.Basis &&
		slices.Equal(f.Acts, old.Acts) && f.Bars == old.Bars && f.From == old.From && f.Until == old.Until &&
		f.About == old.About && f.Episode == old.Episode && f.Method == old.Method && f.Finding == old.Finding &&
		f.Reason == old.Reason && f.Proof == old.Proof && f.Evidence == old.Evidence && f.Actor == old.Actor &&
		(!dated || f.At.Equal(old.At))
}
