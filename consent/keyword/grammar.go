package keyword

import (
	"strings"
	"sync"
)

// rule is a way to say something about texts. Its pattern is matched within one clause; a capital word in it is a class,
// ? makes an element optional, * allows it up to [most] times, | separates alternatives, and $ is the clause's end,
// courtesy before it skipped.
type rule struct {
	pattern string
	means   means
	who     who
}

// means is what a rule's pattern says when nothing around it says otherwise.
type means int

const (
	stops    means = iota // no more texts
	strange               // the number is not the patient's
	doubtful              // it may be meant so, and a person should look
	quotes                // repeats what the practice's own texts say
	keeps                 // goes on with what the patient does want
	only                  // wants that and nothing else
	nothing               // is not about texts, although its words look so: what it covers is looked at no further
)

// who is who does what the rule's pattern says.
type who int

const (
	anybody  who = iota
	practice     // "stop texting": who says this of himself asks for nothing
)

// most is how often an element with * may stand.
const most = 6

// element is a part of a pattern.
type element struct {
	classes  class
	words    []string
	name     bool // a word that is in no list and begins with a capital
	any      bool
	optional bool
	repeated bool
	end      bool
}

// compiled is a rule, ready to match.
type compiled struct {
	rule
	elements []element
	language string
}

// The languages of the rules, as BCP 47 names them.
const (
	englishTag = "en"
	spanishTag = "es"
	frenchTag  = "fr"
)

// grammar compiles the rules once.
var grammar = sync.OnceValue(func() []compiled {
	var all []compiled
	for _, set := range []struct {
		language string
		rules    []rule
	}{{englishTag, english}, {spanishTag, spanish}, {frenchTag, french}} {
		for _, r := range set.rules {
			for _, pattern := range alternatives(r.pattern) {
				all = append(all, compiled{rule: r, elements: compile(pattern), language: set.language})
			}
		}
	}
	return all
})

// alternatives are the two ways to say DONT.
func alternatives(pattern string) []string {
	rest, ok := strings.CutPrefix(pattern, "DONT ")
	if !ok {
		return []string{pattern}
	}
	rest = "ever|please|even|you|keep|dare|again* " + rest
	return []string{"do not " + rest, "never " + rest}
}

func compile(pattern string) []element {
	var elements []element
	for part := range strings.FieldsSeq(pattern) {
		e := element{}
		if p, ok := strings.CutSuffix(part, "?"); ok {
			part, e.optional = p, true
		} else if p, ok := strings.CutSuffix(part, "*"); ok {
			part, e.optional, e.repeated = p, true, true
		}
		for alternative := range strings.SplitSeq(part, "|") {
			switch c, isClass := vocabulary().names[alternative]; {
			case isClass:
				e.classes |= c
			case alternative == "$":
				e.end = true
			case alternative == "CAPITAL":
				e.name = true
			case alternative == "_":
				e.any = true
			default:
				e.words = append(e.words, alternative)
			}
		}
		elements = append(elements, e)
	}
	return elements
}

func (e *element) is(t token) bool {
	if t.mark != 0 {
		return false
	}
	if e.any || t.class&e.classes != 0 || e.name && t.capital && t.class == 0 {
		return true
	}
	for _, w := range e.words {
		if w == t.word {
			return true
		}
	}
	return false
}

// match returns where a match of elements that begins at i ends, or -1.
func match(elements []element, tokens []token, i int) int {
	if len(elements) == 0 {
		return i
	}
	e, rest := &elements[0], elements[1:]
	if e.end && ends(tokens, i) {
		return i
	}
	if !e.optional {
		if i < len(tokens) && e.is(tokens[i]) {
			return match(rest, tokens, i+1)
		}
		return -1
	}
	n := 0
	for limit := map[bool]int{false: 1, true: most}[e.repeated]; n < limit && i+n < len(tokens) && e.is(tokens[i+n]); {
		n++
	}
	for ; n >= 0; n-- {
		if end := match(rest, tokens, i+n); end >= 0 {
			return end
		}
	}
	return -1
}

// ends reports whether nothing but courtesy stands between i and the end of its clause.
func ends(tokens []token, i int) bool {
	for ; i < len(tokens) && tokens[i].mark == 0; i++ {
		if joins(tokens, i) {
			return true
		}
		if tokens[i].class&classPolite == 0 {
			return false
		}
	}
	return true
}

// joins reports whether another clause begins with the word at i. "So" does not where it says how much.
func joins(tokens []token, i int) bool {
	if tokens[i].word == "so" {
		return i+1 == len(tokens) || tokens[i+1].class&classLimit == 0
	}
	return tokens[i].class&classAnd != 0
}
