package sms

import (
	"strings"

	"github.com/enamel-go/enamel/internal/letter"
)

// correctWithin is how many days a correction that came by text may take: the policy's promise of an answer within 30 days
// (MyDentalPMS Privacy Policy, section 9), which is stricter than the law's 60 (45 CFR 164.526(b)(2)).
const correctWithin = 30

// corrects reports whether a message asks to put right what the practice has wrong. It knows a few plain ways to say so in
// English, Spanish and French, and rather misses one: a message that it misses waits for an answer like any other.
func corrects(body string) bool {
	said := " " + strings.Join(plainWords(body), " ") + " "
	for _, p := range corrections {
		if p.in(said) {
			return true
		}
	}
	return false
}

// pattern is a way to say something: a word or phrase of each part, one right after the other.
type pattern [][]string

func (p pattern) in(said string) bool {
	for at := range said {
		if said[at] == ' ' && p.at(said[at:]) {
			return true
		}
	}
	return false
}

// at reports whether a text begins with the pattern. Each phrase begins after a blank and ends before one.
func (p pattern) at(said string) bool {
	if len(p) == 0 {
		return true
	}
	for _, phrase := range p[0] {
		if rest, ok := strings.CutPrefix(said, " "+phrase); ok && strings.HasPrefix(rest, " ") && p[1:].at(rest) {
			return true
		}
	}
	return false
}

func either(words string) []string { return strings.Split(words, "|") }

// corrections are the ways, as [plainWords] leaves them. A new number, and an appointment that is not the writer's, are such
// as well; a new time for it is not, nor is "wrong number" alone, which package keyword takes for a stranger's.
var corrections = func() []pattern {
	facts := either("name|first name|last name|birthday|birth date|date of birth|dob|date|day|time|address|email|spelling|phone number|cell number|insurance|doctor|dentist|patient|appointment|info|information|details")
	own := either("name|first name|last name|birthday|birth date|date of birth|dob|address|email|phone|number|phone number|cell|cell number|info|information|details")
	hechos := either("nombre|apellido|fecha|hora|direccion|correo|cita|telefono|numero de telefono|fecha de nacimiento")
	faits := either("nom|prenom|date|heure|adresse|courriel|numero de telephone|date de naissance|rendez vous")
	return []pattern{
		{either("wrong|incorrect|misspelled"), facts},
		{either("have|got|spelled|spelling|wrote"), either("my|our|the|his|her"), facts, either("wrong|incorrectly")},
		{either("my|our|his|her"), facts, either("is|was"), either("wrong|incorrect|misspelled|spelled wrong|not right|not correct|out of date|outdated|old")},
		{either("my|our|his|her"), facts, either("has|have"), either("changed")},
		{either("my|our|his|her"), either("new|correct|right"), own, either("is|isnt|will be")},
		{either("my name is"), either("not|spelled|actually")},
		{either("have|got|has"), either("a"), either("new"), either("number|phone number|cell number|address|email")},
		{either("changed|changing"), either("my|our"), own},
		{either("correct|fix|update|change"), either("my|our|the spelling of my|his|her"), own},
		{either("this|that|it"), either("is not|isnt|was not|wasnt"), either("my|our"), either("appointment|appt|name|birthday|birth date|address")},
		{either("thats|its"), either("not"), either("my|our"), either("appointment|appt|name|birthday|birth date|address")},
		{either("not"), either("my|our"), either("appointment|appt|name|birthday|address")},

		{hechos, either("equivocado|equivocada|incorrecto|incorrecta|mal escrito|mal escrita")},
		{either("mi"), hechos, either("es|esta"), either("incorrecto|incorrecta|equivocado|equivocada|mal|mal escrito|mal escrita")},
		{either("mi"), either("nuevo|nueva"), hechos},
		{either("mi numero nuevo|mi nuevo numero|cambie de numero|cambie de direccion|tengo un nuevo numero|tengo un numero nuevo|tengo nuevo numero")},
		{either("corregir|corrija|corrijan|corrige|actualizar|actualice|actualicen"), either("mi"), hechos},
		{either("no es"), either("mi"), hechos},
		{either("no es mia esa cita|esa cita no es mia|esta cita no es mia")},

		{either("mauvais|mauvaise"), faits},
		{either("mon|ma|le|la|l"), faits, either("est"), either("incorrect|incorrecte|errone|erronee|faux|fausse|mal ecrit|mal ecrite")},
		{either("mon|ma"), either("nouveau|nouvelle"), either("numero|numero de telephone|adresse|courriel|nom")},
		{either("j ai change de|change de"), either("numero|adresse|nom")},
		{either("corriger|corrigez|corrige|mettre a jour|mettez a jour"), either("mon|ma"), either("numero|numero de telephone|adresse|courriel|nom|prenom|date de naissance")},
		{either("pas"), either("mon|ma"), faits},
	}
}()

// plainWords returns the words of a message in small letters, without width, style and accents. An apostrophe within a word is
// left out, but after the one letter that French elides.
func plainWords(body string) []string {
	var words []string
	var word []byte
	end := func() {
		if len(word) > 0 {
			words = append(words, string(word))
		}
		word = word[:0]
	}
	for _, r := range body {
		if p := letter.Plain(r); p != 0 {
			word = append(word, p)
			continue
		}
		if (r == '\'' || r == '’') && len(word) > 1 {
			continue
		}
		end()
	}
	end()
	return words
}
