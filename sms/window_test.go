package sms_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// pioneers are the days that Utah keeps besides.
var pioneers = []string{"2026-07-24", "2027-07-23", "2027-07-24"}

// holidays are all that Utah keeps.
var holidays = slices.Concat(federal, pioneers)

// federal are the legal holidays of two years, and the days on which those are kept that fall on a weekend, as the Office
// of Personnel Management lists them.
var federal = []string{
	"2026-01-01", "2026-01-19", "2026-02-16", "2026-05-25", "2026-06-19", "2026-07-03", "2026-07-04", "2026-09-07", "2026-10-12",
	"2026-11-11", "2026-11-26", "2026-12-25", "2027-01-01", "2027-01-18", "2027-02-15", "2027-05-31", "2027-06-18", "2027-06-19",
	"2027-07-04", "2027-07-05", "2027-09-06", "2027-10-11", "2027-11-11", "2027-11-25", "2027-12-24", "2027-12-25", "2027-12-31",
	"2028-01-01",
}

// oracle says slowly, from the clock on the wall alone, whether a moment is lawful.
type oracle struct {
	zones map[string]*time.Location
	rules []sms.Rule
	facts sms.Facts
	known map[question]bool
}

// question is whether a moment is lawful, asked while so many of the rules have taken effect.
type question struct {
	rules  int
	moment time.Time
}

// lawful reports whether the rules in effect at a moment admit it.
func (o oracle) lawful(moment time.Time) bool { return o.lawfulBy(moment, moment) }

// lawfulBy reports whether the rules that are in effect at one moment admit another. What it has found out it remembers, since
// the same minutes are looked at again and again.
func (o oracle) lawfulBy(law, moment time.Time) bool {
	newest, q := map[string]sms.Rule{}, question{moment: moment}
	for _, r := range o.rules {
		if r.Effective.After(law) {
			continue
		}
		q.rules++
		if old, ok := newest[r.ID]; !ok || r.Effective.After(old.Effective) {
			newest[r.ID] = r
		}
	}
	if _, known := o.known[q]; !known {
		o.known[q] = o.admit(newest, moment)
	}
	return o.known[q]
}

// admit reports whether rules admit a moment.
func (o oracle) admit(rules map[string]sms.Rule, moment time.Time) bool {
	for _, r := range rules {
		switch r.Check {
		case sms.CheckWindow:
			zones := o.facts.Zones
			if r.Zone != "" {
				zones = []string{r.Zone}
			}
			for _, z := range zones {
				if !o.inside(r, moment.In(o.zones[z])) {
					return false
				}
			}
		case sms.CheckCap:
			left := 0
			for _, p := range o.facts.Promotions {
				if !moment.Truncate(time.Minute).After(p.Add(r.Within)) {
					left++
				}
			}
			if left >= r.Most {
				return false
			}
		}
	}
	return true
}

// inside reports whether the clock on the wall shows an hour of the window. When it is put back, the window has ended if
// it showed a later hour before, and has not begun if it will show an earlier one again.
func (o oracle) inside(r sms.Rule, local time.Time) bool {
	h := hoursOn(r, local)
	shown := sinceMidnight(local)
	if h == nil || shown < h.Opens || shown >= h.Closes {
		return false
	}
	_, early := local.Add(-3 * time.Hour).Zone()
	if _, late := local.Add(3 * time.Hour).Zone(); early == late {
		return true
	}
	for ago := time.Minute; ago <= 3*time.Hour; ago += time.Minute {
		before, after := local.Add(-ago), local.Add(ago)
		if before.Day() == local.Day() && sinceMidnight(before) >= h.Closes || after.Day() == local.Day() && sinceMidnight(after) < h.Opens {
			return false
		}
	}
	return true
}

func sinceMidnight(t time.Time) time.Duration {
	hour, minute, second := t.Clock()
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
}

