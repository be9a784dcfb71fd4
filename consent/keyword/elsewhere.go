package keyword

import "slices"

// tongue is what we know of a further language that is spoken in our patients' homes: words for an end, words for a text or
// for writing one, and whole messages that mean an end.
type tongue struct{ ends, texts, whole []string }

// tongues are written as the messages are read: in small letters and without accents.
var tongues = []tongue{
	{ // Portuguese
		ends:  []string{"pare", "parem", "parar", "nao", "chega", "remova", "retire", "retirem", "cancele", "deixe", "deixem"},
		texts: []string{"mensagem", "mensagens", "sms", "torpedos", "escreva", "escrevam", "contatem", "lista"},
		whole: []string{"sair", "para", "descadastrar"},
	},
	{ // German
		ends:  []string{"keine", "nicht", "horen", "hort", "aufhoren", "stoppen", "loschen", "streichen"},
		texts: []string{"nachrichten", "nachricht", "textnachrichten", "sms", "schreiben", "schreibt", "kontaktieren", "liste"},
		whole: []string{"stopp", "abmelden", "aufhoren", "abbestellen", "austragen"},
	},
	{ // Italian
		ends:  []string{"smettete", "smettetela", "smetta", "smetti", "basta", "non", "cancellate", "cancellatemi", "rimuovete", "rimuovetemi"},
		texts: []string{"messaggi", "messaggio", "sms", "scrivermi", "scrivetemi", "scrivete", "contattarmi", "contattatemi", "elenco"},
		whole: []string{"smettila", "smettetela", "ferma", "cancellami", "disiscrivi"},
	},
	{ // Vietnamese
		ends:  []string{"dung", "ngung", "thoi", "khong"},
		texts: []string{"nhan", "tin"},
		whole: []string{"dung", "dung lai", "huy", "ngung"},
	},
	{ // Tagalog
		ends:  []string{"huwag", "wag", "itigil", "tigilan", "ayoko", "ayaw", "tama"},
		texts: []string{"text", "texts", "texting", "mensahe", "message", "messages", "padala", "magpadala"},
		whole: []string{"itigil", "tama na", "huwag na", "ayoko na"},
	},
	{ // Haitian Creole
		ends:  []string{"sispann", "kanpe", "rete", "pa"},
		texts: []string{"mesaj", "teks", "tekste", "ekri", "voye"},
		whole: []string{"sispann", "kanpe", "rete"},
	},
	{ // Turkish
		ends:  []string{"gonderme", "gondermeyin", "istemiyorum", "durdurun", "atmayin", "yazmayin"},
		texts: []string{"mesaj", "mesajlari", "mesajlar", "sms", "bana"},
		whole: []string{"dur", "durdur", "iptal", "abonelikten cik"},
	},
	{ // Polish
		ends:  []string{"nie", "przestan", "przestancie", "prosze"},
		texts: []string{"wiadomosci", "sms", "smsow", "pisz", "piszcie", "pisac", "wysylac", "wysylajcie"},
		whole: []string{"koniec", "wypisz", "rezygnuje"},
	},
}

// elsewhere reports whether a message may ask for an end in one of these languages. A person decides about it, for no rule
// knows what else it may mean.
func (t *text) elsewhere() bool {
	whole := t.sentence()
	return slices.ContainsFunc(tongues, func(g tongue) bool {
		return slices.Contains(g.whole, whole) || t.holds(g.ends) && t.holds(g.texts)
	})
}

// holds reports whether the message has one of the words.
func (t *text) holds(words []string) bool {
	return slices.ContainsFunc(t.tokens, func(w token) bool { return slices.Contains(words, w.word) })
}
