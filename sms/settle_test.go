package sms_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smsmem"
)

// locked are keys that cannot be had of one patient.
type locked struct {
	audit.Keys
	patient string
}

var errLocked = errors.New("the key server does not answer")

func (l *locked) SealEvidence(ctx context.Context, practice, patient, id string, plaintext []byte) ([]byte, error) {
	if patient != "" && patient == l.patient {
		return nil, errLocked
	}
	return l.Keys.SealEvidence(ctx, practice, patient, id, plaintext)
}

// What came of a text is not kept without its entry. Others that were settled with it are, and it is asked about, not sent again.
func TestWhatCannotBeRecordedIsNotSettledAndNotSentAgain(t *testing.T) {
	leases := &clock{now: noon}
	w := leasedBy(t, &smsmem.Options{Now: leases.Now})
	w.grant(consent.Transactional)
	keys := &locked{Keys: w.keys}
	log, err := audit.NewLog(w.entries, keys, &audit.Options{Now: w.now.Now})
	require.NoError(t, err)
	d, err := sms.NewDispatcher(w.queue, w.store, w.consents, log, map[string]sms.Provider{"carrier": w.carrier},
		&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now, Wait: time.Nanosecond})
	require.NoError(t, err)
	queued := func(id, about string) sms.Key {
		x := w.text(id)
		x.Patient = about
		return w.enqueue(x)
	}
	lost, kept := queued("lost", "p-1"), queued("kept", "p-2")
	w.carrier.answer = func(sms.Message) error {
		keys.patient = "p-1" // from now on
		return nil
	}
	for range 3 {
		_, err = d.Step(t.Context())
		require.ErrorIs(t, err, errLocked)
		require.True(t, w.tracked(lost).State.Unsettled())
		require.Equal(t, sms.Sent, w.tracked(kept).State)
		leases.Add(2 * time.Minute)
	}
	keys.patient = ""
	w.step(d)
	require.Equal(t, sms.Sent, w.tracked(lost).State)
	require.Len(t, w.carrier.bodies(), 2, "one request for each")
}
