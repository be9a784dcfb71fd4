package keyword

import "strings"

// Understanding is what a message asks for, and why it is taken so.
type Understanding struct {
	Asks Word
	Why  string // a sentence for staff and for the record; it repeats nothing of the message
	// Language is what it is asked in, as BCP 47 names it: en, es or fr. It is empty where nobody can tell, as of STOP, HELP and
	// the like, which carriers teach everybody, of FIN, which is Spanish and French, and of words in two languages.
	Language string
}

// Understand returns what a message asks for, in its own words. A message that [Classify] knows is that; beyond it,
// sentences in English, Spanish and French are read by a grammar:
//
//   - [Stop]: all texts shall end. So it is where a word for it is the first line or sentence, or begins the text in capitals
//     and small letters follow ("STOP my tooth hurts"), unless it goes on to what else shall stop.
//   - [Narrow]: what is advertised by text shall end, or everything but reminders; nothing else.
//   - [Stranger]: the number is not the patient's. It ends texts to this number as Stop does.
//   - [Review]: it may be one of these, and a person should look the same day; meanwhile nothing leaves but answers. So is a
//     request for a time or for fewer texts, a question about how to stop, what somebody else said, the word stop at the end
//     of what no rule reads or in capitals in it, what seems to ask for it in one of eight further languages, and a text in a
//     script that no rule reads.
//   - [None]: nothing of the kind. So is "don't stop texting me", "I'll stop by at 4" and "cancel my appointment".
//
// It reads 1,600 characters at most, as many as carriers deliver, in a time that grows with what it reads. It depends on
// nothing but the message, and may be called concurrently.
func Understand(body string) Understanding {
	if w, language := classify(body); w != None {
		return Understanding{w, "The whole text is a word for it.", language}
	}
	t := read(body)
	switch {
	case t.words == 0 && t.sign:
		return Understanding{Asks: Review, Why: "It is a picture that says no."}
	case t.words == 0:
		return Understanding{Asks: None, Why: "It has no words."}
	case t.reaction():
		return Understanding{Asks: None, Why: "It is a phone's note of a reaction to a text."}
	}
	if t.disguised() {
		return Understanding{Asks: Stop, Why: "The whole text is a word for it, spelled out, stretched or with figures for letters."}
	}
	if u := t.grammar(); u.Asks != None {
		return u
	}
	switch {
	case t.strange*2 > t.words:
		return Understanding{Asks: Review, Why: "It is written in a script that no rule reads."}
	case t.cut:
		return Understanding{Asks: Review, Why: "It is longer than a text can be, and was not read to its end."}
	case t.words == 1 && mistyped(t.tokens[0].word):
		return Understanding{Asks: Review, Why: "It is nearly the word stop."}
	case t.stray():
		return Understanding{Asks: Review, Why: "It has the word stop, and does not say what shall stop."}
	case t.elsewhere():
		return Understanding{Asks: Review, Why: "It is a word for it in a language that no rule reads."}
	}
	return Understanding{Asks: None, Why: "Nothing in it asks for that."}
}

// disguised reports whether the whole message is a word for stop that is written in another way: "s t o p", "5TOP",
// "stoooop".
func (t *text) disguised() bool {
	s := t.sentence()
	if len(s) > longest {
		return false
	}
	s = figures.Replace(s)
	return Classify(s) == Stop || Classify(strings.ReplaceAll(s, " ", "")) == Stop
}

// mistyped reports whether a word is STOP with one letter left out, added or hit beside the right key, and no word itself.
func mistyped(word string) bool {
	switch word {
	case "stol", "sto0", "stip", "stkp", "stpp", "stup", "syop", "sgop", "sfop", "dtop", "wtop", "xtop", "ztop", "atop",
		"etop", "sstop", "sttop", "stoop", "stoip", "stiop", "stopo", "stopl", "asop", "astop", "dstop":
		return true
	}
	return false
}

// sentence is all words of t, joined.
func (t text) sentence() string {
	var words []string
	for _, w := range t.tokens {
		if w.mark == 0 {
			words = append(words, w.word)
		}
	}
	return strings.Join(words, " ")
}

// reaction reports whether a phone wrote the message, to say that its owner liked or disliked one of ours.
func (t *text) reaction() bool {
	quoted := false
	for _, w := range t.tokens {
		quoted = quoted || w.quoted
	}
	if !quoted {
		return false
	}
	s := t.sentence()
	for _, phone := range []string{
		"liked ", "loved ", "disliked ", "emphasized ", "questioned ", "laughed at ", "reacted ", "removed a ", "le gusto ", "le encanto ",
		"no le gusto ", "destaco ", "a aime ", "a adore ", "n a pas aime ", "a souligne ",
	} {
		if strings.HasPrefix(s, phone) {
			return true
		}
	}
	return false
}
