package keyword

// Word is what a message asks for.
type Word string

// The words.
const (
	None  Word = ""
	Stop  Word = "stop"  // no more texts
	Help  Word = "help"  // who is this, and how do I stop it
	Start Word = "start" // texts again, after a stop
	Agree Word = "agree" // the answer to a double opt-in: AGREE, AUTORIZO, AUTORISE; never YES, which Twilio takes for START
)

// What only [Understand] finds.
const (
	Narrow   Word = "narrow"   // nothing promotional any more; what is about care may go on
	Stranger Word = "stranger" // the number is not the patient's: no more texts to it
	Review   Word = "review"   // a person should look
)

// longest is more than a message takes that is one of the words, said a hundred times. A longer one is none of them.
const longest = 512

// Classify returns what a whole message asks for, or [None]. It reads a message of any length once at most, and keeps no
// more of it than a word takes.
func Classify(body string) Word {
	w, _ := classify(body)
	return w
}

// classify returns what a whole message asks for, and the language of its word.
func classify(body string) (asks Word, language string) {
	var buffer [longest]byte
	said, ok := normalise(buffer[:0], body)
	if !ok {
		return None, ""
	}
	s := once(string(said))
	if w, language := word(s); w != None {
		return w, language
	}
	if blunt := impolite(s); blunt != s && plainly(blunt) {
		return word(blunt)
	}
	return None, ""
}

// once returns what s says again and again, such as "stop" of "stop stop stop", or else s.
func once(s string) string {
	for end := 1; end <= len(s)/2; end++ {
		unit := end + 1 // with the space behind it
		if s[end] == ' ' && (len(s)+1)%unit == 0 && s[unit:] == s[:len(s)-unit] {
			return s[:end]
		}
	}
	return s
}
