package sms

import (
	"strings"
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
}

// Law is the rules in a form ready to decide by. It is immutable and may be used concurrently.
type Law struct {
	rules []Rule
	zones map[string]*time.Location
}

// Decide says whether a text may leave now. It is a pure function of the law, the facts and the moment: the same three
// give the same answer years later. The first refusal decides; a deferral decides when nothing refuses, unless the text
// would then be of no use, which is a refusal too.
func (l *Law) Decide(f Facts, now time.Time) Decision {
	now = now.UTC()
	d := Decision{Verdict: Send, Until: f.Text.LastUseful}
	var until time.Time
	for _, r := range l.rules {
		if r.Effective.After(now) {
			continue
		}
		step, next, ends := l.look(r, f, now)
		step.Rule, step.Version, step.Citation = r.ID, r.Version, r.Citation
		d.Trail = append(d.Trail, step)
		switch step.Says {
		case Refuse:
			d.Verdict, d.Until, d.Reason = Refuse, time.Time{}, step.Reason
			return d
		case Defer:
			if d.Verdict == Send {
				d.Reason = step.Reason
			}
			d.Verdict = Defer
			if next.After(until) {
				until = next
			}
		case Send:
			if !ends.IsZero() && ends.Before(d.Until) {
				d.Until = ends
			}
		}
	}
	if d.Verdict == Defer {
		d.Until = until
		if !until.Before(f.Text.LastUseful) {
			step := Step{
				Rule: "useful", Version: 1, Citation: "promise D2.2: refused as stale after the last useful moment",
				Fact: "last useful " + f.Text.LastUseful.Format(time.RFC3339), Says: Refuse,
				Reason: "It cannot leave at a lawful hour before it is of no use (" + lowerFirst(d.Reason) + ").",
			}
			return Decision{Verdict: Refuse, Reason: step.Reason, Trail: append(d.Trail, step)}
		}
	}
	return d
}

// lowerFirst makes a sentence fit inside another.
func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.TrimSuffix(strings.ToLower(s[:1])+s[1:], ".")
}
