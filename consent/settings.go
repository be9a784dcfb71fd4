package consent

import (
	"fmt"
	"time"

	"github.com/enamel-go/enamel/internal/form"
)

// DoubleOptIn says which grants a patient must confirm by text before they permit anything.
type DoubleOptIn string

// The settings.
const (
	ConfirmOff         DoubleOptIn = "off"
	ConfirmPromotional DoubleOptIn = "promotional"
	ConfirmAll         DoubleOptIn = "all"
)

// Settings is what a practice has chosen.
type Settings struct {
	Practice    string      // the vendor's id of the practice
	Name        string      // as its patients know it
	Platform    string      // the name of the vendor's product that texts for it
	Zone        string      // the IANA time zone in which dates are counted. Defaults to America/Chicago.
	DoubleOptIn DoubleOptIn // Defaults to ConfirmPromotional.
	Duty        Duty        // as [Service.Accept] recorded it; [Service.Configure] leaves it alone
}

// confirms reports whether a grant of category needs confirmation under the settings.
func (s Settings) confirms(c Category) bool {
	return s.DoubleOptIn == ConfirmAll || s.DoubleOptIn != ConfirmOff && c == Promotional
}

// settled fills in what the vendor left to the default.
func (s Settings) settled() Settings {
	if s.DoubleOptIn == "" {
		s.DoubleOptIn = ConfirmPromotional
	}
	if s.Zone == "" {
		s.Zone = "America/Chicago"
	}
	return s
}

// location returns the practice's time zone.
func (s Settings) location() (*time.Location, error) {
	zone, err := time.LoadLocation(s.settled().Zone)
	if err != nil {
		return nil, fmt.Errorf("%w: the time zone %q is not known here", ErrInvalid, s.Zone)
	}
	return zone, nil
}

// valid refuses settings that no store can hold.
func (s Settings) valid() error {
	for _, field := range []struct {
		name, value string
		limit       int
		required    bool
	}{
		{"the practice", s.Practice, form.ID, true},
		{"the practice's name", s.Name, 200, false},
		{"the platform", s.Platform, 200, false},
		{"the time zone", s.Zone, 64, false},
	} {
		if err := form.Text(ErrInvalid, field.name, field.value, field.limit, field.required); err != nil {
			return err
		}
	}
	if s.Zone != "" && !form.Zone(s.Zone) {
		return fmt.Errorf("%w: the time zone %q is not known here", ErrInvalid, s.Zone)
	}
	switch s.DoubleOptIn {
	case ConfirmOff, ConfirmPromotional, ConfirmAll:
		return nil
	}
	return fmt.Errorf("%w: double opt-in is off, promotional or all", ErrInvalid)
}
