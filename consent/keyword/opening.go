package keyword

import (
	"slices"
	"strings"
)

// opener is a word for stop that a message may begin with and go on behind.
type opener struct {
	said  string
	alone verdict // where it is the first line or the first sentence
	loud  verdict // where it is in capitals, and what comes behind it is not
	quiet verdict // where it is written like the rest
}

// openers are the FCC's words (47 CFR 64.1200(a)(10)) and what people make of them. QUIT and REVOKE go on to something else
// where they are not in capitals ("quit smoking"); so do CANCEL and END even there, for patients cancel appointments.
var openers = func() []opener {
	plain := verdict{asks: Stop, why: plainWord}
	doubt := verdict{asks: Review, why: unsure}
	return []opener{
		{"stop", plain, plain, doubt},
		{"stop all", plain, plain, doubt},
		{"unsubscribe", plain, plain, doubt},
		{"opt out", plain, plain, verdict{}},
		{"alto", plain, doubt, verdict{}},
		{"arret", plain, doubt, verdict{}},
		{"quit", plain, plain, verdict{}},
		{"revoke", plain, plain, verdict{}},
		{"cancel", doubt, verdict{}, verdict{}},
		{"end", doubt, verdict{}, verdict{}},
	}
}()

// opening judges what a message begins with. A word for stop that is its first line or sentence, or that is in capitals while
// the rest is not, is meant, whatever comes behind it: "STOP my tooth hurts". What goes on to what shall stop is not, such as
// "STOP billing me", nor is what is quoted or laughed at, and a person looks.
func (t *text) opening() verdict {
	start := 0
	for start < len(t.tokens) && pleases(t.tokens[start].word) {
		start++
	}
	o, end := t.opener(start)
	if end == start {
		return verdict{}
	}
	loud, unmeant := t.loud(start, end), t.laughs() || t.tokens[start].quoted
	for end < len(t.tokens) && t.tokens[end].class&classPolite != 0 {
		end++
	}
	next, last := token{mark: '.'}, end+1 >= len(t.tokens)
	if end < len(t.tokens) {
		next = t.tokens[end]
	}
	switch ends := next.mark == '.' || next.mark == '!' || next.mark == ',' && last; {
	case ends && !unmeant:
		return o.alone
	case next.mark == '?':
		return verdict{} // asked, and not said
	case next.mark == ',' && !last:
		next = t.tokens[end+1]
	}
	aims := unmeant || t.aims(start, next) || t.supports(keeps, only, quotes) || t.markAfter(end+1) == '?'
	switch {
	case aims && (loud || t.words == 2 && figure(next.word)):
		return o.quiet // "stop 12345" may mean one of several
	case aims:
		return verdict{}
	case loud:
		return o.loud
	}
	return o.quiet
}

// opener returns the longest opener at a token, and where it ends.
func (t *text) opener(start int) (opener, int) {
	for n := 2; n > 0; n-- {
		if start+n > len(t.tokens) {
			continue
		}
		said := t.tokens[start].word
		if n == 2 {
			said += " " + t.tokens[start+1].word
		}
		if i := slices.IndexFunc(openers, func(o opener) bool { return o.said == said }); i >= 0 {
			return openers[i], start + n
		}
	}
	return opener{}, start
}

// loud reports whether an opener is in capitals, and of the words behind it less than half.
func (t *text) loud(start, end int) bool {
	shouted := 0
	for _, w := range t.tokens[end:] {
		if w.shouted {
			shouted++
		}
	}
	return t.tokens[start].shouted && (shouted == 0 || shouted*2 < t.words-(end-start))
}

// aims reports whether an opener goes on to what shall stop, as a rule knows or its next word shows. What that comes to is
// the grammar's to say.
func (t *text) aims(start int, next token) bool {
	if slices.ContainsFunc(t.find(), func(f finding) bool { return f.start == start }) {
		return true
	}
	doing := strings.HasSuffix(next.word, "ing") && !strings.HasSuffix(next.word, "thing")
	return doing || next.word == "the" || next.word == "of" || next.class&(classLimit|classIf|classOther) != 0 || figure(next.word)
}

// figure reports whether a word is all digits.
func figure(word string) bool {
	return strings.Trim(word, "0123456789") == ""
}
