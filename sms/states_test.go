package sms_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/nanp"
	"github.com/enamel-go/enamel/sms/screen"
)

// promotional is a promotional text to a region that nothing speaks against but the hour.
func promotional(now time.Time, region string, zones ...string) sms.Facts {
	f := lawful(now, zones...)
	f.Text.Category, f.Regions = consent.Promotional, []string{region}
	f.Text.Body = "Elm Street Dental: we moved. Call 214-555-0199. Reply STOP to end texts."
	return f
}

// central is a moment of the clocks in Chicago.
func central(t testing.TB, local string) time.Time {
	t.Helper()
	moment, err := time.ParseInLocation("2006-01-02 15:04", local, zone(t, "America/Chicago"))
	require.NoError(t, err)
	return moment
}

func TestStatesHaveHoursOfTheirOwn(t *testing.T) {
	const (
		eastern  = "America/New_York"
		chicago  = "America/Chicago"
		mountain = "America/Denver"
		pacific  = "America/Los_Angeles"
	)
	for _, c := range []struct {
		region, zone string
		now          string // in Chicago
		want         string // "" sends; else deferred until, in Chicago
		rule         string
	}{
		// March 3, 2026 is a Tuesday.
		{"US-VA", eastern, "2026-03-03 08:00", "", ""},
		{"US-VA", eastern, "2026-03-03 19:59", "", ""},
		{"US-FL", eastern, "2026-03-03 18:59", "", ""},
		{"US-FL", eastern, "2026-03-03 19:00", "2026-03-04 08:00", "window-us-fl"},
		{"US-FL", chicago, "2026-03-03 19:59", "", ""},
		{"US-OK", chicago, "2026-03-03 20:00", "2026-03-04 08:00", "window-us-ok"},
		{"US-WA", pacific, "2026-03-03 10:00", "", ""},
		{"US-TX", chicago, "2026-03-03 08:59", "2026-03-03 09:00", "window-us-tx"},
		{"US-TX", chicago, "2026-03-07 09:00", "", ""},                             // Saturday
		{"US-TX", chicago, "2026-03-08 11:59", "2026-03-08 12:00", "window-us-tx"}, // Sunday, on which clocks go forward
		{"US-TX", chicago, "2026-03-08 20:59", "", ""},
		{"US-TX", chicago, "2025-08-31 11:59", "", ""}, // Sunday, the day before the law
		{"US-CT", eastern, "2026-03-03 08:00", "", ""},
		{"US-CT", eastern, "2026-03-03 19:00", "2026-03-04 08:00", "window-us-ct"},
		{"US-CT", eastern, "2023-09-29 19:00", "", ""}, // before the law
		{"US-MD", eastern, "2026-03-03 19:00", "2026-03-04 08:00", "window-us-md"},
		{"US-MA", eastern, "2026-03-03 19:00", "2026-03-04 08:00", "window-us-ma"},
		{"US-AL", chicago, "2026-03-07 20:00", "2026-03-09 08:00", "window-us-al"}, // over a Sunday
		{"US-LA", chicago, "2026-04-02 20:00", "2026-04-04 08:00", "window-us-la"}, // over Good Friday
		{"US-LA", chicago, "2026-10-31 20:00", "2026-11-04 08:00", "window-us-la"}, // over Sunday, All Saints, an election
		{"US-MS", chicago, "2026-05-23 20:00", "2026-05-26 08:00", "window-us-ms"}, // over Sunday and Memorial Day
		{"US-RI", eastern, "2026-03-03 17:00", "2026-03-04 08:00", "window-us-ri"},
		{"US-RI", eastern, "2026-03-06 17:00", "2026-03-07 09:00", "window-us-ri"},
		{"US-RI", eastern, "2026-03-07 16:00", "2026-03-09 08:00", "window-us-ri"},
		{"US-OR", pacific, "2026-03-03 20:59", "", ""},
		{"US-OR", eastern, "2026-03-03 19:00", "2026-03-04 08:00", "window-us-or"}, // a number of Oregon's in the East
		{"US-OR", eastern, "2025-12-30 19:00", "", ""},                             // before the law
		{"US-SD", chicago, "2026-03-06 08:59", "2026-03-06 09:00", "window-us-sd"},
		{"US-SD", chicago, "2026-03-07 12:00", "2026-03-09 09:00", "window-us-sd"}, // over a weekend
		{"US-KY", eastern, "2026-03-03 08:59", "2026-03-03 09:00", "window-us-ky"},
		{"US-IL", chicago, "2026-03-03 08:59", "2026-03-03 09:00", "window-us-il"},
		{"US-CA", pacific, "2026-03-03 10:59", "2026-03-03 11:00", "window-us-ca"},
		{"US-NV", pacific, "2026-03-03 20:59", "", ""},
		{"US-NM", mountain, "2026-03-03 09:59", "2026-03-03 10:00", "window-us-nm"},
		{"US-ME", eastern, "2026-03-06 16:00", "2026-03-09 08:00", "window-us-me"},
		{"US-PA", eastern, "2026-10-11 12:00", "", ""},                               // Sunday, before the amendment
		{"US-PA", eastern, "2026-10-17 12:00", "", ""},                               // the Saturday before
		{"US-PA", eastern, "2026-10-17 21:00", "2026-10-19 08:00", "window-central"}, // deferred by the law of Monday
		{"US-PA", eastern, "2026-10-18 12:00", "2026-10-19 08:00", "window-us-pa"},
		{"US-PA", eastern, "2026-10-19 17:59", "", ""},
		{"US-PA", eastern, "2026-10-19 18:00", "2026-10-20 08:00", "window-us-pa"},
		{"US-PA", eastern, "2026-11-26 12:00", "2026-11-27 08:00", "window-us-pa"},  // Thanksgiving
		{"US-UT", mountain, "2026-07-03 12:00", "2026-07-05 09:00", "window-us-ut"}, // Independence Day falls on Saturday
		{"CA-ON", "America/Toronto", "2026-03-03 08:00", "", ""},
		{"CA-ON", "America/Toronto", "2026-03-03 20:29", "2026-03-04 08:00", "window-recipient"}, // the federal hours end earlier
		{"CA-ON", "America/Toronto", "2026-03-07 08:59", "2026-03-07 09:00", "window-ca"},
		{"CA-ON", "America/Toronto", "2026-03-07 17:00", "2026-03-08 09:00", "window-ca"},
		{"CA-BC", "America/Vancouver", "2026-07-01 14:00", "2026-07-02 11:00", "window-ca-bc"},
	} {
		t.Run(c.region+" "+c.now, func(t *testing.T) {
			now := central(t, c.now)
			d := law(t).Decide(promotional(now, c.region, c.zone), now)
			if c.want == "" {
				require.Equal(t, sms.Send, d.Verdict, d.Reason)
				return
			}
			require.Equal(t, sms.Defer, d.Verdict)
			require.Equal(t, c.want, d.Until.In(zone(t, "America/Chicago")).Format("2006-01-02 15:04"))
			require.Equal(t, c.rule, d.Rule)
			require.NotEmpty(t, d.Reason)
			f := promotional(now, c.region, c.zone)
			f.Text.Category = consent.Transactional
			require.Equal(t, c.rule == "window-central" || c.rule == "window-recipient", law(t).Decide(f, now).Verdict == sms.Defer, "the States' hours are for promotional texts")
		})
	}
}

