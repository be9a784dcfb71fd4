package registration

import (
	"slices"
	"strings"

	"github.com/enamel-go/enamel/internal/form"
)

// NumberKind is what kind of number a practice texts from. The number itself says it.
type NumberKind string

// The kinds of numbers.
const (
	LongCode       NumberKind = "long_code" // ten digits: registered as a campaign's
	TollFreeNumber NumberKind = "toll_free" // verified by itself
	ShortCode      NumberKind = "short_code"
)

// KindOf returns what kind of number it is; "" for what is none that texts are sent from. The area codes are those of
// toll-free numbers of North America that are in use: 800, 833, 844, 855, 866, 877 and 888.
func KindOf(number string) NumberKind {
	digits := strings.TrimPrefix(number, "+1")
	switch {
	case len(number) >= 5 && len(number) <= 6 && number[0] != '+' && strings.Trim(number, "0123456789") == "":
		return ShortCode
	case !form.E164(number):
		return ""
	case strings.HasPrefix(number, "+1") && len(digits) == 10 &&
		slices.Contains([]string{"800", "833", "844", "855", "866", "877", "888"}, digits[:3]):
		return TollFreeNumber
	}
	return LongCode
}
