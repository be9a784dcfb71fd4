package sms

import (
	"fmt"
	"slices"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/screen"
)

// Verdict is what a decision or one of its rules says.
type Verdict string

// The verdicts.
const (
	Send   Verdict = "send"
	Defer  Verdict = "defer"
	Refuse Verdict = "refuse"
)

// Decision is whether a text may leave, and every rule that was looked at to find out. Its JSON is part of what old rows
// hold: names are added, never changed.
type Decision struct {
	Verdict Verdict   `json:"verdict"`
	Until   time.Time `json:"until,omitzero"`  // of Defer: when to decide again; of Send: by when it must be delivered; UTC
	Rule    string    `json:"rule,omitzero"`   // the rule that decided, by its id; empty where the text is sent
	Reason  string    `json:"reason,omitzero"` // one plain sentence, from the rule that decided
	Trail   []Step    `json:"trail,omitempty"`
	Law     string    `json:"law,omitzero"`    // the fingerprint of the rules in effect, see [Law.Edition]; of several editions, their fingerprints
	At      time.Time `json:"at,omitzero"`     // when it was decided; UTC
	Facts   *Facts    `json:"facts,omitempty"` // of a decision that is kept: what it was made from, the text apart
	Next    []string  `json:"next,omitempty"`  // of a text that is [Cancelled]: the ids of those that took its place; see [Tracked.Next]
}

// Step is one rule that was looked at.
type Step struct {
	Rule     string  `json:"rule"`
	Version  int     `json:"version"`
	Citation string  `json:"citation"`
	Fact     string  `json:"fact"` // what the rule read
	Says     Verdict `json:"says"`
	Reason   string  `json:"reason,omitzero"` // where it does not say send
}

// Facts is everything a decision is made from: plain data, which its JSON holds whole. Its names are part of what old
// rows hold: add, never change.
type Facts struct {
	Text       Text               `json:"text,omitzero"`
	Permission consent.Permission `json:"permission,omitzero"`  // what the number stands at for the text's category
	Agreement  bool               `json:"agreement,omitzero"`   // whether the practice has an agreement in force with the provider
	Standing   Standing           `json:"standing,omitzero"`    // how the practice's number is registered
	Restricted bool               `json:"restricted,omitzero"`  // whether the patient asked to be reached elsewhere than at the number
	Current    bool               `json:"current,omitzero"`     // whether the text's subject still is as the text says; true where it has none
	Wrote      time.Time          `json:"wrote,omitzero"`       // when the number last wrote to the practice in words of its own, for conversational texts; zero: never; UTC
	Zones      []string           `json:"zones,omitempty"`      // every time zone the recipient may be in, IANA names; empty: nobody knows
	Regions    []string           `json:"regions,omitempty"`    // every State, province or country the recipient may be in, as ISO 3166-2 has it
	Promotions []time.Time        `json:"promotions,omitempty"` // when promotional texts left to the number in the last days, for promotional texts; in order; UTC
	Linger     time.Duration      `json:"linger,omitzero"`      // how long the provider may hold a text that it took on; zero: it heeds until when
	Each       []Each             `json:"each,omitempty"`       // of a text about several appointments: what holds for each, in their order; the facts above are then those of the first that forbids it
	Name       string             `json:"name,omitzero"`        // the practice's name, as the screen knew it
	Screen     int                `json:"screen,omitzero"`      // which version of the screen looked at the body; zero: none did
	Findings   []screen.Finding   `json:"findings,omitempty"`   // what it found
}

// least is how much time must be left of a window, and before the text is of no use: an answer to a patient's own message may
// come at any hour.
func (f *Facts) least() time.Duration {
	if f.Text.Kind.Answer() {
		return shortest
	}
	return max(shortest, f.Linger)
}

// Clone returns a copy that shares no memory with d.
func (d Decision) Clone() Decision {
	d.Trail, d.Next = slices.Clone(d.Trail), slices.Clone(d.Next)
	if d.Facts != nil {
		f := d.Facts.clone()
		d.Facts = &f
	}
	return d
}

func (f Facts) clone() Facts {
	f.Text = f.Text.Clone()
	f.Standing.Categories = slices.Clone(f.Standing.Categories)
	f.Zones, f.Regions = slices.Clone(f.Zones), slices.Clone(f.Regions)
	f.Promotions, f.Findings, f.Each = slices.Clone(f.Promotions), slices.Clone(f.Findings), slices.Clone(f.Each)
	return f
}

