package keyword

import (
	"strings"
	"testing"
)

// TestRulesAndVocabularyFit: a class that a rule names is in the vocabulary, one that is there is named, and each word is
// written as messages are once they are read. A misspelt class would be a word that nobody writes.
func TestRulesAndVocabularyFit(t *testing.T) {
	named := map[string]bool{"DONT": true, "CAPITAL": true}
	for _, row := range words {
		if named[row.class] {
			t.Errorf("%s has two rows", row.class)
		}
		named[row.class] = true
		if vocabulary().names[row.class] == 0 {
			t.Errorf("%s is one class too many", row.class)
		}
		for _, w := range strings.Fields(row.words) {
			if got := read(w).sentence(); got != w && !oath(w) {
				t.Errorf("%s: %q is read as %q", row.class, w, got)
			}
		}
	}
	for _, set := range [][]rule{english, spanish, french} {
		for _, r := range set {
			for word := range strings.FieldsFuncSeq(r.pattern, func(c rune) bool { return strings.ContainsRune(" |*?$_", c) }) {
				if strings.ToUpper(word) == word && !named[word] {
					t.Errorf("%q: no class %s", r.pattern, word)
				}
				if strings.ToUpper(word) != word && read(word).sentence() != word {
					t.Errorf("%q: %q is read as %q", r.pattern, word, read(word).sentence())
				}
			}
		}
	}
}
