package cookie

import (
	"net/http"
	"slices"
	"time"
)

// Verdict is what one rule says.
type Verdict string

// The verdicts. Allow and Refuse decide; after Pass the next rule is looked at.
const (
	Allow  Verdict = "allow"
	Refuse Verdict = "refuse"
	Pass   Verdict = "pass"
)

// Decision is whether a cookie may be set or read, and every rule that was looked at to find out.
type Decision struct {
	Allowed bool   `json:"allowed"`
	Rule    string `json:"rule,omitzero"` // the id of the rule that decided; empty where none did
	Why     string `json:"why"`           // one plain sentence
	Trail   []Step `json:"trail,omitempty"`
}

// Step is one rule that was looked at.
type Step struct {
	Rule     string  `json:"rule"`
	Version  int     `json:"version"`
	Citation string  `json:"citation"`
	Fact     string  `json:"fact"` // what the rule read
	Says     Verdict `json:"says"`
	Reason   string  `json:"reason,omitzero"` // where it does not say pass
}

// Facts is what a decision is made from, beside the register.
type Facts struct {
	Name    string
	Set     *http.Cookie // the cookie as the site sets it; nil when it is read
	Choice  *Choice      // what the visitor chose; nil where there is no choice
	Signals Signals
}

// Decide says whether a cookie may be set, or read. It is a pure function of the law, the register, the facts and the
// moment: the same four give the same answer years later. The rules are looked at in order, and the first that allows or
// refuses decides. What no rule allows is refused.
func (l *Law) Decide(r *Register, f Facts, now time.Time) Decision {
	d, _ := l.judge(r.question(f), now.UTC())
	return d
}

// question is the facts with what the register says.
type question struct {
	Facts
	cookie Cookie
	known  bool
	print  string // of the register
}

// optional reports whether it is about a cookie that a visitor chooses.
func (q question) optional() bool { return q.known && !q.cookie.Category.Necessary() }

// judge also returns the check that decided.
func (l *Law) judge(q question, now time.Time) (Decision, Check) {
	d := Decision{Why: "No rule allows it."}
	for _, r := range l.rules {
		if r.Effective.After(now) {
			continue
		}
		says, fact, reason := r.apply(q, now)
		d.Trail = append(d.Trail, Step{
			Rule: r.ID, Version: r.Version, Citation: r.Citation, Fact: fact, Says: says, Reason: reason,
		})
		if says != Pass {
			d.Allowed, d.Rule, d.Why = says == Allow, r.ID, reason
			return d, r.Check
		}
	}
	return d, ""
}

// apply returns what the rule says, the fact that it read, and why it says so.
func (r Rule) apply(q question, now time.Time) (says Verdict, fact, reason string) {
	refuse := func(when bool, fact, reason string) (Verdict, string, string) {
		if when {
			return Refuse, fact, reason
		}
		return Pass, fact, ""
	}
	switch r.Check {
	case CheckRegister:
		return refuse(!q.known, registered(q.known), "The register of cookies does not name it.")
	case CheckHost, CheckSite, CheckLife, CheckPath:
		if q.Set == nil {
			return Pass, "it is read", ""
		}
		return r.form(q, now)
	case CheckNecessary:
		if slices.Contains(r.Categories, q.cookie.Category) {
			return Allow, "its category is " + string(q.cookie.Category), "The site does not work without it."
		}
		return Pass, "its category is " + string(q.cookie.Category), ""
	case CheckGPC:
		return refuse(q.Signals.GlobalPrivacyControl, "signals: "+q.Signals.String(), "The browser sends Global Privacy Control.")
	case CheckDNT:
		return refuse(q.Signals.DoNotTrack, "signals: "+q.Signals.String(), "The browser sends Do Not Track.")
	case CheckChoice:
		if q.Choice == nil {
			return Refuse, "no choice", "The visitor has not chosen yet."
		}
		return refuse(now.Sub(q.Choice.At) > r.Within, "chosen "+q.Choice.At.Format(time.RFC3339), "The visitor's choice is too old to hold.")
	case CheckShown:
		asked := q.Choice != nil && (len(q.Choice.Allowed) == 0 || q.Choice.Shown == q.print) // a no needs nothing shown
		return refuse(!asked, "register "+q.print, "The visitor was shown other cookies than the register has now.")
	}
	// CheckCategory
	if q.Choice != nil && slices.Contains(q.Choice.Allowed, q.cookie.Category) {
		return Allow, "choice " + q.Choice.ID, "The visitor has allowed it."
	}
	return Refuse, "its category is " + string(q.cookie.Category), "The visitor has not allowed it."
}

// form looks at how the site sets a cookie.
func (r Rule) form(q question, now time.Time) (says Verdict, fact, reason string) {
	switch {
	case r.Check == CheckHost && q.Set.Domain != "":
		return Refuse, "it names a Domain", "It would be sent to other hosts than the one that sets it."
	case r.Check == CheckSite && q.Set.SameSite == http.SameSiteNoneMode:
		return Refuse, "SameSite=None", "It would be sent along from other sites."
	case r.Check == CheckLife && lives(q.Set, now) > q.cookie.Lasts+time.Minute:
		return Refuse, "it is set for longer", "It would be kept longer than the register says."
	case r.Check == CheckPath && q.Set.Path != q.cookie.Path:
		return Refuse, "it is set under another path", "It could not be taken back, for it is set under another path than the register says."
	}
	return Pass, "it is as it should be", ""
}

// lives returns how long a browser keeps a cookie; 0 until it is closed. What is longer than any register allows is one
// of that.
func lives(c *http.Cookie, now time.Time) time.Duration {
	switch {
	case c.MaxAge > int(longest/time.Second):
		return 2 * longest
	case c.MaxAge != 0:
		return time.Duration(max(c.MaxAge, 0)) * time.Second
	case !c.Expires.IsZero():
		return max(c.Expires.Sub(now), 0)
	}
	return 0
}

func registered(known bool) string {
	if known {
		return "it is in the register"
	}
	return "it is not in the register"
}
