package keyword

// What is said of a text; see [Understanding].
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
	both       = "It asks for an end of texts and for the opposite."
	complaint  = "It complains about texts."
	perhapsHis = "It speaks of a wrong number, and may be a patient's."
	plainWord  = "It is a word for it, said by itself."
)

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
			v := t.judge(f)
			v.language = f.language
			verdicts = append(verdicts, v)
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
	language := spoken(verdicts)
	switch {
	case outright != nil && negated:
		return Understanding{Review, both, language}
	case stranger != nil:
		return Understanding{Stranger, stranger.why, language}
	case outright != nil && (kept || goes != nil):
		return Understanding{Narrow, goesOn, language}
	case outright != nil && narrow:
		return Understanding{Narrow, outright.why, language}
	case outright != nil:
		return Understanding{Stop, outright.why, language}
	case goes != nil:
		return Understanding{Narrow, goes.why, language}
	case doubt != nil:
		return Understanding{Review, doubt.why, language}
	}
	return Understanding{}
}

// spoken returns the one language that all verdicts which ask for something are of, or "".
func spoken(verdicts []verdict) string {
	language := ""
	for _, v := range verdicts {
		switch {
		case v.asks == None || v.language == "":
		case language != "" && language != v.language:
			return ""
		default:
			language = v.language
		}
	}
	return language
}
