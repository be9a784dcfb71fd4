package sms_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// bell is a waker that a test rings.
type bell chan struct{}

func (b bell) Wait(ctx context.Context) error {
	select {
	case <-b:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// deaf is a waker that cannot wait.
type deaf struct{ asked *atomic.Int64 }

func (d deaf) Wait(context.Context) error {
	d.asked.Add(1)
	return errors.New("the connection is lost")
}

// runs starts a dispatcher in a bubble and returns what ends it.
func (w *world) runs(adjust func(*sms.DispatcherOptions)) (end func()) {
	ctx, stop := context.WithCancel(w.t.Context())
	done := make(chan error, 1)
	go func() { done <- w.dispatcher(adjust).Run(ctx) }()
	synctest.Wait()
	return func() {
		stop()
		require.ErrorIs(w.t, <-done, context.Canceled)
	}
}

func TestAWakerIsHeardBeforeTheIntervalIsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t)
		w.grant(consent.Transactional)
		ring := bell(make(chan struct{}))
		defer w.runs(func(o *sms.DispatcherOptions) { o.Waker, o.Interval = ring, time.Hour })()
		k := w.enqueue(w.text("x"))
		synctest.Wait()
		require.Equal(t, sms.Queued, w.tracked(k).State)
		ring <- struct{}{}
		synctest.Wait()
		require.Equal(t, sms.Sent, w.tracked(k).State)
	})
}

func TestAWakerThatFailsIsNotAskedInARow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t)
		w.grant(consent.Transactional)
		var asked atomic.Int64
		defer w.runs(func(o *sms.DispatcherOptions) { o.Waker, o.Interval = deaf{&asked}, time.Second })()
		k := w.enqueue(w.text("x"))
		time.Sleep(10*time.Second + time.Millisecond)
		synctest.Wait()
		require.Equal(t, sms.Sent, w.tracked(k).State, "polling is the truth")
		require.LessOrEqual(t, asked.Load(), int64(12))
	})
}

// A provider that hangs holds up its own texts alone: others are sent and settled meanwhile, and answers most of all.
func TestASlowRequestHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t)
		w.grant(consent.Transactional)
		release := make(chan struct{})
		slow := slowly{w.carrier, release}
		ctx, stop := context.WithCancel(t.Context())
		d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": slow},
			&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now, Concurrency: 20, Timeout: time.Minute, Lease: time.Hour})
		require.NoError(t, err)
		done := make(chan error, 1)
		go func() { done <- d.Run(ctx) }()

		quick := w.enqueue(w.text("quick"))
		time.Sleep(2 * time.Second)
		for i := range 30 { // more than may run at once
			x := w.text(fmt.Sprint("slow-", i))
			x.Body = "Elm Street Dental: this one is slow."
			w.enqueue(x)
		}
		time.Sleep(2 * time.Second)
		require.Equal(t, sms.Sent, w.tracked(quick).State)
		w.receive(patient, "HELP")
		time.Sleep(2 * time.Second)
		page, err := w.store.Texts(t.Context(), sms.Query{Practice: practice, States: []sms.State{sms.Sent}})
		require.NoError(t, err)
		require.Len(t, page.Texts, 2, "the answer did not wait for the slow ones")
		require.Equal(t, sms.HelpAnswer, page.Texts[1].Kind)
		close(release)
		time.Sleep(5 * time.Second)
		page, err = w.store.Texts(t.Context(), sms.Query{Practice: practice, States: []sms.State{sms.Sent}})
		require.NoError(t, err)
		require.Len(t, page.Texts, 32)
		stop()
		require.ErrorIs(t, <-done, context.Canceled)
	})
}

// slowly is a provider whose slow texts wait until they are released.
type slowly struct {
	*provider
	release chan struct{}
}

func (s slowly) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	if m.Body == "Elm Street Dental: this one is slow." {
		<-s.release
	}
	return s.provider.Send(ctx, m)
}
