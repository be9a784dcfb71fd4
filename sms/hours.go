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
	own, unknown := q.zones(r, f)
	switch {
	case unknown != "":
		return answer{says: Refuse, fact: "the time zone " + unknown, reason: "A time zone that the recipient may be in is not known here."}
	case len(own) == 0:
		return answer{says: Refuse, fact: "no time zone", reason: "Nobody knows what time it is for the recipient."}
	}
	fact := q.say(own)
	var until time.Time
	open := true
	for i := range own {
		s := span{r, own[i]}
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
	if !q.sought {
		q.sought, q.opens = true, q.next(f)
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
		for _, r := range editions[i].course(f).rules {
			switch r.Check {
			case CheckWindow:
				clocks, _ := q.zones(r, f)
				for i := range clocks {
					spans = append(spans, span{r, clocks[i]})
				}
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

// zones returns what time it is in each zone that a rule's window speaks of. It also returns the name of one that is not known
// here.
func (q *question) zones(r *rule, f *Facts) (clocks []local, unknown string) {
	if !q.located {
		q.locate(f)
	}
	if r.Zone == "" {
		return q.theirs, q.unknown
	}
	for i := range q.theirs {
		if q.theirs[i].zone.String() == r.Zone {
			return q.theirs[i : i+1], ""
		}
	}
	for i := range q.named {
		switch l := &q.named[i]; {
		case l.zone == nil:
			*l = localAt(q.now, q.law.zone(r.Zone))
			fallthrough
		case l.zone.String() == r.Zone:
			return q.named[i : i+1], ""
		}
	}
	return []local{localAt(q.now, q.law.zone(r.Zone))}, ""
}

// locate sees what time it is where the recipient may be.
func (q *question) locate(f *Facts) {
	q.located, q.theirs = true, make([]local, 0, len(f.Zones))
	for _, name := range f.Zones {
		if zone := q.law.zone(name); zone != nil {
			q.theirs = append(q.theirs, localAt(q.now, zone))
		} else {
			q.unknown = cmp.Or(name, "without a name")
		}
	}
}

// say says what time it is in each zone.
func (q *question) say(clocks []local) string {
	if q.said.zone == clocks[0].zone && q.said.zones == len(clocks) { // most windows are of the same zones
		return q.said.words
	}
	var room [128]byte
	said := room[:0]
	for i := range clocks {
		l := &clocks[i]
		if i > 0 {
			said = append(said, ", "...)
		}
		second := l.clock - l.day()*secondsADay
		for i, part := range [...]int64{second / 3600, second / 60 % 60, second % 60} {
			if i > 0 {
				said = append(said, ':')
			}
			said = append(said, byte('0'+part/10), byte('0'+part%10))
		}
		said = append(said, ' ')
		said = append(said, l.zone.String()...)
	}
	q.said.zone, q.said.zones, q.said.words = clocks[0].zone, len(clocks), string(said)
	return q.said.words
}
