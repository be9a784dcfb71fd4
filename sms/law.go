package sms

import (
	"fmt"
	"strings"
	"time"

	"github.com/enamel-go/enamel/consent"
)

// Check names what a rule looks at.
type Check string

// The checks. Each is a few lines of [Law.Decide]; what differs between laws is in the rules' other fields.
const (
	CheckAgreement Check = "agreement" // an agreement with the provider is in force
	CheckConsent   Check = "consent"   // the recipient's consent covers the text's category
	CheckCurrent   Check = "current"   // the appointment is still as the text says
	CheckWords     Check = "words"     // the body has none of the rule's words, the practice's name left out
	CheckWindow    Check = "window"    // the hour is inside the rule's window
	CheckUseful    Check = "useful"    // it can still be of use when it leaves
)

// Rule is one rule as a dated row of data. A law that starts next year is a row whose Effective lies next year.
type Rule struct {
	ID        string
	Version   int
	Effective time.Time // UTC; before it the rule is not looked at
	Citation  string
	Check     Check

	Zone   string        // of CheckWindow: an IANA name; empty: every zone the recipient may be in
	Opens  time.Duration // of CheckWindow: after local midnight
	Closes time.Duration // of CheckWindow: after local midnight; nothing may be delivered from then on

	Words    []string         // of CheckWords: lower case; a word or phrase, matched whole
	Harmless []string         // of CheckWords: lower case; phrases in which such words are none
	Except   consent.Category // of CheckWords: a category that the rule leaves alone
	Says     string           // of CheckWords: why such words are refused
}

// Law is the rules in a form ready to decide by. It is immutable and may be used concurrently.
type Law struct {
	rules []Rule
	zones map[string]*time.Location
}

// NewLaw checks the rules and loads the time zones they name. It fails when a zone is not known to the system: a
// program without a time zone database imports time/tzdata.
func NewLaw(rules []Rule) (*Law, error) {
	l := &Law{zones: map[string]*time.Location{}}
	for _, r := range rules {
		switch r.Check {
		case CheckAgreement, CheckConsent, CheckCurrent, CheckUseful:
		case CheckWords:
			if len(r.Words) == 0 {
				return nil, fmt.Errorf("%w: rule %s has no words", ErrInvalid, r.ID)
			}
		case CheckWindow:
			if r.Opens < 0 || r.Closes <= r.Opens || r.Closes > 24*time.Hour {
				return nil, fmt.Errorf("%w: rule %s has no window", ErrInvalid, r.ID)
			}
			if r.Zone == "" {
				break
			}
			zone, err := time.LoadLocation(r.Zone)
			if err != nil {
				return nil, fmt.Errorf("%w: rule %s: the time zone %s is not known here", ErrInvalid, r.ID, r.Zone)
			}
			l.zones[r.Zone] = zone
		default:
			return nil, fmt.Errorf("%w: rule %s has an unknown check %q", ErrInvalid, r.ID, r.Check)
		}
		l.rules = append(l.rules, r)
	}
	return l, nil
}

// Promised returns the rules of the policy and of the law under it, the ones in effect and those that have a date.
func Promised() []Rule {
	const policy = "DentTracks SMS Privacy Policy, section "
	return []Rule{
		{ID: "agreement", Version: 1, Check: CheckAgreement, Citation: "MyDentalPMS Privacy Policy, section 6; 45 CFR 164.502(e)"},
		{ID: "consent", Version: 1, Check: CheckConsent, Citation: policy + "2; 47 CFR 64.1200(a)(1), (a)(10)"},
		{ID: "current", Version: 1, Check: CheckCurrent, Citation: "MyDentalPMS Privacy Policy, section 2"},
		{
			ID: "health", Version: 1, Check: CheckWords, Words: healthWords(), Harmless: harmlessWords(),
			Citation: policy + "5", Says: "It speaks of health, which no text may.",
		},
		{
			ID: "promotion", Version: 1, Check: CheckWords, Words: promotionWords(), Except: consent.Promotional,
			Citation: policy + "1; 47 CFR 64.1200(f)(1)",
			Says:     "It advertises, which only a promotional text may.",
		},
		// The policy says "CST". It is read as the time that clocks in Chicago show, daylight saving included: a patient
		// reads the promise by the clock on the wall.
		{
			ID: "window-central", Version: 1, Check: CheckWindow, Zone: "America/Chicago",
			Opens: 8 * time.Hour, Closes: 21 * time.Hour, Citation: policy + "2",
		},
		{
			ID: "window-recipient", Version: 1, Check: CheckWindow,
			Opens: 8 * time.Hour, Closes: 21 * time.Hour, Citation: "47 CFR 64.1200(c)(1)",
		},
		{ID: "useful", Version: 1, Check: CheckUseful, Citation: policy + "2"},
	}
}

// apply looks at one rule. d is what the rules before it came to.
func (l *Law) apply(r Rule, f Facts, d Decision, now time.Time) answer {
	switch r.Check {
	case CheckAgreement:
		if !f.Agreement {
			return answer{
				says: Refuse, fact: "no agreement in force with " + f.Text.Provider,
				reason: "The practice has no agreement in force with the provider that would carry it.",
			}
		}
		return answer{says: Send, fact: "agreement in force with " + f.Text.Provider}
	case CheckConsent:
		return consentTo(f)
	case CheckCurrent:
		if !f.Current {
			return answer{says: Refuse, fact: "version " + f.Text.Version + " is not current", reason: "The appointment was moved or cancelled."}
		}
		return answer{says: Send, fact: "current"}
	case CheckWords:
		if f.Text.Kind != Ordinary || f.Text.Category == r.Except {
			return answer{says: Send, fact: "not looked at in such a text"}
		}
		if word := find(f.Text.Body, r.Words, r.Harmless, f.Name); word != "" {
			return answer{says: Refuse, fact: "the words “" + word + "”", reason: r.Says + " (“" + word + "”)"}
		}
		return answer{says: Send, fact: "no such words"}
	case CheckWindow:
		return l.window(r, f, now)
	}
	return useful(f, d, now)
}

// consentTo asks for an active consent to the category. A confirmation request needs a grant that waits for it, and the
// closed list of answers needs none: the patient has just asked for each of them.
func consentTo(f Facts) answer {
	fact := string(f.Text.Category) + " is " + string(f.Permission.Status)
	switch {
	case f.Text.Kind.Answer():
		return answer{says: Send, fact: "answers the patient's own message"}
	case f.Text.Kind == ConfirmRequest && f.Permission.Status == consent.Pending,
		f.Text.Kind == Ordinary && f.Permission.Status == consent.Active:
		return answer{says: Send, fact: fact}
	case f.Text.Kind == ConfirmRequest:
		return answer{says: Refuse, fact: fact, reason: "No consent waits for confirmation any more."}
	}
	return answer{says: Refuse, fact: fact, reason: f.Permission.Why}
}

const tooLate = "It is too late to be of use."

// useful refuses what comes too late, be it now or at the lawful hour that the other rules defer it to.
func useful(f Facts, d Decision, now time.Time) answer {
	fact := "useful until " + f.Text.LastUseful.UTC().Format(time.RFC3339)
	switch {
	case f.Text.LastUseful.Sub(now) < shortest:
		return answer{says: Refuse, fact: fact, reason: tooLate}
	case d.Verdict == Defer && !d.Until.Before(f.Text.LastUseful):
		return answer{
			says: Refuse, fact: fact,
			reason: "It cannot leave at a lawful hour before it is of no use: " + strings.ToLower(d.Reason[:1]) + d.Reason[1:],
		}
	}
	return answer{says: Send, fact: fact}
}
