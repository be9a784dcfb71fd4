package screen

import "strings"

// role is what a word is in a sentence that asks for an answer.
type role uint8

const (
	verb   role = iota + 1 // reply
	filler                 // stands between the verb and the answer: with the word
	aim                    // says what the answer is for: to
	stop                   // ends the texts, by itself
	cancel                 // ends the texts as well, and says something else to who reads it
	start                  // begins the texts again
	yes                    // begins them at some providers, and agrees to something
	help
	ended   // what texts are brought to: to end
	negated // to receive no more
	unless  // says when an answer is to be given: if
	texts   // what is ended: texts
	resumed // what texts are brought to by START
	helped  // what HELP is for
)

// roles are the words with their roles, a bit for each, in English, Spanish and French. The reserved ones are those of the FCC (47 CFR
// 64.1200(a)(10)), the CTIA and the providers' default lists.
func roles() map[string]uint16 {
	m := map[string]uint16{}
	for _, r := range []struct {
		role  role
		words string
	}{
		{verb, `reply respond write text txt send answer type rply responda responde responder conteste contesta envie envia enviar mande manda
			escriba escribe texto repondez reponds repondre envoyez envoie textez texte tapez ecrivez`},
		{filler, `with back a an the word by using only just or and either y o u e ou et con la el palabra avec le mot par please message`},
		{aim, `to for 2 if para si pour will equals por afin a`},
		{unless, `if si when cuando quand`},
		{negated, `no not longer ne plus`},
		{stop, `stop stopall unsubscribe optout alto arret baja parar`},
		{cancel, `cancel end quit revoke remove cancelar fin annuler salir terminar eliminar retirer td`},
		{start, `start unstop iniciar empezar debut commencer`},
		{yes, `yes si oui`},
		{help, `help info ayuda aide informacion`},
		{ended, `stop end opt optout out unsubscribe quit leave halt desuscribirse desuscribir baja dejar darse terminar
			cesar finalizar parar alto desabonner desinscrire arreter cesser arret fin`},
		{texts, `text texts txt txts message messages msg msgs sms alerts reminders notifications subscription texting
			mensaje mensajes textos suscripcion recordatorios alertas avisos rappels alertes abonnement envois textos`},
		{resumed, `resubscribe resume rejoin restart subscribe receive again volver reanudar recibir reabonner reprendre recevoir`},
		{helped, `help info more information questions question assistance support ayuda mas informacion preguntas aide plus renseignements`},
	} {
		for _, w := range strings.Fields(r.words) {
			m[w] |= 1 << r.role
		}
	}
	return m
}

// is reports whether the word of a token has a role.
func (s *screening) is(i int, r role) bool {
	return i >= 0 && i < len(s.tokens) && s.tokens[i].roles&(1<<r) != 0
}

// answers looks for reserved words that the text offers as answers, and for the one that ends the texts. An answer is what
// follows "reply", or stands in capitals or quotes in such a sentence: "Reply C to confirm or CANCEL to cancel".
func (s *screening) answers() {
	d, loud := words(), s.loud()
	for i := range s.tokens {
		if s.tokens[i].link == 0 {
			s.tokens[i].roles = d.roles[string(s.word(i))]
		}
	}
	asked := false // within a sentence that asks for an answer
	for i := range s.tokens {
		if i > 0 && s.ended(i-1) {
			asked = false
		}
		if s.is(i, verb) && (loud || !s.shoutedAnswer(i)) {
			asked = true
			continue
		}
		if !s.reserved(i) {
			continue
		}
		shouted := s.shoutedAnswer(i) && !loud || s.quoted(i)
		follows := asked && s.follows(i)
		switch {
		case s.endsTexts(i) && (shouted || follows):
			s.ends = s.ends || asked || s.aimed(i) || s.is(i-1, ended)
		case asked && (follows || shouted && !s.is(i-1, aim)) && !s.harmless(i):
			s.addTokens(Reserved, "answer", i, i)
		}
	}
}

// reserved reports whether a token is a reserved word. French and Spanish "si" is one with its accent or in capitals, and as
// an answer that is told for what: responda si para confirmar.
func (s *screening) reserved(i int) bool {
	if string(s.word(i)) == "si" {
		w := s.tokens[i]
		return w.shouted || w.to-w.from > 2 || s.is(i-1, verb) && s.next(i, "para")
	}
	return s.is(i, stop) || s.is(i, cancel) || s.is(i, start) || s.is(i, yes) || s.is(i, help)
}

// loud reports whether the text is in capitals for the most part, so that capitals say nothing.
func (s *screening) loud() bool {
	shouted, all := 0, 0
	for _, w := range s.tokens {
		if w.alpha && w.end-w.at > 1 {
			all++
			if w.shouted {
				shouted++
			}
		}
	}
	return shouted*2 > all && all > 4
}

func (s *screening) shoutedAnswer(i int) bool {
	return s.tokens[i].shouted && s.tokens[i].end-s.tokens[i].at > 1
}

// ended reports whether a sentence ends behind a token.
func (s *screening) ended(i int) bool {
	return i+1 < len(s.tokens) && strings.ContainsAny(s.body[s.tokens[i].to:s.tokens[i+1].from], ".!?\n;")
}

// quoted reports whether a token alone stands in quotation marks.
func (s *screening) quoted(i int) bool {
	const open, shut = "\"'“”‘’«»", "\"'“”‘’«»"
	before, after := strings.TrimRight(s.body[:s.tokens[i].from], " "), strings.TrimLeft(s.body[s.tokens[i].to:], " ")
	return before != "" && after != "" && strings.ContainsAny(before[max(0, len(before)-2):], open) && strings.ContainsAny(after[:min(2, len(after))], shut)
}

// follows reports whether a token follows the verb that asks for an answer, but for words between.
func (s *screening) follows(i int) bool {
	first := i - 8
	for i--; i > first && i >= 0 && (s.is(i, filler) || s.reserved(i) || s.tokens[i].end-s.tokens[i].at == 1); i-- {
	}
	return s.is(i, verb)
}

// aimed reports whether what an answer is for follows it.
func (s *screening) aimed(i int) bool {
	return s.is(i+1, aim) || i+1 < len(s.tokens) && strings.Contains(s.body[s.tokens[i].to:s.tokens[i+1].from], "=")
}

// purpose reports whether one of the words that say what an answer is for has a role.
func (s *screening) purpose(i int, r role) bool {
	for j := i + 1; j < min(len(s.tokens), i+7) && !(j > i+1 && s.ended(j-1)); j++ {
		if s.is(j, r) {
			return true
		}
	}
	return false
}

// endsTexts reports whether a token is a reserved word that is offered for what it does: STOP to end, CANCEL to end texts.
func (s *screening) endsTexts(i int) bool {
	sentence := i+1 < len(s.tokens) && !s.ended(i) && s.aimed(i)
	switch {
	case s.is(i, stop):
		return !sentence || s.purpose(i, texts) || !s.is(i+1, unless) && (s.purpose(i, ended) || s.purpose(i, negated))
	case s.is(i, cancel):
		return sentence && (s.purpose(i, texts) || !s.is(i+1, unless) && s.purpose(i, ended))
	}
	return false
}

// harmless reports whether a token is HELP or START, offered for what it does.
func (s *screening) harmless(i int) bool {
	switch {
	case s.is(i, help):
		return !s.aimed(i) || s.ended(i) || s.purpose(i, helped)
	case s.is(i, start):
		return s.purpose(i, resumed) || s.purpose(i, texts)
	}
	return false
}
