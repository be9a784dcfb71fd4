package carrier_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

// network is a carrier on a clock of its own, and what it told.
type network struct {
	*carrier.Carrier
	mu       sync.Mutex
	now      time.Time
	inbound  []sms.Inbound
	receipts []sms.Receipt
	deaf     int // how many notices are answered with an error
}

func newNetwork(t require.TestingT, script carrier.Script) *network {
	n := &network{now: start}
	ids := 0
	c, err := carrier.New(&carrier.Options{
		Script: script,
		Now:    n.clock,
		NewID:  func() string { ids++; return fmt.Sprint("id-", ids) },
		OnInbound: func(_ context.Context, in sms.Inbound) error {
			return n.hear(func() { n.inbound = append(n.inbound, in) })
		},
		OnReceipt: func(_ context.Context, r sms.Receipt) error {
			return n.hear(func() { n.receipts = append(n.receipts, r) })
		},
	})
	require.NoError(t, err)
	n.Carrier = c
	return n
}

func (n *network) clock() time.Time {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.now
}

func (n *network) hear(keep func()) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.deaf > 0 {
		n.deaf--
		return errors.New("down")
	}
	keep()
	return nil
}

// pass lets time pass and does what has become due.
func (n *network) pass(t require.TestingT, d time.Duration) {
	n.mu.Lock()
	n.now = n.now.Add(d)
	n.mu.Unlock()
	_, err := n.Step(context.Background())
	require.NoError(t, err)
}

func (n *network) statuses() (all []sms.Status) {
	for _, r := range n.receipts {
		all = append(all, r.Status)
	}
	return all
}

func text(reference string) sms.Message {
	return sms.Message{
		Reference: reference, From: practice, To: patient, Body: "See you at 3.", Validity: time.Hour, Sent: start,
	}
}

func fated(f carrier.Fate) carrier.Script {
	return carrier.Script{Message: func(sms.Message, int) carrier.Fate { return f }}
}

func classOf(t *testing.T, err error) sms.Class {
	t.Helper()
	var e *sms.SendError
	require.ErrorAs(t, err, &e)
	require.Equal(t, "carrier", e.Provider)
	require.NotContains(t, err.Error(), patient[2:])
	require.NotContains(t, err.Error(), "See you")
	return e.Class
}
