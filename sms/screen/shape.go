package screen

import "strings"

// shape looks for what is known by its form, beginning with a token that has a digit. It returns the last token that needs no
// further look.
func (s *screening) shape(i int) int {
	w := &s.tokens[i]
	switch {
	case w.alpha:
		return s.coded(i)
	case w.link != 0:
		return i
	}
	if last := s.numbers(i); last > i {
		return last
	}
	if w.end-w.at >= 5 {
		s.prices = true // a short code, or a number to call
	}
	before := s.before(i)
	switch {
	case before == '#':
		return s.tooth(i)
	case strings.HasPrefix(strings.TrimLeft(s.body[w.to:], " "), "%") && s.next(i, reduced):
		s.addTokens(Promotion, "offer", i, i+1)
		s.offers = true
		return i + 1
	case strings.HasSuffix(s.body[:w.from], "£"), strings.HasSuffix(s.body[:w.from], "€"), before == '$', s.priced(i), s.next(i, "usd dollar dollars euro euros dolares cad"):
		switch {
		case s.next(i, "off"):
			s.addTokens(Promotion, "offer", i, i+1)
			s.offers = true
		case s.previous(i, "save ahorre economisez"):
			s.addTokens(Promotion, "offer", i-1, i)
			s.offers = true
		}
		s.amount, s.prices = true, true
	case w.end-w.at == 4 && s.previous(i, "d") && (s.tokens[i-1].shouted || s.tight(i-1, "-")):
		s.addTokens(Health, "procedure code", i-1, i)
	case len(s.word(i)) == 1 && s.previous(i, "ul ur lr") && s.tokens[i-1].shouted && s.value(i) >= 1 && s.value(i) <= 8:
		s.addTokens(Health, "tooth", i-1, i)
	case s.next(i, "mg mcg mmhg milligrams miligramos milligrammes"):
		s.addTokens(Health, "dose", i, i+1)
		return i + 1
	case s.next(i, "mod modb modl dol difl mifl mob") && s.tokens[i+1].shouted && s.value(i) <= 32:
		s.addTokens(Health, "tooth", i, i+1)
		return i + 1
	}
	return i
}

// priced reports whether a sign of money stands behind a token, as French has it: 50 $.
func (s *screening) priced(i int) bool {
	behind := strings.TrimLeft(s.body[s.tokens[i].to:], " \u00a0\u202f")
	return strings.HasPrefix(behind, "$") || strings.HasPrefix(behind, "€") || strings.HasPrefix(behind, "£")
}

// before returns the sign right before a token, or 0. Blanks may stand behind a number sign.
func (s *screening) before(i int) byte {
	head := s.body[:s.tokens[i].from]
	if trimmed := strings.TrimRight(head, " "); strings.HasSuffix(trimmed, "#") {
		return '#'
	}
	if head == "" {
		return 0
	}
	return head[len(head)-1]
}

// next reports whether the word behind a token is one of a list.
func (s *screening) next(i int, list string) bool {
	if i+1 == len(s.tokens) {
		return false
	}
	return inList(s.word(i+1), list)
}

func (s *screening) previous(i int, list string) bool { return i > 0 && inList(s.word(i-1), list) }

// inList reports whether a word is one of a list of words with a blank between them.
func inList(word []byte, list string) bool {
	for len(list) > 0 {
		w, rest, _ := strings.Cut(list, " ")
		if w == string(word) {
			return true
		}
		list = rest
	}
	return false
}

// reduced are words behind a percentage that make an offer of it.
const reduced = "off discount savings less menos descuento rabais remise reduction"

// value returns the number that a token of digits is; a long one is 1<<30 or more.
func (s *screening) value(i int) int {
	v := 0
	for _, c := range s.word(i) {
		if v = v*10 + int(c-'0'); v > 1<<30 {
			break
		}
	}
	return v
}

// numbered are words whose number is no tooth's.
const numbered = "suite ste apt apartment unit room rm bldg building floor fl door gate box lot space order ref reference ticket " +
	"confirmation code conf number no option store office location address claim invoice case route hwy highway bus line step question q " +
	"entrance exit level garage stall elevator chair desk window lane bay spot oficina piso edificio puerta autobus ruta salida porte bureau etage"

// filed are words whose number is a patient's, a policy's or an account's.
const filed = "chart acct account patient pt member subscriber policy group claim mrn"

// tooth reads what follows a number sign: #14, #3-5, # 8. "#1" alone praises.
func (s *screening) tooth(i int) int {
	v := s.value(i)
	if s.previous(i, filed) {
		s.addTokens(Health, "identifier", i-1, i)
		return i
	}
	if v < 1 || v > 32 || s.previous(i, numbered) || s.tokens[i].end-s.tokens[i].at > 2 {
		return i
	}
	last := i
	for last+1 < len(s.tokens) && s.tight(last, "-–/,&") {
		w := s.tokens[last+1]
		if w.alpha && w.end-w.at > 4 {
			break
		}
		last++
	}
	if v == 1 && last == i && !s.previous(i, "tooth teeth molar on extract remove fill crown for ext exts") {
		return i
	}
	s.add(Health, "tooth", strings.LastIndexByte(s.body[:s.tokens[i].from], '#'), int(s.tokens[last].to))
	return last
}

