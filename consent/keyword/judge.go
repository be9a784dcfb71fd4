package keyword

import "slices"

// verdict is what a finding comes to once what stands around it is looked at.
type verdict struct {
	asks     Word
	why      string
	negated  bool
	language string // of the rule that found it; empty: of none
}

// judge looks at what stands around a finding.
func (t *text) judge(f finding) verdict {
	here := t.tokens[f.start:f.end]
	left, tail := t.around(f)
	v := verdict{asks: Stop, why: asksStop}
	switch f.means {
	case doubtful:
		v = verdict{asks: Review, why: unsure}
	case quotes:
		return verdict{asks: Review, why: quoting}
	case strange:
		return t.stranger(f, left, tail)
	case only:
		v = verdict{asks: Narrow, why: goesOn}
	}
	if here[0].quoted && !t.allQuoted() {
		return verdict{asks: Review, why: quoting}
	}
	if d := t.before(f, left, here); d.asks != Stop && (v.asks != Review || d.asks == None) {
		return d
	}
	switch {
	case v.asks == Review:
		return v
	case f.means == only:
		if slices.ContainsFunc(tail, func(w token) bool { return w.class&(classPolite|classCare|classNoun|filler()) == 0 && w.word != "for" }) {
			return verdict{asks: Review, why: limited}
		}
		return v
	}
	return t.after(f, here, tail)
}

// around returns the words of the clause before a finding, and those behind it.
func (t *text) around(f finding) (left, tail []token) {
	start := f.start
	for start > 0 && t.tokens[start-1].mark == 0 && (!joins(t.tokens, start-1) || alternative(t.tokens[start-1].word)) {
		start--
	}
	end := f.end
	for end < len(t.tokens) && t.tokens[end].mark == 0 && !joins(t.tokens, end) {
		end++
	}
	return t.tokens[start:f.start], t.tokens[f.end:end]
}

// alternative reports whether a word joins what is under the same negation.
func alternative(word string) bool {
	return slices.Contains([]string{"or", "nor", "o", "ni", "ou"}, word)
}

func (t *text) allQuoted() bool {
	return !slices.ContainsFunc(t.tokens, func(w token) bool { return w.mark == 0 && !w.quoted })
}

// before weighs the words before a request. It returns [Stop] where they change nothing.
func (t *text) before(f finding, left, here []token) verdict {
	aboutMe := has(here, classMe) || f.end < len(t.tokens) && t.tokens[f.end].class&classMe != 0
	asked, desired := slices.ContainsFunc(left, func(w token) bool { return pleases(w.word) }), false
	if n := slices.IndexFunc(left, func(w token) bool { return w.word == "interested" }); n >= 0 {
		left = left[n+1:] // "not interested stop texting", without a comma
	}
	if len(left) > 2 && left[0].word == "how" && left[1].word == "many" && left[2].word == "times" {
		left = nil // no question: "how many times do I have to tell you to"
	}
	for i := len(left) - 1; i >= 0; i-- {
		w := left[i]
		last := i == len(left)-1
		switch {
		case w.class&classNot != 0 || w.word == "no" && f.language == spanishTag:
			if aboutMe && (left[0].class&(classAsk|classIf) != 0 && left[0].word != "do" || i > 0 && left[i-1].word == "will") {
				return verdict{asks: Review, why: complaint}
			}
			return verdict{negated: f.means == stops}
		case last && w.class&classSubject != 0 && f.who == practice && !(w.word == "you" && here[0].word != "do" && here[0].word != "never"):
			return verdict{}
		case alternative(w.word):
			continue
		case w.class&classIf != 0 && w.word != "si":
			return verdict{asks: Review, why: condition}
		case w.class&classLead != 0:
			desired = desired || w.class&desire() != 0
			continue
		case has(left[:i+1], classReport):
			return verdict{asks: Review, why: somebody}
		case has(left[:i+1], classOther) && has(here, classNoun|unsub()):
			return verdict{asks: Review, why: somebody}
		case has(left[:i+1], classAsk):
			return verdict{asks: Review, why: asking}
		case has(left[:i+1], classIf):
			return verdict{asks: Review, why: condition}
		case asked || desired:
			return verdict{asks: Stop}
		case aboutMe, has(here, texting()):
			return verdict{asks: Review, why: unsure}
		default:
			return verdict{}
		}
	}
	if f.who == practice && !aboutMe && len(left) > 0 && hasWord(left, "i") && !hasWord(left, "you") && here[0].class&cease() != 0 {
		return verdict{} // "I want to stop texting": a habit of his own
	}
	return verdict{asks: Stop}
}

