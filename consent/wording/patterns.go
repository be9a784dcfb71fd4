package wording

import (
	"regexp"
	"strings"
	"sync"
)

// row is how an element is said in one language. Patterns are regular expressions over one folded sentence without links,
// but for against.
type row struct {
	language, element string
	says              []string // any of these; where one has " && " in it, all its parts in the same sentence
	denies            []string // a sentence with one of these does not count
	against           []string // with one of these anywhere in the text, nothing counts
}

// said is a row, compiled.
type said struct {
	says            [][]*regexp.Regexp
	denies, against []*regexp.Regexp
}

// patterns compiles the rows once, by language and element.
var patterns = sync.OnceValue(func() map[string]map[string]said {
	compiled := map[string]map[string]said{}
	for _, r := range rows {
		s := said{denies: all(r.denies), against: all(r.against)}
		for _, parts := range r.says {
			s.says = append(s.says, all(strings.Split(parts, " && ")))
		}
		if compiled[r.language] == nil {
			compiled[r.language] = map[string]said{}
		}
		compiled[r.language][r.element] = s
	}
	return compiled
})

func all(sources []string) []*regexp.Regexp {
	var out []*regexp.Regexp
	for _, s := range sources {
		out = append(out, regexp.MustCompile(s))
	}
	return out
}

// says reports whether the text says an element.
func (t text) says(element string, s said, n Names) bool {
	switch element {
	case "practice":
		return t.named(n.Practice, n.Platform, s)
	case "platform":
		return t.named(n.Platform, n.Practice, s)
	case "terms", "privacy":
		return t.linked(s)
	}
	for _, sentence := range t.sentences {
		if anyOf(s.against, sentence) {
			return false
		}
	}
	for _, sentence := range t.sentences {
		if !anyOf(s.denies, sentence) && s.said(sentence) {
			return true
		}
	}
	return false
}

// said reports whether a sentence matches all parts of one way to say it.
func (s said) said(sentence string) bool {
	for _, parts := range s.says {
		found := true
		for _, p := range parts {
			found = found && p.MatchString(sentence)
		}
		if found {
			return true
		}
	}
	return false
}

func anyOf(patterns []*regexp.Regexp, s string) bool {
	for _, p := range patterns {
		if p.MatchString(s) {
			return true
		}
	}
	return false
}

// named reports whether the text has a name as whole words: not as part of the other name, and not only where it is
// denied.
func (t text) named(name, other string, s said) bool {
	name, other = folded(name), folded(other)
	if name == "" {
		return false
	}
	whole := " " + strings.Join(t.sentences, " ") + " "
	if other != name && strings.Contains(other, name) {
		whole = strings.ReplaceAll(whole, other, " , ")
	}
	for from := 0; ; {
		at := strings.Index(whole[from:], name)
		if at < 0 {
			return false
		}
		before, after := whole[:from+at], whole[from+at+len(name):]
		if !endsInWord.MatchString(before[max(0, len(before)-4):]) && !beginsInWord.MatchString(after) &&
			!anyOf(s.denies, before[max(0, len(before)-64):]) {
			return true
		}
		from += at + len(name)
	}
}

// A name within another word is none.
var (
	endsInWord   = regexp.MustCompile(`[\pL\pN]$`)
	beginsInWord = regexp.MustCompile(`^[\pL\pN]`)
)

// folded is a name as [read] writes it.
func folded(name string) string {
	var words []string
	for word := range fields(name) {
		words = append(words, strings.Trim(fold(word), "'"))
	}
	return strings.Join(words, " ")
}

// linked reports whether the text has a link that is called so: by the words before it, or by its path.
func (t text) linked(s said) bool {
	for _, l := range t.links {
		if anyOf(s.denies, l.before) {
			continue
		}
		if s.said(l.before) || s.said(words.Replace(strings.ToLower(l.address.Path))) {
			return true
		}
	}
	return false
}

// words parts the words of a path.
var words = strings.NewReplacer("/", " ", "-", " ", "_", " ", ".", " ")
