package screen

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// Version is the version of the rules and words. It grows whenever the same text may come out otherwise than before, so that
// a decision can say by which rules a text was screened.
const Version = 5

// Class is what kind of thing a text must not carry.
type Class string

// The classes of findings.
const (
	Health      Class = "health"      // a condition, a treatment, a tooth, a drug, money owed, an insurer, a result, an identifier
	Person      Class = "person"      // says which of a family's patients it is about
	Shaft       Class = "shaft"       // sex, hate, alcohol, firearms, tobacco
	Forbidden   Class = "forbidden"   // what carriers refuse besides: public shorteners, prescription promotion, gambling, lending
	Link        Class = "link"        // a link that carries something about a person
	Reserved    Class = "reserved"    // a reserved word such as CANCEL, YES or STOP offered as the answer to something else
	Promotion   Class = "promotion"   // it advertises
	Nameless    Class = "nameless"    // it does not say which practice sends it
	Unreachable Class = "unreachable" // it does not say how to reach the practice
	Endless     Class = "endless"     // it does not say how to end the texts
)

// Finding is what a text carries that it must not, and where.
type Finding struct {
	Class Class  `json:"class"`
	What  string `json:"what,omitzero"`  // the kind within the class, such as "tooth" or "drug"
	Words string `json:"words,omitzero"` // the words as they stand in the text
	Start int    `json:"start"`          // where they begin, in bytes of the text
	End   int    `json:"end"`            // where they end, in bytes; both are zero for what is missing
}

// Context is what the screen has to know about a text beside its words. The zero value is a text of nobody's that may not
// advertise and need not say anything.
type Context struct {
	Practice string   // the practice's name as its texts give it; words within the name are no findings, a single one with its capital
	People   []string // given names that the text must not give, as a chart has them: on a family's phone, those of its patients
	Promotes bool     // it may advertise, and name what is cosmetic

	NeedsName    bool // it must give the practice's name
	NeedsContact bool // it must give a phone number, an e-mail address or a link (CASL, section 6(2))
	NeedsEnd     bool // it must say how to end the texts, such as "Reply STOP to end"
}

// Screen returns what body carries that it must not, in the order of the places where it stands; what is missing comes
// first. It returns nil where there is nothing. Words that hide behind case, width, accents, signs, figures for letters or
// blanks between their letters are found, and stand in the finding as they stand in body. Any string is a body; bytes that
// are no UTF-8 are read as Latin-1 where they are a letter in it.
func Screen(body string, in Context) []Finding {
	s := desks.Get().(*screening)
	s.in = in
	s.read(body)
	s.screen()
	found := s.found
	s.clear()
	desks.Put(s)
	return found
}

// desks are screenings that are done, for the memory that they have.
var desks = sync.Pool{New: func() any { return new(screening) }}

// clear leaves nothing of the text behind.
func (s *screening) clear() {
	clear(s.letters)
	kept := screening{hits: s.hits[:0]}
	kept.letters, kept.tokens, kept.links = s.letters[:0], s.tokens[:0], s.links[:0]
	if cap(s.letters) > 1<<12 {
		kept = screening{}
	}
	*s = kept
}

// screening is a body that is being screened.
type screening struct {
	reader
	in    Context
	found []Finding

	hits    []hit // terms that are a finding under a condition only
	offers  bool  // it offers something
	prices  bool  // it says what a call costs, or sends the reader to a number or a link
	amount  bool  // it has an amount of money
	named   bool  // it gives the practice's name
	reached bool  // it gives a way to reach the practice
	ends    bool  // it gives a way to end the texts
}

// hit is a term in the text.
type hit struct {
	term        uint16
	first, last int32 // its tokens
}

func (s *screening) screen() {
	d := words()
	s.name()
	s.people()
	for i := 0; i < len(s.tokens); i++ {
		w := &s.tokens[i]
		if w.ours {
			continue
		}
		if w.digits {
			if last := s.shape(i); last > i {
				i = last
				continue
			}
		}
		if s.mediCal(i) {
			i++
			continue
		}
		if m, last := d.longest(&s.text, i); m != 0 && !s.other(&d.terms[m], i, last) {
			s.hit(m, i, last)
			i = last
			continue
		}
		if w.end-w.at >= 5 {
			if m := d.ending(s.word(i)); m != 0 {
				s.hit(m, i, i)
			}
		}
	}
	s.answers()
	s.linked()
	s.weigh(d)
	s.missing()
	if s.found == nil {
		return
	}
	slices.SortFunc(s.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End), cmp.Compare(a.Class, b.Class), cmp.Compare(a.What, b.What))
	})
	s.found = slices.Compact(s.found)
}

// add adds a finding between two places of the body.
func (s *screening) add(class Class, what string, start, end int) {
	if class == Promotion && s.in.Promotes {
		return
	}
	s.found = append(s.found, Finding{class, what, s.body[start:end], start, end})
}

// mediCal adds California's insurer, which has the letters of another word and is no term therefore.
func (s *screening) mediCal(i int) bool {
	if string(s.word(i)) != "medi" || !s.next(i, "cal") {
		return false
	}
	s.addTokens(Health, "insurer", i, i+1)
	return true
}

// addTokens adds a finding of whole tokens. What says something of a person's health says it in a link as well.
func (s *screening) addTokens(class Class, what string, first, last int) {
	if class == Health && s.tokens[first].link != 0 {
		class = Link
	}
	s.add(class, what, int(s.tokens[first].from), int(s.tokens[last].to))
}

// hit takes in a term that stands in the text, by each row that has it.
func (s *screening) hit(m uint16, first, last int) {
	for ; m != 0; m = words().terms[m].also {
		s.row(m, first, last)
	}
}

