package sms_test

import (
	"slices"
	"strings"
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
		{"a zone without a name", "window-recipient", func(f *sms.Facts) { f.Zones = append(f.Zones, "") }},
		{"a zone that nobody knows", "window-recipient", func(f *sms.Facts) { f.Zones = append(f.Zones, "Mars/Olympus") }},
		{"the process's zone", "window-recipient", func(f *sms.Facts) { f.Zones = []string{"Local"} }},
		{"no category", "registration", func(f *sms.Facts) { f.Text.Category = "" }},
		{"consent on no basis", "warning", func(f *sms.Facts) { f.Permission.Basis = "" }},
		{"a message to come", "conversation", func(f *sms.Facts) {
			f.Text.Category, f.Wrote = consent.Conversational, noon.Add(time.Minute)
		}},
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
		f.Permission.Basis, f.Restricted = consent.Verbal, true
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
		{ID: "x", Check: sms.CheckCap, Most: 1, Within: 7*24*time.Hour + 1},
		{ID: "x", Check: sms.CheckUseful, Only: "promotion"},
		{ID: "x", Check: sms.CheckUseful, Except: "promotion"},
		{ID: "x", Check: sms.CheckUseful, Region: "us-fl"},
		{ID: "x", Check: sms.CheckUseful, Region: "Florida"},
		{ID: "x", Check: sms.CheckUseful, Region: "us"},
		{ID: "x", Check: sms.CheckUseful, Region: "US-XX"},
		{ID: "x", Check: sms.CheckUseful, Effective: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		{ID: "x", Check: sms.CheckWindow},
		{ID: "x", Check: sms.CheckWindow, Opens: time.Hour, Closes: 2 * time.Hour, Sunday: &sms.Hours{Opens: 3 * time.Hour, Closes: time.Hour}},
		{ID: "x", Check: sms.CheckWindow, Opens: time.Hour, Closes: 2 * time.Hour, Saturday: &sms.Hours{Closes: 25 * time.Hour}},
		{ID: "x", Check: sms.CheckWindow, Opens: time.Hour, Closes: 2 * time.Hour, Holidays: "US-XX"},
		{ID: "x", Check: sms.CheckWindow, Opens: time.Hour, Closes: 25 * time.Hour},
		{ID: "x", Check: sms.CheckWindow, Opens: -time.Hour, Closes: time.Hour},
		{ID: "x", Check: sms.CheckWindow, Opens: time.Millisecond, Closes: time.Hour},
		{ID: "x", Check: sms.CheckWindow, Closes: time.Hour + time.Millisecond},
		{ID: "x", Check: sms.CheckWindow, Opens: time.Hour, Closes: 2 * time.Hour, Zone: "Mars/Olympus"},
	} {
		_, err := sms.NewLaw([]sms.Rule{r})
		require.ErrorIs(t, err, sms.ErrInvalid)
	}
	twice := sms.Rule{ID: "x", Check: sms.CheckUseful}
	_, err := sms.NewLaw([]sms.Rule{twice, twice})
	require.ErrorIs(t, err, sms.ErrInvalid)
	for _, r := range []sms.Rule{
		{ID: "x", Check: sms.CheckCap, Most: 1, Within: 7 * 24 * time.Hour},
		{ID: "x", Check: sms.CheckUseful, Region: "US"},
		{ID: "x", Check: sms.CheckUseful, Region: "US-DC"},
		{ID: "x", Check: sms.CheckUseful, Region: "JM"},
		{ID: "x", Check: sms.CheckUseful, Region: "MX-BCN", Only: consent.Promotional, Except: consent.Transactional},
	} {
		_, err := sms.NewLaw([]sms.Rule{r})
		require.NoError(t, err)
	}
}

// A row that follows all others, as a newer one does, may defer a text for longer than it is of use: it is stale at once, while
// there is time to call.
func TestWhatALaterRowDefersTooLongIsStaleAtOnce(t *testing.T) {
	l, err := sms.NewLaw(append(sms.Promised(), sms.Rule{
		ID: "window-central", Version: 2, Effective: noon, Check: sms.CheckWindow, Zone: "America/Chicago",
		Opens: 9 * time.Hour, Closes: 18 * time.Hour, Citation: "a stricter promise",
	}))
	require.NoError(t, err)
	seven := noon.Add(7 * time.Hour) // in the evening, in Chicago
	f := lawful(seven, "America/Chicago")
	f.Text.LastUseful = seven.Add(2 * time.Hour)
	d := l.Decide(f, seven)
	require.Equal(t, sms.Refuse, d.Verdict)
	require.Equal(t, "useful", d.Rule)
	require.Contains(t, d.Reason, "Wednesday, March 4 at 9:00 am in America/Chicago")
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
	require.Equal(t, sms.Send, law(t).Decide(f, noon).Verdict)
}

