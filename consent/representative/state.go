package representative

import (
	"slices"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/civil"
	"github.com/enamel-go/enamel/internal/fact"
)

// state is a ledger as it stands for a question on a day.
type state struct {
	k     Key
	q     Question
	facts []Fact // what was recorded by the moment, in order
	today Date
	adult Date // from which day the patient is of age for the act; zero where that is not known
}

func (l *Law) state(k Key, facts []Fact, q Question, moment time.Time) state {
	s := state{k: k, q: q, today: civil.Of(moment.In(q.zone()))}
	for _, f := range facts {
		if f.Key() == k && !f.Recorded.After(moment) {
			s.facts = append(s.facts, f)
		}
	}
	if age, ok := ageFor(l.ages, q.State, q.Act, moment); ok && s.born() {
		s.adult = birthday(q.Born, age.Years)
	}
	for _, f := range s.facts {
		if f.Kind == Emancipated && s.inForce(f) && (s.adult.IsZero() || f.From.Before(s.adult)) {
			s.adult = f.From
		}
	}
	return s
}

// born reports whether the birth date is known, and not to come.
func (s state) born() bool { return s.q.Born.Valid() && !s.q.Born.After(s.today) }

// ofAge reports whether the patient is known to be of age.
func (s state) ofAge() bool { return !s.adult.IsZero() && !s.today.Before(s.adult) }

// inForce reports whether an appointment, an order or an emancipation has begun, and neither its last day nor an end of it
// has come.
func (s state) inForce(f Fact) bool {
	if f.From.After(s.today) || !f.Until.IsZero() && f.Until.Before(s.today) {
		return false
	}
	return !slices.ContainsFunc(s.facts, func(end Fact) bool { return end.Kind == Ended && end.About == f.ID })
}

// order returns the order in force that says last whether a person may do an act, or nil.
func (s state) order(person string, act Act) *Fact {
	var last *Fact
	for i, f := range s.facts {
		if f.Kind != Ordered || f.Person != person || !f.covers(act) || !s.inForce(f) {
			continue
		}
		if last == nil || !f.From.Before(last.From) {
			last = &s.facts[i]
		}
	}
	return last
}

// barred reports whether a court's order keeps a person from an act.
func (s state) barred(person string, act Act) bool {
	o := s.order(person, act)
	return o != nil && o.Bars
}

// authority returns what lets the person of the question do its act, where the patient's age does not matter: appointments
// in force, and an order that permits.
func (s state) authority() []Fact {
	var found []Fact
	for _, f := range s.facts {
		if f.Kind == Appointed && f.Person == s.q.Person.ID && f.covers(s.q.Act) && s.inForce(f) {
			found = append(found, f)
		}
	}
	if o := s.order(s.q.Person.ID, s.q.Act); o != nil && !o.Bars {
		found = append(found, *o)
	}
	return found
}

// anew reports whether an authority holds for the adult: one of a court that begins when the patient is of age, or one of the
// patient who was of age when giving it. A minor appoints nobody, not for later either.
func (s state) anew(f Fact) bool {
	byCourt := f.Kind == Ordered || f.Basis == Court
	given := civil.Of(f.moment().In(s.q.zone()))
	return s.ofAge() && !f.From.Before(s.adult) && (byCourt || f.Basis == ByPatient && !given.Before(s.adult))
}

// chosen reports whether the patient, of age, has appointed the person.
func (s state) chosen() bool {
	return slices.ContainsFunc(s.authority(), func(f Fact) bool { return f.Basis == ByPatient && s.anew(f) })
}

// shielded returns the episodes of care that are kept from parents, each once.
func (s state) shielded() []string {
	var episodes []string
	for _, f := range s.facts {
		if f.Kind == Shielded && !slices.Contains(episodes, f.Episode) {
			episodes = append(episodes, f.Episode)
		}
	}
	return episodes
}

// consent returns a parent's consent in force, or nil. A withdrawal, whichever parent's, ends all that do not outrank it; and a
// consent of a parent whom a court keeps from agreeing counts for nothing.
func (s state) consent() *Fact {
	var last *Fact
	for i, f := range s.facts {
		if f.Kind == Consented && !s.barred(f.Person, Agree) && !s.withdrawn(i) {
			last = &s.facts[i]
		}
	}
	return last
}

// withdrawn reports whether a withdrawal ends the consent of a place.
func (s state) withdrawn(place int) bool {
	for i, f := range s.facts {
		if f.Kind == Withdrawn && !s.outranks(place, i) {
			return true
		}
	}
	return false
}

// outranks reports whether the consent of a place counts in spite of a withdrawal: only where both its times are later than the
// earlier one of the withdrawal's, and it was written after it or the withdrawal is told of late.
func (s state) outranks(place, withdrawal int) bool {
	f, since := s.facts[place], s.facts[withdrawal].moment()
	return f.At.After(since) && f.Recorded.After(since) && (place > withdrawal || s.late(withdrawal))
}

// late reports whether the withdrawal of a place goes by the time that it claims, for it was told of more than an hour later.
// Until then the order of writing tells better what came first than clocks do, which differ; and where it was recorded no later
// than a fact before it, by a clock behind the one that recorded that, its time says nothing.
func (s state) late(place int) bool {
	w := s.facts[place]
	return w.Recorded.Sub(w.At) > fact.Late && !slices.ContainsFunc(s.facts[:place], func(f Fact) bool { return f.Recorded.Equal(w.Recorded) })
}

// open returns a report that nobody has decided on, or nil.
func (s state) open() *Fact {
	for i, f := range s.facts {
		if f.Kind == Reported && decision(s.facts, f.ID) == nil {
			return &s.facts[i]
		}
	}
	return nil
}

// decision returns what was decided on a report, or nil.
func decision(facts []Fact, report string) *Fact {
	return about(facts, report, Unfrozen, Removed)
}

// about returns the first fact of one of the kinds that is about another, or nil.
func about(facts []Fact, id string, kinds ...Kind) *Fact {
	for i, f := range facts {
		if f.About == id && slices.Contains(kinds, f.Kind) {
			return &facts[i]
		}
	}
	return nil
}

// by reports whether the person of the question acts in a capacity. A patient is this one alone: whoever is a patient too
// and acts for another is a representative.
func (s state) by(kind audit.ActorKind) bool {
	return s.q.Person.Kind == kind && (kind != audit.Patient || s.q.Person.ID == s.k.Patient)
}
