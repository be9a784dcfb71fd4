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
		case kin(w.word) && i > 0 && mine(left[i-1].word):
			return review // "my son does not live here anymore": the writer's phone is a family's
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
	if !wrong && t.relative(f.end) {
		return review // "this is not Maria, this is her mom": a family's phone
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

// relative reports whether the writer goes on, at i, to say that he is of the patient's family.
func (t *text) relative(i int) bool {
	who := false
	for _, w := range t.tokens[i:] {
		switch {
		case w.mark != 0:
			who = false
		case slices.Contains([]string{"this", "it", "i", "am", "is", "soy", "es", "je", "suis", "c", "est"}, w.word):
			who = true
		case who && kin(w.word):
			return true
		}
	}
	return false
}

// mine knows the words by which a writer calls somebody his.
func mine(word string) bool {
	return slices.Contains([]string{"my", "our", "mi", "nuestro", "nuestra", "mon", "ma", "notre"}, word)
}

// kin knows the words for who may share a phone with a patient.
func kin(word string) bool {
	switch word {
	case "mom", "mum", "mother", "dad", "father", "parent", "wife", "husband", "spouse", "son", "daughter", "sister", "brother",
		"grandma", "grandmother", "grandpa", "grandfather", "aunt", "uncle", "guardian", "caregiver",
		"mama", "madre", "papa", "padre", "esposa", "esposo", "hija", "hijo", "hermana", "hermano", "abuela", "abuelo", "tia", "tio",
		"mere", "pere", "femme", "mari", "fille", "fils", "soeur", "frere":
		return true
	}
	return false
}
