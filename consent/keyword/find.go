package keyword

import "slices"

// finding is where a rule matched.
type finding struct {
	*compiled
	start, end int
}

// find returns all matches. No word belongs to more than one match of a rule, nor to any once a rule that means
// [nothing] has it.
func (t *text) find() []finding {
	if t.found != nil {
		return t.found
	}
	all := []finding{}
	have := t.vocabulary()
	covered := make([]bool, len(t.tokens)+1)
	for _, first := range []bool{true, false} {
		rules := grammar()
		for n := range rules {
			r := &rules[n]
			if (r.means == nothing) != first || !have.allow(r.elements) {
				continue
			}
			for i := 0; i < len(t.tokens); i++ {
				if covered[i] {
					continue
				}
				end := match(r.elements, t.tokens, i)
				if end <= i || slices.Contains(covered[i:end], true) {
					continue
				}
				all = append(all, finding{r, i, end})
				if first {
					for n := i; n < end; n++ {
						covered[n] = true
					}
				}
				i = end - 1
			}
		}
	}
	t.found = all
	return all
}

// stock is what a text has: most rules need a word that it has not.
type stock struct {
	classes class
	words   map[string]bool
	name    bool
}

func (t *text) vocabulary() stock {
	s := stock{words: map[string]bool{}}
	for _, w := range t.tokens {
		s.classes |= w.class
		s.words[w.word] = true
		s.name = s.name || w.capital
	}
	return s
}

// allow reports whether a text may match elements at all.
func (s stock) allow(elements []element) bool {
	for n := range elements {
		e := &elements[n]
		if e.optional || e.any || e.end || e.classes&s.classes != 0 || e.name && s.name {
			continue
		}
		if !slices.ContainsFunc(e.words, func(w string) bool { return s.words[w] }) {
			return false
		}
	}
	return true
}