// Who is told that a text waits is told which hours the State has.
func TestADeferralNamesTheHours(t *testing.T) {
	for region, want := range map[string]string{
		"US-RI": "Promotional texts to US-RI leave between 9:00 am and 6:00 pm only, on Saturdays between 10:00 am and 5:00 pm, not on Sundays, not on legal holidays.",
		"US-TX": "Promotional texts to US-TX leave between 9:00 am and 9:00 pm only, on Sundays between 12:00 pm and 9:00 pm.",
		"US-KY": "Promotional texts to US-KY leave between 10:00 am and 9:00 pm only.",
	} {
		now := central(t, "2026-03-08 08:30") // Sunday
		f := promotional(now, region, "America/Chicago")
		require.Equal(t, want, law(t).Decide(f, now).Reason)
	}
}

// A State that keeps its offices closed on the federal holidays and one of its own, day by day for two years.
func TestNothingLeavesOnLegalHolidays(t *testing.T) {
	l := law(t)
	for day := time.Date(2026, 1, 1, 19, 0, 0, 0, time.UTC); day.Year() < 2028; day = day.AddDate(0, 0, 1) {
		date := day.Format(time.DateOnly)
		d := l.Decide(promotional(day, "US-UT", "America/Denver"), day)
		require.Equal(t, slices.Contains(federal, date) || slices.Contains(pioneers, date), d.Verdict == sms.Defer, date)
	}
	for date, region := range map[string]string{
		"2026-02-17": "US-AL", "2027-02-09": "US-LA", // the day before Lent
		"2026-04-27": "US-AL", "2026-06-01": "US-AL", "2026-04-03": "US-LA", "2027-03-26": "US-LA", "2026-04-27 ": "US-MS",
		"2026-08-10": "US-RI", "2026-11-03": "US-RI", "2026-05-04": "US-RI", "2026-02-16": "CA-BC", "2026-05-18": "CA-BC", "2026-09-30": "CA-BC",
		"2026-12-01": "US-AL", "2026-01-08": "US-LA", "2026-06-03": "US-LA", "2026-11-27": "US-LA", "2026-04-03 ": "US-PA",
		"2027-06-14": "US-PA", "2027-11-02": "US-PA", "2026-12-15": "US-PA", // where elections are held each year
	} {
		now := central(t, strings.TrimSpace(date)+" 13:00")
		zones := nanp.Within(region)
		require.Equal(t, sms.Defer, l.Decide(promotional(now, region, zones...), now).Verdict, date)
	}
	now := central(t, "2027-11-02 13:00") // no election
	require.Equal(t, sms.Send, l.Decide(promotional(now, "US-RI", "America/New_York"), now).Verdict)
	now = central(t, "2028-06-30 13:00") // Canada Day falls on Saturday, which no other day is kept for
	require.Equal(t, sms.Send, l.Decide(promotional(now, "CA-BC", "America/Vancouver"), now).Verdict)
}

