package sms

import (
	"strings"
	"time"

	"github.com/enamel-go/enamel/consent"
)

// from is the beginning of a day in UTC, which is some hours before it begins in any State: what is stricter begins early.
func from(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// between is hours of the day.
func between(opens, closes int) Hours {
	return Hours{time.Duration(opens) * time.Hour, time.Duration(closes) * time.Hour}
}

// stateWindows are the hours of States and provinces for promotional texts, by the recipient's clock. Where sources differ,
// the stricter is taken and the difference noted. Virginia keeps the federal hours.
func stateWindows() []Rule {
	closed := &Hours{}
	noon, weekend := between(12, 21), between(10, 17)
	canada := between(10, 18)
	rows := []struct {
		region   string
		hours    Hours
		saturday *Hours
		sunday   *Hours
		holidays bool
		from     time.Time
		citation string
		how      Confidence
		source   string
	}{
		{region: "US-AL", hours: between(8, 20), sunday: closed, holidays: true, citation: "Ala. Code 8-19C", how: Secondary, source: "dropcowboy"},
		{region: "US-CA", hours: between(9, 21), citation: "Cal. Pub. Util. Code 2872", how: Unverified, source: "dropcowboy, stello"},
		{region: "US-CT", hours: between(9, 20), from: from(2023, 10, 1), citation: "Conn. Gen. Stat. 42-288a (SB 1058)", how: Secondary, source: "stello, dropcowboy; clickpoint still says 9 to 21"},
		{region: "US-FL", hours: between(8, 20), from: from(2021, 7, 1), citation: "Fla. Stat. 501.616(6)(a)"},
		{region: "US-IL", hours: between(9, 21), citation: "815 ILCS 413/15", how: Unverified, source: "dropcowboy, stello"},
		{region: "US-KY", hours: between(10, 21), citation: "KRS 367.46955", how: Unverified, source: "dropcowboy, stello"},
		{region: "US-LA", hours: between(8, 20), sunday: closed, holidays: true, citation: "La. R.S. 45:844.11", how: Secondary, source: "dropcowboy, clickpoint; prior consent would exempt"},
		{region: "US-MA", hours: between(8, 20), citation: "M.G.L. c. 159C, section 3", how: Secondary, source: "dropcowboy, stello"},
		{region: "US-MD", hours: between(8, 20), from: from(2024, 1, 1), citation: "Md. Code, Com. Law 14-4501 (Stop the Spam Calls Act)", how: Secondary, source: "wmar2news, 2024-01-01; dnc.com; dropcowboy"},
		{region: "US-ME", hours: between(9, 17), saturday: closed, sunday: closed, citation: "10 M.R.S. 1498", how: Unverified, source: "glama call-desk: automated calls"},
		{region: "US-MI", hours: between(9, 21), citation: "MCL 445.111a", how: Unverified, source: "dropcowboy, stello"},
		{region: "US-MN", hours: between(9, 21), citation: "Minn. Stat. 325E.30", how: Unverified, source: "dropcowboy, stello"},
		{region: "US-MS", hours: between(8, 20), sunday: closed, holidays: true, citation: "Miss. Code 77-3-723", how: Secondary, source: "dropcowboy; dnc calendar: in Central time, which all of the State keeps; a relationship of six months would exempt"},
		{region: "US-NJ", hours: between(8, 20), citation: "N.J.S.A. 56:8-130", how: Unverified, source: "one source"},
		{region: "US-NM", hours: between(9, 21), citation: "NMSA 57-12-22", how: Unverified, source: "dropcowboy, stello"},
		{region: "US-NV", hours: between(9, 20), citation: "NRS 598.0918", how: Unverified, source: "dropcowboy, stello"},
		{region: "US-OK", hours: between(8, 20), from: from(2022, 11, 1), citation: "15 O.S. 775C.4", how: Secondary, source: "vicidial forum: whoever has an area code of Oklahoma is presumed to live there"},
		{region: "US-OR", hours: between(8, 20), from: from(2026, 1, 1), citation: "Oregon HB 3865 (2025)", how: Secondary, source: "jdsupra (Troutman), 2025-07-24; postscript; vicifast: it counts texts, and an area code tells"},
		{region: "US-PA", hours: between(8, 21), holidays: true, citation: "73 P.S. 2245", how: Secondary, source: "dropcowboy"},
		{region: "US-PA", hours: between(9, 19), saturday: closed, sunday: closed, holidays: true, from: from(2026, 10, 18), citation: "73 P.S. 2245, as amended (SB 992)", how: Secondary, source: "glama call-desk: no Sunday from 2026-10-18; pasenategop: 9 to 19, texts too, as the Senate passed it; sources differ on Saturday"},
		{region: "US-RI", hours: between(9, 18), saturday: &weekend, sunday: closed, holidays: true, citation: "R.I. Gen. Laws 5-61-3.6", how: Secondary, source: "referrizer has 10 to 17 on weekends, others on Saturday alone; dnc calendar"},
		{region: "US-SD", hours: between(9, 21), saturday: closed, sunday: closed, citation: "SDCL 37-30-28", source: "of automated dialing"},
		{region: "US-TX", hours: between(9, 21), sunday: &noon, from: from(2025, 9, 1), citation: "Tex. Bus. & Com. Code 301.051, 302 (SB 140)", how: Secondary, source: "foster.com, bloomreach; customers would be exempt"},
		{region: "US-UT", hours: between(8, 21), holidays: true, citation: "Utah Code 13-25a-103", how: Secondary, source: "dnc calendar; prior consent would exempt"},
		{region: "US-WA", hours: between(8, 20), from: from(2022, 6, 9), citation: "RCW 80.36.390 (HB 1497)", how: Secondary, source: "vicidial forum; glama call-desk"},
		{region: "US-WY", hours: between(8, 20), citation: "Wyo. Stat. 40-12-302", how: Unverified, source: "one source"},
		{region: "CA", hours: Hours{9 * time.Hour, 21*time.Hour + 30*time.Minute}, saturday: &canada, sunday: &canada, citation: "CRTC Unsolicited Telecommunications Rules, part III, section 23", how: Secondary, source: "northerntel.ca"},
		{region: "CA-BC", hours: Hours{9 * time.Hour, 21*time.Hour + 30*time.Minute}, saturday: &canada, sunday: &canada, holidays: true, citation: "Business Practices and Consumer Protection Act, SBC 2004, c. 2", how: Secondary, source: "glama call-desk"},
	}
	versions := map[string]int{}
	var rules []Rule
	for _, row := range rows {
		versions[row.region]++
		r := Rule{
			ID: "window-" + strings.ToLower(row.region), Version: versions[row.region], Effective: row.from, Check: CheckWindow,
			Region: row.region, Only: consent.Promotional, Opens: row.hours.Opens, Closes: row.hours.Closes,
			Saturday: row.saturday, Sunday: row.sunday, Citation: row.citation, Confidence: row.how, Source: row.source,
		}
		if row.holidays {
			r.Holidays = row.region
		}
		rules = append(rules, r)
	}
	return rules
}

// stateCaps are how many promotional texts a number may get in a day. The statutes count those on one subject; here all
// are counted.
func stateCaps() []Rule {
	const day = 24 * time.Hour
	return []Rule{
		{
			ID: "cap-us-fl", Version: 1, Effective: from(2021, 7, 1), Check: CheckCap, Region: "US-FL", Only: consent.Promotional,
			Most: 3, Within: day, Citation: "Fla. Stat. 501.616(6)(b)",
		},
		{
			ID: "cap-us-md", Version: 1, Effective: from(2024, 1, 1), Check: CheckCap, Region: "US-MD", Only: consent.Promotional,
			Most: 3, Within: day, Citation: "Md. Code, Com. Law 14-4502 (Stop the Spam Calls Act)", Confidence: Secondary,
			Source: "wmar2news, 2024-01-01; dnc.com: calls or texts",
		},
		{
			ID: "cap-us-ok", Version: 1, Effective: from(2022, 11, 1), Check: CheckCap, Region: "US-OK", Only: consent.Promotional,
			Most: 3, Within: day, Citation: "15 O.S. 775C.4", Confidence: Secondary, Source: "vicidial forum",
		},
		{
			ID: "cap-us-or", Version: 1, Effective: from(2026, 1, 1), Check: CheckCap, Region: "US-OR", Only: consent.Promotional,
			Most: 3, Within: day, Citation: "Oregon HB 3865 (2025)", Confidence: Secondary, Source: "jdsupra (Troutman), 2025-07-24; customers of the last 18 months would be exempt",
		},
	}
}
