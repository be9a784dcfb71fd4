package sms

import (
	"cmp"
	"time"

	"github.com/enamel-go/enamel/consent"
)

// window says whether the hour is lawful in the rule's zone, or in every zone the recipient may be in. What it defers,
// it defers to the next lawful moment by all rules.
func (q *question) window(r *rule, f *Facts) answer {
	if f.Text.Kind.Answer() {
		return answer{says: Send, fact: "answers the patient's own message at any hour"}
	}
	var room [4]span
	own, unknown := q.spans(room[:0], r, f)
	switch {
	case unknown != "":
		return answer{says: Refuse, fact: "the time zone " + unknown, reason: "A time zone that the recipient may be in is not known here."}
	case len(own) == 0:
		return answer{says: Refuse, fact: "no time zone", reason: "Nobody knows what time it is for the recipient."}
	}
	fact := q.clocks(own)
	var until time.Time
	open := true
	for _, s := range own {
		closes, inside := s.inside(q.now, q.least)
		if open = open && inside; !open {
			break
		}
		if until.IsZero() || closes.Before(until) {
			until = closes
		}
	}
	if open {
		return answer{says: Send, fact: fact, until: until}
	}
	a := q.later(r, f, fact)
	if f.Linger > 0 {
		a.reason += " Its provider may hold it for " + hoursOf(f.Linger) + ", and it must have arrived by then."
	}
	return a
}

// cap says whether the number may have one more promotional text.
func (q *question) cap(r *rule, f *Facts) answer {
	if over := r.over(f); over.After(q.now) {
		return q.later(r, f, "as many, the first "+f.Promotions[len(f.Promotions)-r.Most].UTC().Format(time.RFC3339))
	}
	return answer{says: Send, fact: "fewer"}
}

// over returns the whole minute from which on a cap leaves room for one more text; zero: it always did.
func (r *rule) over(f *Facts) time.Time {
	at := len(f.Promotions) - r.Most
	if at < 0 {
		return time.Time{}
	}
	return f.Promotions[at].Add(r.Within).Truncate(time.Minute).Add(time.Minute)
}

// later defers to the next lawful moment.
func (q *question) later(r *rule, f *Facts, fact string) answer {
	if !q.looked {
		q.looked, q.opens = true, q.next(f)
	}
	if q.opens.IsZero() {
		return answer{says: Refuse, fact: fact, reason: "There is no lawful hour that all time zones of the recipient share. " + r.reason}
	}
	reason := r.reason
	if f.Text.Category == consent.Conversational && f.Text.Kind == Ordinary {
		reason = r.call
	}
	return answer{says: Defer, fact: fact, until: q.opens, reason: reason}
}

// next returns the first moment, from now or later, at which no window and no cap forbids a text, by the rules in effect
// then; zero: there is none.
func (q *question) next(f *Facts) time.Time {
	limit := q.now.Add(ahead)
	editions := q.law.editions
	for now, i := q.now, q.edition; ; i++ {
		begins := now
		var room [8]span
		var rules [48]*rule
		spans := room[:0]
		for _, r := range editions[i].concerning(rules[:0], f) {
			switch r.Check {
			case CheckWindow:
				spans, _ = q.spans(spans, r, f)
			case CheckCap:
				if over := r.over(f); over.After(begins) {
					begins = over
				}
			}
		}
		opens, _, found := stretch(spans, begins, limit, f.least())
		if i+1 == len(editions) || editions[i+1].from.After(limit) {
			return opens
		}
		if now = editions[i+1].from; found && opens.Before(now) {
			return opens
		}
	}
}

// spans appends a rule's window in each zone it speaks of. It also returns the name of a zone that is not known here.
func (q *question) spans(spans []span, r *rule, f *Facts) (own []span, unknown string) {
	if r.Zone != "" {
		clock, _ := q.at(r.Zone)
		return append(spans, span{r, clock}), ""
	}
	for _, name := range f.Zones {
		if clock, known := q.at(name); known {
			spans = append(spans, span{r, clock})
		} else {
			unknown = cmp.Or(name, "without a name")
		}
	}
	return spans, unknown
}

// at returns what time it is in a zone, unless it is not known here.
func (q *question) at(name string) (l local, known bool) {
	at := 0
	for ; at < len(q.locals) && q.locals[at].zone != nil; at++ {
		if q.locals[at].zone.String() == name {
			return q.locals[at], true
		}
	}
	zone := q.law.zone(name)
	if zone == nil {
		return local{}, false
	}
	l = localAt(q.now, zone)
	if at < len(q.locals) {
		q.locals[at] = l
	}
	return l, true
}

// clocks says what time it is in each zone.
func (q *question) clocks(spans []span) string {
	if len(spans) == 1 && q.said.zone == spans[0].local.zone { // two windows in one zone are what most texts have
		return q.said.clock
	}
	var room [128]byte
	said := room[:0]
	for i := range spans {
		s := &spans[i]
		if i > 0 {
			said = append(said, ", "...)
		}
		second := s.local.clock - s.local.day()*secondsADay
		for i, part := range [...]int64{second / 3600, second / 60 % 60, second % 60} {
			if i > 0 {
				said = append(said, ':')
			}
			said = append(said, byte('0'+part/10), byte('0'+part%10))
		}
		said = append(said, ' ')
		said = append(said, s.local.zone.String()...)
	}
	text := string(said)
	if len(spans) == 1 {
		q.said.zone, q.said.clock = spans[0].local.zone, text
	}
	return text
}
