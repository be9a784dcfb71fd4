package sms_test

import (
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
