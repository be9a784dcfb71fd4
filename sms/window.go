package sms

import (
	"math"
	"strconv"
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

// local is what the clock on the wall shows in a zone at a moment, and how long it has been and will be right without being
// put forward or back.
type local struct {
	zone   *time.Location
	clock  int64 // the seconds since it showed January 1, 1970
	offset int64 // how many seconds it is ahead of UTC
	begins int64 // seconds since 1970, UTC
	ends   int64
}

func localAt(now time.Time, zone *time.Location) local {
	in := now.In(zone)
	_, offset := in.Zone()
	l := local{zone: zone, clock: now.Unix() + int64(offset), offset: int64(offset), begins: math.MinInt64, ends: math.MaxInt64}
	begins, ends := in.ZoneBounds()
	if !begins.IsZero() {
		l.begins = begins.Unix()
	}
	if !ends.IsZero() {
		l.ends = ends.Unix()
	}
	return l
}

// day returns the civil day, counted from January 1, 1970.
func (l *local) day() int64 { return floor(l.clock) }

// wall returns when the clock shows a time, given as the seconds since it showed January 1, 1970. Where it is put back it
// shows some times twice: a window ends at the first of these moments, and begins at the one after which no earlier time is
// shown. Where it is put forward it never shows some, and both are the moment after the gap.
func (l *local) wall(clock int64) (first, last time.Time) {
	// No clock is put forward or back by more than a day.
	if at := clock - l.offset; at-secondsADay >= l.begins && at+secondsADay < l.ends {
		first = time.Unix(at, 0).UTC()
		return first, first
	}
	before := time.Unix(clock-secondsADay, 0).In(l.zone)
	_, early := before.Zone()
	_, late := time.Unix(clock+secondsADay, 0).In(l.zone).Zone()
	first, last = time.Unix(clock-int64(early), 0).UTC(), time.Unix(clock-int64(late), 0).UTC()
	if early == late {
		return first, last
	}
	_, turn := before.ZoneBounds()
	switch is, was := !last.Before(turn), first.Before(turn); {
	case is && was && last.After(turn):
		return first, last
	case is && was:
		return first, first
	case is:
		return last, last
	case was:
		return first, first
	}
	return turn.UTC(), turn.UTC()
}

// span is one rule's window in one zone.
type span struct {
	rule  *rule
	local local
}

// hours returns the window on a civil day, counted from January 1, 1970, which was a Thursday.
func (s *span) hours(day int64) Hours {
	if s.rule.Holidays != "" && calendars[s.rule.Holidays].has(day) {
		return Hours{}
	}
	return s.rule.on(time.Weekday((day%7 + 7 + 4) % 7))
}

// next returns the window that contains moment, or the one after it; none where there is none until limit. Hours are
// wall-clock hours, so on the days that daylight saving begins or ends the window still opens and closes by the clock on
// the wall.
func (s *span) next(moment, limit time.Time) (opens, closes time.Time, found bool) {
	day := floor(moment.Unix() + s.local.offset)
	if at := moment.Unix(); at-2*secondsADay < s.local.begins || at+2*secondsADay > s.local.ends {
		day-- // the clock may be put back at midnight, and its offset be another
	}
	for ; ; day++ {
		midnight := day * secondsADay
		if midnight > limit.Unix()+2*secondsADay {
			return time.Time{}, time.Time{}, false
		}
		h := s.hours(day)
		if h.closed() {
			continue
		}
		closes, _ = s.local.wall(midnight + int64(h.Closes/time.Second))
		if !closes.After(moment) {
			continue
		}
		if _, opens = s.local.wall(midnight + int64(h.Opens/time.Second)); closes.After(opens) {
			return opens, closes, true
		}
	}
}

// inside reports whether the moment of the span's clock is inside the window, with at least so much of it left, and when it
// closes.
func (s *span) inside(now time.Time, least time.Duration) (closes time.Time, inside bool) {
	opens, closes, found := s.next(now, now)
	return closes, found && !opens.After(now) && closes.Sub(now) >= least
}

// floor returns the day of a second, counted from January 1, 1970.
func floor(second int64) int64 {
	day := second / secondsADay
	if second%secondsADay < 0 {
		day--
	}
	return day
}

// stretch returns the first stretch, from now or later, that is inside all spans and lasts at least so long.
func stretch(spans []span, now, limit time.Time, least time.Duration) (opens, closes time.Time, found bool) {
	for moment := now; moment.Before(limit); {
		latest, earliest := moment, time.Time{}
		for i := range spans {
			from, to, found := spans[i].next(moment, limit)
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
		case !earliest.IsZero() && earliest.Sub(latest) < least:
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
	where := " for the recipient"
	switch {
	case r.Zone != "":
		where = " in " + r.Zone
	case r.Region != "":
		texts, where = texts+" to "+r.Region, ""
	}
	switch r.Check {
	case CheckWindow:
		var b strings.Builder
		b.WriteString(texts + " leave between " + clock(r.Opens) + " and " + clock(r.Closes) + where + " only")
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
		r.reason = texts + " leave " + strconv.Itoa(r.Most) + " times within " + hoursOf(r.Within) + ", and as many have left to the number."
	}
	r.call = r.reason + " Call instead."
}

// clock says a time of day as people in the United States do.
func clock(after time.Duration) string {
	return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(after).Format("3:04 pm")
}
