package wording

import (
	"slices"
	"strings"
)

// Element is one thing that the text of an opt-in must say.
type Element struct {
	ID     string // such as "frequency"; it does not change
	Say    string // what the text must say, in words for whoever writes it
	Since  Date   // the day from which it is asked for
	Source string // who asks for it
}

// Names is who asks for consent, and in which language.
type Names struct {
	Practice string // as the text names it, such as "Elm Street Dental"
	Platform string // whose software sends the texts, such as "DentComm"
	Language string // of the text, as a BCP 47 tag: "en", "es-MX"
}

// longest is how much of a wording a consent's evidence keeps, in bytes.
const longest = 16 << 10

// Elements returns what is required, in the order in which [Check] reports it. The caller may change the result.
func Elements() []Element { return slices.Clone(elements) }

// Check returns the required elements that text does not say, in the order of [Elements]; none for a text that may be used.
//
// Case, accents, white space and the shape of quotes do not matter. An element that is denied, contradicted elsewhere in the
// text or only looks like one does not count, nor does an empty name, nor a link that is no https address. A language other
// than English, Spanish and French has no patterns, and a text of more than 16 KiB is kept by no evidence: then the result begins
// with [Readable], and all elements follow.
func Check(text string, n Names) []Element {
	language, _, _ := strings.Cut(strings.ToLower(n.Language), "-")
	said, ok := patterns()[language]
	if !ok || len(text) > longest {
		return append([]Element{Readable}, elements...)
	}
	t := read(text)
	var missing []Element
	for _, e := range elements {
		if !t.says(e.ID, said[e.ID], n) {
			missing = append(missing, e)
		}
	}
	return missing
}

// Missing returns a sentence that lists what a text lacks, for whoever can put it right, or "" where it lacks nothing.
func Missing(lacks []Element) string {
	switch {
	case len(lacks) == 0:
		return ""
	case lacks[0] == Readable:
		return "This text cannot be checked, so it cannot be used: it must " + Readable.Say + "."
	}
	var say []string
	for _, e := range lacks {
		say = append(say, e.Say)
	}
	last := say[len(say)-1]
	if len(say) > 1 {
		last = strings.Join(say[:len(say)-1], "; ") + "; and " + last
	}
	return "The text that a patient agrees to must also " + last + "."
}
