package sms_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// backlog is a queue that hands out texts at once, and settles nothing until it is let go.
type backlog struct {
	sms.Queue
	claimed atomic.Int64
	free    chan struct{}
}

func (b *backlog) Claim(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	texts, err := b.Queue.Claim(ctx, c)
	b.claimed.Add(int64(len(texts)))
	return texts, err
}

func (b *backlog) Settle(ctx context.Context, s ...sms.Settlement) ([]bool, error) {
	<-b.free
	return b.Queue.Settle(ctx, s...)
}

// Settlements that are slower than the claims must not leave more and more texts behind, whose leases end before they are settled.
func TestNoMoreIsClaimedThanIsSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t)
		w.grant(consent.Transactional)
		var all []sms.Key
		for i := range 1000 {
			all = append(all, w.enqueue(w.text(fmt.Sprint("t-", i))))
		}
		queue := &backlog{Queue: w.queue, free: make(chan struct{})}
		d, err := sms.NewDispatcher(queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": w.carrier},
			&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
		require.NoError(t, err)
		ctx, stop := context.WithCancel(t.Context())
		over := make(chan error, 1)
		go func() { over <- d.Run(ctx) }()
		time.Sleep(30 * time.Second)
		synctest.Wait()
		require.LessOrEqual(t, queue.claimed.Load(), int64(400), "beside as many as there are requests, two batches")
		close(queue.free)
		time.Sleep(30 * time.Second)
		synctest.Wait()
		for _, k := range all {
			require.Equal(t, sms.Sent, w.tracked(k).State)
		}
		require.Len(t, w.carrier.bodies(), len(all))
		stop()
		require.ErrorIs(t, <-over, context.Canceled)
	})
}
