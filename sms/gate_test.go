package sms_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// short is a gate that answers fewer questions than it was asked.
type short struct{ sms.Gate }

func (g short) Permissions(ctx context.Context, checks []consent.Check) ([]consent.Permission, error) {
	return g.Gate.Permissions(ctx, checks[1:])
}

// Whose answers are too few to tell which is whose is asked about each text by itself.
func TestAnswersOfAGateThatAreTooFewAreNotUsed(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	d, err := sms.NewDispatcher(w.queue, w.store, short{w.consents}, w.log, map[string]sms.Provider{"carrier": w.carrier},
		&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
	require.NoError(t, err)
	other := w.text("a") // nobody agreed to it
	other.To = "+16155550101"
	refused, sent := w.enqueue(other), w.enqueue(w.text("b"))
	w.step(d)
	require.Equal(t, sms.Refused, w.tracked(refused).State)
	require.Equal(t, sms.Sent, w.tracked(sent).State)
	require.Len(t, w.carrier.bodies(), 1)
}
