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
// recorded after the moment do not count, so the state at any past moment can be had again.
//
//   - A revocation counts from the earlier of its two times and stops its category, or all of them.
//   - A grant outranks a revocation only when both its times are later, so neither a form that arrives late nor a date
//     ahead undoes a STOP. What a grant permits is the profile's to say; an import permits nothing.
//   - A grant that needs confirmation is pending until the patient answered the request in time.
//   - The patient's own START restores what a written and, where needed, confirmed grant carried before the revocation;
//     never promotional texts.
func Derive(k Key, facts []Fact, p Profile, moment time.Time) State {
	known := make([]Fact, 0, len(facts))
	for _, f := range facts {
		if !f.Recorded.After(moment) {
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
	stop, stopped := lastStop(facts, c)
	var active, pending, idle, restored *Fact
	for i, f := range facts {
		if f.Kind != Granted || f.Category != c {
			continue
		}
		rule, known := p.rule(f.Basis, f.At)
		permits := known && slices.Contains(rule.Permits, c)
		switch settled := !f.Confirm || confirmed(facts, f.ID); {
		case !permits:
			idle = &facts[i]
		case stopped && !f.after(stop.moment()):
			if settled {
				restored = &facts[i]
			}
		case settled:
			active = &facts[i]
		default:
			pending = &facts[i]
		}
	}
	switch {
	case active != nil:
		return Permission{Active, active.At, active.ID, active.Basis, "The patient agreed (" + label(active.Basis) + ")."}
	case stopped && restored != nil && c != Promotional && restarted(facts, stop.moment()) != nil:
		again := restarted(facts, stop.moment())
		return Permission{Active, again.At, again.ID, restored.Basis, "The patient texted START; the earlier consent (" + label(restored.Basis) + ") holds again."}
	case pending != nil:
		return Permission{Pending, pending.At, pending.ID, pending.Basis, "The patient has not confirmed yet."}
	case stopped:
		return Permission{Status: Stopped, Since: stop.moment(), Fact: stop.ID, Why: "The patient said stop (" + string(stop.Channel) + ")."}
	case idle != nil:
		return Permission{Status: None, Why: "The only consent on record (" + label(idle.Basis) + ") is not in writing and permits nothing."}
	}
	return Permission{Status: None, Why: "No consent is on record."}
}

// lastStop returns the revocation of c that counts from the latest moment.
func lastStop(facts []Fact, c Category) (Fact, bool) {
	var last Fact
	found := false
	for _, f := range facts {
		if f.Kind != Revoked || f.Category != "" && f.Category != c {
			continue
		}
		if !found || f.moment().After(last.moment()) {
			last, found = f, true
		}
	}
	return last, found
}

// restarted returns the latest START whose times are both later than moment, or nil.
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
	request, asked := requestFor(facts, grant)
	if !asked {
		return false
	}
	for _, f := range facts {
		if f.Kind == Confirmed && slices.Contains(f.About, request.ID) && !f.Recorded.After(request.Expires) {
			return true
		}
	}
	return false
}

// requestFor returns the confirmation request that asks about a grant.
func requestFor(facts []Fact, grant string) (Fact, bool) {
	for _, f := range facts {
		if f.Kind == Asked && slices.Contains(f.About, grant) {
			return f, true
		}
	}
	return Fact{}, false
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
