package blindindex

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/enamel-go/enamel/internal/form"
)

// NameVersion is the version of the rules of [Name].
const NameVersion = 1

// longName is how long a name may be, in bytes, as it is given and as it is folded.
const longName = 512

// Name returns the form in which a person's name, or a part of one, is found. Version 1:
//
//   - Letters are in lower case and without accents, composed or not; ligatures and letters with a stroke are in their
//     plain form: Müller is muller, Łukasz lukasz, Ægir aegir, Straße strasse. Turkish İ and ı are both i.
//   - Apostrophes, in whatever sign, are dropped: O’Neil and O'Neil are oneil, like ONeil.
//   - Everything else that is neither letter nor digit parts words, and words are parted by one blank: hyphens, points,
//     commas, brackets. Smith-Jones is smith jones. What is pasted and not seen is dropped.
//   - Greek is folded like Latin, and so are Cyrillic letters with accents. Hebrew and Arabic lose their points.
//     Letters of other scripts stay as they are.
//
// Different spellings stay different: Müller and Mueller, O'Neil and O'Neill, Saint and St, MacDonald and Mac Donald,
// Mary Ann and Maryann. They may be different people; whoever wants them all asks for each.
//
// A name in composed and in decomposed Korean, Japanese or Indic script is not the same here. A folded name folds to
// itself. A name without a letter or digit, of more than 512 bytes, or that is no text, is refused with [ErrInvalid].
func Name(s string) (string, error) {
	if err := form.Text(ErrInvalid, "the name", s, longName, true); err != nil {
		return "", err
	}
	var b strings.Builder
	b.Grow(len(s))
	apart, spelt := false, false
	for _, r := range s {
		r = narrow(r)
		switch {
		case unseen(r):
			continue
		case !unicode.In(r, unicode.L, unicode.M, unicode.N):
			apart = b.Len() > 0
			continue
		}
		if apart {
			b.WriteByte(' ')
			apart = false
		}
		spelt = spelt || !unicode.Is(unicode.M, r)
		// By way of the upper case, the two small sigmas of Greek become one.
		r = unicode.ToLower(unicode.ToUpper(r))
		if base := plain(r); base != "" {
			b.WriteString(base)
			continue
		}
		b.WriteRune(r)
	}
	switch {
	case !spelt:
		return "", fmt.Errorf("%w: the name holds no letter", ErrInvalid)
	case b.Len() > longName:
		return "", fmt.Errorf("%w: the name is longer than %d bytes", ErrInvalid, longName)
	}
	return b.String(), nil
}

// narrow maps the full-width forms of ASCII, as East Asian keyboards write them, to ASCII.
func narrow(r rune) rune {
	if '！' <= r && r <= '～' {
		return r - '！' + '!'
	}
	return r
}

// unseen reports whether r is an accent by itself, an apostrophe, or nothing that is seen.
func unseen(r rune) bool {
	switch {
	case r < 0x80:
		return r == '\'' || r == '`'
	case 0x0300 <= r && r <= 0x036F, 0x0483 <= r && r <= 0x0487, 0x1AB0 <= r && r <= 0x1AFF, 0x1DC0 <= r && r <= 0x1DFF,
		0x20D0 <= r && r <= 0x20F0, 0xFE20 <= r && r <= 0xFE2F: // accents
		return true
	case 0x0591 <= r && r <= 0x05BD, 0x05BF <= r && r <= 0x05C7, // points of Hebrew
		r == 0x0640, 0x064B <= r && r <= 0x065F, r == 0x0670: // and of Arabic
		return true
	case unicode.Is(unicode.Cf, r):
		return true
	}
	return strings.ContainsRune("´ʹʻʼʽʾʿˈ՚׳‘’‛′‵Ꞌꞌ", r)
}
