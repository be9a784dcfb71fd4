package pack

import (
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/internal/form"
)

// Recipient is who gets a file. There are no others.
type Recipient string

// The recipients (DentTracks SMS Privacy Policy, section 5). Health data goes to a court on its order or on a subpoena (45
// CFR 164.512(e)); what a carrier asks for is how its subscriber opted in, and it gets no more.
const (
	Practice Recipient = "practice"
	Patient  Recipient = "patient" // or whoever may act for the patient
	Court    Recipient = "court"
	Carrier  Recipient = "carrier"
)

// approved reports whether a second member of staff has to approve.
func (r Recipient) approved() bool { return r == Court || r == Carrier }

// Scope says who gets a file, and about whom.
type Scope struct {
	Recipient Recipient
	Name      string // of the court or the carrier, required there; of whoever gets it, elsewhere. May be empty.
	// Number, in E.164, asks for one number; Patient, the vendor's id, for all numbers of a patient. Both ask for a
	// patient's one number. One of them is required. A carrier is told of a number alone.
	Number  string
	Patient string
	// Document is where the vendor keeps the court's order or the subpoena, which is required there, or whatever else was
	// asked in writing.
	Document string
}

// valid refuses recipients that the policy does not admit, and what no store can hold.
func (s Scope) valid() error {
	for _, field := range []struct {
		name, value string
		limit       int
	}{
		{"the name", s.Name, 200},
		{"the patient", s.Patient, form.ID},
		{"the document", s.Document, 1 << 10},
	} {
		if err := form.Text(ErrInvalid, field.name, field.value, field.limit, false); err != nil {
			return err
		}
	}
	blank := func(text string) bool { return strings.TrimSpace(text) == "" }
	switch s.Recipient {
	case Practice, Patient:
	case Court:
		if blank(s.Name) || blank(s.Document) {
			return fmt.Errorf("%w: name the court, and the order or subpoena by which it asks", ErrRecipient)
		}
	case Carrier:
		if blank(s.Name) || s.Patient != "" {
			return fmt.Errorf("%w: name the carrier, and the number alone that it asks about", ErrRecipient)
		}
	default:
		return ErrRecipient
	}
	switch {
	case s.Number == "" && blank(s.Patient):
		return fmt.Errorf("%w: a number or a patient is needed", ErrInvalid)
	case s.Number != "" && !form.E164(s.Number):
		return fmt.Errorf("%w: the number is not in E.164 form, such as +15125550100", ErrInvalid)
	}
	return nil
}
