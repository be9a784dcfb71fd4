package representative

import (
	"fmt"
	"strings"
)

// complete refuses a fact that lacks what its kind needs.
func (f Fact) complete() error {
	lacking := func(what string) error { return fmt.Errorf("%w: it needs %s", ErrEvidence, what) }
	blank := func(s string) bool { return strings.TrimSpace(s) == "" }
	switch f.Kind {
	case Appointed, Ordered, Emancipated:
		return f.dated()
	case Ended:
		if blank(f.About) || blank(f.Reason) {
			return lacking("the appointment, order or emancipation that it ends, and why")
		}
	case Shielded:
		if blank(f.Episode) || !f.Basis.shields() {
			return fmt.Errorf("%w: a shield needs the episode of care, and one of the bases minor_alone, lawful, agreed", ErrInvalid)
		}
	case Consented:
		switch {
		case blank(f.Person) || !f.Method.valid():
			return fmt.Errorf("%w: a parent's consent needs the parent, and a method by which it was verified", ErrInvalid)
		case blank(f.Evidence.Wording) || blank(f.Evidence.Language) || !f.Proof.complete():
			return lacking("the words on which the parent consented, their language, and the proof of the verification")
		case f.Method.confirms() && blank(f.Evidence.Confirmation):
			return lacking("the confirming message, without which a consent by e-mail or text is not verified")
		}
	case Unfrozen, Removed:
		if f.Kind == Unfrozen && f.Finding != Covered && f.Finding != Mistaken {
			return fmt.Errorf("%w: the finding is covered or mistaken", ErrInvalid)
		}
		if blank(f.About) || blank(f.Reason) || !f.Proof.complete() {
			return lacking("the report, the proof of what was verified, and why it was decided so")
		}
	case Answered:
		if blank(f.About) || blank(f.Evidence.Message) && blank(f.Evidence.Words) {
			return lacking("the report, and what was answered or the message that says it")
		}
	}
	return nil // a report or a withdrawal is never refused for what it lacks
}

// dated refuses an appointment, an order or an emancipation that lacks what it needs.
func (f Fact) dated() error {
	switch {
	case f.Kind != Emancipated && strings.TrimSpace(f.Person) == "":
		return fmt.Errorf("%w: nobody is named", ErrInvalid)
	case f.Kind == Appointed && !f.Basis.appoints():
		return fmt.Errorf("%w: the basis of an appointment is parent, court or by_patient", ErrInvalid)
	case f.Kind == Appointed && len(f.Acts) == 0:
		return fmt.Errorf("%w: an appointment names the acts that it covers", ErrInvalid)
	case f.From.IsZero():
		return fmt.Errorf("%w: the first day is missing", ErrInvalid)
	case !f.Until.IsZero() && f.Until.Before(f.From):
		return fmt.Errorf("%w: its last day comes before its first", ErrInvalid)
	case !f.Proof.complete():
		return fmt.Errorf("%w: it needs the document that proves it, and what that is", ErrEvidence)
	}
	return nil
}
