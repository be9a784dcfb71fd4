package keyword

import (
	"slices"
	"strings"
)

// finding is where a rule matched.
type finding struct {
	*compiled
	start, end int
}

// verdict is what a finding comes to once what stands around it is looked at.
type verdict struct {
	asks    Word
	why     string
	negated bool
}

// grammar returns what the rules find in t, all of it weighed.
func (t *text) grammar() Understanding {
	var outright, doubt, stranger, goes *verdict
	narrow, kept, negated := true, false, false
	keep := func(first **verdict, v verdict) {
		if *first == nil {
			*first = &v
		}
	}
	verdicts := t.bare()
	for _, f := range t.find() {
		switch f.means {
		case keeps:
			kept = true
		case nothing:
		default:
			verdicts = append(verdicts, t.judge(f))
		}
	}
	for _, v := range verdicts {
		negated = negated || v.negated
		switch v.asks {
		case Stop:
			narrow = false
			keep(&outright, v)
		case Narrow:
			if v.why == goesOn {
				keep(&goes, v)
			} else {
				keep(&outright, v)
			}
		case Stranger:
			keep(&stranger, v)
		case Review:
			keep(&doubt, v)
		}
	}
	switch {
	case outright != nil && negated:
		return Understanding{Review, "It asks for an end of texts and for the opposite."}
	case stranger != nil:
		return Understanding{Stranger, stranger.why}
	case outright != nil && (kept || goes != nil):
		return Understanding{Narrow, goesOn}
	case outright != nil && narrow:
		return Understanding{Narrow, outright.why}
	case outright != nil:
		return Understanding{Stop, outright.why}
	case goes != nil:
		return Understanding{Narrow, goes.why}
	case doubt != nil:
		return Understanding{Review, doubt.why}
	}
	return Understanding{}
}

// What a verdict says of a text.
const (
	asksStop   = "It asks for no more texts."
	asksNarrow = "It asks for an end of what is promoted by text, and of nothing else."
	goesOn     = "It asks for reminders and the like, and for nothing else."
	notHis     = "It says that the number is not the patient's."
	unsure     = "It may be meant as a request for no more texts."
	quoting    = "It repeats how texts are stopped, or says that this was done."
	asking     = "It asks about an end of texts, and may want one."
	condition  = "It names an end of texts as a possibility or under a condition."
	limited    = "It asks for no texts for a time, at a time, or on a subject, or for fewer."
	somebody   = "It says what somebody else wants, or speaks of somebody else's number."
	complaint  = "It complains about texts."
	plainWord  = "It is a word for it, said by itself."
)