// goodFriday is the Friday before Easter, by the rule of Meeus, Jones and Butcher.
func goodFriday(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	h := (19*a + b - b/4 - (b-(b+8)/25+1)/3 + 15) % 30
	l := (32 + 2*(b%4) + 2*(c/4) - h - c%4) % 7
	day := h + l - 7*((a+11*h+22*l)/451) + 114
	return time.Date(year, time.Month(day/31), day%31+1-2, 18, 0, 0, 0, time.UTC)
}

// Of the Fridays on which Easter's may fall Louisiana keeps that one, in five centuries.
func TestGoodFridayFallsBeforeEaster(t *testing.T) {
	l := law(t)
	for year := 2000; year < 2500; year++ {
		for day := time.Date(year, 3, 20, 18, 0, 0, 0, time.UTC); day.Month() < 5 && day.YearDay() < 116; day = day.AddDate(0, 0, 1) {
			if day.Weekday() == time.Friday {
				d := l.Decide(promotional(day, "US-LA", "America/Chicago"), day)
				require.Equal(t, day.Equal(goodFriday(year)), d.Verdict == sms.Defer, day)
			}
		}
	}
}

// A number of whose area code nobody knows in which of two provinces it is keeps both's hours.
func TestTheHoursOfEveryStateANumberMayBeIn(t *testing.T) {
	now := central(t, "2026-03-03 19:30")
	f := promotional(now, "US-TN", "America/Chicago")
	require.Equal(t, sms.Send, law(t).Decide(f, now).Verdict)
	now = central(t, "2026-03-03 20:30")
	f = promotional(now, "US-TN", "America/Chicago")
	f.Regions = []string{"US-TN", "US-OK"}
	d := law(t).Decide(f, now)
	require.Equal(t, "window-us-ok", d.Rule)
	f.Regions = nil
	d = law(t).Decide(f, now)
	require.Equal(t, sms.Refuse, d.Verdict)
	require.Equal(t, "place", d.Rule)
	// A country alone, or what is no State, says no hours; a country without States is a place. A place in one country says nothing
	// of the hours in another.
	for regions, want := range map[string]sms.Verdict{
		"us-fl": sms.Refuse, "Florida": sms.Refuse, "US_FL": sms.Refuse, "US CA-ON": sms.Refuse, "US-XX GB": sms.Refuse, "US-TN CA-ON GB": sms.Send,
		"US": sms.Refuse, "CA": sms.Refuse, "US-XX": sms.Refuse, "US CA": sms.Refuse, "US US-TN": sms.Send, "US-DC": sms.Send, "GB": sms.Send,
	} {
		f := promotional(now, "US-TN", "America/Chicago")
		f.Regions = strings.Fields(regions)
		require.Equal(t, want, law(t).Decide(f, now).Verdict, regions)
	}
}

