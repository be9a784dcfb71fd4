package sms

import (
	"strings"
	"time"
)

const (
	// shortest is the least time that must be left of a window: providers take a validity period of whole seconds.
	shortest = time.Second
	// ahead is how far a lawful hour is looked for: zones that never share one have none.
	ahead = 14 * 24 * time.Hour

	secondsADay = 24 * 60 * 60
)

// Hours are the hours of a day in which texts may leave. The zero value is none.
type Hours struct {
	Opens  time.Duration `json:"opens,omitzero"`  // after local midnight
	Closes time.Duration `json:"closes,omitzero"` // after local midnight; nothing may be delivered from then on
}

func (h Hours) closed() bool { return h.Opens >= h.Closes }

// valid reports whether the hours are of one day, in whole seconds, or none.
func (h Hours) valid() bool {
	return h == Hours{} || !h.closed() && h.Opens >= 0 && h.Closes <= 24*time.Hour && h.Opens%time.Second == 0 && h.Closes%time.Second == 0
}

func (h *Hours) clone() *Hours {
	if h == nil {
		return nil
	}
	own := *h
	return &own
}

// on returns a rule's hours on a day of the week that is no holiday.
func (r *Rule) on(day time.Weekday) Hours {
	switch {
	case day == time.Saturday && r.Saturday != nil:
		return *r.Saturday
	case day == time.Sunday && r.Sunday != nil:
		return *r.Sunday
	}
	return Hours{r.Opens, r.Closes}
}

// span is one rule's window in one zone.
type span struct {
	rule *rule
	zone *time.Location
}

// hours returns the window on a civil day, counted from January 1, 1970, which was a Thursday.
func (s span) hours(day int64) Hours {
	if s.rule.Holidays != "" && calendars[s.rule.Holidays].has(day) {
		return Hours{}
	}
	return s.rule.on(time.Weekday((day%7 + 7 + 4) % 7))
}

// next returns the window that contains moment, or the one after it; none where there is none until limit. Hours are
// wall-clock hours, so on the days that daylight saving begins or ends the window still opens and closes by the clock on
// the wall.
func (s span) next(moment, limit time.Time) (opens, closes time.Time, found bool) {
	_, offset := moment.In(s.zone).Zone()
	for day := floor(moment.Unix() + int64(offset)); ; day++ {
		midnight := day * secondsADay
		if midnight > limit.Unix()+secondsADay {
			return time.Time{}, time.Time{}, false
		}
		h := s.hours(day)
		if h.closed() {
			continue
		}
		_, opens = wall(s.zone, midnight+int64(h.Opens/time.Second))
		closes, _ = wall(s.zone, midnight+int64(h.Closes/time.Second))
		if closes.After(moment) && closes.After(opens) {
			return opens, closes, true
		}
	}
}

// wall returns when the clock on the wall shows a time, given as the seconds since it showed January 1, 1970. Where the
// clocks go back it shows it twice, and a window ends at the first of these moments and begins at the last. Where they go
// forward it never does, and both are the moment after the gap.
func wall(zone *time.Location, clock int64) (first, last time.Time) {
	before := time.Unix(clock-secondsADay, 0).In(zone)
	_, early := before.Zone()
	_, late := time.Unix(clock+secondsADay, 0).In(zone).Zone()
	first, last = time.Unix(clock-int64(early), 0).UTC(), time.Unix(clock-int64(late), 0).UTC()
	if early == late {
		return first, last
	}
	_, turn := before.ZoneBounds()
	switch is, was := !last.Before(turn), first.Before(turn); {
	case is && was:
		return first, last
	case is:
		return last, last
	case was:
		return first, first
	}
	return turn.UTC(), turn.UTC()
}

// floor returns the day of a second, counted from January 1, 1970.
func floor(second int64) int64 {
	day := second / secondsADay
	if second%secondsADay < 0 {
		day--
	}
	return day
}

// stretch returns the first stretch, from now or later, that is inside all spans and not yet about to end.
func stretch(spans []span, now, limit time.Time) (opens, closes time.Time, found bool) {
	for moment := now; moment.Before(limit); {
		latest, earliest := moment, time.Time{}
		for _, s := range spans {
			from, to, found := s.next(moment, limit)
			if !found {
				return time.Time{}, time.Time{}, false
			}
			if from.After(latest) {
				latest = from
			}
			if earliest.IsZero() || to.Before(earliest) {
				earliest = to
			}
		}
		switch {
		case !earliest.IsZero() && earliest.Sub(latest) < shortest:
			moment = earliest // the span that ends first is of no use: look behind it
		case latest.After(moment):
			moment = latest // at that moment other spans may have ended: look again
		default:
			return moment, earliest, true
		}
	}
	return time.Time{}, time.Time{}, false
}

// say works out beforehand why a window or a cap defers a text.
func (r *rule) say() {
	texts := "Texts"
	if r.Only != "" {
		texts = strings.ToUpper(string(r.Only[:1])) + string(r.Only[1:]) + " texts"
	}
	where := "for the recipient"
	switch {
	case r.Zone != "":
		where = "in " + r.Zone
	case r.Region != "":
		where = "to " + r.Region
	}
	switch r.Check {
	case CheckWindow:
		var b strings.Builder
		b.WriteString(texts + " leave between " + clock(r.Opens) + " and " + clock(r.Closes) + " " + where + " only")
		for _, day := range []time.Weekday{time.Saturday, time.Sunday} {
			switch h := r.on(day); {
			case h == Hours{r.Opens, r.Closes}:
			case h.closed():
				b.WriteString(", not on " + day.String() + "s")
			default:
				b.WriteString(", on " + day.String() + "s between " + clock(h.Opens) + " and " + clock(h.Closes))
			}
		}
		if r.Holidays != "" {
			b.WriteString(", not on legal holidays")
		}
		r.reason = b.String() + "."
	case CheckCap:
		r.reason = "The number has got as many promotional texts as may go " + where + " within " + hoursOf(r.Within) + "."
	}
	r.call = r.reason + " Call instead."
}

// clock says a time of day as people in the United States do.
func clock(after time.Duration) string {
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(after).Format("3:04 pm")
}
