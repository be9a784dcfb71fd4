package sms

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/nanp"
	"github.com/enamel-go/enamel/sms/screen"
)

// question is a decision under way: what the rules are asked about one text.
type question struct {
	law     *Law
	now     time.Time
	edition int
	least   time.Duration // how much of a window has to be left

	waits Check // what the rule that defers furthest asks; empty: none defers

	locals [4]local // what time it is, in the zones that were asked for first
	said   struct { // the same of one zone, in words
		zone  *time.Location
		clock string
	}

	// The next lawful hours, worked out when the first rule defers.
	looked bool
	opens  time.Time // zero: there are none
}

// ask looks at one rule. d is what the rules before it came to.
func (q *question) ask(r *rule, f *Facts, d *Decision) answer {
	switch r.Check {
	case CheckAgreement:
		if !f.Agreement {
			return answer{
				says: Refuse, fact: "no agreement in force with " + f.Text.Provider,
				reason: "The practice has no agreement in force with the provider that would carry it.",
			}
		}
		return answer{says: Send, fact: "agreement in force with " + f.Text.Provider}
	case CheckStanding:
		return q.standing(f)
	case CheckRestriction:
		if f.Restricted && !f.Text.Kind.Answer() {
			return answer{
				says: Refuse, fact: "not at this number",
				reason: "The patient asked to be reached at another number or in another way.",
			}
		}
		return answer{says: Send, fact: "no such request"}
	case CheckConsent:
		return q.consentTo(f)
	case CheckWarning:
		if f.Text.Kind.Answer() || f.Permission.Basis == "" && f.Permission.Status != consent.Active {
			return answer{says: Send, fact: "no consent to look at"}
		}
		if !slices.Contains(r.Bases, f.Permission.Basis) {
			return answer{
				says: Refuse, fact: "consent by " + cmp.Or(string(f.Permission.Basis), "no basis that is known"),
				reason: "Nothing on record says that the patient was warned that texts are not encrypted.",
			}
		}
		return answer{says: Send, fact: "consent by " + string(f.Permission.Basis)}
	case CheckConversation:
		return q.conversation(r, f)
	case CheckCurrent:
		if !f.Current {
			return answer{says: Refuse, fact: "version " + f.Text.Version + " is not current", reason: "The appointment was moved or cancelled."}
		}
		return answer{says: Send, fact: "current"}
	case CheckFindings:
		return q.findings(r, f)
	case CheckPlace:
		if !located(f.Regions) {
			return answer{says: Refuse, fact: cmp.Or(strings.Join(f.Regions, ", "), "no region"), reason: "Nobody knows which State's or province's hours hold for the recipient."}
		}
		return answer{says: Send, fact: strings.Join(f.Regions, ", ")}
	case CheckWindow:
		return q.window(r, f)
	case CheckCap:
		return q.cap(r, f)
	}
	return q.useful(d, f)
}

// located reports whether regions say which hours hold: in each country that they name.
func located(regions []string) bool {
	for _, vague := range regions {
		country, _, _ := strings.Cut(vague, "-")
		if !slices.ContainsFunc(regions, func(r string) bool { return strings.HasPrefix(r, country) && placed(r) }) {
			return false
		}
	}
	return len(regions) > 0
}

// placed reports whether a region says which hours hold there: in the United States and Canada it takes a State or province to
// say so.
func placed(s string) bool {
	if country, _, _ := strings.Cut(s, "-"); country == "US" || country == "CA" {
		return nanp.Known(s)
	}
	return region(s)
}

// standing asks for a sender that is registered, for such texts and still.
func (q *question) standing(f *Facts) answer {
	s := &f.Standing
	switch {
	case !s.Approved && s.Why != "":
		return answer{says: Refuse, fact: "not approved", reason: s.Why}
	case !s.Approved:
		return answer{says: Refuse, fact: "not approved", reason: "The number that it would leave from is not registered with the carriers."}
	case !s.Until.IsZero() && !q.now.Before(s.Until):
		return answer{
			says: Refuse, fact: "approved until " + s.Until.UTC().Format(time.RFC3339),
			reason: "The registration of the number that it would leave from has lapsed.",
		}
	case !f.Text.Kind.Answer() && !slices.Contains(s.Categories, f.Text.Category):
		return answer{
			says: Refuse, fact: "not approved for " + string(f.Text.Category),
			reason: "The number that it would leave from is not registered for such texts.",
		}
	}
	return answer{says: Send, fact: "approved", until: s.Until}
}

// heldFor is how long a text waits before it is asked again whether a person has looked.
const heldFor = 15 * time.Minute

