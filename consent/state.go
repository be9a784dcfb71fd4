package consent

import "time"

// Status is what a category of texts to a number stands at.
type Status string

// The statuses. Only Active permits a text.
const (
	None    Status = "none"    // nobody gave a consent that permits anything
	Pending Status = "pending" // given, and waiting for the patient's confirmation
	Active  Status = "active"
	Stopped Status = "stopped" // revoked, and not given again since
	Held    Status = "held"    // the patient said what may be a revocation; nothing but answers leaves until a person has looked
	Expired Status = "expired" // given, and its time is over
	Ended   Status = "ended"   // given by whoever held the number before
)

// Permission is what one category stands at, and why.
type Permission struct {
	Status Status
	Since  time.Time // when the deciding fact happened, as claimed; zero for None
	Fact   string    // the id of the deciding fact; empty for None
	Basis  Basis     // of the grant that permits; empty unless Active, Pending or Held
	Why    string    // one plain sentence
}

// State is what a number stands at for each category, for texts from any of the practice's senders and about nobody in
// particular: what holds for one sender or one patient, [Decide] says.
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

// Derive computes a number's state from its ledger by the rules of [Decide].
func Derive(k Key, facts []Fact, p Profile, moment time.Time) State {
	v := view{key: k, facts: facts, profile: &p, moment: moment}
	return State{
		Key:            k,
		Transactional:  v.decide(Use{Category: Transactional}),
		Conversational: v.decide(Use{Category: Conversational}),
		Promotional:    v.decide(Use{Category: Promotional}),
	}
}

// Decide computes whether a text may go to a number. It is a pure function of the facts, the rules and the moment: what
// was recorded after the moment does not count, so any past decision can be had again. Facts of another ledger never
// count.
//
//   - A grant that was recorded before the practice had accepted the duty to obtain consent permits nothing.
//   - A revocation counts from the earlier of its two times and stops its category, or all of them, for every sender and
//     everybody on the number.
//   - A grant outranks a revocation only when both its times are later, so neither a form that arrives late nor a date
//     ahead undoes a STOP. And it must be a written one (signed agreement, web form, document signed in the office),
//     whatever a wider profile permits: an import or a word to staff never undoes a STOP.
//   - What a grant permits is the profile's to say, for the sender it names or else for all, until it expires.
//   - Clocks differ: a revocation, a mute or a lapse ends whatever was written before it, by the order of facts, where it was
//     recorded within an hour of the time that it claims, or by a clock that was behind the fact before it. One that is told of
//     later than that, or that tells of nothing new, ends what was given before the time that it claims.
//   - A grant that needs confirmation is pending until the patient answered the request in time, and not before it was made.
//   - The patient's own START restores what a written and, where needed, confirmed grant carried before the revocation;
//     never promotional texts.
//   - A lapse ends every grant that is not later in both its times, for good: neither START nor an answer restores it.
//     A stop that stands outlives it.
//   - A mute stops texts about its patient alone, until that patient is unmuted.
//   - A doubt holds promotional texts and those of care until a person cleared it, or revoked; conversational ones answer
//     the patient's own words and may go on.
//   - A grant whose evidence was erased permits nothing.
//
// Where several grants permit the same, the one written last is named.
func Decide(k Key, facts []Fact, p Profile, moment time.Time, u Use) Permission {
	v := view{key: k, facts: facts, profile: &p, moment: moment}
	return v.decide(u)
}