func (s *screening) row(m uint16, first, last int) {
	switch t := &words().terms[m]; t.when {
	case always:
		s.addTokens(t.class, t.what, first, last)
		s.offers = s.offers || t.class == Promotion
		if t.what != drug {
			return
		}
	case never:
		return
	case offer:
		s.offers = true
		return
	case price:
		s.prices = true
		return
	}
	s.hits = append(s.hits, hit{m, int32(first), int32(last)})
}

// weigh decides on the terms that are a finding under a condition.
func (s *screening) weigh(d *dictionary) {
	var of, another *row // two rows whose terms are paired
	for _, h := range s.hits {
		switch t := &d.terms[h.term]; {
		case t.when != paired:
		case of == nil:
			of = t.row
		case t.row != of:
			another = t.row
		}
	}
	for _, h := range s.hits {
		t := &d.terms[h.term]
		is := false
		switch t.when {
		case always: // a drug, which is a finding already
			if s.offers {
				s.addTokens(Forbidden, "prescription promotion", int(h.first), int(h.last))
			}
		case paired:
			is = another != nil
		case offered:
			is = s.offers
		case sold:
			is = s.offers || s.prices || len(s.links) > 0
		case priced:
			is = s.amount
		case listed:
			is = s.amount && !s.in.Promotes
		case cosmetic:
			is = !s.in.Promotes
		}
		if is {
			s.addTokens(t.class, t.what, int(h.first), int(h.last))
		}
	}
}

// other reports whether what looks like a term is something else: a name, as in 12 Crown Street and Dr. Crown, or kisses at
// the end of a text.
func (s *screening) other(t *term, first, last int) bool {
	if string(s.word(first)) == "xxx" {
		return first == last && !s.tokens[first].shouted
	}
	return t.name && (s.surname(first) || s.place(t, first, last))
}

// surname reports whether a token is the name behind a title: Dr. Crown, and not "ask your doctor. Crown at 3".
func (s *screening) surname(i int) bool {
	switch s.gap(i) {
	case " ":
		return s.tokens[i].capital && s.previous(i, "dr dra doctor mr mrs ms") && !s.drive(i-1)
	case ".", ". ":
		return s.tokens[i].capital && s.previous(i, "dr dra mr mrs ms") && !s.drive(i-1)
	}
	return false
}

// drive reports whether a token that reads Dr ends an address of a few words: 4 Oak Dr.
func (s *screening) drive(i int) bool {
	for dr := i; i > max(0, dr-5) && s.gap(i) == " "; i-- {
		switch w := &s.tokens[i-1]; {
		case w.digits:
			return i < dr
		case !w.capital, w.shouted && w.end-w.at > 1, calendar(s.word(i - 1)):
			return false
		}
	}
	return false
}

// place reports whether some tokens are the name of a street or a house, written as one: 12 Crown Street, and not "your
// crown. Street parking". Only what is no treatment has a Dr behind it, who may be the dentist: Crown Dr. Lee.
func (s *screening) place(t *term, first, last int) bool {
	if last+1 == len(s.tokens) || s.gap(last+1) != " " || !s.tokens[first].capital || !s.tokens[last+1].capital {
		return false
	}
	switch string(s.word(last + 1)) {
	case "street", "st", "road", "rd", "avenue", "ave", "boulevard", "blvd", "lane", "ln", "plaza", "parkway", "pkwy", "square",
		"hotel", "heights", "point", "terrace", "circle", "towers", "building", "center", "centre", "mall", "park", "hill",
		"drive", "way", "court", "ct":
		return true
	case "dr":
		return t.class != Health
	}
	return false
}

// name marks the practice's name wherever it stands; one of a single word only where it is written as a name, or as
// a link's host.
func (s *screening) name() {
	var buffer [96]byte
	name := plainName(buffer[:0], s.in.Practice)
	if len(name) == 0 {
		return
	}
	for i := range s.tokens {
		if last := s.glued(i, name); last >= 0 {
			s.named = true
			for one := i == last; i <= last; i++ {
				s.tokens[i].ours = !one || s.tokens[i].capital || s.tokens[i].host
			}
		}
	}
}

// glued returns the last of the tokens from first on that together are the letters of name, or -1.
func (s *screening) glued(first int, name []byte) int {
	at := int(s.tokens[first].at)
	if at+len(name) > len(s.letters) || string(s.letters[at:at+len(name)]) != string(name) {
		return -1
	}
	for i := first; i < len(s.tokens); i++ {
		if end := int(s.tokens[i].end); end >= at+len(name) {
			if end == at+len(name) {
				return i
			}
			break
		}
	}
	return -1
}

// plainName appends the plain letters and digits of a name.
func plainName(dst []byte, name string) []byte {
	for _, c := range name {
		if p := latin(c); p != 0 {
			dst = append(dst, p)
		} else {
			dst = append(dst, ligature(c)...)
		}
	}
	return dst
}

// missing adds what the text has to say and does not. It stands at no place.
func (s *screening) missing() {
	s.reached = s.reached || len(s.links) > 0 || mail(s.body)
	for _, m := range []struct {
		class  Class
		needed bool
	}{
		{Nameless, s.in.NeedsName && !s.named},
		{Unreachable, s.in.NeedsContact && !s.reached},
		{Endless, s.in.NeedsEnd && !s.ends},
	} {
		if m.needed {
			s.found = append(s.found, Finding{Class: m.class})
		}
	}
}

// mail reports whether body has an e-mail address.
func mail(body string) bool {
	i := strings.IndexByte(body, '@')
	if i <= 0 {
		return false
	}
	end := strings.IndexAny(body[i:], " \n\t")
	if end < 0 {
		end = len(body) - i
	}
	return isWord(body[i-1]) && strings.Contains(strings.TrimRight(body[i:i+end], ".,;"), ".")
}
