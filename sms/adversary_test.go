package sms_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

// On a network where nearly everything goes wrong, no text is taken on twice, whatever was lost, slow, told twice or told in
// the wrong order, and whoever said stop gets the answer and nothing after it.
func TestNoTextIsTakenOnTwiceOnABadNetwork(t *testing.T) {
	const patients = 40
	w := inMemory(t)
	odds := carrier.Odds{
		Refuse: 0.2, Drop: 0.2, Lost: 0.2, Hang: 0.1, Slow: 0.2, Vanish: 0.1, Fail: 0.2, Repeat: 0.5, Swap: 0.5, Silent: 0.2,
		MaxSlow: 60 * time.Millisecond, MaxDelay: 10 * time.Minute, MaxLate: 10 * time.Minute,
		Refusals: []string{carrier.CodeBusy, carrier.CodeUnreachable, carrier.CodeFiltered, carrier.CodeOptedOut},
	}
	network, err := carrier.New(&carrier.Options{
		Script: carrier.Random(11, odds), Now: w.now.Now,
		OnInbound: func(ctx context.Context, in sms.Inbound) error {
			_, err := w.texts.Receive(ctx, practice, in)
			return err
		},
		OnReceipt: func(ctx context.Context, r sms.Receipt) error {
			_, err := w.texts.Deliver(ctx, r)
			return err
		},
	})
	require.NoError(t, err)
	require.NoError(t, w.consents.Configure(t.Context(), staff, consent.Settings{Practice: practice, DoubleOptIn: consent.ConfirmOff}))
	number := func(i int) string { return fmt.Sprintf("+1212555%04d", i) }
	for i := range patients {
		w.paper(number(i), consent.Transactional)
		for k := range 2 {
			x := w.text(fmt.Sprintf("t-%d-%d", i, k))
			x.To, x.NotBefore = number(i), w.now.Now().Add(time.Duration(k)*time.Hour)
			w.enqueue(x)
		}
	}
	d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": network}, &sms.DispatcherOptions{
		Agreements: w.baa, Registrations: w.baa, Schedule: w.schedule, Now: w.now.Now, Timeout: 50 * time.Millisecond, Wait: time.Nanosecond, Concurrency: 40,
	})
	require.NoError(t, err)
	for minute := range 150 {
		if minute == 30 {
			for i := range patients / 2 {
				_, err := network.Reply(number(i), office, "STOP")
				require.NoError(t, err)
			}
		}
		for n := 1; n > 0; {
			n, _ = d.Step(t.Context()) // a look-up that fails is asked again
		}
		_, err := network.Step(t.Context())
		require.NoError(t, err)
		w.now.Add(time.Minute)
	}
	taken, answered := map[string]int{}, map[string]bool{}
	for _, m := range network.Messages() {
		require.False(t, answered[m.To], "%s was taken on after the answer to a stop", m.Reference)
		answered[m.To] = strings.Contains(m.Reference, string(sms.StopAnswer))
		taken[m.Reference]++
		require.Equal(t, 1, taken[m.Reference], "text %s was taken on twice", m.Reference)
	}
	require.Greater(t, len(taken), patients/2)
	answers := 0
	for _, is := range answered {
		if is {
			answers++
		}
	}
	require.Greater(t, answers, patients/8)
	for i := range patients {
		for k := range 2 {
			got := w.tracked(sms.Key{Practice: practice, ID: fmt.Sprintf("t-%d-%d", i, k)})
			require.False(t, got.State.Unsettled(), "text %s is %s at the end", got.ID, got.State)
			if k == 1 && i < patients/2 {
				require.Equal(t, sms.Refused, got.State, "what was to leave after the stop is refused")
			}
		}
	}
}
