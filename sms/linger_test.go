package sms_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// lingering is a provider that cannot be told until when it may deliver.
type lingering struct {
	*provider
	long time.Duration
}

func (l lingering) Linger() time.Duration { return l.long }

// A provider that may hold a text for hours is handed none that could arrive after the window has closed, or too late.
func TestPromise_D2_2_AProviderThatLingersIsHandedTextsEarlier(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": lingering{w.carrier, 4 * time.Hour}},
			&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
		require.NoError(t, err)
		evening := time.Date(2026, 3, 3, 23, 0, 0, 0, time.UTC) // 5 pm in Chicago, where the windows close at nine
		w.now.Set(evening)
		early := w.enqueue(w.text("early"))
		w.step(d)
		require.Equal(t, sms.Sent, w.tracked(early).State)

		w.now.Set(evening.Add(time.Second))
		late := w.enqueue(w.text("late"))
		soon := w.text("soon")
		soon.LastUseful = w.now.Now().Add(3 * time.Hour)
		useless := w.enqueue(soon)
		w.step(d)
		got := w.tracked(late)
		require.Equal(t, sms.Queued, got.State)
		require.Equal(t, time.Date(2026, 3, 4, 14, 0, 0, 0, time.UTC), got.Due, "eight in the morning, in Chicago")
		require.Contains(t, got.Decision.Reason, "may hold it for 4 hours")
		require.Equal(t, 4*time.Hour, got.Decision.Facts.Linger)
		require.Equal(t, sms.Refused, w.tracked(useless).State)

		w.carrier.bodies()
		w.receive(patient, "HELP")
		w.step(d)
		require.Len(t, w.carrier.bodies(), 1, "an answer to the patient's own message may come at any hour")
		w.now.Set(got.Due)
		w.step(d)
		require.Equal(t, sms.Sent, w.tracked(late).State)
	})
}

// What a provider may still hold when the rules change is judged by the rules that then hold too.
func TestPromise_D2_2_WhatLingersIntoOtherRulesKeepsBoth(t *testing.T) {
	chicago := zone(t, "America/Chicago")
	change := time.Date(2026, 3, 3, 17, 0, 0, 0, chicago)
	early := sms.Rule{
		ID: "window-central", Version: 2, Effective: change, Check: sms.CheckWindow, Zone: "America/Chicago",
		Opens: 9 * time.Hour, Closes: 18 * time.Hour, Citation: "a stricter promise",
	}
	l, err := sms.NewLaw(append(sms.Promised(), early))
	require.NoError(t, err)
	decide := func(now time.Time, linger time.Duration) sms.Decision {
		f := lawful(now, "America/Chicago")
		f.Linger = linger
		return l.Decide(f, now)
	}
	four := change.Add(-time.Hour)
	opens := time.Date(2026, 3, 4, 9, 0, 0, 0, chicago).UTC()
	d := decide(four, 4*time.Hour)
	require.Equal(t, sms.Defer, d.Verdict, "it may arrive at eight, and the windows close at six by then")
	require.Equal(t, "window-central", d.Rule)
	require.Equal(t, opens, d.Until, "nine in the morning, by the new rules")
	newest := d.Trail[len(d.Trail)-2] // whether it is still of use is asked last
	require.Equal(t, "window-central 2", fmt.Sprint(newest.Rule, " ", newest.Version), "the trail goes on with the rules to come")
	require.Equal(t, l.Edition(four)+" "+l.Edition(change), d.Law)

	both := decide(four, 2*time.Hour)
	require.Equal(t, sms.Send, both.Verdict, "it has arrived at six, by both")
	require.Equal(t, change.Add(time.Hour).UTC(), both.Until, "when the first of their windows closes")
	require.Equal(t, sms.Defer, decide(four, 2*time.Hour+time.Second).Verdict)
	hour := decide(four, time.Hour)
	require.Equal(t, sms.Send, hour.Verdict, "it has arrived when they change")
	require.Equal(t, l.Edition(four), hour.Law, "and is judged by those it left under alone")
	require.Equal(t, sms.Send, decide(four, 30*time.Minute).Verdict, "it has arrived before they change")
	require.Equal(t, sms.Send, decide(four, 0).Verdict)
	require.Equal(t, change.UTC(), decide(four, 0).Until, "and is delivered under the rules it left under")

	morning := decide(change.Add(-11*time.Hour), 4*time.Hour)
	require.Equal(t, sms.Defer, morning.Verdict, "the window opens sooner than the provider may hold a text: it waits all the same")
	require.Equal(t, change.Add(-9*time.Hour).UTC(), morning.Until)

	// Rules to come that are less strict make no window longer that a text leaves under.
	early.Effective = time.Time{}
	less := early
	less.Version, less.Effective, less.Closes = 3, change, 21*time.Hour
	l, err = sms.NewLaw(append(slices.DeleteFunc(sms.Promised(), func(r sms.Rule) bool { return r.ID == early.ID }), early, less))
	require.NoError(t, err)
	require.Equal(t, change.Add(time.Hour).UTC(), decide(four, 2*time.Hour).Until)
	d = decide(four, 2*time.Hour+time.Second)
	require.Equal(t, sms.Defer, d.Verdict)
	require.Equal(t, change.UTC(), d.Until, "from then on it may leave")
	require.Equal(t, l.Edition(four), d.Law, "what waits is asked about again by then, and no sooner")

	// A rule to come may forbid it altogether.
	never := sms.Rule{ID: "place-all", Version: 1, Effective: change, Check: sms.CheckPlace, Citation: "a promise to come"}
	l, err = sms.NewLaw(append(sms.Promised(), never))
	require.NoError(t, err)
	f := lawful(four, "America/Chicago")
	f.Linger, f.Regions = 4*time.Hour, nil
	d = l.Decide(f, four)
	require.Equal(t, sms.Refuse, d.Verdict)
	require.Equal(t, "place-all", d.Rule)
	f.Text.Kind = sms.HelpAnswer
	require.Equal(t, sms.Send, l.Decide(f, four).Verdict, "an answer may come at any hour, and the provider holds it for no window's sake")
}
