package screen

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// people looks for the given names that must not be told. Of several, such as Mary Ann, each counts by itself and the whole
// does too. Short forms do not: nobody but the family knows that Lizzie is Elizabeth.
func (s *screening) people() {
	for _, given := range s.in.People {
		s.person(given, false)
		if !strings.ContainsFunc(given, parts) {
			continue
		}
		later := false
		for part := range strings.FieldsFuncSeq(given, parts) {
			s.person(part, later)
			later = true
		}
	}
}

// parts reports whether c stands between the given names of one person.
func parts(c rune) bool {
	return unicode.IsSpace(c) || unicode.Is(unicode.Pd, c) || strings.ContainsRune("/,()\"“”", c)
}

// person looks for one name, or a later one of several. An initial is none, and of a script that nobody reads here none is found.
func (s *screening) person(given string, later bool) {
	if strings.ContainsFunc(given, foreign) {
		return
	}
	var buffer [64]byte
	name := plainName(buffer[:0], given)
	if len(name) < 2 || later && particle(name) {
		return
	}
	ordinary := len(name) == 2 || isOrdinary(name)
	for i := 0; i < len(s.tokens); i++ {
		last, owns := s.bears(i, name, ordinary)
		if last < 0 || s.tokens[i].ours || s.titled(i) || s.street(i, last) {
			continue
		}
		if owns || !ordinary || s.proper(i, last) {
			if !s.told(i, last) {
				s.addTokens(Person, "first name", i, last)
			}
			i = last
		}
	}
}

// told reports whether a name is part of one that was found.
func (s *screening) told(first, last int) bool {
	start, end := int(s.tokens[first].from), int(s.tokens[last].to)
	return slices.ContainsFunc(s.found, func(f Finding) bool { return f.Start <= start && end <= f.End })
}

// foreign reports whether c is a letter of a script that no rule reads.
func foreign(c rune) bool { return unicode.IsLetter(c) && latin(c) == 0 && ligature(c) == "" }

// bears returns the last of the tokens from first on that together are a name, or -1, and whether it says of something that it is
// theirs, as Emma's does; Emmas does too.
func (s *screening) bears(first int, name []byte, ordinary bool) (last int, owns bool) {
	if last := s.glued(first, name); last >= 0 {
		for i := first + 1; i <= last; i++ {
			if !s.together(i) {
				return -1, false
			}
		}
		return last, false
	}
	w, t := s.word(first), s.tokens[first]
	if len(w) != len(name)+1 || w[len(name)] != 's' || string(w[:len(name)]) != string(name) {
		return -1, false
	}
	if strings.ContainsAny(s.body[t.from:t.to], "'’ʼ‘`´") {
		return first, true
	}
	if ordinary || len(name) < 4 { // bills; this is not Thi's
		return -1, false
	}
	return first, true
}

// together reports whether a token and the one before it may be one name: D'Andre, Mary-Ann, Mary Ann, and not "is a" for Isa.
func (s *screening) together(i int) bool {
	before, t := &s.tokens[i-1], &s.tokens[i]
	switch s.gap(i) {
	case "-", "'", "’":
		return true
	case " ":
		return before.capital && t.capital && before.end-before.at > 1 && t.end-t.at > 1
	}
	return false
}

// proper reports whether a word that is a name and something else besides is written as a name: with a capital of its own that no
// sentence, date or text of capitals gives it.
func (s *screening) proper(i, last int) bool {
	w := &s.tokens[i]
	if !w.capital || w.shouted || i == last && s.dated(i) {
		return false
	}
	return !s.begins(i) || s.addressed(last)
}

// gap returns what stands between a token and the one before it.
func (s *screening) gap(i int) string {
	if i == 0 {
		return s.body[:s.tokens[0].from]
	}
	return s.body[s.tokens[i-1].to:s.tokens[i].from]
}

// begins reports whether a sentence begins with a token, as far as its signs tell. The practice's name stands before one.
func (s *screening) begins(i int) bool {
	if i == 0 || s.tokens[i-1].ours {
		return true
	}
	return strings.ContainsAny(s.gap(i), ".!?:;\n…¡¿(\"“«") && !s.previous(i, "mr mrs ms sr sra srta mme")
}

// addressed reports whether what a sentence begins with is whom it speaks to or of: "Will, your visit", "Will is due", "next: Will".
func (s *screening) addressed(i int) bool {
	rest := strings.TrimLeft(s.body[s.tokens[i].to:], " ")
	next, _ := utf8.DecodeRuneInString(rest)
	if rest == "" || strings.ContainsRune(",:;.!?)-–—", next) {
		return true
	}
	return i+1 < len(s.tokens) && inList(s.word(i+1), "is has was needs at and es esta tiene y est et")
}

// titled reports whether a name is the doctor's: Dr. Emma, and not 4 Oak Dr, Emma.
func (s *screening) titled(i int) bool {
	if !s.previous(i, "dr dra") || strings.Contains(s.gap(i), ",") {
		return false
	}
	return i == 1 || s.begins(i-1) || !s.tokens[i-2].capital
}