// The law is its own: what becomes of the rows it was made from changes no decision.
func TestALawSharesNoRows(t *testing.T) {
	rules := sms.Promised()
	l, err := sms.NewLaw(rules)
	require.NoError(t, err)
	saturday := central(t, "2026-03-07 12:00")
	f := promotional(saturday, "US-SD", "America/Chicago")
	f.Findings = []screen.Finding{{Class: screen.Reserved}}
	before := l.Decide(f, saturday)
	f.Findings = nil
	closed := l.Decide(f, saturday)
	for i := range rules {
		rules[i].Citation = "another"
		for _, h := range []*sms.Hours{rules[i].Saturday, rules[i].Sunday} {
			if h != nil {
				*h = sms.Hours{Closes: 24 * time.Hour}
			}
		}
		for j := range rules[i].Bases {
			rules[i].Bases[j] = consent.Import
		}
		for j := range rules[i].Classes {
			rules[i].Classes[j] = screen.Person
		}
	}
	require.Equal(t, sms.Defer, closed.Verdict)
	require.Equal(t, closed, l.Decide(f, saturday))
	f.Findings = []screen.Finding{{Class: screen.Reserved}}
	require.Equal(t, sms.Refuse, before.Verdict)
	require.Equal(t, before, l.Decide(f, saturday))
}

// The trail says what the clocks showed wherever the recipient may be, however many places that are.
func TestTheTrailSaysWhatTimeItWas(t *testing.T) {
	now := noon.Add(34*time.Minute + 5*time.Second)
	f := promotional(now, "US-FL", "America/Chicago", "America/New_York")
	read := map[string]string{}
	for _, step := range law(t).Decide(f, now).Trail {
		read[step.Rule] = step.Fact
	}
	both := "12:34:05 America/Chicago, 13:34:05 America/New_York"
	require.Equal(t, "12:34:05 America/Chicago", read["window-central"])
	require.Equal(t, both, read["window-recipient"])
	require.Equal(t, both, read["window-us-fl"])
	f.Regions, f.Zones = []string{"US-OR"}, []string{"America/Los_Angeles"}
	for _, step := range law(t).Decide(f, now).Trail {
		read[step.Rule] = step.Fact
	}
	require.Equal(t, "10:34:05 America/Los_Angeles", read["window-us-or"])

	f.Zones = []string{"America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles", "America/Anchorage"}
	d := law(t).Decide(f, now.Add(2*time.Hour))
	require.Equal(t, sms.Send, d.Verdict, d.Reason)
	require.Equal(t, central(t, "2026-03-03 19:00").UTC(), d.Until)
}

// A number that is registered texts, whatever was said of it before it was.
func TestWhyANumberWasNotApprovedIsPast(t *testing.T) {
	f := lawful(noon, "America/Chicago")
	f.Standing.Why = "The registration is in review."
	require.Equal(t, sms.Send, law(t).Decide(f, noon).Verdict)
}

// The words that were found are shown to staff, unless they may hold a number.
func TestAReasonQuotesWords(t *testing.T) {
	f := lawful(noon, "America/Chicago")
	for want, found := range map[string]screen.Finding{
		"It speaks of health, which no text may. (“root canal”)": {Class: screen.Health, What: "treatment", Words: "root canal"},
		"It speaks of health, which no text may. (balance)":      {Class: screen.Health, What: "balance", Words: "owe 214-555-0199"},
		"It speaks of health, which no text may.":                {Class: screen.Health, Words: "4711"},
	} {
		f.Findings = []screen.Finding{found}
		require.Equal(t, want, law(t).Decide(f, noon).Reason)
	}
}

func TestEveryRuleThatConcernsATextIsLookedAt(t *testing.T) {
	rules := sms.Promised()
	for i := range rules { // none of them refuses, so that the trail is whole
		r := &rules[i]
		if r.Check = sms.CheckRestriction; i%2 == 1 { // of answers nobody asks what was found
			r.Check, r.Classes = sms.CheckFindings, []screen.Class{screen.Health}
		}
	}
	rules = append(rules, sms.Rule{ID: "country", Version: 1, Check: sms.CheckRestriction, Region: "CA"})
	l, err := sms.NewLaw(rules)
	require.NoError(t, err)
	inEffect := func(r sms.Rule) bool {
		return !r.Effective.After(noon) && !slices.ContainsFunc(rules, func(o sms.Rule) bool {
			return o.ID == r.ID && o.Effective.After(r.Effective) && !o.Effective.After(noon)
		})
	}
	regions := [][]string{nil, {"US-FL"}, {"US-WY"}, {"US-FL", "US-TX"}, {"US-FL", "CA-ON"}, {"US-WY", "CA-QC"}, {"US"}, {"CA"}, {"CA-ON"}, {"JM"}, {"J"}, {""}}
	for _, in := range regions {
		for _, category := range append(consent.Categories(), "") {
			for _, kind := range []sms.Kind{sms.Ordinary, sms.HelpAnswer} {
				f := lawful(noon, "America/Chicago")
				f.Regions, f.Text.Category, f.Text.Kind = in, category, kind
				var want, got []string
				for _, r := range rules {
					there := r.Region == "" || slices.ContainsFunc(in, func(region string) bool {
						return region == r.Region || len(r.Region) == 2 && strings.HasPrefix(region, r.Region)
					})
					about := category == "" || (r.Only == "" || r.Only == category) && r.Except != category && (kind == sms.Ordinary || r.Check != sms.CheckFindings)
					if there && about && inEffect(r) {
						want = append(want, r.ID)
					}
				}
				for _, s := range l.Decide(f, noon).Trail {
					got = append(got, s.Rule)
				}
				require.Equal(t, want, got, "%v %s %s", in, category, kind)
			}
		}
	}
}
