package main

import (
	"strings"

	"github.com/enamel-go/enamel/sms/screen"
)

// findingView is something that a text must not carry, or lacks.
type findingView struct {
	Class screen.Class `json:"class"`
	Says  string       `json:"says"`
	Words string       `json:"words,omitempty"`
	Start int          `json:"start"` // in bytes of the text
	End   int          `json:"end"`   // both are zero for what is missing
}

func viewFindings(found []screen.Finding) []findingView {
	views := []findingView{}
	for _, f := range found {
		v := findingView{f.Class, className(f.Class), f.Words, f.Start, f.End}
		if f.What != "" {
			v.Says += ": " + strings.ReplaceAll(f.What, "_", " ")
		}
		views = append(views, v)
	}
	return views
}

// className says a class of findings in plain words.
func className(c screen.Class) string {
	switch c {
	case screen.Health:
		return "It speaks of health or money owed"
	case screen.Person:
		return "It names one of the patients who share the phone"
	case screen.Shaft:
		return "It speaks of sex, hate, alcohol, firearms or tobacco"
	case screen.Forbidden:
		return "Carriers refuse it"
	case screen.Link:
		return "Its link carries something about a person"
	case screen.Reserved:
		return "It asks for a word that ends or begins texts somewhere"
	case screen.Promotion:
		return "It advertises"
	case screen.Nameless:
		return "It does not say which practice sends it"
	case screen.Unreachable:
		return "It does not say how to reach the practice"
	case screen.Endless:
		return "It does not say how to end the texts"
	}
	return string(c)
}

// mark is a place in a text that something is said of.
type mark struct {
	start, end int
	says       string
}

// piece is a part of a text. What is said of it is empty where nothing is.
type piece struct {
	Text string
	Says string
}

// pieces takes a text apart at its marks, which are in the order of their places. Of marks that overlap the earlier one is
// shown whole.
func pieces(text string, marks []mark) []piece {
	var all []piece
	at := 0
	for _, m := range marks {
		start, end := max(m.start, at), min(m.end, len(text))
		if start >= end {
			continue
		}
		if start > at {
			all = append(all, piece{Text: text[at:start]})
		}
		all = append(all, piece{text[start:end], m.says})
		at = end
	}
	if at < len(text) {
		all = append(all, piece{Text: text[at:]})
	}
	return all
}

// found are the marks of findings.
func found(findings []findingView) []mark {
	var marks []mark
	for _, f := range findings {
		marks = append(marks, mark{f.Start, f.End, f.Says})
	}
	return marks
}
