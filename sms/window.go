package sms

import (
	"strings"
	"time"
)

// shortest is the least time that must be left of a window: providers take a validity period of whole seconds.
const shortest = time.Second

// window says whether the hour is lawful in the rule's zone, or in every zone the recipient may be in.
func (l *Law) window(r Rule, f Facts, now time.Time) answer {
	if f.Text.Kind.Answer() {
		return answer{says: Send, fact: "answers the patient's own message at any hour"}
	}
	zones, names := f.Zones, make([]string, 0, len(f.Zones))
	if r.Zone != "" {
		zones = []*time.Location{l.zones[r.Zone]}
	}
	for _, z := range zones {
		names = append(names, now.In(z).Format("15:04:05 ")+z.String())
	}
	fact := strings.Join(names, ", ")
	if len(zones) == 0 {
		return answer{says: Refuse, fact: "no time zone", reason: "Nobody knows what time it is for the recipient."}
	}
	opens, closes, found := hours(r, zones, now)
	hours := clock(r.Opens) + " to " + clock(r.Closes)
	switch {
	case !found:
		return answer{says: Refuse, fact: fact, reason: "There is no hour that is between " + hours + " in all of the recipient's time zones."}
	case opens.After(now):
		where := "for the recipient"
		if r.Zone != "" {
			where = "in " + r.Zone
		}
		return answer{says: Defer, fact: fact, until: opens, reason: "Texts leave between " + hours + " " + where + " only."}
	}
	return answer{says: Send, fact: fact, until: closes}
}

// hours returns the first stretch, from now or later, that is inside the rule's window in all zones and not yet about to
// end. It looks a week ahead: zones that never share an hour have none.
func hours(r Rule, zones []*time.Location, now time.Time) (opens, closes time.Time, found bool) {
	moment := now
	for limit := now.AddDate(0, 0, 7); moment.Before(limit); {
		latest, earliest := moment, time.Time{}
		for _, z := range zones {
			from, to := next(r, z, moment)
			if from.After(latest) {
				latest = from
			}
			if earliest.IsZero() || to.Before(earliest) {
				earliest = to
			}
		}
		switch {
		case earliest.Sub(latest) < shortest:
			moment = earliest // the window that ends first is of no use: look behind it
		case latest.After(moment):
			moment = latest // at that moment the other zones may have closed: look again
		default:
			return moment.UTC(), earliest.UTC(), true
		}
	}
	return time.Time{}, time.Time{}, false
}

// next returns the window in zone that contains moment, or the one after it. Hours are wall-clock hours, so on the days
// that daylight saving begins or ends the window still opens and closes by the clock on the wall.
func next(r Rule, zone *time.Location, moment time.Time) (from, to time.Time) {
	local := moment.In(zone)
	for day := 0; ; day++ {
		from, to = wall(local, day, r.Opens), wall(local, day, r.Closes)
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