func TestDailyCaps(t *testing.T) {
	l := law(t)
	now := central(t, "2026-03-04 12:00")
	ago := func(hours ...float64) (times []time.Time) {
		for _, h := range hours {
			times = append(times, now.Add(-time.Duration(h*float64(time.Hour))).UTC())
		}
		return times
	}
	for _, c := range []struct {
		region string
		left   []time.Time
		want   string
	}{
		{"US-FL", ago(), ""},
		{"US-FL", ago(3, 2), ""},
		{"US-FL", ago(30, 25, 3, 2), ""},
		{"US-FL", ago(4, 3, 2), "2026-03-05 08:01"},
		{"US-FL", ago(23.99, 3, 2), "2026-03-04 12:01"},
		{"US-FL", ago(24, 3, 2), "2026-03-04 12:01"}, // to the minute it is a day ago
		{"US-FL", ago(25, 4, 3, 2, 1), "2026-03-05 09:01"},
		{"US-FL", ago(16, 3, 2), "2026-03-05 08:00"}, // there is room in the evening, when the window has closed
		{"US-OK", ago(4, 3, 2), "2026-03-05 08:01"},
		{"US-MD", ago(4, 3, 2), "2026-03-05 08:01"},
		{"US-OR", ago(4, 3, 2), "2026-03-05 08:01"},
		{"US-VA", ago(4, 3, 2), ""},
	} {
		f := promotional(now, c.region, "America/Chicago")
		f.Promotions = c.left
		d := l.Decide(f, now)
		if c.want == "" {
			require.Equal(t, sms.Send, d.Verdict, "%s %v %s", c.region, c.left, d.Reason)
			continue
		}
		require.Equal(t, sms.Defer, d.Verdict, "%s %v", c.region, c.left)
		require.Equal(t, c.want, d.Until.In(zone(t, "America/Chicago")).Format("2006-01-02 15:04"), "%s %v", c.region, c.left)
		require.Equal(t, "cap-"+strings.ToLower(c.region), d.Rule)
	}
}

// To Canada every commercial text says who sends it, how to reach the practice and how to end such texts.
func TestCommercialTextsToCanada(t *testing.T) {
	now := central(t, "2026-03-04 12:00")
	const whole = "Elm Street Dental: we moved. Call 214-555-0199. Reply STOP or ARRET to end."
	for body, rule := range map[string]string{
		whole: "",
		"Elm Street Dental: we moved. Write to front@elm.example. Reply STOP to end.": "",
		"Elm Street Dental: we moved. See https://elm.example/. Reply STOP to end.":   "",
		"Elm Street Dental: we moved. See www.elm.example. Reply STOP to end.":        "",
		"Elm Street Dental: we moved to 4 Oak Street. Reply STOP to end.":             "contact-canada",
		"We moved. Call 214-555-0199. Reply STOP to end.":                             "sender-canada",
		"Elm Street Dental: we moved. Call 214-555-0199.":                             "sender-canada",
	} {
		f := lawful(now, "America/Toronto")
		f.Regions, f.Text.Body, f.Findings = []string{"CA-ON"}, body, screen.Screen(body, screen.Context{
			Practice: f.Name, NeedsName: true, NeedsContact: true, NeedsEnd: true,
		})
		require.Equal(t, rule, law(t).Decide(f, now).Rule, body)
		f.Regions = []string{"US-NY"}
		require.Empty(t, law(t).Decide(f, now).Rule, body)
		f.Text.Category, f.Regions, f.Wrote = consent.Conversational, []string{"CA-ON"}, now.Add(-time.Hour)
		require.Empty(t, law(t).Decide(f, now).Rule, "a reply is no commercial text")
	}
}

// What is in the table is dated and cited, and names regions that exist.
func TestEveryRowIsCited(t *testing.T) {
	known := map[string]bool{"CA": true}
	for code := range 1000 {
		for _, region := range nanp.Regions("+1" + string([]byte{byte('0' + code/100), byte('0' + code/10%10), byte('0' + code%10)}) + "5550100") {
			known[region] = true
		}
	}
	states := map[string]bool{}
	for _, r := range sms.Promised() {
		require.NotEmpty(t, r.ID)
		require.NotZero(t, r.Version, r.ID)
		require.NotEmpty(t, r.Citation, r.ID)
		if r.Region != "" {
			require.True(t, known[r.Region], r.ID)
			states[r.Region] = true
		}
		if r.Confidence == sms.Secondary {
			require.NotEmpty(t, r.Source, r.ID)
		}
	}
	require.GreaterOrEqual(t, len(states), 25)
}
