package sms_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/screen"
)

func law(t testing.TB) *sms.Law {
	l, err := sms.NewLaw(sms.Promised())
	require.NoError(t, err)
	return l
}

func zone(t testing.TB, name string) *time.Location {
	z, err := time.LoadLocation(name)
	require.NoError(t, err)
	return z
}

// lawful is a set of facts that nothing speaks against but the hour.
func lawful(now time.Time, zones ...string) sms.Facts {
	return sms.Facts{
		Text: sms.Text{
			Kind: sms.Ordinary, Category: consent.Transactional, Provider: "carrier",
			Body: "Elm Street Dental: see you on Thursday.", LastUseful: now.AddDate(0, 0, 14),
		},
		Permission: consent.Permission{Status: consent.Active, Basis: consent.WebForm}, Agreement: true, Current: true,
		Standing: sms.Standing{Kind: sms.LongCode, Approved: true, Categories: consent.Categories()},
		Zones:    zones, Regions: []string{"US-VA"}, Name: "Elm Street Dental", Screen: screen.Version,
	}
}

func TestDecideByTheHour(t *testing.T) {
	const chicago = "America/Chicago"
	for _, c := range []struct {
		name  string
		zones []string
		now   string // in Chicago
		want  string // "" sends; else deferred until, in Chicago
	}{
		{"before eight", []string{chicago}, "2026-03-03 07:59:59", "2026-03-03 08:00:00"},
		{"eight", []string{chicago}, "2026-03-03 08:00:00", ""},
		{"last second", []string{chicago}, "2026-03-03 20:59:59", ""},
		{"nine", []string{chicago}, "2026-03-03 21:00:00", "2026-03-04 08:00:00"},
		{"the day clocks go forward, before", []string{chicago}, "2026-03-08 07:59:59", "2026-03-08 08:00:00"},
		{"the day clocks go forward, at eight", []string{chicago}, "2026-03-08 08:00:00", ""},
		{"the day clocks go forward, at nine", []string{chicago}, "2026-03-08 21:00:00", "2026-03-09 08:00:00"},
		{"the day clocks go back, before", []string{chicago}, "2026-11-01 07:59:59", "2026-11-01 08:00:00"},
		{"the day clocks go back, last second", []string{chicago}, "2026-11-01 20:59:59", ""},
		{"the day clocks go back, at nine", []string{chicago}, "2026-11-01 21:00:00", "2026-11-02 08:00:00"},
		{"California sleeps", []string{"America/Los_Angeles"}, "2026-03-03 08:00:00", "2026-03-03 10:00:00"},
		{"New York sleeps earlier", []string{"America/New_York"}, "2026-03-03 20:00:00", "2026-03-04 08:00:00"},
		{"somewhere in the mainland", []string{"America/New_York", "America/Los_Angeles"}, "2026-03-03 20:00:00", "2026-03-04 10:00:00"},
		{"Hawaii", []string{"Pacific/Honolulu"}, "2026-03-03 11:00:00", "2026-03-03 12:00:00"},
		{"Arizona keeps its time", []string{"America/Phoenix"}, "2026-07-01 09:59:59", "2026-07-01 10:00:00"},
		{"the half hour of Newfoundland", []string{"America/St_Johns"}, "2026-03-03 18:30:00", "2026-03-04 08:00:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			now, err := time.ParseInLocation(time.DateTime, c.now, zone(t, chicago))
			require.NoError(t, err)
			d := law(t).Decide(lawful(now, c.zones...), now)
			if c.want == "" {
				require.Equal(t, sms.Send, d.Verdict, d.Reason)
				return
			}
			require.Equal(t, sms.Defer, d.Verdict)
			require.Equal(t, c.want, d.Until.In(zone(t, chicago)).Format(time.DateTime))
		})
	}
}

func TestDecideRefusesZonesThatShareNoHour(t *testing.T) {
	f := lawful(noon, "America/Chicago", "Asia/Kolkata", "Australia/Sydney", "Europe/London")
	d := law(t).Decide(f, noon)
	require.Equal(t, sms.Refuse, d.Verdict)
	require.NotEmpty(t, d.Reason)
}

func TestDecideRefusesWithoutZones(t *testing.T) {
	require.Equal(t, sms.Refuse, law(t).Decide(lawful(noon), noon).Verdict)
}

