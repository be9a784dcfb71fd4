package records

import (
	"slices"
	"strconv"
	"strings"

	"github.com/enamel-go/enamel/crypto/blindindex"
)

// Term is something that a patient is found by, in the form in which it is compared, byte for byte. It is no text.
type Term struct {
	Kind  TermKind
	Value string
}

// TermKind says what a term is made of.
type TermKind string

// The kinds of terms. The values are in the forms of package blindindex, version 1 each; under another version a kind
// has another name.
const (
	ByName  TermKind = "name" // one of the family names, the given name and the birth date together
	ByPhone TermKind = "phone"
	ByEmail TermKind = "email"
)

// nameTerms is how many terms of kind [ByName] a patient has: of García de la Cruz the whole, both names, and "de la
// Cruz". Of a name with more parts the further ones are not found by themselves.
const nameTerms = 4

// Terms returns all that a patient is found by, each once. The terms of the name are always as many; those that it has
// too few parts for find nobody, so that their number does not tell who bears two surnames.
func Terms(p Patient) []Term {
	given, birth := folded(p.Name.Given), p.Birth.String()
	families, err := blindindex.Surnames(p.Name.Family)
	if err != nil {
		families = []string{""}
	}
	var terms []Term
	for _, family := range families[:min(len(families), nameTerms)] {
		terms = append(terms, Term{ByName, blindindex.Compound(family, given, birth)})
	}
	for len(terms) < nameTerms {
		// What nobody asks for: five parts. It changes with the name, as the true terms do.
		nobody := blindindex.Compound(families[0], given, birth, p.ID, strconv.Itoa(len(terms)))
		terms = append(terms, Term{ByName, nobody})
	}
	for _, ph := range p.Phones {
		if term := phoneTerm(ph.Number); !slices.Contains(terms, term) {
			terms = append(terms, term)
		}
	}
	if term, err := emailTerm(p.Email); err == nil {
		terms = append(terms, term)
	}
	return terms
}

// nameTerm is what a patient of this name is found by. The family name may be one of several.
func nameTerm(n Name, birth Date) Term {
	return Term{ByName, blindindex.Compound(folded(n.Family), folded(n.Given), birth.String())}
}

// phoneTerm takes what is no number as it was typed, for it is kept like that.
func phoneTerm(typed string) Term {
	number, err := blindindex.Phone(typed)
	if err != nil {
		number = strings.TrimSpace(typed)
	}
	return Term{ByPhone, number}
}

func emailTerm(address string) (Term, error) {
	address, err := blindindex.Email(address)
	return Term{ByEmail, address}, err
}

// folded returns the form in which a part of a name is found, and "" for one without a letter.
func folded(name string) string {
	form, err := blindindex.Name(name)
	if err != nil {
		return ""
	}
	return form
}
