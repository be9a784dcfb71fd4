package blindindex

import (
	"slices"
	"strings"
)

// SurnamesVersion is the version of the rules of [Surnames]. They build on those of [Name], whose change changes both.
const SurnamesVersion = 1

// Surnames returns all that a family name is found by, each once: first the whole of it, as [Name] folds it, then its
// parts by themselves, then those parts together with the particles in front of them. Version 1:
//
//	García Márquez       garcia marquez · garcia · marquez
//	Smith-Jones          smith jones · smith · jones
//	van der Berg         van der berg · berg
//	García de la Cruz    garcia de la cruz · garcia · cruz · de la cruz
//	Kreiger Jr.          kreiger jr · kreiger
//
// A particle, a single Latin letter and a suffix such as Jr. are no parts by themselves: they tell nobody from anybody.
// The last word is one in any case, so that Vietnamese Le is found. Errors are those of [Name].
//
// An index that holds all of these says by its rows how many parts a name has, and so whether it is of one kind or
// another. Write the same number of rows for everybody.
func Surnames(s string) ([]string, error) {
	whole, err := Name(s)
	if err != nil {
		return nil, err
	}
	words := strings.Split(whole, " ")
	for len(words) > 1 && suffix(words[len(words)-1]) {
		words = words[:len(words)-1]
	}
	forms := []string{whole}
	var full []string
	from := 0
	for i, word := range words {
		if particle(word) && i < len(words)-1 {
			continue
		}
		forms = append(forms, word)
		full = append(full, strings.Join(words[from:i+1], " "))
		from = i + 1
	}
	var once []string
	for _, f := range append(forms, full...) {
		if !slices.Contains(once, f) {
			once = append(once, f)
		}
	}
	return once, nil
}

// particle reports whether a word only leads to the name behind it.
func particle(word string) bool {
	switch word {
	case "de", "del", "della", "delle", "dello", "di", "da", "das", "do", "dos", "du", "des", "la", "las", "le", "les", "lo",
		"los", "el", "al", "van", "von", "vom", "und", "zu", "zum", "zur", "den", "der", "het", "ten", "ter", "te", "af", "av",
		"bin", "ibn", "bint", "ben", "abu", "mac", "mc", "ap":
		return true
	}
	return len(word) == 1 && 'a' <= word[0] && word[0] <= 'z'
}

// suffix reports whether a word behind a name tells generations apart.
func suffix(word string) bool {
	switch word {
	case "jr", "sr", "ii", "iii", "iv":
		return true
	}
	return false
}
