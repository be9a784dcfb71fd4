package pack

import (
	"slices"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

// ledger is what a file shows of one number.
type ledger struct {
	number string
	facts  []consent.Fact
	states []standing
}

// standing is what one category of texts to a number stands at.
type standing struct {
	consent.Use
	consent.Permission
}

// choose returns what a file of the scope shows of a number's facts at a moment. It may change the facts.
func choose(s Scope, k consent.Key, facts []consent.Fact, p consent.Profile, moment time.Time) ledger {
	switch {
	case s.Recipient == Carrier:
		return optIn(k, facts, p, moment)
	case s.Recipient == Patient || s.Patient != "":
		facts = own(facts, s.Patient)
	}
	l := ledger{number: k.Number, facts: facts}
	for _, u := range uses(facts, s.Patient) {
		l.states = append(l.states, standing{u, consent.Decide(k, facts, p, moment, u)})
	}
	return l
}

// uses returns every category, for any of the practice's senders and for each that a grant is narrowed to.
func uses(facts []consent.Fact, patient string) []consent.Use {
	var all []consent.Use
	for _, c := range consent.Categories() {
		senders := []string{""}
		for _, f := range facts {
			if f.Kind == consent.Granted && f.Category == c && !slices.Contains(senders, f.Sender) {
				senders = append(senders, f.Sender)
			}
		}
		for _, sender := range senders {
			all = append(all, consent.Use{Category: c, Sender: sender, Patient: patient})
		}
	}
	return all
}

// own returns what a patient may see of a number, or whoever holds it where no patient is named. What names another patient
// is left out, and so is all that tells of it: requests about another's grants, their answers, ids of who acted. A number
// that was reassigned had another holder, whose facts are that holder's alone.
func own(facts []consent.Fact, patient string) []consent.Fact {
	tenures := map[int]bool{}
	if patient == "" {
		tenures[holders(facts, func(int) bool { return true })] = true // whoever holds it now
	}
	for i, f := range facts {
		if patient != "" && f.Patient == patient {
			tenures[tenure(facts, i)] = true
		}
	}
	shown := map[string]bool{}
	var mine []consent.Fact
	for i, f := range facts {
		if f.Patient != "" && f.Patient != patient || !tenures[tenure(facts, i)] {
			continue
		}
		if len(f.About) > 0 {
			f.About = slices.DeleteFunc(slices.Clone(f.About), func(id string) bool { return !shown[id] })
			if len(f.About) == 0 {
				continue
			}
		}
		if (f.Actor.Kind == audit.Patient || f.Actor.Kind == audit.Representative) && f.Actor.ID != patient {
			f.Actor.ID = ""
		}
		if reassigns(f) {
			f.Actor, f.Evidence = audit.Actor{}, consent.Evidence{} // the words of the next holder
		}
		shown[f.ID] = true
		mine = append(mine, f)
	}
	return mine
}

// tenure counts the holders that a number had before the one that the fact of a place belongs to. As in [consent.Decide] what
// does not outrank a lapse is the earlier holder's.
func tenure(facts []consent.Fact, place int) int {
	return holders(facts, func(lapse int) bool { return consent.Outranks(facts, place, lapse) })
}

// holders counts the holders whose time with a number ended by one of those lapses that count.
func holders(facts []consent.Fact, counts func(lapse int) bool) int {
	n := 0
	for i, f := range facts {
		if reassigns(f) && counts(i) {
			n++
		}
	}
	return n
}

// reassigns reports whether after the fact somebody else may hold the number.
func reassigns(f consent.Fact) bool {
	return f.Kind == consent.Lapsed && (f.Cause == consent.Reassigned || f.Cause == consent.WrongNumber)
}

// optIn returns what the consent stands on that is in force for the number, and nothing else: no stop, no patient, no staff.
// A mute concerns its patient alone and leaves the number's consent as it is.
func optIn(k consent.Key, facts []consent.Fact, p consent.Profile, moment time.Time) ledger {
	l := ledger{number: k.Number}
	stands := map[string]bool{}
	for _, u := range uses(facts, "") {
		permission := consent.Decide(k, facts, p, moment, u)
		if permission.Status != consent.Active {
			continue
		}
		l.states = append(l.states, standing{u, permission})
		stands[permission.Fact] = true
		stands[restored(k, facts, p, moment, u, permission)] = true
	}
	for _, f := range facts { // requests and answers come after what they are about
		if (f.Kind == consent.Asked || f.Kind == consent.Confirmed) && slices.ContainsFunc(f.About, func(id string) bool { return stands[id] }) {
			stands[f.ID] = true
		}
		if stands[f.ID] {
			l.facts = append(l.facts, bare(f))
		}
	}
	return l
}

// restored returns the id of the grant that a patient's START restored: the one that would permit the same had nobody said
// stop. Where a grant permits by itself it is that grant.
func restored(k consent.Key, facts []consent.Fact, p consent.Profile, moment time.Time, u consent.Use, by consent.Permission) string {
	given := slices.DeleteFunc(slices.Clone(facts), func(f consent.Fact) bool {
		return f.Kind == consent.Revoked || f.Kind == consent.Restarted || f.Kind == consent.Granted && f.Basis != by.Basis
	})
	if !slices.ContainsFunc(facts, func(f consent.Fact) bool { return f.Kind == consent.Restarted && f.ID == by.Fact }) {
		return by.Fact
	}
	return consent.Decide(k, given, p, moment, u).Fact
}

// bare returns how an opt-in was given and nothing else of it. The log's entries name the member of staff who acted, so of
// such an act the entry is left out too.
func bare(f consent.Fact) consent.Fact {
	e := f.Evidence
	b := consent.Fact{
		Kind: f.Kind, Category: f.Category, Sender: f.Sender, At: f.At, Recorded: f.Recorded, Basis: f.Basis, Expires: f.Expires,
		Evidence: consent.Evidence{
			Wording: e.Wording, Language: e.Language, Signature: e.Signature, Document: e.Document, Address: e.Address, Browser: e.Browser,
			Choice: e.Choice,
		},
	}
	if f.Actor.Kind != audit.Staff {
		b.Entry = f.Entry
	}
	return b
}
