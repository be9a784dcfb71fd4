package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
)

// textView is a text as the page and the API show it.
type textView struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"` // whom it is for, as the practice knows the patient
	From     string      `json:"from"`
	To       string      `json:"to"`
	Kind     sms.Kind    `json:"kind"`
	Category string      `json:"category"`
	Body     string      `json:"body,omitempty"` // empty where it was left out: see quiet
	State    sms.State   `json:"state"`
	Delivery sms.Status  `json:"delivery,omitempty"`
	Group    string      `json:"group"`
	Label    string      `json:"label"`
	Says     string      `json:"says"` // one plain sentence
	At       time.Time   `json:"at"`   // when it was sent or refused, is looked at next, or was to leave before it was taken back
	Today    bool        `json:"today"`
	Rules    []ruleView  `json:"rules"`
	Facts    []knownView `json:"facts,omitempty"` // what the decision was made from, where it was kept
	Law      string      `json:"law,omitempty"`   // by which edition of the rules
	Next     []string    `json:"next,omitempty"`  // of one that was taken back: the ids of those that took its place

	Who     string `json:"-"` // whom the page shows with it, by the patient's id; empty: nobody has this phone
	patient string // whom it is about; empty: everybody on the phone
	raw     string // what it says, links uncovered
}

// The groups of the page.
const (
	groupPerson  = "person"
	groupSent    = "sent"
	groupWaiting = "waiting"
	groupRefused = "refused"
	groupTaken   = "taken"
)

// texts returns the practice's newest texts, or those to one number, after recording that the desk looked.
func texts(ctx context.Context, s *scene, people []personView, number string) ([]textView, error) {
	page, err := s.Texts.Texts(ctx, world.Desk(), sms.Query{Practice: world.Practice, Number: number, Purpose: sms.ForDelivery, Limit: 200})
	if err != nil {
		return nil, err
	}
	return viewTexts(page.Texts, people, s.Clock.Now()), nil
}

// viewTexts shows texts with what has become of them.
func viewTexts(all []sms.Tracked, people []personView, now time.Time) []textView {
	views := make([]textView, 0, len(all))
	for _, t := range all {
		v := textView{
			ID: t.ID, Name: called(people, t.Patient, t.To), From: t.From, To: t.To, Kind: t.Kind, Category: string(t.Category), Body: covered(t.Body),
			State: t.State, Delivery: t.Delivery, Rules: viewRules(t.Decision.Trail), Law: t.Decision.Law, patient: t.Patient, raw: t.Body,
		}
		for _, p := range people {
			if v.Who == "" && p.Number == t.To || p.ID == t.Patient {
				v.Who = p.ID
			}
		}
		if t.Decision.Facts != nil {
			v.Facts = viewFacts(*t.Decision.Facts)
		}
		v.tell(t, now)
		for _, next := range t.Next() {
			v.Next = append(v.Next, next.ID)
		}
		v.Today = v.Group == groupPerson || v.Group == groupWaiting || sameDay(v.At, now) || v.At.After(now)
		views = append(views, v)
	}
	for i, v := range views {
		for _, next := range v.Next {
			at := slices.IndexFunc(views, func(o textView) bool { return o.ID == next })
			if at >= 0 {
				views[i].Says += " The text in its place: " + lowerFirst(views[at].Label) + "."
			}
		}
	}
	return views
}

// quiet leaves out what texts say, but for those to a number, about a patient where one is named, and those that wait for
// somebody's decision. Whether a text arrived is seen without its words, which serve the conversation that they belong to
// and nothing else (DentTracks SMS Privacy Policy, section 5).
func quiet(all []textView, number, patient string) {
	for i, v := range all {
		theirs := v.To == number && (patient == "" || v.patient == "" || v.patient == patient)
		if !theirs && v.Group != groupPerson && v.Group != groupRefused {
			all[i].Body = ""
		}
	}
}

