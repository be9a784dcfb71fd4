package registration

import (
	"regexp"
	"strings"
	"unicode"
)

// Threshold is the share of a text's shape from which on it is something else than what was registered. A template of
// which a sentence was reworded stays below it; a text of another purpose lies above.
const Threshold = 0.6

// Drift is how far a text is from the samples that were registered.
type Drift struct {
	Share  float64 // of the text's shape that no sample has, 0 to 1
	Sample int     // the sample that it is nearest to; -1 where there is none
	Off    bool    // whether the share is at least [Threshold]: carriers filter what was not registered
	Start  int     // of the longest run of words that no sample has: where it begins, in bytes of the text
	End    int     // where it ends, in bytes; both are zero where every word is known
}

// DriftOf compares a text with the samples that were registered: by the shape that is left of each when names, dates,
// times, numbers, links and the words on how to stop are taken out. The measure is the share of the text's words, and of
// its pairs of neighbouring words, that the nearest sample has not. It is a pure function. A text without a shape of its
// own, and any text where no sample was registered, has drifted by 0 and by 1.
//
// It holds nothing back: what a text may be is decided by its category ([Campaign.Categories]). It tells that a practice
// sends what its campaign was not approved for, before a carrier does.
func DriftOf(samples []string, body string) Drift {
	words := shape(body)
	d := Drift{Sample: -1, Share: 1}
	if len(words) == 0 {
		d.Share = 0
		return d
	}
	known := map[string]bool{}
	for i, s := range samples {
		own := shingles(shape(s))
		for shingle := range own {
			known[shingle] = true
		}
		if share := foreign(words, own); share < d.Share {
			d.Share, d.Sample = share, i
		}
	}
	d.Off = d.Share >= Threshold
	d.Start, d.End = longest(words, known)
	return d
}

// word is a word of a text's shape, and where it stands.
type word struct {
	said       string
	start, end int
}

var (
	// varies is what differs from text to text: fields in brackets, links, addresses, numbers, times, and the names of days
	// and months.
	varies = regexp.MustCompile(`(?i)\[[^\]]*\]|\{+[^}]*\}+|https?://\S+|www\.\S+|\S+@\S+\.\S+|\S*\d\S*|\b(?:a\.?m|p\.?m)\b\.?|` +
		`\b(?:mon|tues?|wed|wednes|thurs?|thu|fri|sat|satur|sun)(?:day)?s?\b|\b(?:today|tonight|tomorrow)\b|` +
		`\b(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?`)
	// common is what every text has: how to stop, to get help, and what it costs.
	common = regexp.MustCompile(`(?i)(?:\b(?:reply|text|txt|send)\W+)?\b(?:stop|help)\b[^.!?]*[.!?]?|\b(?:msg|message)s?\W+(?:and|&)?\W*data\b[^.!?]*[.!?]?`)
	token  = regexp.MustCompile(`[\p{L}][\p{L}'’]*`)
)

// shape returns the words that are left of a text. A name is a word with a capital that does not begin a sentence, and
// whatever follows a greeting.
func shape(s string) []word {
	blank := func(m string) string { return strings.Repeat(" ", len(m)) }
	plain := varies.ReplaceAllStringFunc(s, func(m string) string {
		if end := strings.TrimRight(m, ".!?:,"); len(end) < len(m) {
			return blank(end) + m[len(end):] // the sentence ends here all the same
		}
		return blank(m)
	})
	plain = common.ReplaceAllStringFunc(plain, func(m string) string { return "." + blank(m[1:]) })
	var words []word
	greeted, last := false, 0
	for _, at := range token.FindAllStringIndex(plain, -1) {
		w := plain[at[0]:at[1]]
		between := plain[last:at[0]]
		begins := last == 0 && len(words) == 0 && strings.TrimSpace(between) == "" || strings.ContainsAny(between, ".!?:\n")
		last = at[1]
		low := strings.ToLower(w)
		name := unicode.IsUpper([]rune(w)[0]) && (!begins || greeted) && low != w
		greeted = low == "hi" || low == "hello" || low == "dear" || low == "hey" || low == "hola" || low == "estimado" || low == "estimada"
		if !name {
			words = append(words, word{low, at[0], at[1]})
		}
	}
	return words
}

// shingles returns the words and the pairs of neighbouring words of a shape.
func shingles(words []word) map[string]bool {
	all := map[string]bool{}
	for i, w := range words {
		all[w.said] = true
		if i > 0 {
			all[words[i-1].said+" "+w.said] = true
		}
	}
	return all
}

// foreign returns the share of a shape's words and pairs that others have not.
func foreign(words []word, others map[string]bool) float64 {
	own, strange := shingles(words), 0
	for shingle := range own {
		if !others[shingle] {
			strange++
		}
	}
	return float64(strange) / float64(len(own))
}

// longest returns where the longest run of words stands that are not known.
func longest(words []word, known map[string]bool) (start, end int) {
	best, run := 0, 0
	for i, w := range words {
		if known[w.said] {
			run = 0
			continue
		}
		if run++; run > best {
			best, start, end = run, words[i-run+1].start, w.end
		}
	}
	return start, end
}
