package keyword

import "slices"

// stranger weighs what somebody says about a wrong number.
func (t *text) stranger(f finding, left, tail []token) verdict {
	wrong := hasWord(t.tokens[f.start:f.end], "wrong")
	review := verdict{asks: Review, why: perhapsHis}
	for i, w := range left {
		switch {
		case w.class&classNot != 0:
			return verdict{}
		case w.word == "i" && i+1 < len(left) && himself(left[i+1].word), w.class&(classIf|classReport) != 0,
			wrong && w.class&(classLead|classSubject|texting()) == 0 && !mistaken(w.word):
			return review
		}
	}
	if slices.ContainsFunc(t.tokens, func(w token) bool { return slip(w.word) }) {
		return review
	}
	if n := f.end + 1; n+1 < len(t.tokens) && t.tokens[n-1].mark == ',' && t.tokens[n].word == "it" && t.tokens[n+1].word == "is" {
		return review // "this is not Aetna, it's Delta"
	}
	if has(tail, classLimit) || hasWord(tail, "on") || t.markAfter(f.end) == '?' {
		return review
	}
	return verdict{asks: Stranger, why: notHis}
}

// himself reports whether "I" with this verb says of a wrong number that it is a patient's own slip.
func himself(verb string) bool {
	switch verb {
	case "gave", "typed", "dialed", "called", "texted", "entered", "put", "wrote", "had", "left", "sent", "have":
		return true
	}
	return false
}

// mistaken knows what people say before "the wrong number" of one that we have.
func mistaken(word string) bool {
	switch word {
	case "got", "a", "reached", "afraid", "believe", "still", "buddy", "friend", "el", "le", "es", "creo", "avez":
		return true
	}
	return false
}

// slip knows the words of somebody who took the wrong number himself.
func slip(word string) bool {
	switch word {
	case "oops", "whoops", "mistake", "accident", "accidentally", "ignore", "meant", "ups", "oups":
		return true
	}
	return false
}
