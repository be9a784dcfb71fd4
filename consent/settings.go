package consent

import (
	"fmt"

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
	DoubleOptIn DoubleOptIn // Defaults to ConfirmPromotional.
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
	return s
}

// valid refuses settings that no store can hold.
func (s Settings) valid() error {
	switch s.DoubleOptIn {
	case ConfirmOff, ConfirmPromotional, ConfirmAll:
		return form.Text(ErrInvalid, "the practice", s.Practice, form.ID, true)
	}
	return fmt.Errorf("%w: double opt-in is off, promotional or all", ErrInvalid)
}
