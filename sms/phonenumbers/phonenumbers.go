package phonenumbers

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// ErrNoNumber is the refusal of what cannot be read as a telephone number. It holds no digit of it.
var ErrNoNumber = errors.New("phonenumbers: this is not written like a telephone number")

// Parse reads a number as it is dialled in a country, named by its ISO 3166 code such as "US", and returns it in E.164
// form. Valid is whether such a number can have been given out to anybody; where it is not, the number is still what the
// digits mean. What cannot be read at all is refused with [ErrNoNumber].
func Parse(number, country string) (e164 string, valid bool, err error) {
	// libphonenumber takes off what stands behind a number and is no part of it; its port leaves a plus sign there.
	number = strings.TrimRightFunc(number, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && r != '#' })
	parsed, err := phonenumbers.Parse(number, country)
	if err != nil {
		return "", false, ErrNoNumber
	}
	return phonenumbers.Format(parsed, phonenumbers.E164), phonenumbers.IsValidNumber(parsed), nil
}

// Zones says where a number may be; it implements sms.Zones and may be used concurrently.
type Zones struct{}

// Zones returns the IANA names of the time zones of a number in E.164 form, or none where they are not known. A number that
// belongs to no place, such as a toll-free one, may be in every zone of its country code.
func (Zones) Zones(_ context.Context, number string) ([]string, error) {
	digits, ok := strings.CutPrefix(number, "+")
	if !ok || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return nil, nil
	}
	zones, err := phonenumbers.GetTimezonesForPrefix(digits)
	if err != nil || slices.Contains(zones, phonenumbers.UNKNOWN_TIMEZONE) {
		return nil, nil
	}
	return slices.Clone(zones), nil
}