// tight reports whether nothing but one of the signs stands between a token and the next.
func (s *screening) tight(i int, signs string) bool {
	between := strings.TrimSpace(s.body[s.tokens[i].to:s.tokens[i+1].from])
	return !s.tokens[i+1].blank && between != "" && strings.Contains(signs, between)
}

// coded looks at a token of letters and digits: UL6, D1234, K02.9, 500mg, 150p.
func (s *screening) coded(i int) int {
	w, word := s.tokens[i], s.word(i)
	head := 0
	for head < len(word) && '0' <= word[head] && word[head] <= '9' {
		head++
	}
	tail := string(word[head:])
	switch {
	case head > 0 && (tail == "mg" || tail == "mcg" || tail == "mmhg"):
		s.addTokens(Health, "dose", i, i)
	case head > 0 && head <= 2 && s.before(i) == '#' && len(tail) <= 5 && strings.Trim(tail, "modblif") == "":
		s.addTokens(Health, "tooth", i, i)
	case head > 0 && w.link == 0 && (tail == "p" || tail == "ppm" || tail == "pmin"):
		s.prices = true
	case len(word) == 5 && word[0] == 'd' && digits(string(word[1:])):
		s.addTokens(Health, "procedure code", i, i)
	case len(word) == 3 && s.capitals(i) && quadrant(word[:2]) && ('1' <= word[2] && word[2] <= '8'):
		s.addTokens(Health, "tooth", i, i)
	case len(word) == 3 && 'a' <= word[0] && word[0] <= 'z' && digits(string(word[1:])) && s.fraction(i):
		s.addTokens(Health, "diagnosis code", i, i+1)
		return i + 1
	}
	return i
}

// capitals reports whether the letters of a token are capitals.
func (s *screening) capitals(i int) bool { return s.tokens[i].shouted }

func quadrant(word []byte) bool {
	switch string(word) {
	case "ul", "ur", "ll", "lr":
		return true
	}
	return false
}

// fraction reports whether a full stop and a digit follow a token at once.
func (s *screening) fraction(i int) bool {
	to := int(s.tokens[i].to)
	return i+1 < len(s.tokens) && to+1 < len(s.body) && s.body[to] == '.' && int(s.tokens[i+1].from) == to+1 && s.tokens[i+1].digits &&
		s.tokens[i+1].end-s.tokens[i+1].at <= 4
}

// numbers reads a row of digits and signs: a phone number, a date, a number of social security, a card.
func (s *screening) numbers(i int) int {
	last, all := i, 0
	var group [8]int
	n := 0
	for j := i; j < len(s.tokens) && n < len(group); j++ {
		w := s.tokens[j]
		if w.alpha || w.link != 0 || j > i && !s.joined(j-1) {
			break
		}
		group[n] = int(w.end - w.at)
		all += group[n]
		n++
		last = j
	}
	switch {
	case n == 3 && group[0] == 3 && group[1] == 2 && group[2] == 4:
		s.addTokens(Health, "identifier", i, last)
	case n == 3 && group[0] <= 2 && group[1] <= 2 && group[2] == 4 && birthYear(s.value(last)),
		n == 3 && s.previous(i, "born dob birthdate nacio nacido nacida"),
		n == 3 && group[0] == 4 && group[1] <= 2 && group[2] <= 2 && birthYear(s.value(i)):
		s.addTokens(Health, "date of birth", i, last)
	case all >= 13 && all <= 16 && s.luhn(i, last):
		s.addTokens(Health, "card number", i, last)
	case all == 10, all == 11 && s.letters[s.tokens[i].at] == '1', all >= 8 && all <= 15 && s.before(i) == '+':
		s.reached, s.prices = true, true
	default:
		return i
	}
	return last
}

// joined reports whether a token and the next may be of one number: at most two signs stand between them, none of which ends
// a sentence.
func (s *screening) joined(i int) bool {
	between := s.body[s.tokens[i].to:s.tokens[i+1].from]
	return len(between) <= 2 && strings.Trim(between, " -./)(") == ""
}

// birthYear reports whether a date of this year is one of birth and none of a visit.
func birthYear(year int) bool { return year >= 1900 && year <= 2019 }

// luhn reports whether the digits of some tokens are those of a card.
func (s *screening) luhn(first, last int) bool {
	sum, double := 0, false
	row := s.letters[s.tokens[first].at:s.tokens[last].end]
	for i := len(row) - 1; i >= 0; i-- {
		v := int(row[i] - '0')
		if double {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
		double = !double
	}
	return sum%10 == 0
}