// Whatever the moment and the zones: what is sent is sent inside every window and must be delivered before any of them
// ends; what is deferred is deferred to a moment at which it may be sent, and not one minute before.
func TestDecideKeepsEveryWindow(t *testing.T) {
	l := law(t)
	names := []string{
		"America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
		"America/Anchorage", "Pacific/Honolulu", "America/St_Johns", "America/Puerto_Rico",
	}
	inside := func(f sms.Facts, moment time.Time) bool {
		for _, z := range append(f.Zones, "America/Chicago") {
			if hour := moment.In(zone(t, z)).Hour(); hour < 8 || hour >= 21 {
				return false
			}
		}
		return true
	}
	rapid.Check(t, func(r *rapid.T) {
		now := time.Unix(rapid.Int64Range(1767225600, 1798761600).Draw(r, "second of 2026"), 0).UTC()
		f := lawful(now, rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 4, rapid.ID).Draw(r, "zones")...)
		d := l.Decide(f, now)
		switch d.Verdict {
		case sms.Send:
			require.True(r, inside(f, now))
			require.True(r, inside(f, d.Until.Add(-time.Second)), "still lawful just before it must be delivered")
		case sms.Defer:
			require.False(r, inside(f, now))
			require.Equal(r, sms.Send, l.Decide(f, d.Until).Verdict)
			require.False(r, inside(f, d.Until.Add(-time.Minute)))
		default:
			r.Fatalf("refused: %s", d.Reason)
		}
	})
}

func TestDecideIsAboutTheFirstRefusal(t *testing.T) {
	for _, c := range []struct {
		name, rule string
		change     func(*sms.Facts)
	}{
		{"no agreement", "agreement", func(f *sms.Facts) { f.Agreement = false }},
		{"no consent", "consent", func(f *sms.Facts) { f.Permission = consent.Permission{Status: consent.None, Why: "none"} }},
		{"pending consent", "consent", func(f *sms.Facts) {
			f.Permission = consent.Permission{Status: consent.Pending, Why: "waits"}
		}},
		{"a request that nobody waits for", "consent", func(f *sms.Facts) { f.Text.Kind = sms.ConfirmRequest }},
		{"moved", "current", func(f *sms.Facts) { f.Current = false }},
		{"not registered", "registration", func(f *sms.Facts) { f.Standing = sms.Standing{} }},
		{"asked to be reached elsewhere", "restriction", func(f *sms.Facts) { f.Restricted = true }},
		{"consent on no warning", "warning", func(f *sms.Facts) { f.Permission.Basis = consent.Verbal }},
		{"no conversation", "conversation", func(f *sms.Facts) { f.Text.Category = consent.Conversational }},
		{"not screened", "health", func(f *sms.Facts) { f.Screen = 0 }},
		{"health", "health", finding(screen.Health)},
		{"person", "person", finding(screen.Person)},
		{"shaft", "shaft", finding(screen.Shaft)},
		{"forbidden", "shaft", finding(screen.Forbidden)},
		{"link", "link", finding(screen.Link)},
		{"reserved", "reserved", finding(screen.Reserved)},
		{"promotion", "promotion", finding(screen.Promotion)},
		{"no zone", "window-recipient", func(f *sms.Facts) { f.Zones = nil }},
		{"a zone that nobody knows", "window-recipient", func(f *sms.Facts) { f.Zones = append(f.Zones, "Mars/Olympus") }},
		{"the process's zone", "window-recipient", func(f *sms.Facts) { f.Zones = []string{"Local"} }},
		{"late", "useful", func(f *sms.Facts) { f.Text.LastUseful = noon }},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := lawful(noon, "America/Chicago")
			c.change(&f)
			d := law(t).Decide(f, noon)
			require.Equal(t, sms.Refuse, d.Verdict)
			require.NotEmpty(t, d.Reason)
			last := d.Trail[len(d.Trail)-1]
			require.Equal(t, c.rule, last.Rule)
			require.Equal(t, c.rule, d.Rule)
			require.Equal(t, sms.Refuse, last.Says)
			require.NotEmpty(t, last.Citation)
			require.Equal(t, d, law(t).Decide(f, noon), "the same facts give the same decision")
		})
	}
}

// finding lets the screen have found something.
func finding(c screen.Class) func(*sms.Facts) {
	return func(f *sms.Facts) { f.Findings = []screen.Finding{{Class: screen.Endless}, {Class: c, Words: "words"}} }
}

