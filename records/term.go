package records

import (
	"slices"
	"strings"
)

// Term is something that a patient is found by, in the form in which it is compared, byte for byte.
type Term struct {
	Kind  TermKind
	Value string
}

// TermKind says what a term is made of.
type TermKind string

// The kinds of terms. A birth date alone is none: it has too few values for a blind index to hide.
const (
	ByName  TermKind = "name" // folded name and birth date together
	ByPhone TermKind = "phone"
	ByEmail TermKind = "email" // in lower case
)

// Terms returns all that a patient is found by, each once.
func Terms(p Patient) []Term {
	terms := []Term{nameTerm(p.Name, p.Birth)}
	for _, ph := range p.Phones {
		if term := phoneTerm(ph.Number); !slices.Contains(terms, term) {
			terms = append(terms, term)
		}
	}
	if p.Email != "" {
		terms = append(terms, emailTerm(p.Email))
	}
	return terms
}

// nameTerm joins its parts by line feeds, which fold leaves in none of them.
func nameTerm(n Name, birth Date) Term {
	return Term{ByName, fold(n.Family) + "\n" + fold(n.Given) + "\n" + birth.String()}
}

func phoneTerm(typed string) Term { return Term{ByPhone, strings.TrimSpace(number(typed))} }

func emailTerm(address string) Term {
	return Term{ByEmail, strings.ToLower(strings.TrimSpace(address))}
}
