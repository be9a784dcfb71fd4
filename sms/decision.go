package sms

import (
	"time"

	"github.com/enamel-go/enamel/consent"
)

// Verdict is what a decision or one of its rules says.
type Verdict string

// The verdicts.
const (
	Send   Verdict = "send"
	Defer  Verdict = "defer"
	Refuse Verdict = "refuse"
)

// Decision is whether a text may leave, and every rule that was looked at to find out.
type Decision struct {
	Verdict Verdict   `json:"verdict"`
	Until   time.Time `json:"until,omitzero"`  // of Defer: when to decide again; of Send: by when it must be delivered; UTC
	Reason  string    `json:"reason,omitzero"` // one plain sentence, from the rule that decided
	Trail   []Step    `json:"trail,omitempty"`
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

// Facts is everything a decision is made from.
type Facts struct {
	Text       Text
	Permission consent.Permission // what the number stands at for the text's category
	Agreement  bool               // whether the practice has an agreement in force with the provider
	Current    bool               // whether the text's subject still is as the text says; true where it has none
	Zones      []*time.Location   // every zone the recipient may be in; never empty
	Name       string             // the practice's name as the text may tell it: it is no statement about anybody's health
}

// Decide says whether a text may leave now. It is a pure function of the law, the facts and the moment: the same three
// give the same answer years later. The rules are looked at in order; the first refusal decides. Where none refuses, the
// latest deferral decides.
func (l *Law) Decide(f Facts, now time.Time) Decision {
	now = now.UTC()
	d := Decision{Verdict: Send, Until: f.Text.LastUseful}
	for _, r := range l.rules {
		if r.Effective.After(now) {
			continue
		}
		a := l.apply(r, f, d, now)
		d.Trail = append(d.Trail, Step{
			Rule: r.ID, Version: r.Version, Citation: r.Citation, Fact: a.fact, Says: a.says, Reason: a.reason,
		})
		switch {
		case a.says == Refuse:
			d.Verdict, d.Until, d.Reason = Refuse, time.Time{}, a.reason
			return d
		case a.says == Defer && (d.Verdict == Send || a.until.After(d.Until)):
			d.Verdict, d.Until, d.Reason = Defer, a.until, a.reason
		case a.says == Send && d.Verdict == Send && !a.until.IsZero() && a.until.Before(d.Until):
			d.Until = a.until
		}
	}
	// Whatever the rules are: a provider cannot be told to deliver a text within no time.
	if d.Verdict == Send && d.Until.Sub(now) < shortest {
		d.Verdict, d.Until, d.Reason = Refuse, time.Time{}, tooLate
	}
	return d
}

// answer is what one rule says.
type answer struct {
	says   Verdict
	fact   string
	reason string
	until  time.Time // of Defer: when to look again; of Send: by when the text must be delivered, zero for any time
}
