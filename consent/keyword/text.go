package keyword

import (
	"strings"
	"unicode"

	"github.com/enamel-go/enamel/internal/letter"
)

// readable is how many characters of a message are read: as many as carriers deliver at most.
const readable = 1600

// token is a word, or what parts two: then its word is "" and mark says what parts them.
type token struct {
	word    string // without case, width, style and accents, contractions written out
	class   class
	mark    byte // one of . ! ? , between words
	capital bool // begins with a capital and goes on without, as a name does
	shouted bool // is all capitals
	quoted  bool // stands in quotation marks
}

// text is a message in tokens.
type text struct {
	tokens  []token
	words   int
	strange int  // words in a script that no rule reads
	cut     bool // there was more of it than is read
	sign    bool // it has a picture that says no by itself
	found   []finding
}

// reader takes a message apart.
type reader struct {
	text
	word            []byte // the letters of the word that is being read, and ' within it
	uppers, letters int    // of that word
	first           bool   // its first letter is a capital
	foreign         bool
	quoted          bool
}

// read takes a message apart.
func read(body string) text {
	r := reader{}
	n := 0
	for _, c := range body {
		if n++; n > readable {
			r.cut = true
			break
		}
		r.rune(c)
	}
	r.flush()
	return r.text
}

func (r *reader) rune(c rune) {
	switch p := latin(c); {
	case p != 0:
		if unicode.IsUpper(c) {
			r.uppers++
			r.first = r.first || r.letters == 0
		}
		r.letters++
		r.word = append(r.word, p)
	case strings.ContainsRune("'’ʼ‘`´", c):
		if len(r.word) > 0 {
			r.word = append(r.word, '\'')
		}
	case c > unicode.MaxASCII && unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf):
	case unicode.IsLetter(c) || unicode.IsDigit(c):
		r.word, r.foreign = append(r.word, '?'), true
	default:
		r.flush()
		r.between(c)
	}
}

// latin is [letter.Plain], and knows the letters beside that have a stroke or lack their dot.
func latin(c rune) byte {
	switch c {
	case 'ı':
		return 'i'
	case 'ł', 'Ł':
		return 'l'
	case 'đ', 'Đ':
		return 'd'
	case 'ø', 'Ø':
		return 'o'
	}
	return letter.Plain(c)
}

// between reads what is no part of a word.
func (r *reader) between(c rune) {
	switch {
	case strings.ContainsRune("\"“”„«»", c):
		r.quoted = c == '“' || c == '„' || c == '«' || c == '"' && !r.quoted
	case c == '🛑':
		r.word, r.letters = append(r.word, "stop"...), 4
		r.flush()
	case strings.ContainsRune("🖕🤬🚫⛔📵🤐🔇", c):
		r.sign = true
	case c == '#' && len(r.tokens) > 0 && strings.Contains(" wrong my this your ", " "+r.tokens[len(r.tokens)-1].word+" "):
		r.word, r.letters = append(r.word, "number"...), 6
		r.flush()
	case strings.ContainsRune(".;:\n\r…¡¿–—。()|", c):
		r.part('.')
	case c == '!' || c == '?' || c == ',':
		r.part(byte(c))
	}
}

// part adds what parts words. Of several in a row the strongest counts.
func (r *reader) part(mark byte) {
	if len(r.tokens) == 0 {
		return
	}
	last := &r.tokens[len(r.tokens)-1]
	switch {
	case last.mark == 0:
		r.tokens = append(r.tokens, token{mark: mark})
	case mark == '?' || last.mark == ',':
		last.mark = mark
	}
}

// flush adds the word that was read: as one token, or as several where it is contracted or elided.
func (r *reader) flush() {
	word := strings.TrimRight(string(r.word), "'")
	if word == "" {
		return
	}
	if oath(word) {
		r.reset()
		return
	}
	r.words++
	if r.foreign {
		r.strange++
	}
	for _, w := range full(word) {
		if n := len(r.tokens); n > 0 && r.tokens[n-1].word == w {
			continue // said again
		}
		r.tokens = append(r.tokens, token{
			word: w, class: vocabulary().class(w), quoted: r.quoted,
			capital: r.first && r.uppers < r.letters, shouted: r.uppers == r.letters && r.letters > 2,
		})
	}
	r.reset()
}

func (r *reader) reset() {
	r.word, r.uppers, r.letters, r.first, r.foreign = r.word[:0], 0, 0, false, false
}

// oath reports whether a word only adds force, wherever it stands: "stop damn texting me".
func oath(word string) bool {
	switch word {
	case "damn", "damned", "dammit", "goddamn", "fucking", "fuckin", "fkn", "fkin", "freaking", "frickin", "fricking", "effing", "bloody", "friggin":
		return true
	}
	return false
}

// full writes a word out: "don't" is "do not", "m'envoyer" is "m envoyer", "txt" is "text".
func full(word string) []string {
	joined := unstretched(strings.ReplaceAll(word, "'", ""))
	if head, rest, ok := strings.Cut(word, "'"); ok {
		switch head {
		case "l", "m", "n", "d", "j", "t", "s", "c", "qu", "jusqu":
			return append([]string{head}, full(strings.ReplaceAll(rest, "'", ""))...)
		}
		switch rest {
		case "ll":
			return []string{head, "will"}
		case "d":
			return []string{head, "would"}
		case "ve":
			return []string{head, "have"}
		case "re":
			return []string{head, "are"}
		}
		switch head {
		case "it", "that", "what", "who", "he", "she", "there", "here", "where", "how":
			return []string{head, "is"}
		}
	}
	if w := figures.Replace(joined); w == "stop" {
		return []string{w}
	}
	if parts := vocabulary().unglued(joined); parts != nil {
		return parts
	}
	return strings.Fields(vocabulary().full(joined))
}

// figures are written for the letters that they look like.
var figures = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t")

// unstretched takes the stretch out of a word: "stoooop" is "stop".
func unstretched(word string) string {
	var out []byte
	for i := 0; i < len(word); {
		end := i + 1
		for end < len(word) && word[end] == word[i] {
			end++
		}
		if n := end - i; n < 3 || word[i] <= '9' {
			out = append(out, word[i:end]...)
		} else {
			out = append(out, word[i])
		}
		i = end
	}
	return string(out)
}