// hoursOn returns a rule's hours on a date, or nil.
func hoursOn(r sms.Rule, local time.Time) *sms.Hours {
	h := &sms.Hours{Opens: r.Opens, Closes: r.Closes}
	switch {
	case r.Holidays != "" && slices.Contains(holidays, local.Format(time.DateOnly)):
		return nil
	case local.Weekday() == time.Saturday && r.Saturday != nil:
		h = r.Saturday
	case local.Weekday() == time.Sunday && r.Sunday != nil:
		h = r.Sunday
	}
	if *h == (sms.Hours{}) {
		return nil
	}
	return h
}

func drawHours(r *rapid.T, what string) sms.Hours {
	from := rapid.IntRange(0, 46).Draw(r, what+" opens")
	to := rapid.IntRange(from+1, 48).Draw(r, what+" closes")
	return sms.Hours{Opens: time.Duration(from) * 30 * time.Minute, Closes: time.Duration(to) * 30 * time.Minute}
}

// drawDay draws a day's own hours, none, or that it is like others.
func drawDay(r *rapid.T, what string) *sms.Hours {
	switch rapid.IntRange(0, 3).Draw(r, what) {
	case 0:
		return &sms.Hours{}
	case 1:
		h := drawHours(r, what)
		return &h
	}
	return nil
}

// Whatever the rules, the zones, the history and the moment: what leaves, leaves at a lawful moment, and what waits, waits
// for the first lawful minute, as somebody finds who looks at every clock on the wall minute by minute; across the days on
// which clocks are put forward or back, wherever that is, and on which laws change.
func TestWhatWaitsLeavesAtTheNextLawfulMinute(t *testing.T) {
	names := []string{
		"America/New_York", "America/Chicago", "America/Phoenix", "America/Anchorage", "Pacific/Honolulu", "America/St_Johns",
		"America/Havana", "America/Santiago", "Australia/Lord_Howe", "Europe/London", "America/Adak", "UTC",
	}
	turns := []time.Time{ // around which most draws are
		time.Date(2026, 3, 8, 8, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 7, 0, 0, 0, time.UTC),
		time.Date(2026, 4, 5, 3, 0, 0, 0, time.UTC), time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC),
		time.Date(2026, 9, 6, 4, 0, 0, 0, time.UTC), time.Date(2026, 10, 3, 15, 30, 0, 0, time.UTC),
		time.Date(2026, 7, 3, 12, 0, 0, 0, time.UTC), time.Date(2027, 12, 24, 12, 0, 0, 0, time.UTC),
	}
	zones := map[string]*time.Location{}
	for _, name := range names {
		zones[name] = zone(t, name)
	}
	counts := map[sms.Verdict]int{}
	rapid.Check(t, func(r *rapid.T) {
		now := rapid.SampledFrom(turns).Draw(r, "turn").Add(time.Duration(rapid.IntRange(-200_000, 100_000).Draw(r, "seconds")) * time.Second)
		var rules []sms.Rule
		for i := range rapid.IntRange(1, 3).Draw(r, "windows") {
			id := string(rune('a' + i))
			for version := range rapid.IntRange(1, 2).Draw(r, "versions") {
				h := drawHours(r, "weekdays")
				rule := sms.Rule{
					ID: id, Version: version + 1, Check: sms.CheckWindow, Opens: h.Opens, Closes: h.Closes,
					Saturday: drawDay(r, "saturday"), Sunday: drawDay(r, "sunday"),
				}
				rule.Zone = rapid.SampledFrom(append([]string{""}, names...)).Draw(r, "zone")
				rule.Holidays = rapid.SampledFrom([]string{"", "US-UT"}).Draw(r, "holidays")
				if version > 0 {
					rule.Effective = now.Add(time.Duration(rapid.IntRange(-100, 100).Draw(r, "effective")) * time.Hour).Truncate(time.Hour)
				}
				rules = append(rules, rule)
			}
		}
		f := sms.Facts{
			Text:  sms.Text{Kind: sms.Ordinary, Category: consent.Promotional, LastUseful: now.AddDate(1, 0, 0)},
			Zones: rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 3, rapid.ID).Draw(r, "zones"),
		}
		if rapid.Bool().Draw(r, "cap") {
			rules = append(rules, sms.Rule{ID: "cap", Check: sms.CheckCap, Most: rapid.IntRange(1, 3).Draw(r, "most"), Within: 24 * time.Hour})
			for range rapid.IntRange(0, 4).Draw(r, "left") {
				f.Promotions = append(f.Promotions, now.Add(-time.Duration(rapid.IntRange(0, 100_000).Draw(r, "ago"))*time.Second))
			}
			slices.SortFunc(f.Promotions, time.Time.Compare)
		}
		l, err := sms.NewLaw(rules)
		require.NoError(r, err)
		d := l.Decide(f, now)
		counts[d.Verdict]++
		o := oracle{zones, rules, f, map[question]bool{}}
		if o.lawful(now) {
			require.Equal(r, sms.Send, d.Verdict, d.Reason)
			require.True(r, o.lawful(d.Until.Add(-time.Second)) || d.Until.After(now.Add(24*time.Hour)), "lawful until it must be delivered")
			return
		}
		first := now.Truncate(time.Minute).Add(time.Minute)
		for limit := now.Add(13 * 24 * time.Hour); first.Before(limit) && !o.lawful(first); {
			first = first.Add(time.Minute)
		}
		if first.Sub(now) >= 13*24*time.Hour {
			require.NotEqual(r, sms.Send, d.Verdict)
			return
		}
		require.Equal(r, sms.Defer, d.Verdict, "%s, not %s", d.Reason, first)
		require.Equal(r, first, d.Until)
	})
	t.Log(counts)
	require.Positive(t, counts[sms.Send])
	require.Positive(t, counts[sms.Defer])
}