// tell says what has become of a text: its group, a word for it, and one sentence.
func (v *textView) tell(t sms.Tracked, now time.Time) {
	v.At = latest(t.Created, t.NotBefore)
	if t.Due.After(v.At) {
		v.At = t.Due
	}
	switch t.State {
	case sms.Queued:
		v.Group, v.Label = groupWaiting, "Planned"
		v.Says = "It leaves " + when(v.At, now) + ", if it may then."
		switch {
		case t.Decision.Verdict == sms.Defer:
			v.Label = "Deferred"
			v.Says = "It waits, and leaves " + when(v.At, now)
			if t.Decision.Facts != nil {
				v.Says += there(v.At, t.Decision.Facts.Zones)
			}
			v.Says += ", if it may then. " + t.Decision.Reason
		case t.Class == sms.Paused:
			v.Label = "Held"
			v.Says = "The network, or the practice's number there, rests after failures. No request was made; it is tried " + when(v.At, now) + "."
		case t.Attempts > 0:
			v.Label = "Tried again"
			v.Says = "The network could not take it. It is tried again " + when(v.At, now) + "."
		case !v.At.After(now):
			v.Label, v.Says = "Due", "It is due now, and waits for a worker."
		}
	case sms.Sending:
		v.Group, v.Label, v.Says = groupWaiting, "On its way", "A worker is sending it."
	case sms.Doubtful:
		v.Group, v.Label, v.Says = groupWaiting, "In doubt", "The network's answer was lost. It is being asked; nothing is sent again blindly."
	case sms.Review:
		v.Group, v.Label = groupPerson, "Needs a person"
		v.Says = "The network cannot say whether it arrived. Ask the patient, then say what you found out. It is not sent again."
	case sms.Sent:
		v.Group, v.At = groupSent, t.FirstTry
		v.Label, v.Says = sent(t, now)
	case sms.Refused:
		v.Group, v.Label, v.Says = groupRefused, "Refused", t.Decision.Reason
	case sms.Failed:
		v.Group, v.Label, v.Says = groupRefused, "Failed", failedBecause(t.Class)
	case sms.Cancelled:
		v.Group, v.Label = groupTaken, "Taken back"
		v.Says = strings.TrimSpace("It was to leave " + when(v.At, now) + ", and was taken back before. " + t.Decision.Reason)
	}
	if v.At.After(now) && v.Group != groupWaiting && v.Group != groupTaken {
		v.At = now
	}
	if t.InFlight {
		v.Says += " A STOP was answered while it was on its way: it may have arrived after the answer."
	}
}

// sent says how far a text has come.
func sent(t sms.Tracked, now time.Time) (label, says string) {
	at := when(t.FirstTry, now)
	switch t.Delivery {
	case sms.StatusDelivered:
		return "Delivered", "It was sent " + at + " and reached the phone."
	case sms.StatusUndelivered, sms.StatusFailed:
		return "Not delivered", "It was sent " + at + " and did not reach the phone: " + lowerFirst(failedBecause(t.Class))
	}
	if t.FirstTry.IsZero() {
		return "Sent", "A person found out that it was sent."
	}
	return "Sent", "It was sent " + at + ". The network has not said yet that it reached the phone."
}

// failedBecause says why a provider refused a text or gave it up.
func failedBecause(class sms.Class) string {
	switch class {
	case sms.OptedOut:
		return "The network says that this patient opted out there. That is recorded as a stop."
	case sms.BadNumber:
		return "Nobody has this number, or its line takes no texts."
	case sms.Filtered:
		return "The network refused what it says."
	case sms.BadSender:
		return "The network does not know the practice's number."
	case sms.Expired:
		return "It could not be delivered in time."
	case sms.Transient, sms.Throttled:
		return "The phone could not be reached."
	case sms.Unknown, "":
		return "A person found out that it was not sent."
	}
	return "The network refused it."
}

// rules says all rules in one line each, for a pointer that rests on a text.
func (v textView) Hover() string {
	lines := make([]string, len(v.Rules))
	for i, r := range v.Rules {
		lines[i] = fmt.Sprintf("%s: %s (%s)", r.Rule, r.Says, r.Fact)
	}
	return strings.Join(lines, "\n")
}

// When is the moment that matters, short.
func (v textView) When() string { return spoken(v.At) }

// Phone is the number as people write it.
func (v textView) Phone() string { return shown(v.To) }

// group returns the texts of one group, today's or earlier ones.
func group(all []textView, name string, today bool) []textView {
	var some []textView
	for _, v := range all {
		if v.Group == name && v.Today == today {
			some = append(some, v)
		}
	}
	if name == groupWaiting {
		slices.SortStableFunc(some, func(a, b textView) int { return a.At.Compare(b.At) })
	} else {
		slices.SortStableFunc(some, func(a, b textView) int { return b.At.Compare(a.At) })
	}
	return some
}

// called names whom a text is for or a message from: a patient, or everybody who shares the phone.
func called(people []personView, patient, number string) string {
	var names []string
	for _, p := range people {
		if patient != "" && p.ID == patient {
			return p.Name
		}
		if p.Number == number {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		return "an unknown phone"
	}
	return strings.Join(names, ", ")
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func sameDay(a, b time.Time) bool {
	y1, m1, d1 := local(a).Date()
	y2, m2, d2 := local(b).Date()
	return y1 == y2 && m1 == m2 && d1 == d2
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }
