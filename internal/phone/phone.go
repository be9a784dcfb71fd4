package phone

import "strings"

// Error is a reason to refuse a number. It continues the sentence "this number cannot be texted because ..." and holds
// no digit of the number. Compare it with errors.Is.
type Error string

// Error returns the reason behind the package's name.
func (e Error) Error() string { return "phone: " + string(e) }

// Reason returns the reason alone, to show to people.
func (e Error) Reason() string { return string(e) }

// The reasons.
const (
	ErrEmpty      Error = "it is empty"
	ErrForm       Error = "it is not written like a telephone number"
	ErrTooShort   Error = "it has too few digits"
	ErrTooLong    Error = "it has too many digits"
	ErrNoAreaCode Error = "its area code is missing"
	ErrAreaCode   Error = "its area code is not in use"
	ErrExchange   Error = "its exchange, the three digits after the area code, cannot exist"
	ErrCountry    Error = "its country code is not in use"
	ErrPremium    Error = "texts to it are charged at a premium"
	ErrService    Error = "it belongs to a service that takes no texts"
)

// Parse returns s as E.164: a plus sign and 8 to 15 digits. A number without a country code is taken as one of the
// North American Numbering Plan. Parsing a result again returns it unchanged. Every error is an [Error].
func Parse(s string) (string, error) {
	digits, international, err := clean(s)
	if err != nil {
		return "", err
	}
	if !international {
		// 011 is the plan's own prefix for abroad; 00, the prefix elsewhere, is an operator's code here.
		if rest, ok := strings.CutPrefix(digits, "011"); ok {
			digits, international = rest, true
		}
	}
	if !international || strings.HasPrefix(digits, "1") {
		return national(digits, international)
	}
	if !known(digits) {
		return "", ErrCountry
	}
	switch n := len(digits); {
	case n < 8:
		return "", ErrTooShort
	case n > 15:
		return "", ErrTooLong
	}
	return "+" + digits, nil
}

const ten = 10 // the digits of a national number of the plan

// national reads the digits of a number of the North American Numbering Plan. Its form is NXX NXX XXXX with N from 2
// to 9; codes N11 are services (911), in neither place a part of a number.
func national(digits string, coded bool) (string, error) {
	if coded || len(digits) > ten {
		rest, ok := strings.CutPrefix(digits, "1")
		if !ok {
			return "", ErrTooLong
		}
		digits = rest
	}
	switch n := len(digits); {
	case n == 7 && !coded:
		return "", ErrNoAreaCode
	case n < ten:
		return "", ErrTooShort
	case n > ten:
		return "", ErrTooLong
	}
	if area := digits[:3]; region(area) == "" && !special(area) {
		return "", ErrAreaCode
	}
	if exchange := digits[3:6]; exchange[0] < '2' || exchange[1:] == "11" {
		return "", ErrExchange
	}
	return "+1" + digits, nil
}

// Textable reports why a text must not go to a number that [Parse] returned, or nil. It refuses premium numbers
// ([ErrPremium]) and the codes of services and machines ([ErrService]). Landlines cannot be told from the digits.
func Textable(e164 string) error {
	digits, ok := strings.CutPrefix(e164, "+")
	if !ok || len(digits) < 8 {
		return ErrForm
	}
	switch digits[:3] {
	case "979": // the international premium rate service
		return ErrPremium
	case "800", "808", "878": // international freephone, shared cost, personal numbers
		return ErrService
	}
	if digits[0] != '1' {
		return nil
	}
	switch area := digits[1:4]; {
	case has(premium, area):
		return ErrPremium
	case has(services, area):
		return ErrService
	}
	return nil
}

// Region returns the ISO 3166 code of the country or territory of a number of country code 1 ("US", "CA", "PR"), or
// "" for every other number and for toll-free numbers, which belong to no country.
func Region(e164 string) string {
	if len(e164) != len("+1")+ten || e164[:2] != "+1" {
		return ""
	}
	return region(e164[2:5])
}
