package sms_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// A worker without a text's provider knows nothing about the text: it leaves it to another one, and somebody hears of it.
func TestAWorkerWithoutItsProviderDecidesNothing(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		x := w.text("x")
		k := w.enqueue(x)
		without, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, nil,
			&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
		require.NoError(t, err)
		n, err := without.Step(t.Context())
		require.ErrorContains(t, err, `no provider named "carrier"`)
		require.Equal(t, 1, n)
		got := w.tracked(k)
		require.Equal(t, sms.Queued, got.State)
		require.True(t, got.Due.After(w.now.Now()), "it is not looked at all the time")
		w.now.Set(got.Due)
		require.Len(t, w.left(), 1, "another worker sends it")

		k = w.enqueue(w.text("nobody's"))
		w.now.Set(w.tracked(k).LastUseful)
		_, err = without.Step(t.Context())
		require.NoError(t, err, "the law refuses it, whoever would carry it")
		require.Equal(t, sms.TaskStale, w.open()[0].Kind)
	})
}

// What is missing is the practice's to get, and the text is put back when it is there.
func TestARefusalForWantOfAnAgreementIsATask(t *testing.T) {
	for rule, without := range map[string]func(*sms.DispatcherOptions){
		"agreement":    func(o *sms.DispatcherOptions) { o.Agreements = nil },
		"registration": func(o *sms.DispatcherOptions) { o.Registrations = nil },
		"broadcast":    func(o *sms.DispatcherOptions) { o.Broadcasts = nil },
	} {
		t.Run(rule, func(t *testing.T) {
			worlds(t, func(t *testing.T, w *world) {
				w.grant(consent.Transactional)
				x := w.text("x")
				x.Broadcast = "recall"
				k := w.enqueue(x)
				w.step(w.dispatcher(without))
				got := w.tracked(k)
				require.Equal(t, sms.Refused, got.State)
				require.Equal(t, rule, got.Decision.Rule)
				require.Equal(t, sms.Unready, got.Class)
				require.Empty(t, w.carrier.bodies())
				tasks := w.open()
				require.Len(t, tasks, 1)
				require.Equal(t, sms.TaskUnready, tasks[0].Kind)
				require.Equal(t, k.ID, tasks[0].Text)
				kept, err := w.texts.Tasks(t.Context(), staff, sms.TaskQuery{Practice: practice, Kind: sms.TaskUnready})
				require.NoError(t, err)
				require.Equal(t, tasks, kept.Tasks)

				w.now.Add(time.Second)
				done, err := w.texts.Requeue(t.Context(), staff, k, "It is there now.")
				require.NoError(t, err)
				require.True(t, done)
				require.Empty(t, w.open())
				w.step(w.dispatcher(func(o *sms.DispatcherOptions) { o.Broadcasts = &booked{} }))
				require.Len(t, w.carrier.bodies(), 1)
				require.Empty(t, w.open())
			})
		})
	}
}

// A refusal that came first leaves no task behind when another rule refuses the text that was put back.
func TestAnotherRefusalIsNoSuchTask(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		k := w.enqueue(w.text("x"))
		w.step(w.dispatcher(func(o *sms.DispatcherOptions) { o.Agreements = nil }))
		require.Len(t, w.open(), 1)
		_, err := w.texts.Requeue(t.Context(), staff, k, "It is there now.")
		require.NoError(t, err)
		w.say("STOP")
		require.Equal(t, sms.Refused, w.tracked(k).State)
		require.Empty(t, w.open())
	})
}

// Whoever only asks what would become of a text needs no provider.
func TestWhoSendsNothingDecidesWithoutAProvider(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, nil,
		&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
	require.NoError(t, err)
	decision, err := d.Decide(t.Context(), w.text("x"))
	require.NoError(t, err)
	require.Equal(t, sms.Send, decision.Verdict)
}