// Whatever a provider may hold a text for: one leaves if and only if every minute in which it may arrive is lawful by the rules it
// leaves under and by those that take effect until then, and what waits is asked about again no later than when that is so.
func TestWhatLingersArrivesInLawfulMinutesAlone(t *testing.T) {
	names := []string{"America/New_York", "America/Chicago", "America/Phoenix", "Pacific/Honolulu", "America/St_Johns", "Australia/Lord_Howe"}
	zones := map[string]*time.Location{}
	for _, name := range names {
		zones[name] = zone(t, name)
	}
	turns := []time.Time{
		time.Date(2026, 3, 8, 8, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 7, 0, 0, 0, time.UTC), time.Date(2026, 4, 4, 15, 0, 0, 0, time.UTC),
	}
	counts := map[sms.Verdict]int{}
	rapid.Check(t, func(r *rapid.T) {
		now := rapid.SampledFrom(turns).Draw(r, "turn").Add(time.Duration(rapid.IntRange(-2000, 1000).Draw(r, "minutes")) * time.Minute)
		var rules []sms.Rule
		for i := range rapid.IntRange(1, 2).Draw(r, "windows") {
			for version := range rapid.IntRange(1, 3).Draw(r, "versions") {
				opens := rapid.IntRange(1, 12).Draw(r, "opens")
				rule := sms.Rule{
					ID: string(rune('a' + i)), Version: version + 1, Check: sms.CheckWindow, Opens: time.Duration(opens) * time.Hour,
					Closes: time.Duration(rapid.IntRange(opens+4, 23).Draw(r, "closes")) * time.Hour,
					Zone:   rapid.SampledFrom(append([]string{""}, names...)).Draw(r, "zone"),
				}
				if version > 0 { // no two versions at one moment
					hours := rapid.IntRange(-10, 30).Draw(r, "effective")
					rule.Effective = now.Add(time.Duration(hours)*time.Hour + time.Duration(version)*time.Minute)
				}
				rules = append(rules, rule)
			}
		}
		f := sms.Facts{
			Text:   sms.Text{Kind: sms.Ordinary, Category: consent.Transactional, LastUseful: now.AddDate(1, 0, 0)},
			Zones:  rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 2, rapid.ID).Draw(r, "zones"),
			Linger: time.Duration(rapid.IntRange(1, 300).Draw(r, "linger")) * time.Minute,
		}
		l, err := sms.NewLaw(rules)
		require.NoError(r, err)
		o := oracle{zones, rules, f, map[question]bool{}}
		arrives := func(from time.Time) bool {
			laws := []time.Time{from}
			for at := from; at.Before(from.Add(f.Linger)); at = at.Add(time.Minute) {
				if slices.ContainsFunc(rules, func(rule sms.Rule) bool { return rule.Effective.Equal(at) }) {
					laws = append(laws, at)
				}
				if slices.ContainsFunc(laws, func(law time.Time) bool { return !o.lawfulBy(law, at) }) {
					return false
				}
			}
			return true
		}
		d := l.Decide(f, now)
		counts[d.Verdict]++
		if d.Verdict == sms.Send {
			require.True(r, arrives(now))
			require.False(r, d.Until.Before(now.Add(f.Linger)))
			return
		}
		require.False(r, arrives(now), d.Reason)
		first := now.Add(time.Minute)
		for limit := now.AddDate(0, 0, 3); first.Before(limit) && !arrives(first); {
			first = first.Add(time.Minute)
		}
		if arrives(first) {
			require.Equal(r, sms.Defer, d.Verdict, "%s, not %s", d.Reason, first)
			require.False(r, d.Until.After(first), "%s, not %s", d.Until, first)
		}
	})
	t.Log(counts)
	require.Positive(t, counts[sms.Send])
	require.Positive(t, counts[sms.Defer])
}

