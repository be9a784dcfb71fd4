package phone

import (
	"strings"
	"unicode"
)

// longest is far more than any number with punctuation and an extension needs.
const longest = 128

// clean returns the digits of s and whether they begin with a country code.
func clean(s string) (digits string, international bool, err error) {
	if len(s) > longest {
		return "", false, ErrTooLong
	}
	s = strings.TrimSpace(strings.Map(narrow, s))
	if s == "" {
		return "", false, ErrEmpty
	}
	if len(s) >= 4 && strings.EqualFold(s[:4], "tel:") {
		s = s[4:]
	}
	s = strings.TrimRightFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '#' })
	s = cutExtension(s)
	if strings.HasPrefix(s, "+") {
		s = strings.Replace(s, "(0)", "", 1) // which is dialled within the country alone
	}
	var b strings.Builder
	letters := 0
	for _, r := range s {
		switch {
		case '0' <= r && r <= '9':
			b.WriteRune(r)
		case r == '+' && b.Len() == 0 && !international:
			international = true
		case 'a' <= r && r <= 'z' && b.Len() > 0:
			b.WriteByte(keypad[r-'a'])
			letters++
		case strings.ContainsRune(" -./()[]", r):
		default:
			return "", false, ErrForm
		}
	}
	// A word of one or two letters is a slip of the finger, not a number spelt out, and nobody spells out one abroad.
	if letters > 0 && (letters < 3 || international) {
		return "", false, ErrForm
	}
	if b.Len() == 0 {
		return "", false, ErrForm
	}
	return b.String(), international, nil
}

// keypad is the digit of each letter, by ITU-T E.161.
const keypad = "22233344455566677778889999"

// narrow maps the forms in which digits, letters and punctuation are pasted to plain lower-case ASCII.
func narrow(r rune) rune {
	switch {
	case 'A' <= r && r <= 'Z':
		return r + 'a' - 'A'
	case '！' <= r && r <= '～': // full-width forms, as East Asian keyboards write them
		return narrow(r - '！' + '!')
	case '‐' <= r && r <= '―', r == '−', r == 'ー': // hyphens, dashes, minus
		return '-'
	case r == '\u00ad', '\u200b' <= r && r <= '\u200f', '\u202a' <= r && r <= '\u202e', r == '\u2060', r == '\ufeff':
		return -1 // soft hyphens and marks of width nought, which come along when a number is copied from a page
	case unicode.IsSpace(r):
		return ' '
	}
	return r
}

// cutExtension removes an extension of one to seven digits behind a number. The telephone line is the same with and
// without it.
func cutExtension(s string) string {
	head := strings.TrimRight(s, "0123456789")
	if n := len(s) - len(head); n < 1 || n > 7 {
		return s
	}
	head = strings.TrimRight(head, " .:=")
	for _, mark := range []string{"extension", "extn", "ext", "x", "#"} {
		if rest, ok := strings.CutSuffix(head, mark); ok && strings.ContainsAny(rest, "0123456789") {
			return strings.TrimRight(rest, " ;,")
		}
	}
	return s
}
