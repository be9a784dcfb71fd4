package representative

import (
	"fmt"
	"slices"
	"time"

	"github.com/enamel-go/enamel/audit"
)

// Verdict is what one rule says.
type Verdict string

// The verdicts. Allow and Refuse decide; after Pass the next rule is looked at.
const (
	Allow  Verdict = "allow"
	Refuse Verdict = "refuse"
	Pass   Verdict = "pass"
)

// Question asks whether somebody may do something for a patient, or about one.
type Question struct {
	Person  audit.Actor // who acts: the patient by its own id, a representative by the vendor's id, staff or a system
	Act     Act
	Episode string         // the care that it concerns; empty: none in particular
	Born    Date           // the patient's birth date; zero where it is not known
	State   string         // whose law counts, in two letters
	Zone    *time.Location // in which a day begins: the practice's. Defaults to UTC.
}

func (q Question) zone() *time.Location {
	if q.Zone == nil {
		return time.UTC
	}
	return q.Zone
}

// Answer is whether it may be done, and every rule that was looked at to find out.
type Answer struct {
	Allowed bool   `json:"allowed"`
	Rule    string `json:"rule,omitzero"` // the id of the rule that decided; empty where none did
	Fact    string `json:"fact,omitzero"` // the id of the fact that decided; empty where none did
	Why     string `json:"why"`           // one plain sentence
	// Without are the episodes of care that a representative must not see, to be left out of whatever is shown.
	Without []string `json:"without,omitempty"`
	Trail   []Step   `json:"trail,omitempty"`
}

// Step is one rule that was looked at.
type Step struct {
	Rule     string  `json:"rule"`
	Version  int     `json:"version"`
	Citation string  `json:"citation"`
	Says     Verdict `json:"says"`
	Fact     string  `json:"fact,omitzero"`   // the id of the fact that it read, where it decided by one
	Reason   string  `json:"reason,omitzero"` // where it does not say pass
}

// May says whether somebody may do something. It is a pure function of the law, a patient's facts, the question and the
// moment: facts of another ledger and facts that were recorded after the moment do not count, so any past answer can be had
// again. Days are the calendar's, in the question's zone. The rules are looked at in order, and the first that allows or
// refuses decides. What no rule allows is refused.
func (l *Law) May(k Key, facts []Fact, q Question, moment time.Time) Answer {
	s := l.state(k, facts, q, moment)
	a := Answer{Why: "No rule allows it."}
	for _, r := range l.rules {
		if r.Effective.After(moment) || r.Check == CheckAnswer {
			continue
		}
		says, fact, reason := r.apply(s)
		a.Trail = append(a.Trail, Step{Rule: r.ID, Version: r.Version, Citation: r.Citation, Says: says, Fact: fact, Reason: reason})
		if says != Pass {
			a.Allowed, a.Rule, a.Fact, a.Why = says == Allow, r.ID, fact, reason
			break
		}
	}
	if a.Allowed && s.by(audit.Representative) && !s.chosen() {
		a.Without = s.shielded()
	}
	return a
}

// apply returns what the rule says, the id of the fact that it decided by, and why it says so.
func (r Rule) apply(s state) (says Verdict, fact, reason string) {
	switch r.Check {
	case CheckFrozen:
		return s.frozen()
	case CheckPractice:
		if (s.by(audit.Staff) || s.by(audit.System)) && (s.q.Act == Enter || s.q.Act == Use) {
			return Allow, "", "It is the practice's own work on the record."
		}
	case CheckCustody:
		if s.by(audit.Representative) && s.barred(s.q.Person.ID, s.q.Act) {
			return Refuse, s.order(s.q.Person.ID, s.q.Act).ID, "A court's order says that this person may not."
		}
	case CheckConsent:
		return s.covered(r.Under)
	case CheckEntry:
		return s.entry()
	case CheckShield:
		return s.shield()
	case CheckAdult:
		if s.by(audit.Patient) && s.ofAge() {
			return Allow, "", "The patient is of age."
		}
	case CheckMajority:
		return s.majority()
	case CheckAppoint:
		return s.appointed()
	}
	return Pass, "", ""
}

// frozen refuses whatever would add to what a child gave, or use it, while a report is open.
func (s state) frozen() (says Verdict, fact, reason string) {
	report := s.open()
	if report != nil && (s.q.Act == Use || s.q.Act == Enter && s.by(audit.Patient)) {
		return Refuse, report.ID, "What the child gave is frozen until the practice has decided on a report."
	}
	return Pass, "", ""
}

// covered refuses what a child under an age gives itself without a parent's verified consent.
func (s state) covered(under int) (says Verdict, fact, reason string) {
	switch {
	case !s.by(audit.Patient) || s.q.Act != Enter:
		return Pass, "", ""
	case !s.born():
		return Refuse, "", "The birth date is not known, so this may be a child."
	case !s.today.Before(birthday(s.q.Born, under)):
		return Pass, "", ""
	}
	if consent := s.consent(); consent != nil {
		return Allow, consent.ID, "A parent's verified consent is in force."
	}
	return Refuse, "", fmt.Sprintf("A child under %d gives data only with a parent's verified consent.", under)
}

// entry allows what a patient gives itself, and what a parent gives about a minor.
func (s state) entry() (says Verdict, fact, reason string) {
	switch {
	case s.q.Act != Enter:
	case s.by(audit.Patient):
		return Allow, "", "The patient gives data about itself."
	case s.by(audit.Representative) && !s.ofAge():
		return Allow, "", "A parent gives data about a minor."
	}
	return Pass, "", ""
}

// shield keeps an episode that is the minor's own from everybody whom the patient, once of age, has not appointed.
func (s state) shield() (says Verdict, fact, reason string) {
	at := slices.IndexFunc(s.facts, func(f Fact) bool { return f.Kind == Shielded && f.Episode == s.q.Episode })
	switch {
	case at < 0:
	case s.by(audit.Patient):
		return Allow, s.facts[at].ID, "The care is the patient's own to decide on."
	case s.by(audit.Representative) && !s.chosen():
		return Refuse, s.facts[at].ID, "The patient consented to this care itself, and it is kept from representatives."
	}
	return Pass, "", ""
}

// majority refuses a representative whose authority ended when the patient came of age.
func (s state) majority() (says Verdict, fact, reason string) {
	switch {
	case !s.by(audit.Representative):
		return Pass, "", ""
	case s.adult.IsZero():
		return Refuse, "", "It is not known when the patient comes of age: the birth date is missing, or the State's age of majority."
	case !s.ofAge() || slices.ContainsFunc(s.authority(), s.anew):
		return Pass, "", ""
	}
	return Refuse, "", fmt.Sprintf("The patient is of age since %s, and neither the patient nor a court has appointed this person since.", s.adult)
}

// appointed allows what an appointment or an order covers.
func (s state) appointed() (says Verdict, fact, reason string) {
	if s.by(audit.Patient) {
		return Refuse, "", "The patient is not known to be of age, so a parent or guardian decides."
	}
	for _, f := range s.authority() {
		switch {
		case !s.by(audit.Representative) || f.Basis == ByPatient && !s.anew(f): // a minor appoints nobody
		case f.Kind == Ordered:
			return Allow, f.ID, "A court's order lets this person act."
		default:
			return Allow, f.ID, "This person was appointed (" + f.Basis.label() + ") and the act is covered."
		}
	}
	return Refuse, "", "No appointment of this person that covers the act is in force."
}

// label says a basis in a practice's own words.
func (b Basis) label() string {
	switch b {
	case Parent:
		return "as a parent"
	case Court:
		return "by a court"
	}
	return "by the patient"
}
