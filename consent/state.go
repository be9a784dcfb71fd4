package consent

import (
	"slices"
	"time"
)

// Status is what a category of texts to a number stands at.
type Status string

// The statuses. Only Active permits a text.
const (
	None    Status = "none"    // nobody gave a consent that permits anything
	Pending Status = "pending" // given, and waiting for the patient's confirmation
	Active  Status = "active"
	Stopped Status = "stopped" // revoked, and not given again since
)

// Permission is what one category stands at, and why.
type Permission struct {
	Status Status
	Since  time.Time // when the deciding fact happened, as claimed; zero for None
	Fact   string    // the id of the deciding fact; empty for None
	Basis  Basis     // of the grant that permits; empty unless Active or Pending
	Why    string    // one plain sentence
}

// State is what a number stands at, for each category.
type State struct {
	Key
	Transactional  Permission
	Conversational Permission
	Promotional    Permission
}

// For returns the permission of a category. An unknown category has none.
func (s State) For(c Category) Permission {
	switch c {
	case Transactional:
		return s.Transactional
	case Conversational:
		return s.Conversational
	case Promotional:
		return s.Promotional
	}
	return Permission{Status: None, Why: "This is no category of texts."}
}

// Derive computes a number's state from its ledger. It is a pure function of the facts, the rules and the moment: facts
// recorded after the moment do not count, so the state at any past moment can be had again. Facts of another ledger
// never count.
//
//   - A revocation counts from the earlier of its two times and stops its category, or all of them.
//   - A grant outranks a revocation only when both its times are later, so neither a form that arrives late nor a date
//     ahead undoes a STOP. And it must be a written one (signed agreement, web form, document signed in the office),
//     whatever a wider profile permits: an import or a word to staff never undoes a STOP.
//   - What a grant permits is the profile's to say.
//   - A grant that needs confirmation is pending until the patient answered the request in time.
//   - The patient's own START restores what a written and, where needed, confirmed grant carried before the revocation;
//     never promotional texts.
//
// Where several grants permit the same, the one written last is named.
func Derive(k Key, facts []Fact, p Profile, moment time.Time) State {
	known := make([]Fact, 0, len(facts))
	for _, f := range facts {
		if f.Key() == k && !f.Recorded.After(moment) {
			known = append(known, f)
		}
	}
	return State{
		Key:            k,
		Transactional:  derive(known, p, Transactional),
		Conversational: derive(known, p, Conversational),
		Promotional:    derive(known, p, Promotional),
	}
}

func derive(facts []Fact, p Profile, c Category) Permission {
	stop := lastStop(facts, c)
	var last [whole + 1]*Fact // the grant of each weight that was written last
	for i, f := range facts {
		last[weigh(f, facts, p, c, stop)] = &facts[i]
	}
	var again *Fact
	if stop != nil && last[earlier] != nil && c != Promotional {
		again = restarted(facts, stop.moment())
	}
	switch {
	case last[whole] != nil:
		g := last[whole]
		return Permission{Active, g.At, g.ID, g.Basis, "The patient agreed (" + label(g.Basis) + ")."}
	case again != nil:
		basis := last[earlier].Basis
		return Permission{Active, again.At, again.ID, basis, "The patient texted START; the earlier consent (" + label(basis) + ") holds again."}
	case last[waiting] != nil:
		g := last[waiting]
		return Permission{Pending, g.At, g.ID, g.Basis, "The patient has not confirmed yet."}
	case stop != nil:
		return Permission{Status: Stopped, Since: stop.moment(), Fact: stop.ID, Why: "The patient said stop (" + string(stop.Channel) + ")."}
	case last[idle] != nil:
		return Permission{Status: None, Why: "The consent on record (" + label(last[idle].Basis) + ") permits no such texts."}
	}
	return Permission{Status: None, Why: "No consent is on record."}
}

// weight is what one fact counts for as a grant of a category.
type weight int

const (
	nothing weight = iota // no grant of the category, or one that a revocation ended for good
	idle                  // its basis permits no such texts
	waiting               // it is not confirmed yet
	earlier               // a revocation ended it, and the patient's START restores it
	whole                 // it permits texts
)

// weigh says what f counts for as a grant of c, where stop is the last revocation of c or nil.
func weigh(f Fact, facts []Fact, p Profile, c Category, stop *Fact) weight {
	if f.Kind != Granted || f.Category != c {
		return nothing
	}
	rule, known := p.rule(f.Basis, f.At)
	if !known || !slices.Contains(rule.Permits, c) {
		return idle
	}
	settled := !f.Confirm || confirmed(facts, f.ID)
	switch {
	case stop != nil && !f.Basis.written():
		return nothing
	case stop != nil && !f.after(stop.moment()) && settled:
		return earlier
	case stop != nil && !f.after(stop.moment()):
		return nothing
	case settled:
		return whole
	}
	return waiting
}

// unconfirmed returns the grants of c that wait for the patient's answer.
func unconfirmed(facts []Fact, p Profile, c Category) []Fact {
	stop := lastStop(facts, c)
	var grants []Fact
	for _, f := range facts {
		if weigh(f, facts, p, c, stop) == waiting {
			grants = append(grants, f)
		}
	}
	return grants
}

// lastStop returns the revocation of c that counts from the latest moment, or nil.
func lastStop(facts []Fact, c Category) *Fact {
	var last *Fact
	for i, f := range facts {
		if f.Kind != Revoked || f.Category != "" && f.Category != c {
			continue
		}
		if last == nil || f.moment().After(last.moment()) {
			last = &facts[i]
		}
	}
	return last
}

// restarted returns the last written START whose times are both later than moment, or nil.
func restarted(facts []Fact, moment time.Time) *Fact {
	var last *Fact
	for i, f := range facts {
		if f.Kind == Restarted && f.after(moment) {
			last = &facts[i]
		}
	}
	return last
}

// confirmed reports whether a grant's confirmation request was answered in time.
func confirmed(facts []Fact, grant string) bool {
	return slices.ContainsFunc(requests(facts, grant), func(request Fact) bool {
		return slices.ContainsFunc(facts, func(f Fact) bool {
			return f.Kind == Confirmed && slices.Contains(f.About, request.ID) && !f.Recorded.After(request.Expires)
		})
	})
}

// requests returns the confirmation requests that ask about a grant. A service writes one at most.
func requests(facts []Fact, grant string) []Fact {
	var found []Fact
	for _, f := range facts {
		if f.Kind == Asked && slices.Contains(f.About, grant) {
			found = append(found, f)
		}
	}
	return found
}

// label says a basis in a practice's own words.
func label(b Basis) string {
	switch b {
	case SignedAgreement:
		return "signed agreement"
	case WebForm:
		return "web form"
	case OfficeDocument:
		return "document signed in the office"
	case NumberInCare:
		return "number given in care"
	case Verbal:
		return "said to staff"
	case Import:
		return "import"
	}
	return string(b)
}
