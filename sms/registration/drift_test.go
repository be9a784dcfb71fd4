package registration_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/internal/shareddata"
	"github.com/enamel-go/enamel/sms/registration"
)

// varied are texts of the samples' purpose: other names, dates and times, and words that a template gets over the years.
var varied = []string{
	"Elm Street Dental: Hi Ana, your visit is on Tue Apr 7 at 10:15 AM. Reply C to confirm. Reply STOP to end.",
	"Elm Street Dental: Hi José Ángel, your visit is on Friday at 8 am with Dr. Núñez. Please reply C to confirm. Text STOP to stop.",
	"Elm Street Dental: Hello Mr. Smith, your visit is on 12/04 at 4 p.m. Reply C to confirm. Reply STOP to end.",
	"Elm Street Dental: a friendly reminder of your appointment on June 3 at 2 PM. Please arrive early. Text STOP to stop.",
	"Elm Street Dental: Reminder: you have an appointment tomorrow at 9. Please arrive early. STOP to end.",
	"Elm Street Dental: your appointment was moved to Monday at 3. Reply C to confirm. Reply STOP to end.",
	"Elm Street Dental: a reminder of your appointment Thursday. Please arrive 10 minutes early. See https://elm.example/v. Reply STOP to end.",
}

// strange are texts of other purposes.
var strange = []string{
	"Elm Street Dental: we are closed on Friday because of the storm. We will call you. Reply STOP to end.",
	"Elm Street Dental: whiten your smile this summer and save 20%. Book at https://elm.example. Reply STOP to end.",
	"Elm Street Dental: refer a friend and get a gift card for both of you. Reply STOP to end.",
	"Elm Street Dental: how was your visit? Leave us a review at https://elm.example. Reply STOP to end.",
	"Elm Street Dental: your balance of $120 is due. Pay at https://elm.example/pay. Reply STOP to end.",
	"Vote for Smith on Tuesday! Donate today at www.smith.example. Reply STOP to end.",
	"Your code is 123456. It ends in 5 minutes.",
}

func TestDriftTellsOrdinaryVariationFromAnotherPurpose(t *testing.T) {
	samples := reminders().Samples
	for _, body := range varied {
		d := registration.DriftOf(samples, body)
		require.False(t, d.Off, "%.2f %s", d.Share, body)
		require.Less(t, d.Share, registration.Threshold-0.05, body)
		require.GreaterOrEqual(t, d.Sample, 0)
	}
	for _, body := range strange {
		d := registration.DriftOf(samples, body)
		require.True(t, d.Off, "%.2f %s", d.Share, body)
		require.Greater(t, d.Share, registration.Threshold+0.05, body)
		require.NotEmpty(t, body[d.Start:d.End], "what is strange has a place")
	}
}

func TestDriftOf(t *testing.T) {
	samples := reminders().Samples
	require.Equal(t, registration.Drift{Share: 0, Sample: 1}, registration.DriftOf(samples, samples[1]))
	require.Equal(t, registration.Drift{Sample: -1}, registration.DriftOf(samples, "10:30 STOP"), "nothing is left of it")
	d := registration.DriftOf(nil, "your visit")
	require.Equal(t, registration.Drift{Share: 1, Sample: -1, Off: true, Start: 0, End: 10}, d, "without samples everything is strange")
	body := "Elm Street Dental: a reminder of your appointment tomorrow, bring cash and cookies. Please arrive early."
	d = registration.DriftOf(samples, body)
	require.Equal(t, "bring cash and cookies", body[d.Start:d.End])
	require.Zero(t, registration.DriftOf(samples, strings.ReplaceAll(samples[0], "[name]", "Ana")).Share)
}

func TestDriftNeverLeavesItsBounds(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		samples, body := rapid.SliceOfN(rapid.String(), 0, 3).Draw(rt, "samples"), rapid.String().Draw(rt, "body")
		d := registration.DriftOf(samples, body)
		require.True(rt, d.Share >= 0 && d.Share <= 1)
		require.True(rt, d.Start <= d.End && d.End <= len(body))
		require.LessOrEqual(rt, registration.DriftOf(append(samples, body), body).Share, d.Share, "another sample makes nothing stranger")
		require.Zero(rt, registration.DriftOf([]string{body}, body).Share)
	})
}

// TestOrdinaryTextsAreNoReminders compares texts that people wrote with a campaign of reminders.
func TestOrdinaryTextsAreNoReminders(t *testing.T) {
	off, all := 0, 0
	for _, line := range strings.Split(strings.TrimSpace(string(shareddata.Read(t, "sms/uci.jsonl"))), "\n") {
		var text struct {
			Text string `json:"text"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &text))
		if len(strings.Fields(text.Text)) < 5 {
			continue
		}
		all++
		if registration.DriftOf(reminders().Samples, text.Text).Off {
			off++
		}
	}
	t.Logf("%d of %d ordinary texts of five words and more are told from reminders", off, all)
	require.Greater(t, all, 1000)
	require.Greater(t, float64(off)/float64(all), 0.99)
}

func FuzzDriftOf(f *testing.F) {
	for _, body := range append(varied, strange...) {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		d := registration.DriftOf(reminders().Samples, body)
		if d.Share < 0 || d.Share > 1 || d.Start > d.End || d.End > len(body) {
			t.Fatal(d)
		}
	})
}