// Where several rules defer, the latest of them says until when, and why.
func TestDecideIsAboutTheLatestDeferral(t *testing.T) {
	night := time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC) // three in the morning, in Chicago
	f := lawful(night, "America/Chicago")
	f.Permission = consent.Permission{Status: consent.Held, Basis: consent.WebForm, Why: "A person has to look."}
	d := law(t).Decide(f, night)
	require.Equal(t, sms.Defer, d.Verdict)
	require.Equal(t, "window-central", d.Rule)
	require.Equal(t, time.Date(2026, 3, 3, 14, 0, 0, 0, time.UTC), d.Until)
	f.Text.LastUseful = d.Until
	require.Equal(t, "useful", law(t).Decide(f, night).Rule, "it is stale at once, and not when it is asked about again")
}

func TestAnswersLeaveAtAnyHourWithoutConsent(t *testing.T) {
	night := time.Date(2026, 3, 3, 9, 0, 0, 0, time.UTC)
	for _, kind := range []sms.Kind{sms.StopAnswer, sms.HelpAnswer, sms.StartAnswer} {
		f := lawful(night, "America/Los_Angeles")
		f.Text.Kind, f.Permission = kind, consent.Permission{Status: consent.Stopped}
		require.Equal(t, sms.Send, law(t).Decide(f, night).Verdict, kind)
		f.Agreement = false
		require.Equal(t, sms.Refuse, law(t).Decide(f, night).Verdict, "even an answer needs the agreement")
	}
}

func TestRulesTakeEffectOnTheirDay(t *testing.T) {
	rules := sms.Promised()
	for i := range rules {
		if rules[i].ID == "window-central" {
			rules[i].Effective = noon
		}
	}
	l, err := sms.NewLaw(rules)
	require.NoError(t, err)
	tokyo := time.Date(2026, 3, 3, 4, 0, 0, 0, time.UTC) // 13:00 there, 22:00 in Chicago
	require.Equal(t, sms.Send, l.Decide(lawful(tokyo, "Asia/Tokyo"), tokyo).Verdict)
	next := tokyo.AddDate(0, 0, 1)
	require.Equal(t, sms.Defer, l.Decide(lawful(next, "Asia/Tokyo"), next).Verdict)
}

func TestNewLawRefusesBrokenRules(t *testing.T) {
	for _, r := range []sms.Rule{
		{ID: "x", Check: "nonsense"},
		{ID: "x", Check: sms.CheckFindings},
		{ID: "x", Check: sms.CheckWarning},
		{ID: "x", Check: sms.CheckConversation},
		{ID: "x", Check: sms.CheckCap, Most: 1},
		{ID: "x", Check: sms.CheckCap, Within: time.Hour},
		{ID: "x", Check: sms.CheckWindow},
		{ID: "x", Check: sms.CheckWindow, Opens: time.Hour, Closes: 2 * time.Hour, Sunday: &sms.Hours{Opens: 3 * time.Hour, Closes: time.Hour}},
		{ID: "x", Check: sms.CheckWindow, Opens: time.Hour, Closes: 2 * time.Hour, Saturday: &sms.Hours{Closes: 25 * time.Hour}},
		{ID: "x", Check: sms.CheckWindow, Opens: time.Hour, Closes: 2 * time.Hour, Holidays: "US-XX"},
		{ID: "x", Check: sms.CheckWindow, Opens: time.Hour, Closes: 25 * time.Hour},
		{ID: "x", Check: sms.CheckWindow, Opens: time.Hour, Closes: 2 * time.Hour, Zone: "Mars/Olympus"},
	} {
		_, err := sms.NewLaw([]sms.Rule{r})
		require.ErrorIs(t, err, sms.ErrInvalid)
	}
	twice := sms.Rule{ID: "x", Check: sms.CheckUseful}
	_, err := sms.NewLaw([]sms.Rule{twice, twice})
	require.ErrorIs(t, err, sms.ErrInvalid)
}

// Whatever rules a vendor leaves out, nothing leaves after its last useful moment: a provider could not be told until when
// to deliver it.
func TestNothingLeavesAfterItsLastUsefulMoment(t *testing.T) {
	l, err := sms.NewLaw(slices.DeleteFunc(sms.Promised(), func(r sms.Rule) bool { return r.ID == "useful" }))
	require.NoError(t, err)
	f := lawful(noon, "America/Chicago")
	for _, last := range []time.Time{noon.Add(-time.Hour), noon, noon.Add(time.Second - 1), {}} {
		f.Text.LastUseful = last
		d := l.Decide(f, noon)
		require.Equal(t, sms.Refuse, d.Verdict)
		require.NotEmpty(t, d.Reason)
		require.Zero(t, d.Until)
	}
	f.Text.LastUseful = noon.Add(time.Second)
	require.Equal(t, sms.Send, l.Decide(f, noon).Verdict)
}