// consentTo asks for an active consent to the category. A confirmation request needs a grant that waits for it, and the
// closed list of answers needs none: the patient has just asked for each of them. While a person has to look whether the
// patient said stop, a text waits.
func (q *question) consentTo(f *Facts) answer {
	if f.Text.Kind.Answer() {
		return answer{says: Send, fact: "answers the patient's own message"}
	}
	fact := string(f.Text.Category) + " is " + string(f.Permission.Status)
	switch {
	case f.Text.Kind == ConfirmRequest && f.Permission.Status == consent.Pending,
		f.Text.Kind == Ordinary && f.Permission.Status == consent.Active:
		return answer{says: Send, fact: fact}
	case f.Permission.Status == consent.Held:
		return answer{says: Defer, fact: fact, reason: f.Permission.Why, until: q.now.Add(heldFor)}
	case f.Text.Kind == ConfirmRequest:
		return answer{says: Refuse, fact: fact, reason: "No consent waits for confirmation any more."}
	}
	return answer{says: Refuse, fact: fact, reason: f.Permission.Why}
}

// conversation asks for a message of the recipient's that a reply may still answer.
func (q *question) conversation(r *rule, f *Facts) answer {
	wrote := f.Wrote
	if wrote.IsZero() || wrote.After(q.now) {
		return answer{says: Refuse, fact: "no message", reason: "The patient has not written first, and a conversation is the patient's to begin. Call instead."}
	}
	fact, closes := "wrote "+wrote.UTC().Format(time.RFC3339), wrote.Add(r.Within)
	if closes.Sub(q.now) < shortest {
		return answer{says: Refuse, fact: fact, reason: "The patient's last message is more than " + hoursOf(r.Within) + " old. Call instead."}
	}
	return answer{says: Send, fact: fact, until: closes}
}

// findings asks that a screen has looked, and found nothing of the rule's classes.
func (q *question) findings(r *rule, f *Facts) answer {
	if f.Screen == 0 {
		return answer{says: Refuse, fact: "not screened", reason: "Nobody has looked at what it says."}
	}
	for _, found := range f.Findings {
		if slices.Contains(r.Classes, found.Class) {
			return answer{says: Refuse, fact: describe(found), reason: r.Says + quote(found)}
		}
	}
	return answer{says: Send, fact: "nothing found"}
}

// describe names what was found.
func describe(found screen.Finding) string {
	if found.What == "" {
		return string(found.Class)
	}
	return string(found.Class) + ": " + found.What
}

// quote shows staff the words that were found. Words with digits may be a number, which no reason holds.
func quote(found screen.Finding) string {
	switch {
	case found.Words != "" && !strings.ContainsAny(found.Words, "0123456789"):
		return " (“" + found.Words + "”)"
	case found.What != "":
		return " (" + found.What + ")"
	}
	return ""
}

// useful refuses what comes too late, be it now or at the lawful hour that the other rules defer it to.
func (q *question) useful(d *Decision, f *Facts) answer {
	last := f.Text.LastUseful
	var room [48]byte
	fact := string(last.UTC().AppendFormat(append(room[:0], "useful until "...), time.RFC3339))
	switch {
	case d.Verdict == Defer && d.Until.Add(f.least()).After(last) && q.waits == CheckConsent:
		return answer{says: Refuse, fact: fact, reason: d.Reason + " Nobody has looked while it was of use."}
	case d.Verdict == Defer && d.Until.Add(f.least()).After(last):
		return answer{
			says: Refuse, fact: fact,
			reason: "It cannot leave at a lawful hour before it is of no use: " + strings.ToLower(d.Reason[:1]) + d.Reason[1:] +
				" The next lawful moment is " + q.spell(d.Until, f) + ".",
		}
	case last.Sub(q.now) < q.least:
		return answer{says: Refuse, fact: fact, reason: tooLate}
	}
	return answer{says: Send, fact: fact}
}

const tooLate = "It is too late to be of use."

// spell says a moment by the recipient's clock.
func (q *question) spell(moment time.Time, f *Facts) string {
	for _, name := range f.Zones {
		if zone := q.law.zone(name); zone != nil {
			return moment.In(zone).Format("Monday, January 2 at 3:04 pm") + " in " + name
		}
	}
	return moment.Format("Monday, January 2 at 3:04 pm") + " UTC"
}

// hoursOf says how long something is.
func hoursOf(d time.Duration) string {
	if d%time.Hour != 0 {
		return d.String()
	}
	return strconv.Itoa(int(d/time.Hour)) + " hours"
}
