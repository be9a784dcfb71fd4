package main

import (
	"strings"

	"github.com/enamel-go/enamel/consent/representative"
)

// actingSays says in one sentence who may act.
func actingSays(f representative.Fact) string {
	switch f.Kind {
	case representative.Appointed:
		says := f.Person + " may act for the patient " + standsOn(f.Basis) + ", from " + f.From.String()
		if !f.Until.IsZero() {
			says += " until " + f.Until.String()
		}
		return says + "."
	case representative.Ordered:
		if f.Bars {
			return "A court said that " + f.Person + " may not act for the patient."
		}
		return "A court said that " + f.Person + " may act for the patient."
	case representative.Emancipated:
		return "The patient is of age by law, from " + f.From.String() + "."
	case representative.Ended:
		return "What was said before about who may act has ended: " + f.Reason
	case representative.Shielded:
		return "An episode of care is the minor's own, and is not shown to parents."
	case representative.Consented:
		return f.Person + " consented that the child gives data itself, verified by " + strings.ReplaceAll(string(f.Method), "_", " ") + "."
	case representative.Withdrawn:
		return f.Person + " took back the consent that the child gives data itself."
	case representative.Reported:
		return "Somebody reported that a child gave data. What it gave is frozen until a person has decided."
	case representative.Unfrozen:
		if f.Finding == representative.Covered {
			return "A person decided: a parent's consent covers what the child gave. " + f.Reason
		}
		return "A person decided: it was no child under 13 who gave it. " + f.Reason
	case representative.Removed:
		return "A person decided: what the child gave was deleted. " + f.Reason
	case representative.Answered:
		return "Whoever reported it got the answer."
	}
	return string(f.Kind)
}

// standsOn says on what an appointment stands.
func standsOn(b representative.Basis) string {
	switch b {
	case representative.Parent:
		return "as a parent"
	case representative.Court:
		return "by a court"
	case representative.ByPatient:
		return "by the patient's own will"
	}
	return "by " + string(b)
}

// actName says an act in plain words.
func actName(a representative.Act) string {
	switch a {
	case representative.See:
		return "see the record"
	case representative.Agree:
		return "agree to care"
	case representative.Request:
		return "use the patient's rights"
	case representative.Text:
		return "agree to texts and end them"
	case representative.Enter:
		return "enter data"
	case representative.Use:
		return "use what the patient gave itself"
	}
	return string(a)
}
