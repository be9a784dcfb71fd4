package keyword

import "strings"

// word looks up a message that was normalised, and says which language it is a word of. Each word stands under the first source
// that names it. The English ones, which carriers teach everybody, tell no language, nor does what is a word of two.
func word(s string) (asks Word, language string) {
	switch s {
	case
		// FCC, 47 CFR 64.1200(a)(10): each of these, by itself, is a revocation.
		"stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe",
		// CTIA Messaging Principles, May 2023, 5.1.3, and what people make of these words.
		"opt me out", "unsubscribe me", "remove me", "un subscribe",
		// Twilio, Telnyx, AWS, Weave: their default lists.
		"stopall", "stop all", "optout", "remove", "td",
		// Older campaigns: "Reply STOP to end".
		"stop2quit", "stop2end", "stop to quit", "stop to end":
		return Stop, ""
	case "alto", "parar", "pare", "basta", "cancelar", "detener", "baja", "darse de baja", "salir", "no mas", "eliminar":
		return Stop, spanishTag
	case "fin": // Spanish and French
		return Stop, ""
	case
		// AWS and Twilio name ARRET, for Canada.
		"arret", "arrete", "arretez", "arrett", "arreter", "desabonner", "annuler", "retirer":
		return Stop, frenchTag
	case "help", "info": // INFO is French as well
		return Help, ""
	case "ayuda", "informacion":
		return Help, spanishTag
	case "aide":
		return Help, frenchTag
	case "start", "unstop":
		return Start, ""
	case "iniciar", "empezar":
		return Start, spanishTag
	case "debut", "commencer":
		return Start, frenchTag
	case "agree", "i agree":
		return Agree, ""
	case "autorizo":
		return Agree, spanishTag
	case "autorise", "jautorise", "j autorise":
		return Agree, frenchTag
	}
	return None, ""
}

// plainly reports whether s says stop so plainly that courtesy around it changes nothing. CANCEL and END are not among
// these: "please cancel" is what a patient says of an appointment.
func plainly(s string) bool {
	switch s {
	case "stop", "stopall", "stop all", "unsubscribe", "unsubscribe me", "opt out", "optout", "opt me out", "remove me",
		"alto", "basta", "pare", "no mas", "arret", "arretez":
		return true
	}
	return false
}

// impolite takes one courtesy off either end of s.
func impolite(s string) string {
	for _, courtesy := range []string{"please ", "pls ", "plz ", "por favor ", "svp "} {
		if rest, ok := strings.CutPrefix(s, courtesy); ok {
			s = rest
			break
		}
	}
	for _, courtesy := range []string{
		" please", " pls", " plz", " thanks", " thank you", " thx", " por favor", " gracias", " svp", " sil vous plait", " merci",
	} {
		if rest, ok := strings.CutSuffix(s, courtesy); ok {
			return rest
		}
	}
	return s
}
