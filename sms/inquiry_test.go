package sms_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// silent is a provider that loses every answer but those to patients' own messages, and whose look-ups hang until they are
// given up.
type silent struct{ *provider }

func (s silent) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	accepted, err := s.provider.Send(ctx, m)
	if m.Body == "Elm Street Dental: this one is lost." {
		return sms.Accepted{}, refusal(sms.Unknown)
	}
	return accepted, err
}

func (s silent) Find(ctx context.Context, _ sms.Message) (sms.Receipt, bool, error) {
	<-ctx.Done()
	return sms.Receipt{}, false, &sms.SendError{Stage: sms.AtLookup, Provider: "carrier", Class: sms.Transient}
}

// The requests that are kept for answers are not spent on look-ups.
func TestLookUpsHoldUpNoAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t)
		w.grant(consent.Transactional)
		d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": silent{w.carrier}},
			&sms.DispatcherOptions{
				Agreements: w.baa, Registrations: w.baa, Now: w.now.Now, Concurrency: 20, Timeout: time.Minute, Lease: time.Hour,
				Wait: time.Second,
			})
		require.NoError(t, err)
		for i := range 60 {
			x := w.text(fmt.Sprint("lost-", i))
			x.Body = "Elm Street Dental: this one is lost."
			w.enqueue(x)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }()
		time.Sleep(10 * time.Second)
		require.Len(t, w.carrier.bodies(), 60)
		w.receive(patient, "HELP")
		time.Sleep(3 * time.Second)
		require.Len(t, w.carrier.bodies(), 1, "the answer did not wait for the look-ups")
		stop()
		require.ErrorIs(t, <-done, context.Canceled)
	})
}

// Look-ups that hang leave most requests to texts.
func TestLookUpsHoldUpNoTexts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t)
		w.grant(consent.Transactional)
		d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": silent{w.carrier}},
			&sms.DispatcherOptions{
				Agreements: w.baa, Registrations: w.baa, Now: w.now.Now, Concurrency: 20, Timeout: time.Minute, Lease: time.Hour,
				Wait: time.Second,
			})
		require.NoError(t, err)
		for i := range 60 {
			x := w.text(fmt.Sprint("lost-", i))
			x.Body = "Elm Street Dental: this one is lost."
			w.enqueue(x)
		}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }()
		time.Sleep(10 * time.Second)
		w.carrier.bodies()
		for i := range 10 {
			w.enqueue(w.text(fmt.Sprint("reminder-", i)))
		}
		time.Sleep(3 * time.Second)
		require.Len(t, w.carrier.bodies(), 10, "they did not wait for the look-ups")
		stop()
		require.ErrorIs(t, <-done, context.Canceled)
	})
}
