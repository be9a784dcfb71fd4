package sms

import (
	"time"

	"github.com/enamel-go/enamel/consent"
)

// window says whether the hour is lawful in the rule's zone, or in every zone the recipient may be in. What it defers,
// it defers to the next lawful moment by all rules.
func (q *question) window(r *rule) answer {
	if q.f.Text.Kind.Answer() {
		return answer{says: Send, fact: "answers the patient's own message at any hour"}
	}
	var room [4]span
	own, unknown := q.law.spans(room[:0], r, q.f)
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
		closes, inside := s.inside(q.now)
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
	return q.later(r, fact)
}

// cap says whether the number may have one more promotional text.
func (q *question) cap(r *rule) answer {
	if over := r.over(q.f); over.After(q.now) {
		return q.later(r, "as many, the first "+q.f.Promotions[len(q.f.Promotions)-r.Most].UTC().Format(time.RFC3339))
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
func (q *question) later(r *rule, fact string) answer {
	if !q.looked {
		q.looked, q.opens = true, q.law.next(q.f, q.now, q.edition)
	}
	if q.opens.IsZero() {
		return answer{says: Refuse, fact: fact, reason: "There is no lawful hour that all time zones of the recipient share. " + r.reason}
	}
	reason := r.reason
	if q.f.Text.Category == consent.Conversational && q.f.Text.Kind == Ordinary {
		reason = r.call
	}
	return answer{says: Defer, fact: fact, until: q.opens, reason: reason}
}

// next returns the first moment, from now or later, at which no window and no cap forbids a text, by the rules in effect
// then; zero: there is none. It begins with an edition of the law.
func (l *Law) next(f *Facts, now time.Time, edition int) time.Time {
	limit := now.Add(ahead)
	for ; ; edition++ {
		begins := now
		var spans []span
		for _, r := range l.editions[edition].rules {
			switch {
			case !r.concerns(f):
			case r.Check == CheckWindow:
				spans, _ = l.spans(spans, r, f)
			case r.Check == CheckCap:
				if over := r.over(f); over.After(begins) {
					begins = over
				}
			}
		}
		opens, _, found := stretch(spans, begins, limit)
		if edition+1 == len(l.editions) || l.editions[edition+1].from.After(limit) {
			return opens
		}
		if now = l.editions[edition+1].from; found && opens.Before(now) {
			return opens
		}
	}
}

// spans appends a rule's window in each zone it speaks of. It also returns the name of a zone that is not known here.
func (l *Law) spans(spans []span, r *rule, f *Facts) (own []span, unknown string) {
	if r.zone != nil {
		return append(spans, span{r, r.zone}), ""
	}
	for _, name := range f.Zones {
		if zone := l.zone(name); zone != nil {
			spans = append(spans, span{r, zone})
			continue
		}
		unknown = name
	}
	return spans, unknown
}

// inside reports whether a moment is inside the window and not about to end, and when it closes.
func (s span) inside(now time.Time) (closes time.Time, inside bool) {
	local := now.In(s.zone)
	_, offset := local.Zone()
	second := now.Unix() + int64(offset)
	midnight := floor(second) * secondsADay
	begins, ends := local.ZoneBounds()
	steady := (begins.IsZero() || begins.Unix()+int64(offset) <= midnight) && (ends.IsZero() || ends.Unix()+int64(offset) >= midnight+secondsADay)
	if !steady { // the clocks are put forward or back on this day
		opens, closes, found := s.next(now, now)
		return closes, found && !opens.After(now) && closes.Sub(now) >= shortest
	}
	h := s.hours(midnight / secondsADay)
	closes = time.Unix(midnight-int64(offset)+int64(h.Closes/time.Second), 0).UTC()
	return closes, second-midnight >= int64(h.Opens/time.Second) && closes.Sub(now) >= shortest
}

// clocks says what time it is in each zone.
func (q *question) clocks(spans []span) string {
	said := make([]byte, 0, 32*len(spans))
	for i, s := range spans {
		if i > 0 {
			said = append(said, ", "...)
		}
		hour, minute, second := q.now.In(s.zone).Clock()
		said = append(said, byte('0'+hour/10), byte('0'+hour%10), ':', byte('0'+minute/10), byte('0'+minute%10), ':',
			byte('0'+second/10), byte('0'+second%10), ' ')
		said = append(said, s.zone.String()...)
	}
	return string(said)
}