// pleases reports whether a word makes a request of what stands with it.
func pleases(word string) bool {
	return slices.Contains([]string{"please", "kindly", "favor", "plait", "svp", "merci", "prie", "veuillez"}, word)
}

// after weighs a request together with the words behind it.
func (t *text) after(f finding, here, tail []token) verdict {
	review := func(why string) verdict { return verdict{asks: Review, why: why} }
	if mark := t.markAfter(f.end); mark == '?' && !t.requested(f) {
		return review(asking)
	}
	if has(here, classOther) {
		return review(somebody)
	}
	if len(tail) > 0 {
		switch w := tail[0]; {
		case w.word == "you" && f.who == practice:
			return verdict{}
		case here[0].class&lose() != 0 && w.class&(classPolite|classLead|classSubject) == 0 && w.word != "from" && w.word != "off",
			has(here, texting()) && w.word == "my" && len(tail) > 1 && tail[1].class&number() == 0:
			return review(somebody)
		case w.class&classOther != 0 || (w.word == "for" || w.word == "to") && has(tail, classOther) || len(tail) > 1 && tail[1].class&classOther != 0 && w.class&classPolite == 0:
			return review(somebody)
		case f.who == practice && here[0].class&cease() != 0 && here[len(here)-1].class&(classMe|classNoun|classPromo) == 0 && w.class&(classMe|classPolite|classLead|classLimit|classAbout|classExcept|filler()) == 0:
			return review(somebody)
		}
	}
	for i, w := range tail {
		if i > 0 && (w.word == "i" || w.word == "we" || w.word == "you") {
			break // another clause, without a comma
		}
		switch {
		case i == 0 && slices.Contains([]string{"de", "for", "of"}, w.word) && has(tail, classPromo), i <= 2 && w.class&classPromo != 0:
			return verdict{asks: Narrow, why: asksNarrow}
		case w.class&classExcept != 0:
			if has(tail[i:], classCare) {
				return verdict{asks: Narrow, why: goesOn}
			}
			return review(limited)
		case w.class&classAbout != 0 && has(tail[i:], classPromo):
			return verdict{asks: Narrow, why: asksNarrow}
		case w.class&(classAbout|classLimit) != 0:
			return review(limited)
		case w.word == "if" && !hasWord(tail[i:], "possible") && !hasWord(tail[i:], "mind"):
			return review(limited)
		case w.word == "by" && i+1 < len(tail) && slices.Contains([]string{"email", "mail", "phone", "call", "voicemail"}, tail[i+1].word):
			return review(limited)
		case w.word == "from" && i+1 < len(tail) && !slices.Contains([]string{"you", "your", "this", "here", "now"}, tail[i+1].word):
			return review(limited)
		}
	}
	switch {
	case has(here, classLimit):
		return review(limited)
	case promotional(here):
		return verdict{asks: Narrow, why: asksNarrow}
	}
	return verdict{asks: Stop, why: asksStop}
}

// requested reports whether the clause that a finding is in asks somebody to do something.
func (t *text) requested(f finding) bool {
	left, tail := t.around(f)
	for _, w := range slices.Concat(left, t.tokens[f.start:f.end], tail) {
		switch w.word {
		case "please", "can", "could", "would", "will", "may", "kindly", "puede", "pueden", "podria", "podrian", "favor",
			"pouvez", "pourriez", "peux", "peut", "voulez", "plait":
			return true
		}
	}
	return false
}

// markAfter is the mark that ends the clause which goes on at i, or 0.
func (t *text) markAfter(i int) byte {
	for ; i < len(t.tokens); i++ {
		if t.tokens[i].mark != 0 {
			return t.tokens[i].mark
		}
	}
	return 0
}

// promotional reports whether words name what is promoted by text and no other texts beside.
func promotional(words []token) bool {
	promoted := false
	for i, w := range words {
		if w.class&classPromo != 0 {
			promoted = true
		}
		if (w.word == "and" || w.word == "or") && has(words[i:], classNoun) && !has(words[i:], classPromo) {
			return false
		}
	}
	return promoted
}

func has(words []token, c class) bool {
	return slices.ContainsFunc(words, func(w token) bool { return w.class&c != 0 })
}

func hasWord(words []token, word string) bool {
	return slices.ContainsFunc(words, func(w token) bool { return w.word == word })
}

func lose() class    { return vocabulary().names["LOSE"] }
func number() class  { return vocabulary().names["NUMBER"] }
func desire() class  { return vocabulary().names["DESIRE"] }
func unsub() class   { return vocabulary().names["UNSUB"] }
func texting() class { return vocabulary().names["TEXTING"] }
func cease() class   { return vocabulary().names["CEASE"] }
func filler() class  { return vocabulary().names["FILL"] }
