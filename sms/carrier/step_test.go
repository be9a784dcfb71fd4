package carrier_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

func TestNothingIsDeliveredAfterItsValidity(t *testing.T) {
	n := newNetwork(t, fated(carrier.Fate{Delay: time.Hour + time.Second}))
	_, err := n.Send(context.Background(), text("r1"))
	require.NoError(t, err)
	n.pass(t, 2*time.Hour)
	require.Empty(t, n.Thread(patient))
	require.Empty(t, cmp.Diff([]sms.Receipt{{
		Provider: "carrier", ID: "id-1", Reference: "r1", Status: sms.StatusFailed, Code: carrier.CodeExpired, Class: sms.Expired,
	}}, n.receipts))
	require.Equal(t, start.Add(time.Hour), n.Messages()[0].Ended)

	n = newNetwork(t, fated(carrier.Fate{Delay: time.Hour}))
	_, err = n.Send(context.Background(), text("r1"))
	require.NoError(t, err)
	n.pass(t, 2*time.Hour)
	require.Len(t, n.Thread(patient), 1, "in its last moment it may be")
}

func TestReceiptsMisbehave(t *testing.T) {
	sent, delivered := sms.StatusSent, sms.StatusDelivered
	tests := map[string]struct {
		fate  carrier.Fate
		after time.Duration
		want  []sms.Status
	}{
		"twice":        {carrier.Fate{Repeat: 1}, 0, []sms.Status{sent, sent, delivered, delivered}},
		"late":         {carrier.Fate{Late: time.Minute}, 59 * time.Second, nil},
		"late, then":   {carrier.Fate{Late: time.Minute}, time.Minute, []sms.Status{sent, delivered}},
		"out of order": {carrier.Fate{Swap: true, Delay: time.Minute}, time.Hour, []sms.Status{delivered, sent}},
		"never":        {carrier.Fate{Silent: true}, time.Hour, nil},
		"all at once": {
			carrier.Fate{Swap: true, Repeat: 2, Late: time.Minute},
			time.Hour,
			[]sms.Status{delivered, delivered, delivered, sent, sent, sent},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			n := newNetwork(t, fated(test.fate))
			_, err := n.Send(context.Background(), text("r1"))
			require.NoError(t, err)
			n.pass(t, test.after)
			require.Equal(t, test.want, n.statuses())
		})
	}
}

func TestWhatIsNotTakenIsToldAgain(t *testing.T) {
	n := newNetwork(t, carrier.Script{})
	n.deaf = 3
	_, err := n.Reply(patient, practice, "Stop")
	require.NoError(t, err)
	for range 20 {
		n.pass(t, 10*time.Second)
	}
	require.Len(t, n.inbound, 1)
	require.Zero(t, n.deaf)

	n.deaf = 100
	_, err = n.Reply(patient, practice, "Stop")
	require.NoError(t, err)
	for range 100 {
		n.pass(t, time.Minute)
	}
	require.Equal(t, 92, n.deaf, "told eight times, then never again")
}

func TestAStepThatIsStoppedLosesNothing(t *testing.T) {
	n := newNetwork(t, carrier.Script{})
	_, err := n.Reply(patient, practice, "Stop")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	done, err := n.Step(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Zero(t, done)
	n.pass(t, 0)
	require.Len(t, n.inbound, 1)

	_, err = n.Send(ctx, text("r1"))
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, sms.Transient, classOf(t, err))
	_, _, err = n.Find(ctx, text("r1"))
	require.Equal(t, sms.Transient, classOf(t, err))
	require.Empty(t, n.Messages())
}

func TestRunDoesWhatIsDueAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
		var told []sms.Status
		c, err := carrier.New(&carrier.Options{
			Script:    fated(carrier.Fate{Delay: time.Minute}),
			NewID:     func() string { return "id-1" }, // the FIPS module finds no entropy by a bubble's clock
			OnReceipt: func(_ context.Context, r sms.Receipt) error { told = append(told, r.Status); return nil },
		})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- c.Run(ctx) }()

		_, err = c.Send(ctx, text("r1"))
		require.NoError(t, err)
		time.Sleep(time.Minute + time.Second) // the bubble's clock
		synctest.Wait()
		require.Equal(t, []sms.Status{sms.StatusSent, sms.StatusDelivered}, told)
		require.Len(t, c.Thread(patient), 1)
		cancel()
		require.ErrorIs(t, <-done, context.Canceled)
	})
}
