package registration

import (
	"strings"

	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/sms/nanp"
)

// NumberKind is what kind of number a practice texts from. The number itself says it.
type NumberKind string

// The kinds of numbers.
const (
	LongCode       NumberKind = "long_code" // ten digits: registered as a campaign's
	TollFreeNumber NumberKind = "toll_free" // verified by itself
	ShortCode      NumberKind = "short_code"
)

// KindOf returns what kind of number it is; "" for what is none that texts are sent from.
func KindOf(number string) NumberKind {
	switch {
	case len(number) >= 5 && len(number) <= 6 && number[0] != '+' && strings.Trim(number, "0123456789") == "":
		return ShortCode
	case !form.E164(number):
		return ""
	case nanp.TollFree(number):
		return TollFreeNumber
	}
	return LongCode
}
