package keyword

import (
	"unicode"

	"github.com/enamel-go/enamel/internal/letter"
)

// normalise appends to dst, within its capacity, what body says: its words in lower case, without width, style and
// accents, with one space between them. Whatever is neither letter nor digit parts words; only apostrophes and what
// takes no room (marks, joiners, variation selectors) vanish. It reports false where dst has no room for all of it.
func normalise(dst []byte, body string) ([]byte, bool) {
	between := false // something that parts words came since the last letter
	for _, r := range body {
		c := letter.Plain(r)
		switch {
		case c != 0:
		case r == '\'' || r == '\u2019' || r == '\u02bc' || r > unicode.MaxASCII && unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			c = '?' // of another script: no word of ours has it
		default:
			between = true
			continue
		}
		if len(dst)+2 > cap(dst) {
			return nil, false
		}
		if between && len(dst) > 0 {
			dst = append(dst, ' ')
		}
		between = false
		dst = append(dst, c)
	}
	return dst, true
}
