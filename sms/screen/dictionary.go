package screen

import (
	"math/bits"
	"strings"
	"sync"
)

// when says when a term is a finding.
type when uint8

const (
	always   when = iota
	paired        // beside a term of another row that is paired
	offered       // in a text that offers something
	sold          // in a text that offers something, or sends the reader to a number, a link or a price
	priced        // in a text with an amount of money
	listed        // the same, in a text that may not advertise
	cosmetic      // in a text that may not advertise
	never         // never: a phrase that is none of the terms within it
	offer         // never: it offers something
	price         // never: it says what a call or a text costs
)

// row is terms of one kind. They stand in plain letters, with a blank between them. An underscore is where the term's words
// part. A term in * stands for all words that begin, or end, with it. A term in ~ may be a name, of a street or a doctor.
type row struct {
	class Class
	what  string
	when  when
	terms string
}

// term is a term, ready to be looked for.
type term struct {
	*row
	also   uint16 // the same words in another row, which are a finding under another condition
	bounds uint64 // where its words part: bit n is set where n letters stand before
	name   bool   // it may be a name
}

// node is a letter of the terms that begin alike. Zero is no node, and no term.
type node struct {
	letter      byte
	next, child uint16 // its next sibling, its first child
	whole, stem uint16 // the term that ends here, and the one that begins all words that go on
}

// dictionary is all that the screen knows of words. It does not change once it is built.
type dictionary struct {
	nodes   []node
	roots   [128]uint16 // of terms by their first letter
	endings [128]uint16 // of terms that are endings, by their last letter, backwards
	terms   []term

	roles      map[string]uint16
	shorteners map[string]bool
	tlds       map[string]bool // endings of hosts
	parameters map[string]string
}

// words builds the dictionary, once.
var words = sync.OnceValue(func() *dictionary {
	d := &dictionary{nodes: make([]node, 1), terms: make([]term, 1)}
	for _, rows := range tables() {
		for i := range rows {
			for _, t := range strings.Fields(rows[i].terms) {
				d.insert(&rows[i], t)
			}
		}
	}
	d.roles, d.shorteners, d.tlds, d.parameters = roles(), set(shorteners), set(tlds), parameters()
	return d
})

// tables are the tables of terms. What is no finding stands in the first of them that has its words.
func tables() [][]row {
	return [][]row{dental(), medical(), drugs(), money(), insurance(), identity(), shaft(), forbidden(), promotion()}
}

func set(list string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(list) {
		m[w] = true
	}
	return m
}

// insert adds a term as a row writes it. The first row that has a term keeps it; where it is a finding there under a condition
// only, it is another one in the next row that has it: alcohol in a history, and alcohol that is free.
func (d *dictionary) insert(r *row, written string) {
	t := term{row: r}
	plain, stem := strings.CutSuffix(written, "*")
	plain, t.name = strings.CutSuffix(plain, "~")
	plain, ending := strings.CutPrefix(plain, "*")
	var letters []byte
	for _, c := range []byte(plain) {
		if c == '_' {
			t.bounds |= 1 << len(letters)
		} else {
			letters = append(letters, c)
		}
	}
	roots := &d.roots
	if ending {
		roots = &d.endings
		for i, j := 0, len(letters)-1; i < j; i, j = i+1, j-1 {
			letters[i], letters[j] = letters[j], letters[i]
		}
	}
	n := &d.nodes[d.grow(roots, letters)]
	slot := &n.whole
	if stem {
		slot = &n.stem
	}
	switch first := &d.terms[*slot]; {
	case *slot == 0:
		*slot = uint16(len(d.terms))
	case first.when != always && first.when != never && first.row != r && first.bounds == t.bounds && first.also == 0:
		first.also = uint16(len(d.terms))
	default:
		return
	}
	d.terms = append(d.terms, t)
}

// grow returns the node of the letters, which it adds where there is none.
func (d *dictionary) grow(roots *[128]uint16, letters []byte) uint16 {
	at := &roots[letters[0]]
	for i := 0; ; i++ {
		for *at != 0 && d.nodes[*at].letter != letters[i] {
			at = &d.nodes[*at].next
		}
		if *at == 0 {
			*at = uint16(len(d.nodes))
			d.nodes = append(d.nodes, node{letter: letters[i]}) // at is of no use from here on
			at = nil
		}
		var n uint16
		if at == nil {
			n = uint16(len(d.nodes) - 1)
		} else {
			n = *at
		}
		if i == len(letters)-1 {
			return n
		}
		at = &d.nodes[n].child
	}
}

