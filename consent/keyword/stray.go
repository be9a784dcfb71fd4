package keyword

import (
	"slices"
	"strings"
)

// stray reports whether a text has the word stop where no rule says what it means there: in capitals among small letters
// ("Hi STOP who are you"), or as the last word of a clause ("this is annoying stop").
func (t *text) stray() bool {
	for i, w := range t.tokens {
		if w.word != "stop" || t.covered(i) || t.markAfter(i) == '?' {
			continue
		}
		left, tail := t.around(finding{start: i, end: i + 1})
		if has(left, classNot|classIf) || has(left[:min(len(left), 1)], classAsk|classLimit) {
			continue
		}
		last := !slices.ContainsFunc(tail, func(w token) bool { return w.class&classPolite == 0 })
		if t.loud(i, i+1) && !governed(left, 1) || last && !governed(left, 2) {
			return true
		}
	}
	return false
}

// covered reports whether a word belongs to what is not about texts, such as a bus stop.
func (t *text) covered(i int) bool {
	return slices.ContainsFunc(t.find(), func(f finding) bool { return f.means == nothing && f.start <= i && i < f.end })
}

// governed reports whether one of the n words before the word stop makes a noun of it, or a verb with a subject: "my stop",
// "they stop", "the headaches stop".
func governed(left []token, n int) bool {
	for _, w := range slices.Backward(left[max(len(left)-n, 0):]) {
		switch {
		case w.class&classReport != 0:
			return false // "I mean stop"
		case w.class&classSubject != 0 || slices.Contains(governs, w.word):
			return true
		}
	}
	return false
}

var governs = strings.Fields(`to 2 will would can could should must may might do does did let a an the my your his her our their this
	that one next and or of for at in on`)
