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

// Practice is a practice's settings.
type Practice struct {
	ID          string
	DoubleOptIn DoubleOptIn // Defaults to ConfirmPromotional.
}

// confirms reports whether a grant of category needs confirmation under the settings.
func (p Practice) confirms(c Category) bool {
	return p.DoubleOptIn == ConfirmAll || p.DoubleOptIn != ConfirmOff && c == Promotional
}

// settled fills in what the vendor left to the default.
func (p Practice) settled() Practice {
	if p.DoubleOptIn == "" {
		p.DoubleOptIn = ConfirmPromotional
	}
	return p
}

// valid refuses settings that no store can hold.
func (p Practice) valid() error {
	switch p.DoubleOptIn {
	case ConfirmOff, ConfirmPromotional, ConfirmAll:
		return form.Text(ErrInvalid, "the practice", p.ID, form.ID, true)
	}
	return fmt.Errorf("%w: double opt-in is off, promotional or all", ErrInvalid)
}