// child returns the node below n for a letter, or zero.
func (d *dictionary) child(n uint16, c byte) uint16 {
	for n = d.nodes[n].child; n != 0 && d.nodes[n].letter != c; {
		n = d.nodes[n].next
	}
	return n
}

// step is child, and takes in a token of letters and signs a sign for the letter that it looks like.
func (d *dictionary) step(n uint16, c byte, disguised bool) uint16 {
	if m := d.child(n, c); m != 0 || !disguised {
		return m
	}
	for _, as := range []byte(figures(c)) {
		if m := d.child(n, as); m != 0 {
			return m
		}
	}
	return 0
}

// figures returns the letters that a figure or a sign is written for.
func figures(c byte) string {
	switch c {
	case '0':
		return "o"
	case '1':
		return "il"
	case '3':
		return "e"
	case '4', '@':
		return "a"
	case '5', '$':
		return "s"
	case '7':
		return "t"
	case '8':
		return "b"
	}
	return ""
}

// longest returns the longest term that begins with a token, and its last token. Blanks and signs within it are looked past,
// for r-o-o-t c a n a l is a root canal; where a term has no place for one, [hidden] decides.
func (d *dictionary) longest(t *text, first int) (found uint16, last int) {
	tok := first
	from, pos := int(t.tokens[first].at), int(t.tokens[first].at)
	n := uint16(0)
	var bounds, blanks uint64
	for pos-from < 64 {
		for pos == int(t.tokens[tok].end) {
			if tok++; tok == len(t.tokens) || t.tokens[tok].ours || t.tokens[tok].link != t.tokens[first].link {
				return found, last
			}
			bounds |= 1 << (pos - from)
			if t.tokens[tok].blank {
				blanks |= 1 << (pos - from)
			}
		}
		c, w := t.letters[pos], t.tokens[tok]
		next := uint16(0)
		switch disguised := w.digits && w.alpha || c == '$' || c == '@'; {
		case pos == from:
			next = d.root(c, disguised)
		default:
			next = d.step(n, c, disguised)
		}
		if next == 0 {
			if pos > int(w.at) && c == t.letters[pos-1] && c > '9' {
				pos++ // caaavity
				continue
			}
			return found, last
		}
		n = next
		pos++
		if m := d.nodes[n].stem; m != 0 && d.fits(n, m, bounds, blanks, pos-from) {
			found, last = m, tok
		}
		if m := d.nodes[n].whole; m != 0 && d.fits(n, m, bounds, blanks, pos-from) && plural(t.letters[pos:w.end]) {
			found, last = m, tok
		}
	}
	return found, last
}

func (d *dictionary) root(c byte, disguised bool) uint16 {
	if m := d.roots[c&0x7f]; m != 0 && (c > '9' || !disguised) {
		return m
	}
	for _, as := range []byte(figures(c)) {
		if m := d.roots[as]; m != 0 && disguised {
			return m
		}
	}
	return d.roots[c&0x7f]
}

// plural reports whether what is left of a word is nothing, or the ending of a plural.
func plural(rest []byte) bool {
	return len(rest) == 0 || string(rest) == "s" || string(rest) == "es"
}

// fits reports whether a term of so many letters may be written with these parts.
func (d *dictionary) fits(n, m uint16, bounds, blanks uint64, letters int) bool {
	t := &d.terms[m]
	extra := bounds &^ t.bounds
	stem := d.nodes[n].stem == m
	switch {
	case extra == 0:
		return true
	case bits.OnesCount64(bounds) == letters-1:
		return letters >= 4 || extra&blanks == 0 && letters >= 3 // spelled: p e r i o, h.i.v
	case t.when != always:
		return false
	case extra&blanks == 0:
		return letters >= 5 // root.canal, im-plant
	}
	return !stem && letters >= 8 && bits.OnesCount64(extra) == 1 // extrac tion
}

// ending returns the term that is the ending of a token's word.
func (d *dictionary) ending(word []byte) uint16 {
	if k := len(word) - 1; k > 3 && word[k] == 's' {
		if m := d.ending(word[:k]); m != 0 {
			return m
		}
	}
	n, found := uint16(0), uint16(0)
	for i := len(word) - 1; i >= 0; i-- {
		if n == 0 {
			n = d.endings[word[i]&0x7f]
		} else {
			n = d.child(n, word[i])
		}
		if n == 0 {
			break
		}
		if m := d.nodes[n].whole; m != 0 && i >= 1 {
			found = m
		}
	}
	return found
}
