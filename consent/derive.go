package consent

import (
	"iter"
	"slices"
	"time"

	"github.com/enamel-go/enamel/internal/fact"
)

// view is a ledger as it was known at a moment. It only reads the facts.
type view struct {
	key     Key
	facts   []Fact
	profile *Profile
	moment  time.Time
}

// placed is a fact and its place among those of a view.
type placed struct {
	*Fact
	place int
}

// known yields the facts of a kind that were recorded by the moment, in the order of writing.
func (v *view) known(kind Kind) iter.Seq[placed] {
	return func(yield func(placed) bool) {
		for i := range v.facts {
			f := &v.facts[i]
			if f.Kind == kind && f.Number == v.key.Number && f.Practice == v.key.Practice && !f.Recorded.After(v.moment) && !yield(placed{f, i}) {
				return
			}
		}
	}
}

// decide answers one use. What it reads first outranks what it reads later.
func (v *view) decide(u Use) Permission {
	if !u.Category.valid() {
		return State{}.For(u.Category)
	}
	p := v.given(u)
	if p.Status != Active && p.Status != Pending {
		return p
	}
	if mute := v.mute(u); mute != nil {
		return Permission{Status: Stopped, Since: mute.moment(), Fact: mute.ID, Why: "This patient wants no such texts; nobody else on the number is concerned."}
	}
	if doubt := v.doubt(u.Category); doubt != nil {
		return Permission{Held, doubt.At, doubt.ID, p.Basis, "The patient said what may be a stop; a person has to look first."}
	}
	return p
}

// given answers by what the number's holder gave and took back.
func (v *view) given(u Use) Permission {
	e := v.ends(u.Category)
	stop, lapse := newest(e.stops), newest(e.lapses)
	var last [whole + 1]*Fact // the grant of each weight that was written last
	for f := range v.known(Granted) {
		last[v.weigh(f, u, e)] = f.Fact
	}
	var again *Fact
	if stop != nil && last[earlier] != nil && u.Category != Promotional {
		again = v.restart(e.stops)
	}
	switch {
	case last[whole] != nil:
		g := last[whole]
		return Permission{Active, g.At, g.ID, g.Basis, say(g.Basis).agreed}
	case again != nil:
		basis := last[earlier].Basis
		return Permission{Active, again.At, again.ID, basis, say(basis).again}
	case last[waiting] != nil:
		g := last[waiting]
		return Permission{Pending, g.At, g.ID, g.Basis, "The patient has not confirmed yet."}
	case stop != nil:
		return Permission{Status: Stopped, Since: stop.moment(), Fact: stop.ID, Why: stoppedBy(stop.Channel)}
	case lapse != nil && last[over] != nil:
		return Permission{Status: Ended, Since: lapse.moment(), Fact: lapse.ID, Why: endedBy(lapse.Cause)}
	case last[expired] != nil:
		g := last[expired]
		return Permission{Status: Expired, Since: g.Expires, Fact: g.ID, Why: v.over(g.Basis)}
	case last[erased] != nil:
		return Permission{Status: None, Why: "The consent's evidence was erased with the patient's record."}
	case last[elsewhere] != nil:
		return Permission{Status: None, Why: "The consent on record is for texts from another number of the practice."}
	case last[undue] != nil:
		return Permission{Status: None, Why: "The practice had not accepted its duty to obtain consent when this one was recorded."}
	case last[idle] != nil:
		return Permission{Status: None, Why: say(last[idle].Basis).idle}
	}
	return Permission{Status: None, Why: v.unwritten(u.Category)}
}

// ends are the revocations and the lapses that ended consent to a category, in the order of writing.
type ends struct{ stops, lapses []placed }

// ends returns what ended consent to a category.
func (v *view) ends(c Category) ends {
	e := ends{lapses: v.lapses()}
	for f := range v.known(Revoked) {
		if f.Category == "" || f.Category == c {
			e.stops = append(e.stops, f)
		}
	}
	return e
}

// lapses returns the number's lapses.
func (v *view) lapses() []placed { return slices.Collect(v.known(Lapsed)) }

// newest returns the one of ends that counts from the latest moment, or nil.
func newest(ends []placed) *Fact {
	var last *Fact
	for _, f := range ends {
		if last == nil || f.moment().After(last.moment()) {
			last = f.Fact
		}
	}
	return last
}

// outranks reports whether f counts in spite of all of them; see [Outranks].
func (v *view) outranks(f placed, ends []placed) bool {
	return !slices.ContainsFunc(ends, func(end placed) bool { return !Outranks(v.facts, f.place, end.place) })
}

// weight is what one fact counts for as a grant of a category.
type weight int

const (
	nothing   weight = iota // no grant of the category, or one that a revocation ended for good
	idle                    // its basis permits no such texts
	undue                   // its practice had not accepted the duty to obtain consent
	elsewhere               // it is for another sender
	erased                  // its evidence is gone
	expired                 // its time is over
	over                    // a lapse ended it for good
	waiting                 // it is not confirmed yet
	earlier                 // a revocation ended it, and the patient's START restores it
	whole                   // it permits texts
)

