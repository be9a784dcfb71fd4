package blindindex

import (
	"fmt"

	"github.com/enamel-go/enamel/internal/form"
)

// LastFourVersion is the version of the rules of [LastFour].
const LastFourVersion = 1

// LastFour returns the last four digits of a number, by which one is asked for at a desk: of a social security number,
// an insurer's id, an account. Version 1: what parts the number is dropped as by [MemberID], and what is left must end
// with four digits; before them anything may stand, such as the stars of a number that is masked.
//
// Whatever does not end so is refused with [ErrInvalid]. There are only 10,000 values: keep few bits of such an index.
func LastFour(s string) (string, error) {
	if err := form.Text(ErrInvalid, "the number", s, 4*longMember, true); err != nil {
		return "", err
	}
	var last []byte
	for _, r := range s {
		switch r = narrow(r); {
		case parts(r):
		case '0' <= r && r <= '9':
			last = append(last, byte(r))
		default:
			last = nil
		}
	}
	if len(last) < 4 {
		return "", fmt.Errorf("%w: the number does not end with four digits", ErrInvalid)
	}
	return string(last[len(last)-4:]), nil
}