// What is looked for behind the day on which clocks are put back is found on its own day, and a window that opens at the hour
// to which they are put back opens when they show it first.
func TestWindowsOfTheDayClocksArePutBack(t *testing.T) {
	decide := func(now time.Time, rules ...sms.Rule) sms.Decision {
		l, err := sms.NewLaw(rules)
		require.NoError(t, err)
		return l.Decide(sms.Facts{Text: sms.Text{Kind: sms.Ordinary, Category: consent.Transactional, LastUseful: now.AddDate(1, 0, 0)}}, now)
	}
	window := func(id, zone string, opens, closes time.Duration) sms.Rule {
		return sms.Rule{ID: id, Check: sms.CheckWindow, Zone: zone, Opens: opens, Closes: closes}
	}
	late := window("late", "America/Chicago", 22*time.Hour, 24*time.Hour)
	d := decide(time.Date(2026, 11, 1, 1, 0, 0, 0, time.UTC), late, window("short", "UTC", 5*time.Hour+30*time.Minute, 5*time.Hour+50*time.Minute))
	require.Equal(t, sms.Defer, d.Verdict)
	require.Equal(t, time.Date(2026, 11, 2, 5, 30, 0, 0, time.UTC), d.Until, "half past eleven in the evening, in Chicago")

	early := window("early", "America/Chicago", time.Hour, 5*time.Hour)
	one := time.Date(2026, 11, 1, 6, 0, 0, 0, time.UTC)
	require.Equal(t, one, decide(one.Add(-time.Minute), early).Until)
	require.Equal(t, sms.Send, decide(one, early).Verdict)
	require.Equal(t, one.Add(5*time.Hour), decide(one, early).Until)
}

// A window that is just as long as a provider may hold a text is long enough, and where there is none a cap alone says until when.
func TestWhatIsJustLongEnough(t *testing.T) {
	l, err := sms.NewLaw([]sms.Rule{{ID: "a", Check: sms.CheckWindow, Zone: "UTC", Opens: 19 * time.Hour, Closes: 23 * time.Hour}})
	require.NoError(t, err)
	f := sms.Facts{
		Text:   sms.Text{Kind: sms.Ordinary, Category: consent.Promotional, LastUseful: noon.AddDate(0, 0, 9)},
		Linger: 4 * time.Hour, Promotions: []time.Time{noon.Add(-time.Hour)},
	}
	require.Equal(t, noon.Add(time.Hour), l.Decide(f, noon).Until)
	require.Equal(t, sms.Send, l.Decide(f, noon.Add(time.Hour)).Verdict)
	require.Equal(t, noon.Add(25*time.Hour), l.Decide(f, noon.Add(time.Hour+time.Second)).Until)

	l, err = sms.NewLaw([]sms.Rule{{ID: "a", Check: sms.CheckCap, Most: 1, Within: 3 * time.Hour}})
	require.NoError(t, err)
	d := l.Decide(f, noon)
	require.Equal(t, sms.Defer, d.Verdict)
	require.Equal(t, noon.Add(2*time.Hour+time.Minute), d.Until)
}
