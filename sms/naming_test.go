package sms_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// naming keeps the names under which texts are claimed.
type naming struct {
	sms.Queue
	mu    sync.Mutex
	names map[string]int
}

func (n *naming) kept(c sms.Claim) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.names[c.Worker]++
}

func (n *naming) Claim(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	n.kept(c)
	return n.Queue.Claim(ctx, c)
}

func (n *naming) Doubt(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	n.kept(c)
	return n.Queue.Doubt(ctx, c)
}

// Steps that run at once, or one after another, never claim under the same name: none settles what another one has claimed.
func TestEveryClaimHasANameOfItsOwn(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	q := &naming{Queue: w.queue, names: map[string]int{}}
	d, err := sms.NewDispatcher(q, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": w.carrier},
		&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now, Worker: "w"})
	require.NoError(t, err)
	for i := range 20 {
		w.enqueue(w.text(fmt.Sprint("t-", i)))
	}
	var steps sync.WaitGroup
	for range 4 {
		steps.Go(func() {
			_, err := d.Step(t.Context())
			assert.NoError(t, err)
		})
	}
	steps.Wait()
	require.Len(t, q.names, 8, "a claim and a look-up of each step")
	for name, n := range q.names {
		require.Equal(t, 1, n, name)
	}
	require.Len(t, w.carrier.bodies(), 20)
}
