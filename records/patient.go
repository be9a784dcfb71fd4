package records

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/enamel-go/enamel/crypto/blindindex"
	"github.com/enamel-go/enamel/internal/civil"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/internal/phone"
)

// Date is a date of the calendar, without hour and zone: Year, Month and Day. The zero value is no date. It is written,
// and read as text, as 1984-07-02. Its methods are IsZero and Valid; Compare, Before and After; AddDays and AddMonths;
// In, the first moment of it in a location; and String.
type Date = civil.Date

// ParseDate reads a full date, such as 1984-07-02. A part of a date is refused with an error, for it would have to be
// guessed.
func ParseDate(s string) (Date, error) { return civil.Parse(s) }

// Key names a patient or an appointment of a practice.
type Key struct {
	Practice string // the vendor's id of the practice, at most 64 bytes
	ID       string // the vendor's id, at most 64 bytes
}

// Patient is who is treated, and how to reach the person.
type Patient struct {
	Practice string
	ID       string // the vendor's id
	Name     Name
	Birth    Date // the zero value: not known
	Address  Address
	Phones   []Phone // in the order of preference
	Email    string  // empty: none
	Zone     string  // the time zone of the address, an IANA name; empty: not known
	Language string  // what the patient reads, as BCP 47 names it, such as es or es-US; empty: not known
	Revision int     // counts what was saved, from 1
}

// Name is a person's name. One of its parts may be empty.
type Name struct {
	Family string
	Given  string // all given names, with a blank between
}

// Address is where somebody lives.
type Address struct {
	Line       string // street and house; several lines have line feeds between
	City       string
	State      string
	PostalCode string
	Country    string
}

// Phone is a phone number as it is kept. What is no number is kept as well, for it says what the patient gave.
type Phone struct {
	Number   string // E.164, or as it was given where that is no number
	Use      Use    // may be empty
	Textable bool   // set by the service: whether a text can go to it
	Why      string // set by the service: why none can, in plain words that hold no digit of the number
}

// Use is what a phone number is for.
type Use string

// The uses, as FHIR's contact points have them.
const (
	Home      Use = "home"
	Work      Use = "work"
	Mobile    Use = "mobile"
	Temporary Use = "temp"
	Old       Use = "old" // no longer in use: never texted
)

// Key returns the patient's key.
func (p Patient) Key() Key { return Key{p.Practice, p.ID} }

// Number returns the number that the patient is texted at, in E.164: the first textable phone. Empty: there is none.
func (p Patient) Number() string {
	for _, ph := range p.Phones {
		if ph.Textable {
			return ph.Number
		}
	}
	return ""
}

// Clone returns a copy that shares no memory with p.
func (p Patient) Clone() Patient {
	p.Phones = slices.Clone(p.Phones)
	return p
}

// same reports whether two patients say the same, whatever their revisions.
func (p Patient) same(o Patient) bool {
	p.Revision = o.Revision
	return reflect.DeepEqual(p, o)
}

// settled returns p with its phone numbers in E.164 where they are numbers, and says of each whether it can be texted.
func (p Patient) settled() Patient {
	given := p.Phones
	p.Phones = nil
	for _, ph := range given {
		p.Phones = append(p.Phones, ph.settled())
	}
	return p
}

func (ph Phone) settled() Phone {
	number, err := phone.Parse(ph.Number)
	if err == nil {
		ph.Number = number
		err = phone.Textable(number)
	}
	ph.Textable, ph.Why = err == nil, ""
	var reason phone.Error
	switch {
	case ph.Use == Old:
		ph.Textable, ph.Why = false, "it is no longer in use"
	case errors.As(err, &reason):
		ph.Why = reason.Reason()
	case err != nil:
		ph.Why = "it is no number"
	}
	return ph
}

// Limits of what is kept, in bytes. They only keep out what is no datum of a person.
const (
	longName  = 512
	longText  = 1024
	longPhone = 128
	manyPhone = 50
)

// valid refuses what is no patient that can be kept. The date is today's, anywhere on earth.
func (p Patient) valid(today Date) error {
	if err := p.Key().valid("the patient"); err != nil {
		return err
	}
	for _, field := range []struct {
		name, value string
		limit       int
	}{
		{"the family name", p.Name.Family, longName},
		{"the given name", p.Name.Given, longName},
		{"the address's line", p.Address.Line, longText},
		{"the address's city", p.Address.City, longText},
		{"the address's state", p.Address.State, longText},
		{"the address's postal code", p.Address.PostalCode, longText},
		{"the address's country", p.Address.Country, longText},
	} {
		if err := form.Text(ErrInvalid, field.name, field.value, field.limit, false); err != nil {
			return err
		}
	}
	switch {
	case folded(p.Name.Family) == "" && folded(p.Name.Given) == "":
		return fmt.Errorf("%w: the patient has no name", ErrInvalid)
	case !p.Birth.IsZero() && !p.Birth.Valid():
		return fmt.Errorf("%w: the birth date is not in the calendar", ErrInvalid)
	case p.Birth.After(today):
		return fmt.Errorf("%w: the birth date lies in the future", ErrInvalid)
	case p.Email != "" && !ValidEmail(p.Email):
		return fmt.Errorf("%w: the e-mail address is none", ErrInvalid)
	case p.Zone != "" && !form.Zone(p.Zone):
		return fmt.Errorf("%w: the patient's time zone is not known", ErrInvalid)
	case p.Language != "" && !form.Language(p.Language):
		return fmt.Errorf("%w: the patient's language is not in the form of BCP 47, such as es or es-US", ErrInvalid)
	case len(p.Phones) > manyPhone:
		return fmt.Errorf("%w: a patient has at most %d phones", ErrInvalid, manyPhone)
	case p.Revision < 0:
		return fmt.Errorf("%w: the revision is negative", ErrInvalid)
	}
	for _, ph := range p.Phones {
		if err := ph.valid(); err != nil {
			return err
		}
	}
	return nil
}

func (ph Phone) valid() error {
	if err := form.Text(ErrInvalid, "a phone's number", ph.Number, longPhone, true); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "a phone's reason", ph.Why, longText, false); err != nil {
		return err
	}
	switch ph.Use {
	case "", Home, Work, Mobile, Temporary, Old:
		return nil
	}
	return fmt.Errorf("%w: a phone's use is none of home, work, mobile, temp, old", ErrInvalid)
}

func (k Key) valid(what string) error {
	if err := form.Text(ErrInvalid, "the practice", k.Practice, form.ID, true); err != nil {
		return err
	}
	return form.Text(ErrInvalid, what, k.ID, form.ID, true)
}

// ValidEmail tells an e-mail address from what is obviously none. Whether mail arrives, only mail can tell.
func ValidEmail(s string) bool {
	_, err := blindindex.Email(s)
	return err == nil && s == strings.TrimSpace(s)
}