// weigh says what a grant counts for.
func (v *view) weigh(f placed, u Use, e ends) weight {
	if f.Category != u.Category {
		return nothing
	}
	rule := v.profile.rule(f.Basis, f.At)
	if rule == nil || !rule.permits(f.Fact) {
		return idle
	}
	stopped, by := false, v.moment
	for _, stop := range e.stops {
		if Outranks(v.facts, f.place, stop.place) {
			continue
		}
		if stopped = true; stop.moment().Before(by) {
			by = stop.moment() // what was confirmed after the first of them was not confirmed before it was taken back
		}
	}
	settled := !f.Confirm || v.confirmed(f.ID, by)
	switch {
	case !v.outranks(f, e.lapses):
		return over
	case len(e.stops) > 0 && !f.Basis.written() && (stopped || !v.again(f, e.stops)), stopped && !settled:
		return nothing
	case f.Duty == "":
		return undue
	case f.Sender != "" && f.Sender != u.Sender:
		return elsewhere
	case f.Erased:
		return erased
	case !f.Expires.IsZero() && !v.moment.Before(f.Expires):
		return expired
	case stopped:
		return earlier
	case settled:
		return whole
	}
	return waiting
}

// waits reports whether a grant waits for the patient's answer, whichever sender it is for.
func (v *view) waits(f placed) bool {
	u := Use{Category: f.Category, Sender: f.Sender}
	return v.weigh(f, u, v.ends(u.Category)) == waiting
}

// restart returns the last written START that came after all stops, or nil.
func (v *view) restart(stops []placed) *Fact {
	var last *Fact
	for f := range v.known(Restarted) {
		if v.outranks(f, stops) {
			last = f.Fact
		}
	}
	return last
}

// again reports whether a grant is the patient's own text, written after a START that came after all stops: the patient agreed
// to texts again, and then wrote first. START itself restores no such grant.
func (v *view) again(f placed, stops []placed) bool {
	if f.Basis != OwnText {
		return false
	}
	for start := range v.known(Restarted) {
		if v.outranks(start, stops) && f.after(start.moment()) {
			return true
		}
	}
	return false
}

// mute returns a mute of the use's patient that nothing undid, the one that counts from the latest moment, or nil.
func (v *view) mute(u Use) *Fact {
	var open []placed
	for f := range v.known(Muted) {
		if f.concerns(u) && !v.undone(f, u) {
			open = append(open, f)
		}
	}
	return newest(open)
}

// undone reports whether the use's patient wants texts again since a mute.
func (v *view) undone(mute placed, u Use) bool {
	for f := range v.known(Unmuted) {
		if f.concerns(u) && Outranks(v.facts, f.place, mute.place) {
			return true
		}
	}
	return false
}

// concerns reports whether a mute, or its end, is about the use.
func (f *Fact) concerns(u Use) bool {
	return u.Patient != "" && f.Patient == u.Patient && (f.Category == "" || f.Category == u.Category)
}

// doubt returns the first doubt that holds a category, or nil.
func (v *view) doubt(c Category) *Fact {
	for f := range v.known(Doubted) {
		if v.holds(f.Fact, c) {
			return f.Fact
		}
	}
	return nil
}

// open reports whether a doubt still holds anything.
func (v *view) open(doubt *Fact) bool {
	return slices.ContainsFunc(Categories(), func(c Category) bool { return v.holds(doubt, c) })
}

// holds reports whether a doubt about a category was neither cleared, nor the category revoked since. What goes on with a
// conversation answers the patient's own words and is not held.
func (v *view) holds(doubt *Fact, c Category) bool {
	if c == Conversational {
		return false
	}
	for f := range v.known(Cleared) {
		if slices.Contains(f.About, doubt.ID) {
			return false
		}
	}
	for f := range v.known(Revoked) {
		if (f.Category == "" || f.Category == c) && f.settles(doubt) {
			return false
		}
	}
	return true
}

// settles reports whether a revocation may say what a doubt left open: it was recorded since, and is of the same words or
// later ones. Whoever writes down when they were said may leave out the seconds.
func (f *Fact) settles(doubt *Fact) bool {
	return !f.Recorded.Before(doubt.Recorded) && !f.moment().Before(doubt.moment().Add(-fact.Leeway))
}

// confirmed reports whether a grant's confirmation request was answered in its time, and by a moment. A service makes one request
// at most.
func (v *view) confirmed(grant string, by time.Time) bool {
	for request := range v.known(Asked) {
		if slices.Contains(request.About, grant) && v.answered(request.Fact, by) {
			return true
		}
	}
	return false
}

func (v *view) answered(request *Fact, by time.Time) bool {
	for f := range v.known(Confirmed) {
		late := f.Recorded.After(request.Expires) || f.Recorded.After(by)
		if slices.Contains(f.About, request.ID) && !f.At.Before(request.Recorded) && !late {
			return true
		}
	}
	return false
}
