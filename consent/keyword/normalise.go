package keyword

import (
	"strings"
	"unicode"
)

// normalise folds what does not matter: case, full-width forms and accents are undone, whatever is neither letter nor
// digit becomes a single space, and apostrophes and marks that take no room vanish.
func normalise(body string) string {
	var b strings.Builder
	space := false
	for _, r := range body {
		if r >= '！' && r <= '～' {
			r -= '！' - '!' // the full-width forms of ASCII
		}
		r = plain(unicode.ToLower(r))
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Cf, r) || r == '\'' || r == '’':
		default:
			space = true
		}
	}
	return b.String()
}

// plain takes the accent off a lower-case letter of Spanish or French.
func plain(r rune) rune {
	switch r {
	case 'à', 'á', 'â', 'ä', 'ã':
		return 'a'
	case 'ç':
		return 'c'
	case 'è', 'é', 'ê', 'ë':
		return 'e'
	case 'ì', 'í', 'î', 'ï':
		return 'i'
	case 'ñ':
		return 'n'
	case 'ò', 'ó', 'ô', 'ö', 'õ':
		return 'o'
	case 'ù', 'ú', 'û', 'ü':
		return 'u'
	}
	return r
}
