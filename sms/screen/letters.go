package screen

import (
	"html"
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

// latin is [letter.Plain], and takes besides letters with a stroke, and those of other alphabets that look like ours. Small
// capitals leave as plain ones where the provider replaces lookalikes.
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
	case 'а', 'А', 'α', 'Α', 'ɑ', 'ᴀ':
		return 'a'
	case 'в', 'В', 'Β', 'ʙ':
		return 'b'
	case 'с', 'С', 'ϲ', 'ᴄ':
		return 'c'
	case 'ԁ', 'đ', 'Đ', 'ᴅ':
		return 'd'
	case 'е', 'Е', 'ε', 'Ε', 'ᴇ':
		return 'e'
	case 'ꜰ':
		return 'f'
	case 'ɡ', 'ɢ':
		return 'g'
	case 'һ', 'н', 'Н', 'Η', 'ʜ':
		return 'h'
	case 'і', 'І', 'ι', 'Ι', 'ı', 'ɪ':
		return 'i'
	case 'ј', 'Ј', 'ᴊ':
		return 'j'
	case 'к', 'К', 'κ', 'Κ', 'ᴋ':
		return 'k'
	case 'ł', 'Ł', 'ӏ', 'ʟ':
		return 'l'
	case 'м', 'М', 'Μ', 'ᴍ':
		return 'm'
	case 'Ν', 'ɴ':
		return 'n'
	case 'о', 'О', 'ο', 'Ο', 'ø', 'Ø', 'ᴏ':
		return 'o'
	case 'р', 'Р', 'ρ', 'Ρ', 'ᴘ':
		return 'p'
	case 'ԛ':
		return 'q'
	case 'ʀ':
		return 'r'
	case 'ѕ', 'Ѕ', 'ꜱ':
		return 's'
	case 'т', 'Т', 'τ', 'Τ', 'ᴛ':
		return 't'
	case 'υ', 'ᴜ':
		return 'u'
	case 'ν', 'ѵ', 'ᴠ':
		return 'v'
	case 'ԝ', 'Ԝ', 'ω', 'ᴡ':
		return 'w'
	case 'х', 'Х', 'χ', 'Χ':
		return 'x'
	case 'у', 'У', 'Υ', 'γ', 'ʏ':
		return 'y'
	case 'Ζ', 'ᴢ':
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

// entity reads what was written for a page, such as &oacute; and &nbsp;, which a phone shows as it stands. It returns the
// character and how many bytes it takes.
func entity(s string) (rune, int) {
	end := 1
	for end < min(len(s), longestEntity) && s[end] < utf8.RuneSelf && (ascii[s[end]] != 0 || s[end] == '#') {
		end++
	}
	if end > 1 && end < len(s) && s[end] == ';' {
		read := html.UnescapeString(s[:end+1])
		if c, n := utf8.DecodeRuneInString(read); n > 0 && c != '&' {
			return c, end + 1 - len(read[n:]) // of &copyHIV; the first is read alone
		}
	}
	return '&', 1
}

// longestEntity is how long what stands for a letter is, such as &scaron; and &#x1d41a;.
const longestEntity = 10

// invisible reports whether a character takes no room: marks, joiners, and bytes that are no UTF-8.
func invisible(c rune) bool {
	return c == utf8.RuneError || c >= utf8.RuneSelf && unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf)
}
