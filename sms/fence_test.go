package sms_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// tardy is a gate whose first answer is stale when it comes.
type tardy struct {
	sms.Gate
	asked atomic.Int64
}

func (g *tardy) Permission(ctx context.Context, k consent.Key, u consent.Use) (consent.Permission, error) {
	if g.asked.Add(1) == 1 {
		time.Sleep(2 * time.Second)
	}
	return g.Gate.Permission(ctx, k, u)
}

// stuck is a store whose second answer hangs until it is released.
type stuck struct {
	sms.Store
	asked   atomic.Int64
	release chan struct{}
}

func (s *stuck) Sender(ctx context.Context, practice, number string) (sms.Sender, error) {
	if s.asked.Add(1) == 2 {
		<-s.release
	}
	return s.Store.Sender(ctx, practice, number)
}

// A worker that lost a text, and then claimed it anew, must not settle the second claim by what came of the first one: the text
// would be back in the queue while its request is under way, and leave once more.
func TestALostClaimDoesNotSettleALaterOneOfTheSameWorker(t *testing.T) {
	for name, between := range map[string]time.Duration{"before it": time.Second, "together with it": 0} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { lostClaim(t, between) })
		})
	}
}

func lostClaim(t *testing.T, between time.Duration) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	store := &stuck{Store: w.store, release: make(chan struct{})}
	slow := slowly{w.carrier, make(chan struct{})}
	ctx, stop := context.WithCancel(t.Context())
	d, err := sms.NewDispatcher(w.queue, store, &tardy{Gate: w.consents}, w.log, map[string]sms.Provider{"carrier": slow},
		&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
	require.NoError(t, err)
	x := w.text("x")
	x.Body = "Elm Street Dental: this one is slow."
	k := w.enqueue(x)
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	time.Sleep(2 * time.Minute) // its lease is over, the provider knows nothing of it, and it is claimed anew
	require.EqualValues(t, 3, store.asked.Load())
	require.Equal(t, sms.Sending, w.tracked(k).State)
	close(store.release)
	time.Sleep(between)
	require.Equal(t, sms.Sending, w.tracked(k).State, "its request is under way")
	close(slow.release)
	time.Sleep(5 * time.Second)
	require.Equal(t, sms.Sent, w.tracked(k).State)
	stop()
	require.ErrorIs(t, <-done, context.Canceled)
	require.Len(t, w.carrier.bodies(), 1)
}
