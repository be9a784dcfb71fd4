package keyword

import (
	"slices"
	"strings"
)

// bare judges clauses that are a word for stop and courtesy.
func (t *text) bare() []verdict {
	// Words that stop wherever they stand by themselves, that do as the whole text, that do not say what shall stop.
	strong, whole, doubts, clauses, sure := 0, 0, 0, 0, false
	var words []string
	clause := func() {
		if len(words) == 0 {
			return
		}
		clauses++
		switch once(strings.Join(words, " ")) {
		case "stop all", "unsubscribe", "opt out":
			strong, sure = strong+1, true
		case "cease", "halt", "desist", "discontinue", "remove", "quit", "cease desist", "stop these", "stop them",
			"stop everything", "end all", "end everything", "cancel all", "end service", "stop service", "discontinue service", "cancel service",
			"mute", "unenroll", "text stop", "reply stop", "send stop", "parar", "arreter":
			whole++
		case "stop it", "stop this", "stop that", "quit it", "end it", "end this", "no more", "enough", "cancel", "end", "delete", "blocked", "reported", "spam", "scam",
			"dnd", "dnc", "cancela", "cancele", "cancelen", "annulez", "baja", "salir", "eliminar", "desabonner", "retirer", "do not disturb", "do not call", "do not want", "go away":
			doubts++
		case "stop", "alto", "basta", "pare", "paren", "detener", "arret", "arretez", "arrete", "no mas", "para", "parale", "detente", "detengase", "detenganse", "parele", "parenle":
			strong++
		}
		words = nil
	}
	for i, w := range t.tokens {
		switch {
		case w.mark != 0:
			clause()
		case w.quoted && !t.allQuoted():
			words = append(words, `"`)
		case w.class&classPolite != 0 || courtesy(w.word):
			sure = sure || pleases(w.word)
			if w.word == "mas" && i > 0 && t.tokens[i-1].word == "no" {
				words = append(words, "no", "mas")
			}
		case w.word == "more" && i > 0 && t.tokens[i-1].word == "no":
			words = append(words, "no", "more")
		default:
			words = append(words, w.word)
		}
	}
	clause()
	opens := t.opening()
	switch {
	case opens.asks == Stop:
		return []verdict{opens}
	case strong+whole > 0 && strong+whole == clauses:
		return []verdict{{asks: Stop, why: plainWord}}
	case doubts > 0 && doubts < clauses && t.supports(doubtful):
		return []verdict{{asks: Stop, why: plainWord}}
	case doubts > 0 && doubts+strong+whole == clauses:
		return []verdict{{asks: Review, why: unsure}}
	case strong == 0:
		return []verdict{opens}
	case (sure || t.supports(stops, strange, doubtful)) && !t.laughs():
		return []verdict{{asks: Stop, why: plainWord}}
	}
	return []verdict{{asks: Review, why: plainWord}}
}

// supports reports whether a rule of one of these means matches somewhere.
func (t *text) supports(these ...means) bool {
	return slices.ContainsFunc(t.find(), func(f finding) bool { return slices.Contains(these, f.means) })
}

// laughs reports whether somebody laughs in the text: "stop please! haha".
func (t *text) laughs() bool {
	return slices.ContainsFunc(t.tokens, func(w token) bool {
		return slices.Contains([]string{"haha", "hahaha", "lol", "lmao", "rofl", "jaja", "jajaja", "mdr", "hehe", "jk"}, w.word)
	})
}

// courtesy knows words that say nothing where a word for stop stands.
func courtesy(word string) bool {
	switch word {
	case "no", "ok", "okay", "yes", "hi", "hello", "hey", "just", "you", "thank", "and", "but", "so", "hola", "bonjour", "to", "must", "y", "et":
		return true
	}
	return false
}
