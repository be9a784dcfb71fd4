package sms_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// While a provider rests texts go back to the queue, and no attempt is counted.
func TestARestingProviderCostsNoAttempt(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		k := w.enqueue(w.text("x"))
		w.carrier.answer = func(sms.Message) error {
			return &sms.SendError{Stage: sms.AtSend, Provider: "carrier", Class: sms.Paused, After: time.Minute}
		}
		w.step(w.dispatcher())
		got := w.tracked(k)
		require.Equal(t, sms.Queued, got.State)
		require.Zero(t, got.Attempts)
		require.True(t, got.FirstTry.IsZero())
		require.False(t, got.Due.Before(w.now.Now().Add(time.Minute)))
		w.carrier.answer = nil
		w.now.Add(2 * time.Minute)
		w.step(w.dispatcher())
		require.Equal(t, sms.Sent, w.tracked(k).State)
		require.Equal(t, 1, w.tracked(k).Attempts)
	})
}

// A provider that says how long to wait is waited for.
func TestAProviderSaysHowLongToWait(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	k := w.enqueue(w.text("x"))
	w.carrier.answer = func(sms.Message) error {
		return &sms.SendError{Stage: sms.AtSend, Provider: "carrier", Class: sms.Throttled, After: 5 * time.Hour}
	}
	w.step(w.dispatcher())
	require.False(t, w.tracked(k).Due.Before(noon.Add(5*time.Hour)))
	require.Equal(t, 1, w.tracked(k).Attempts)
}