// kept returns a decision as it is kept beside its text, with what else it was made from.
func (d Decision) kept(f Facts) Decision {
	f.Text = Text{}
	d.Facts = &f
	return d
}

// Decide says whether a text may leave now. It is a pure function of the law, the facts and the moment: the same three
// give the same answer years later, as long as the system's time zone database says the same of that moment. The rules are
// looked at in order, whether it is still of use last, those left out that concern neither such texts nor the recipient's
// region; the first refusal decides. Where none refuses, the latest deferral decides. What the provider may still hold when
// other rules take effect has to be lawful by those too, from that moment until it has arrived.
func (l *Law) Decide(f Facts, now time.Time) Decision {
	return l.decide(&f, now.Round(0).UTC(), f.least())
}

// decide decides on a text that arrives within so much time.
func (l *Law) decide(f *Facts, now time.Time, least time.Duration) Decision {
	d := l.judge(f, now, least)
	next := l.at(now) + 1
	if d.Verdict != Send || next == len(l.editions) {
		return d
	}
	ends, arrived := l.editions[next].from, now.Add(least)
	if !ends.Before(arrived) { // what leaves under these rules is delivered under them
		if ends.Before(d.Until) {
			d.Until = ends
		}
		return d
	}
	then := l.decide(f, ends, arrived.Sub(ends))
	d.Trail, d.Law = append(d.Trail, then.Trail...), d.Law+" "+then.Law
	if then.Verdict != Send || then.Until.Before(d.Until) {
		d.Verdict, d.Until, d.Rule, d.Reason = then.Verdict, then.Until, then.Rule, then.Reason
	}
	return d
}

// judge decides by the rules of one moment.
func (l *Law) judge(f *Facts, now time.Time, least time.Duration) Decision {
	q := question{law: l, now: now, least: least}
	q.edition = l.at(q.now)
	e := &l.editions[q.edition]
	var room [48]*rule
	rules := e.concerning(room[:0], f)
	d := Decision{Verdict: Send, Until: f.Text.LastUseful, Trail: make([]Step, 0, len(rules)), Law: e.id, At: q.now}
	for _, r := range rules {
		a := q.ask(r, f, &d)
		d.Trail = append(d.Trail, Step{
			Rule: r.ID, Version: r.Version, Citation: r.Citation, Fact: a.fact, Says: a.says, Reason: a.reason,
		})
		switch {
		case a.says == Refuse:
			return d.refused(r.ID, a.reason)
		case a.says == Defer && (d.Verdict == Send || a.until.After(d.Until)):
			d.Verdict, d.Until, d.Rule, d.Reason = Defer, a.until, r.ID, a.reason
			q.waits = r.Check
		case a.says == Send && d.Verdict == Send && !a.until.IsZero() && a.until.Before(d.Until):
			d.Until = a.until
		}
	}
	// Whatever the rules are: a provider cannot be told to deliver a text within no time.
	if d.Verdict == Send && d.Until.Sub(q.now) < least {
		return d.refused(string(CheckUseful), tooLate)
	}
	return d
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (d Decision) refused(rule, reason string) Decision {
	d.Verdict, d.Until, d.Rule, d.Reason = Refuse, time.Time{}, rule, reason
	return d
}

// Replay decides once more on a text as it was decided on before, by the facts and at the moment that were kept with the
// decision. It fails with [ErrNotFound] where no facts were kept, as with a text that a STOP took out of the queue, and
// with [ErrLaw] when the rules that this law has for that moment are not those that decided. It gives what the law said: that
// a text then waited for its pace or its broadcast, or for so long that it was of no use any more, and what took its place, come after
// the law and are the kept decision's alone.
func (l *Law) Replay(t Tracked) (Decision, error) {
	kept := t.Decision
	if kept.Facts == nil {
		return Decision{}, fmt.Errorf("%w: the decision was not made from facts", ErrNotFound)
	}
	f := *kept.Facts
	f.Text = t.Text
	d := l.Decide(f, kept.At).kept(f)
	if d.Law != kept.Law {
		return Decision{}, fmt.Errorf("%w: this law has others for %s", ErrLaw, kept.At.Format(time.RFC3339))
	}
	return d, nil
}

// answer is what one rule says.
type answer struct {
	says   Verdict
	fact   string
	reason string
	until  time.Time // of Defer: when to look again; of Send: by when the text must be delivered, zero for any time
}
