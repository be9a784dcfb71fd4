package sms

import (
	"strings"
	"time"
)

// shortest is the least time that must be left of a window: providers take a validity period of whole seconds.
const shortest = time.Second

// span is one window in one zone.
type span struct {
	opens, closes time.Duration
	zone          *time.Location
}

// spans returns a rule's window in each zone it speaks of.
func (l *Law) spans(r Rule, f Facts) []span {
	zones := f.Zones
	if r.Zone != "" {
		zones = []*time.Location{l.zones[r.Zone]}
	}
	spans := make([]span, len(zones))
	for i, z := range zones {
		spans[i] = span{r.Opens, r.Closes, z}
	}
	return spans
}

// window says whether the hour is lawful in the rule's zone, or in every zone the recipient may be in. What it defers,
// it defers to the first moment that is inside every window of the law, its own and the other rules'.
func (l *Law) window(r Rule, f Facts, now time.Time) answer {
	if f.Text.Kind.Answer() {
		return answer{says: Send, fact: "answers the patient's own message at any hour"}
	}
	own := l.spans(r, f)
	names := make([]string, len(own))
	for i, s := range own {
		names[i] = now.In(s.zone).Format("15:04:05 ") + s.zone.String()
	}
	fact := strings.Join(names, ", ")
	if len(own) == 0 {
		return answer{says: Refuse, fact: "no time zone", reason: "Nobody knows what time it is for the recipient."}
	}
	if opens, closes, found := hours(own, now); found && !opens.After(now) {
		return answer{says: Send, fact: fact, until: closes}
	}
	var all []span
	for _, other := range l.rules {
		if other.Check == CheckWindow && !other.Effective.After(now) {
			all = append(all, l.spans(other, f)...)
		}
	}
	opens, _, found := hours(all, now)
	between := clock(r.Opens) + " and " + clock(r.Closes)
	if !found {
		return answer{says: Refuse, fact: fact, reason: "There is no hour between " + between + " that all time zones of the recipient share."}
	}
	where := "for the recipient"
	if r.Zone != "" {
		where = "in " + r.Zone
	}
	return answer{says: Defer, fact: fact, until: opens, reason: "Texts leave between " + between + " " + where + " only."}
}

// hours returns the first stretch, from now or later, that is inside all spans and not yet about to end. It looks a week
// ahead: zones that never share an hour have none.
func hours(spans []span, now time.Time) (opens, closes time.Time, found bool) {
	moment := now
	for limit := now.AddDate(0, 0, 7); moment.Before(limit); {
		latest, earliest := moment, time.Time{}
		for _, s := range spans {
			from, to := s.next(moment)
			if from.After(latest) {
				latest = from
			}
			if earliest.IsZero() || to.Before(earliest) {
				earliest = to
			}
		}
		switch {
		case earliest.Sub(latest) < shortest:
			moment = earliest // the span that ends first is of no use: look behind it
		case latest.After(moment):
			moment = latest // at that moment other spans may have ended: look again
		default:
			return moment.UTC(), earliest.UTC(), true
		}
	}
	return time.Time{}, time.Time{}, false
}

// next returns the window that contains moment, or the one after it. Hours are wall-clock hours, so on the days that
// daylight saving begins or ends the window still opens and closes by the clock on the wall.
func (s span) next(moment time.Time) (from, to time.Time) {
	local := moment.In(s.zone)
	for day := 0; ; day++ {
		from, to = wall(local, day, s.opens), wall(local, day, s.closes)
		if to.After(moment) {
			return from, to
		}
	}
}

// wall returns the moment at which the clock on the wall shows the time after midnight, some days on.
func wall(local time.Time, days int, after time.Duration) time.Time {
	return time.Date(local.Year(), local.Month(), local.Day()+days, int(after/time.Hour), int(after%time.Hour/time.Minute), 0, 0, local.Location())
}

// clock says a time of day as people in the United States do.
func clock(after time.Duration) string {
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(after).Format("3:04 pm")
}