// find returns all matches. No word belongs to more than one match of a rule, nor to any once a rule that means
// [nothing] has it.
func (t *text) find() []finding {
	var all []finding
	covered := make([]bool, len(t.tokens)+1)
	for _, first := range []bool{true, false} {
		rules := grammar()
		for n := range rules {
			r := &rules[n]
			if (r.means == nothing) != first {
				continue
			}
			for i := 0; i < len(t.tokens); i++ {
				if covered[i] {
					continue
				}
				end := match(r.elements, t.tokens, i)
				if end <= i || slices.Contains(covered[i:end], true) {
					continue
				}
				all = append(all, finding{r, i, end})
				if first {
					for n := i; n < end; n++ {
						covered[n] = true
					}
				}
				i = end - 1
			}
		}
	}
	return all
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
	if v.asks == Review || f.means == only {
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
		case w.class&classNot != 0 || w.word == "no" && f.spanish:
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
		case w.class&classOther != 0 || len(tail) > 1 && tail[1].class&classOther != 0 && w.class&classPolite == 0:
			return review(somebody)
		case f.who == practice && here[0].class&cease() != 0 && here[len(here)-1].class&(classMe|classNoun|classPromo) == 0 && w.class&(classMe|classPolite|classLead|classLimit|classAbout|classExcept|filler()) == 0:
			return review(somebody)
		}
	}
	for i, w := range tail {
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

// stranger weighs what somebody says about a wrong number.
func (t *text) stranger(f finding, left, tail []token) verdict {
	wrong := hasWord(t.tokens[f.start:f.end], "wrong")
	review := verdict{asks: Review, why: "It speaks of a wrong number, and may be no patient's."}
	for i, w := range left {
		if w.word == "i" && i+1 < len(left) && slices.Contains([]string{
			"gave", "typed", "dialed", "called", "texted", "entered", "put", "wrote", "had", "left", "sent", "have",
		}, left[i+1].word) {
			return review
		}
		if w.class&(classIf|classReport) != 0 {
			return review
		}
		if w.class&classNot != 0 {
			return verdict{}
		}
		if wrong && w.class&(classLead|classSubject) == 0 && !slices.Contains([]string{"got", "a", "reached", "still", "think", "buddy", "man", "friend", "el", "le", "es", "creo", "avez"}, w.word) {
			if w.class&texting() == 0 {
				return review
			}
		}
	}
	if has(tail, classLimit) || hasWord(tail, "on") || t.markAfter(f.end) == '?' {
		return review
	}
	return verdict{asks: Stranger, why: notHis}
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

func desire() class  { return vocabulary().names["DESIRE"] }
func unsub() class   { return vocabulary().names["UNSUB"] }
func texting() class { return vocabulary().names["TEXTING"] }
func cease() class   { return vocabulary().names["CEASE"] }
func filler() class  { return vocabulary().names["FILL"] }

// bare judges clauses that are a word for stop and courtesy.
func (t *text) bare() []verdict {
	strong, whole, doubts, clauses, sure := 0, 0, 0, 0, false
	var words []string
	clause := func() {
		if len(words) == 0 {
			return
		}
		clauses++
		switch once(strings.Join(words, " ")) {
		case "stop all", "unsubscribe", "opt out":
			strong, sure = strong+1, true
		case "cease", "halt", "desist", "discontinue", "remove", "quit", "cease desist", "stop these", "stop them",
			"stop everything", "end all", "end everything", "cancel all", "end service", "stop service", "discontinue service", "cancel service",
			"mute", "unenroll":
			whole++
		case "stop it", "stop this", "stop that", "quit it", "no more", "enough", "cancel", "end", "delete", "blocked", "reported", "spam", "scam",
			"dnd", "dnc", "do not disturb", "do not want", "go away":
			doubts++
		case "stop", "alto", "basta", "pare", "paren", "detener", "arret", "arretez", "arrete",
			"no mas", "para":
			strong++
		}
		words = nil
	}
	for i, w := range t.tokens {
		switch {
		case w.mark != 0:
			clause()
		case w.quoted && !t.allQuoted():
			words = append(words, `"`)
		case w.class&classPolite != 0 || courtesy(w.word):
			sure = sure || pleases(w.word)
			if w.word == "mas" && i > 0 && t.tokens[i-1].word == "no" {
				words = append(words, "mas")
			}
		default:
			words = append(words, w.word)
		}
	}
	clause()
	switch {
	case strong+whole > 0 && strong+whole == clauses:
		return []verdict{{asks: Stop, why: plainWord}}
	case doubts > 0 && doubts+strong+whole == clauses:
		return []verdict{{asks: Review, why: unsure}}
	case strong == 0:
		return t.loud()
	case sure, len(t.find()) > 0:
		return []verdict{{asks: Stop, why: plainWord}}
	}
	return []verdict{{asks: Review, why: plainWord}}
}

// courtesy knows words that say nothing where a word for stop stands.
func courtesy(word string) bool {
	switch word {
	case "no", "ok", "okay", "yes", "hi", "hello", "hey", "just", "you", "thank", "and", "but", "so", "hola", "bonjour", "to", "must", "y", "et":
		return true
	}
	return false
}

// loud doubts about STOP in capitals within a text that is not in capitals, and about a word for stop with a number.
func (t *text) loud() []verdict {
	shouted := 0
	for _, w := range t.tokens {
		if w.shouted {
			shouted++
		}
	}
	for i, w := range t.tokens {
		if w.word != "stop" && w.word != "unsubscribe" {
			continue
		}
		number := i == 0 && len(t.tokens) == 2 && strings.Trim(t.tokens[1].word, "0123456789") == ""
		edge := i == 0
		if edge && w.shouted && shouted*2 < t.words || number {
			return []verdict{{asks: Review, why: unsure}}
		}
	}
	return nil
}
