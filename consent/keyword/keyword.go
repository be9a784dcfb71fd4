package keyword

// Word is what a whole message asks for.
type Word string

// The words.
const (
	None  Word = ""
	Stop  Word = "stop"  // no more texts
	Help  Word = "help"  // who is this, and how do I stop it
	Start Word = "start" // texts again, after a stop
	Agree Word = "agree" // the answer to a double opt-in; never YES, which Twilio takes for START
)

// longest is more bytes than any word takes, with whatever may stand around it. A longer message is none of them.
const longest = 256

// Classify returns what a whole message asks for, or [None]. Its cost does not grow with messages longer than that.
func Classify(body string) Word {
	if len(body) > longest {
		return None
	}
	return wordOf(normalise(body))
}

// wordOf looks a normalised message up.
func wordOf(s string) Word {
	switch s {
	// FCC, 47 CFR 64.1200(a)(10); CTIA; Twilio, AWS, Telnyx and Weave.
	case "stop", "quit", "end", "revoke", "opt out", "optout", "cancel", "unsubscribe", "stopall", "stop all", "remove",
		"td", "stop2quit", "stop2end", "stop to end", "stop to quit", "stop stop", "stop stop stop", "please stop",
		"stop please", "opt me out", "unsubscribe me", "remove me",
		// Spanish.
		"alto", "parar", "pare", "basta", "cancelar", "detener", "baja", "darse de baja", "salir", "no mas", "eliminar",
		// French.
		"arret", "arrete", "arretez", "arrett", "arreter", "desabonner", "annuler", "retirer",
		// Both.
		"fin":
		return Stop
	case "help", "info", "ayuda", "informacion", "aide":
		return Help
	case "start", "unstop", "iniciar", "empezar", "debut", "commencer":
		return Start
	case "agree", "i agree":
		return Agree
	}
	return None
}
