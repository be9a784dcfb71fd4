package blindindex

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/enamel-go/enamel/internal/form"
)

// MemberIDVersion is the version of the rules of [MemberID].
const MemberIDVersion = 1

// longMember is how long X12 lets a member id be: 80 characters in element NM109.
const longMember = 80

// MemberID returns an insurer's member or group id in upper case and without what parts it: blanks, hyphens, points,
// slashes, underscores. Version 1: "xyz 123-456.01" is XYZ12345601.
//
// The letter O and the digit 0 stay apart, and so do I and 1: insurers give out both, and two members would become one.
// Who misread a card reads it again.
//
// An id with other signs, without any letter or digit, or of more than 80 characters, is refused with [ErrInvalid]. So
// is one whose middle is starred out: it is nobody's.
func MemberID(s string) (string, error) {
	if err := form.Text(ErrInvalid, "the member id", s, 4*longMember, true); err != nil {
		return "", err
	}
	var b strings.Builder
	for _, r := range s {
		r = narrow(r)
		switch {
		case 'a' <= r && r <= 'z':
			b.WriteRune(r - 'a' + 'A')
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			b.WriteRune(r)
		case parts(r):
		default:
			return "", fmt.Errorf("%w: the member id holds what is neither letter nor digit", ErrInvalid)
		}
	}
	switch {
	case b.Len() == 0:
		return "", fmt.Errorf("%w: the member id holds neither letter nor digit", ErrInvalid)
	case b.Len() > longMember:
		return "", fmt.Errorf("%w: the member id is longer than %d characters", ErrInvalid, longMember)
	}
	return b.String(), nil
}

// parts reports whether r only parts the groups of an id, or is not seen.
func parts(r rune) bool {
	return r == '.' || r == '/' || r == '_' || r == '−' || unicode.In(r, unicode.Pd, unicode.Cf) || unicode.IsSpace(r)
}
