package sms_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/shareddata"
	"github.com/enamel-go/enamel/sms"
)

// screened returns the rule that refuses a transactional text of a practice, or "".
func screened(t testing.TB, l *sms.Law, name, body string) string {
	f := lawful(noon, "America/Chicago")
	f.Name, f.Text.Body, f.Findings = name, body, sms.Found(body, name)
	d := l.Decide(f, noon)
	if d.Verdict == sms.Send {
		return ""
	}
	return d.Trail[len(d.Trail)-1].Rule
}

func TestTheScreenLeavesOrdinaryTextsAlone(t *testing.T) {
	l := law(t)
	for name, bodies := range map[string][]string{
		"Elm Street Dental": {
			"Elm Street Dental: reminder of your appointment on Wednesday, March 4 at 6:00 PM. Questions: 214-555-0199. Reply HELP for help, STOP to end texts.",
			"Elm Street Dental: we moved to 4 Oak Street. Park for free behind the building.",
			"Thanks for filling out your forms. See you at 3!",
			"Please finish filling in the forms before your visit. It is no big deal if you need help.",
			"Our office is closed on Monday. Call us to deal with anything urgent.",
			"Your cleaning is on Tuesday at 9. Please arrive 10 minutes early.",
		},
		"Austin Implant & Oral Surgery Center": {
			"Austin Implant & Oral Surgery Center: reminder of your appointment on Monday, March 2 at 9:00 AM.",
			"AUSTIN IMPLANT & ORAL SURGERY CENTER: we are closed tomorrow.",
		},
		"Crown Dental":           {"Crown Dental: see you at 3.", "Hi from Crown Dental. See you at 3."},
		"Braces & Beyond":        {"Braces & Beyond: see you at 3."},
		"Dr. O'Hara Periodontal": {"Dr. O’Hara Periodontal: see you at 3."},
		"...":                    {"See you at 3..."},
	} {
		for _, body := range bodies {
			require.Empty(t, screened(t, l, name, body), body)
		}
	}
}

func TestTheScreenSeesThroughSpelling(t *testing.T) {
	l := law(t)
	for body, rule := range map[string]string{
		"Your root canal is on Thursday.":                           "health",
		"Your ROOT-CANAL is on Thursday.":                           "health",
		"Time for your filling":                                     "health",
		"Filling out forms? Your filling is at 3.":                  "health",
		"Crown Dental: your crown is ready.":                        "health",
		"Crown Dental Crown Dental crown":                           "health",
		"Your X-rays are here":                                      "health",
		"20%off this week":                                          "promotion",
		"20 % off":                                                  "promotion",
		"Ask for our special offers, or deal with us":               "promotion",
		"A great deal on whitening":                                 "promotion",
		"Buy one, get one":                                          "promotion",
		"Your outstanding balance is $20. Call 214-555-0199 to pay": "health",
	} {
		require.Equal(t, rule, screened(t, l, "Crown Dental", body), body)
	}
}

// Promotional texts may advertise; they may not speak of health either.
func TestPromotionalTextsAdvertise(t *testing.T) {
	for body, rule := range map[string]string{
		"Elm Street Dental: 20% off this week! Reply STOP to end.":       "",
		"Elm Street Dental: 20% off your root canal! Reply STOP to end.": "health",
		"Elm Street Dental: 20% off this week!":                          "sender",
		"20% off this week! Reply STOP to end.":                          "sender",
	} {
		f := lawful(noon, "America/Chicago")
		f.Text.Category, f.Text.Body, f.Findings = consent.Promotional, body, sms.Found(body, f.Name)
		require.Equal(t, rule, law(t).Decide(f, noon).Rule, body)
	}
}

// The screen on texts that nobody here wrote. It is the first one, of plain words; these figures say what it is worth.
func TestTheScreenOnRealTexts(t *testing.T) {
	type counts struct{ refused, all int }
	l := law(t)
	count := func(file string) map[string]counts {
		found := map[string]counts{}
		for line := range bytes.Lines(shareddata.Read(t, file)) {
			var m struct{ Label, Expect, Tag, Text string }
			require.NoError(t, json.Unmarshal(line, &m))
			c := found[m.Label+m.Expect+m.Tag]
			c.all++
			if screened(t, l, "Elm Street Dental", m.Text) != "" {
				c.refused++
			}
			found[m.Label+m.Expect+m.Tag] = c
		}
		t.Log(file, found)
		return found
	}
	reminders := count("phi/reminders.jsonl")
	require.Equal(t, counts{0, 2}, reminders["allow"])
	require.Equal(t, counts{3, 3}, reminders["block"])
	ham := count("sms/uci.jsonl")["ham"]
	require.LessOrEqual(t, 100*ham.refused, ham.all, "more than one ordinary text in a hundred is refused")
	dental := count("phi/clinical_sentences.jsonl")["dental"]
	require.GreaterOrEqual(t, 100*dental.refused, 40*dental.all)
	require.Zero(t, count("sms/smishing.jsonl")["ham"].refused)
}
