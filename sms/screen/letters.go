package screen

import (
	"unicode"
	"unicode/utf8"

	"github.com/enamel-go/enamel/internal/letter"
)

// ascii is the plain letter or digit of each ASCII character, 0 where it is none.
var ascii = func() (table [utf8.RuneSelf]byte) {
	for c := range table {
		table[c] = letter.Plain(rune(c))
	}
	return table
}()

// isWord reports whether a byte may begin a word.
func isWord(c byte) bool { return c >= utf8.RuneSelf || ascii[c] != 0 }

// latin is [letter.Plain], and takes besides letters with a stroke, and those of other alphabets that look like ours.
func latin(c rune) byte {
	if c < utf8.RuneSelf {
		return ascii[c]
	}
	if p := letter.Plain(c); p != 0 {
		return p
	}
	return lookalike(c)
}

func lookalike(c rune) byte {
	switch c {
	case 'а', 'А', 'α', 'Α':
		return 'a'
	case 'в', 'В', 'Β':
		return 'b'
	case 'с', 'С', 'ϲ':
		return 'c'
	case 'ԁ', 'đ', 'Đ':
		return 'd'
	case 'е', 'Е', 'ε', 'Ε':
		return 'e'
	case 'һ', 'н', 'Н', 'Η':
		return 'h'
	case 'і', 'І', 'ι', 'Ι', 'ı':
		return 'i'
	case 'ј', 'Ј':
		return 'j'
	case 'к', 'К', 'κ', 'Κ':
		return 'k'
	case 'ł', 'Ł', 'ӏ':
		return 'l'
	case 'м', 'М', 'Μ':
		return 'm'
	case 'Ν':
		return 'n'
	case 'о', 'О', 'ο', 'Ο', 'ø', 'Ø':
		return 'o'
	case 'р', 'Р', 'ρ', 'Ρ':
		return 'p'
	case 'ѕ', 'Ѕ':
		return 's'
	case 'т', 'Т', 'τ', 'Τ':
		return 't'
	case 'υ':
		return 'u'
	case 'ν':
		return 'v'
	case 'х', 'Х', 'χ', 'Χ':
		return 'x'
	case 'у', 'У', 'Υ', 'γ':
		return 'y'
	case 'Ζ':
		return 'z'
	}
	return 0
}

// ligature returns the letters that are written as one character, or "".
func ligature(c rune) string {
	switch c {
	case 'œ', 'Œ':
		return "oe"
	case 'æ', 'Æ':
		return "ae"
	case 'ß':
		return "ss"
	case 'ﬀ':
		return "ff"
	case 'ﬁ':
		return "fi"
	case 'ﬂ':
		return "fl"
	case 'ﬃ':
		return "ffi"
	case 'ﬄ':
		return "ffl"
	case 'ﬅ', 'ﬆ':
		return "st"
	}
	return ""
}

// invisible reports whether a character takes no room: marks, joiners, and bytes that are no UTF-8.
func invisible(c rune) bool {
	return c == utf8.RuneError || c >= utf8.RuneSelf && unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf)
}
