package screen

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a word or a number. Its letters are in text.letters, its place is in the body, in bytes.
type token struct {
	at, end  int32
	from, to int32
	link     int32  // the link that it stands in, counted from 1; 0: none
	roles    uint16 // what the word is in a sentence that asks for an answer, a bit for each [role]
	blank    bool   // a blank stands before it
	digits   bool   // has a digit
	alpha    bool   // has a letter
	capital  bool   // begins with a capital
	shouted  bool   // all its letters are capitals
	host     bool   // stands in a link's host
	ours     bool   // belongs to the practice's name
}

// text is a body taken apart: its letters and digits in a row, without case, width, style and accents, and as tokens.
type text struct {
	body    string
	letters []byte
	tokens  []token
	links   []link
}

// word returns the letters of a token.
func (t *text) word(i int) []byte { return t.letters[t.tokens[i].at:t.tokens[i].end] }

// reader takes a body apart.
type reader struct {
	text
	now    token
	open   bool // a token is being read
	lower  bool // it has a letter that is no capital
	parted bool // a blank stands before the next
	none   int  // no link begins before this place
	run    int  // where what has no blank in it ends, as far as it was looked through for a link
	dot    int  // the last place in it that makes a link possible, or -1
	in     bool // a link is being read, the last of links
}

// read takes body apart.
func (t *reader) read(body string) {
	t.body, t.parted = body, true
	begins := true // a link may begin here
	for i := 0; i < len(body); {
		if t.in && i >= t.links[len(t.links)-1].to {
			t.close()
			t.in = false
		}
		if begins && !t.in && i >= t.none && isWord(body[i]) {
			t.findLink(i)
		}
		c, n := rune(body[i]), 1
		if c >= utf8.RuneSelf {
			c, n = utf8.DecodeRuneInString(body[i:])
			if c == utf8.RuneError && n == 1 && body[i] >= 0xC0 && body[i] < 0xFE {
				c = rune(body[i]) // as Latin-1 has it
			}
		}
		switch {
		case c == '%' && t.in:
			c, n = unescape(body[i:])
		case c == '&' && !t.in:
			c, n = entity(body[i:])
		}
		begins = t.rune(c, i, n)
		i += n
	}
	t.close()
}

// rune reads a character, which stands at i and takes n bytes. It reports whether a link may begin behind it.
func (t *reader) rune(c rune, i, n int) bool {
	if p := latin(c); p != 0 {
		t.add(p, c != rune(p) && unicode.IsUpper(c), i, n)
		return false
	}
	if c < utf8.RuneSelf {
		return t.sign(c, i)
	}
	if whole := ligature(c); whole != "" {
		for j := range len(whole) {
			t.add(whole[j], false, i, n)
		}
		return false
	}
	switch {
	case invisible(c):
		return false
	case unicode.IsLetter(c):
		t.add('?', false, i, n) // of a script that no rule reads
		return false
	}
	return t.sign(c, i)
}

// add adds a letter or digit to the token that is being read, or begins one.
func (t *reader) add(p byte, upper bool, i, n int) {
	if t.open && t.in && upper && t.lower && !t.now.digits {
		t.close() // rootCanal is two words in a link
	}
	if !t.open {
		t.now = token{
			at: int32(len(t.letters)), from: int32(i), blank: t.parted, capital: upper, shouted: true,
		}
		if t.in {
			t.now.link, t.now.host = int32(len(t.links)), i < t.links[len(t.links)-1].path
		}
		t.open, t.lower = true, false
	}
	if '0' <= p && p <= '9' {
		t.now.digits = true
	} else {
		t.now.alpha = true
		t.now.shouted = t.now.shouted && upper
		t.lower = t.lower || !upper
	}
	t.letters = append(t.letters, p)
	t.now.to = int32(i + n)
}

// sign reads what is neither a letter nor a digit.
func (t *reader) sign(c rune, i int) bool {
	switch {
	case strings.ContainsRune("'’ʼ‘`´", c):
		if t.open && elided(t.letters[t.now.at:]) {
			t.close()
		}
		return false
	case (c == '@' && t.open && t.now.alpha || c == '$') && !t.in && t.letterAt(i+1) && !t.address(i):
		t.add(byte(c), false, i, 1) // c@vity, $urgery
		return false
	}
	t.close()
	t.parted = t.parted || unicode.IsSpace(c)
	return t.parted || strings.ContainsRune(`(<[{"“«:;,>`, c)
}

// close ends the token that is being read.
func (t *reader) close() {
	if t.open {
		t.now.end = int32(len(t.letters))
		t.now.shouted = t.now.shouted && t.now.alpha
		t.tokens = append(t.tokens, t.now)
		t.open, t.parted = false, false
	}
}

// letterAt reports whether an ASCII letter stands at i.
func (t *reader) letterAt(i int) bool {
	return i < len(t.body) && t.body[i] < utf8.RuneSelf && ascii[t.body[i]] > '9'
}

// address reports whether the sign at i is one of an e-mail address: a full stop follows within the word.
func (t *reader) address(i int) bool {
	for _, c := range []byte(t.body[i:min(len(t.body), i+longestHost)]) {
		if c == '.' || c <= ' ' {
			return c == '.'
		}
	}
	return false
}

// elided reports whether a word before an apostrophe is one of its own, as French has them: l'extraction.
func elided(word []byte) bool {
	switch string(word) {
	case "l", "d", "j", "m", "n", "s", "t", "c", "qu":
		return true
	}
	return false
}
