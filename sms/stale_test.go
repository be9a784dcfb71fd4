package sms_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// TestPromise_D1_2_WhatIsPutOffTooLongIsStaleAtOnce puts off reminders to after their last useful moment: a person hears of it
// while there is time to call.
func TestPromise_D1_2_WhatIsPutOffTooLongIsStaleAtOnce(t *testing.T) {
	refusing := func(class sms.Class, after time.Duration) func(*world) {
		return func(w *world) {
			w.carrier.answer = func(sms.Message) error {
				return &sms.SendError{Stage: sms.AtSend, Provider: "carrier", Code: "4711", Class: class, After: after}
			}
		}
	}
	for name, c := range map[string]struct {
		before func(*world)
		limits sms.Limits
		tried  int
	}{
		"a sender's day is used up":   {before: refusing(sms.DailyLimit, 0), tried: 1},
		"it would be tried too late":  {before: refusing(sms.Transient, 3*time.Hour), tried: 1},
		"it comes too fast":           {before: refusing(sms.Throttled, 3*time.Hour), tried: 1},
		"the provider rests":          {before: refusing(sms.Paused, 3*time.Hour)},
		"a brand's day is used up":    {limits: &limits{minute: 100}},
		"nobody can tell, and it was": {before: func(w *world) { w.carrier.answer = unanswered; w.carrier.find = absent(w) }, tried: 2},
	} {
		t.Run(name, func(t *testing.T) {
			worlds(t, func(t *testing.T, w *world) {
				w.grant(consent.Transactional)
				if c.before != nil {
					c.before(w)
				}
				x := w.text("reminder")
				x.LastUseful = w.now.Now().Add(2 * time.Hour)
				k := w.enqueue(x)
				w.step(w.dispatcher(atOnce, func(o *sms.DispatcherOptions) { o.Limits = c.limits }))
				got := w.tracked(k)
				require.Equal(t, sms.Refused, got.State)
				require.Equal(t, sms.Expired, got.Class)
				require.Equal(t, "useful", got.Decision.Rule)
				require.Equal(t, "It is too late to be of use.", got.Decision.Reason)
				require.Equal(t, c.tried, got.Attempts)
				require.Equal(t, 1, w.entriesOf("sms.text.send", audit.Refused))
				tasks := w.open()
				require.Len(t, tasks, 1)
				require.Equal(t, sms.TaskStale, tasks[0].Kind)
				require.Equal(t, x.LastUseful, tasks[0].Due)
				require.True(t, w.now.Now().Before(tasks[0].Due))

				w.carrier.answer, w.carrier.find = nil, nil
				w.carrier.bodies()
				done, err := w.texts.Requeue(t.Context(), staff, k, "Once more.")
				require.NoError(t, err)
				require.True(t, done)
				require.Len(t, w.left(), 1, "there is time to try once more by hand")
			})
		})
	}
}

func unanswered(sms.Message) error { return errors.New("lost") }

// absent denies a text, the second time long after.
func absent(w *world) func(sms.Message) (sms.Receipt, bool, error) {
	asked := 0
	return func(sms.Message) (sms.Receipt, bool, error) {
		if asked++; asked == 2 {
			w.now.Add(2*time.Hour - 5*time.Second)
		}
		return sms.Receipt{}, false, nil
	}
}

// A provider that lingers has the text that much earlier.
func TestWhatIsPutOffLeavesTimeToLinger(t *testing.T) {
	for linger, want := range map[time.Duration]sms.State{0: sms.Queued, 30 * time.Minute: sms.Refused} {
		w := inMemory(t)
		w.grant(consent.Transactional)
		w.carrier.answer = func(sms.Message) error { return &sms.SendError{Stage: sms.AtSend, Class: sms.Paused, After: time.Hour} }
		x := w.text("x")
		x.LastUseful = w.now.Now().Add(90 * time.Minute)
		k := w.enqueue(x)
		d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": lingering{w.carrier, linger}},
			&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
		require.NoError(t, err)
		w.step(d)
		require.Equal(t, want, w.tracked(k).State)
	}
}

// What nobody can decide on is looked at once more at its last useful moment, and not an hour later.
func TestWhatNobodyCanDecideOnEndsInTime(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	x := w.text("x")
	k := w.enqueue(x)
	w.now.Set(x.LastUseful.Add(-10 * time.Minute))
	_, err := w.dispatcher(func(o *sms.DispatcherOptions) { o.Zones = nowhere{} }).Step(t.Context())
	require.Error(t, err)
	require.Equal(t, x.LastUseful, w.tracked(k).Due)
}
