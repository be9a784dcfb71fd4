package sms

import (
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
		closes, inside := s.inside(q.now, f.least())
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
		spans := room[:0]
		for _, r := range editions[i].rules {
			switch {
			case r.Check == CheckWindow && r.concerns(f):
				spans, _ = q.spans(spans, r, f)
			case r.Check == CheckCap && r.concerns(f):
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
	if r.zone != nil {
		return append(spans, span{r, q.at(r.zone)}), ""
	}
	for _, name := range f.Zones {
		if zone := q.law.zone(name); zone != nil {
			spans = append(spans, span{r, q.at(zone)})
			continue
		}
		unknown = name
	}
	return spans, unknown
}

// at returns what time it is in a zone.
func (q *question) at(zone *time.Location) local {
	for i := range q.locals {
		switch q.locals[i].zone {
		case zone:
			return q.locals[i]
		case nil:
			q.locals[i] = localAt(q.now, zone)
			return q.locals[i]
		}
	}
	return localAt(q.now, zone)
}

// clocks says what time it is in each zone.
func (q *question) clocks(spans []span) string {
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
	return string(said)
}