// street reports whether a name is a street's: 4 Rose Street.
func (s *screening) street(i, last int) bool {
	return i > 0 && s.tokens[i-1].digits && last+1 < len(s.tokens) && s.tokens[last+1].capital && s.gap(last+1) == " " &&
		inList(s.word(last+1), "street st road rd avenue ave boulevard blvd parkway pkwy")
}

// dated reports whether a word is a month or a day rather than somebody: May 5, in June, April or May, Sun 8 to 5; not "at 3, May".
func (s *screening) dated(i int) bool {
	if !calendar(s.word(i)) {
		return false
	}
	if s.previous(i, "in by until till since of this next last early late mid during through on every en este proximo hasta desde christmas years") {
		return true
	}
	if i > 0 && s.day(i-1) && s.gap(i) == " " || i+1 < len(s.tokens) && s.day(i+1) && (s.gap(i+1) == " " || s.gap(i+1) == ". ") {
		return true
	}
	month := isMonth(s.word(i)) // a weekday before it makes no date of it: see you Monday, May
	listed := func(j int) bool {
		return j >= 0 && j < len(s.tokens) && (isMonth(s.word(j)) || !month && calendar(s.word(j)))
	}
	joins := func(j int) bool { return j >= 0 && j < len(s.tokens) && inList(s.word(j), "and or to y e o a et ou") }
	return listed(i-1) || listed(i+1) || joins(i-1) && listed(i-2) || joins(i+1) && listed(i+2) || i > 1 && s.previous(i, "de") && s.day(i-2)
}

// day reports whether a token may be the number of a day or a year: 5, 5th, 2027, and not 3 PM's.
func (s *screening) day(i int) bool {
	w := &s.tokens[i]
	if !w.digits || s.letters[w.end-1] == 'm' {
		return false
	}
	before, behind := s.body[:w.from], s.body[w.to:]
	return !strings.HasSuffix(before, ":") && (len(behind) < 2 || behind[0] != ':' || behind[1] < '0' || behind[1] > '9')
}

// isMonth reports whether a word is a month, or short for one.
func isMonth(word []byte) bool {
	switch string(word) {
	case "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
		"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
		"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
		"janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre", "decembre":
		return true
	}
	return false
}

// calendar reports whether a word is a month, a day of the week or before a holiday, or short for one.
func calendar(word []byte) bool {
	switch string(word) {
	case "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "eve",
		"lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo",
		"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche":
		return true
	}
	return isMonth(word)
}

// particle reports whether a later one of several names is none by itself: María de los Ángeles.
func particle(name []byte) bool {
	switch string(name) {
	case "da", "das", "de", "del", "den", "der", "des", "do", "dos", "du", "el", "la", "las", "le", "les", "los", "san", "van", "von":
		return true
	}
	return false
}

// isOrdinary reports whether a name is a word of everyday texts besides, in one of the languages that are read, beyond those
// that have two letters. What is often written small and hardly ever means anything but the person is not among them.
func isOrdinary(name []byte) bool {
	if calendar(name) {
		return true
	}
	switch string(name) {
	case "ace", "amber", "angel", "apple", "art", "ash", "autumn", "bay", "beauty", "berry", "bill", "blessing", "blue", "bud", "buddy",
		"can", "candy", "carol", "case", "cash", "chance", "charity", "chase", "cherry", "chip", "clay", "cliff", "comfort", "constant", "coral", "crystal",
		"daisy", "dale", "dawn", "day", "dean", "destiny", "don", "dot", "drew", "duke", "dusty", "earl", "ever", "faith", "favour", "fern", "field", "forest", "fortune",
		"fox", "frank", "gene", "german", "gift", "ginger", "glen", "grace", "grant", "gray", "grey", "guy", "hang", "happy", "harmony", "haven", "hay", "hazel", "heart",
		"heath", "heather", "heaven", "herb", "holly", "honey", "honor", "hope", "innocent", "iris", "ivy", "jade", "jay", "job", "journey", "joy", "junior", "just", "justice",
		"king", "kit", "lance", "lane", "legend", "liberty", "lily", "long", "love", "lovely", "lucky", "major", "mark", "max", "melody", "mercy", "merry", "miles", "min", "mint",
		"miracle", "misty", "noble", "noel", "nova", "olive", "page", "pat", "patience", "peace", "pearl", "penny", "precious", "prince", "promise", "queen", "rain", "ray", "red",
		"reed", "rich", "river", "rob", "rock", "rocky", "rod", "roman", "rose", "royal", "ruby", "rusty", "sage", "sandy", "see", "sincere", "skip", "sky", "son", "song", "star",
		"stone", "success", "sue", "summer", "sung", "sunny", "the", "tiger", "trip", "true", "unique", "van", "violet", "wade", "ward", "will", "win", "winter", "wise", "wren",
		"you", "young",
		"alba", "alma", "amor", "azul", "bella", "blanca", "cielo", "clara", "consuelo", "cruz", "dan", "dolores", "dulce", "ella", "esperanza", "estrella", "flor", "leon", "linda",
		"luz", "paz", "perla", "pilar", "reyes", "rosa", "sal", "salud", "salvador", "sol", "soledad", "una", "violeta",
		"ange", "blanche", "claire", "elle", "les", "marin", "pierre", "reine":
		return true
	}
	return false
}
