package sms_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// stopping is a queue, a gate and a provider whose process is told to stop in the middle of a call. Like a database,
// they then fail, whatever they have done.
type stopping struct {
	*consent.Service
	sms.Queue
	*provider
	stop  context.CancelFunc
	where string
}

func (s *stopping) told(ctx context.Context, where string) error {
	if where == s.where {
		s.stop()
	}
	return ctx.Err()
}

// Doubt is the queue's; the service's own is no part of a gate.
func (s *stopping) Doubt(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	return s.Queue.Doubt(ctx, c)
}

func (s *stopping) Claim(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	texts, err := s.Queue.Claim(ctx, c)
	if stopped := s.told(ctx, "claim"); stopped != nil {
		return nil, stopped
	}
	return texts, err
}

func (s *stopping) Permission(ctx context.Context, k consent.Key, u consent.Use) (consent.Permission, error) {
	p, err := s.Service.Permission(ctx, k, u)
	return p, errors.Join(err, s.told(ctx, "check"))
}

func (s *stopping) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	accepted, err := s.provider.Send(ctx, m)
	return accepted, errors.Join(err, s.told(ctx, "send"))
}

func (s *stopping) Find(ctx context.Context, m sms.Message) (sms.Receipt, bool, error) {
	r, found, err := s.provider.Find(ctx, m)
	return r, found, errors.Join(err, s.told(ctx, "find"))
}

func (s *stopping) Settle(ctx context.Context, v ...sms.Settlement) ([]bool, error) {
	done, err := s.Queue.Settle(ctx, v...)
	return done, errors.Join(err, s.told(ctx, "settle"))
}

// step lets a dispatcher work that is told to stop somewhere.
func (w *world) stopped(where string) {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	defer stop()
	s := &stopping{Service: w.consents, Queue: w.queue, provider: w.carrier, stop: stop, where: where}
	d, err := sms.NewDispatcher(s, w.store, s, w.log, map[string]sms.Provider{"carrier": s}, &sms.DispatcherOptions{
		Agreements: w.baa, Registrations: w.baa, Now: w.now.Now, Wait: time.Nanosecond,
	})
	require.NoError(w.t, err)
	if _, err := d.Step(ctx); err != nil {
		require.ErrorIs(w.t, err, context.Canceled)
	}
	require.Error(w.t, ctx.Err(), "the dispatcher never came there")
}

// A dispatcher that is told to stop leaves no text to a lease that nobody holds any more: what it has claimed goes back
// for others to take at once, what it has sent is settled.
func TestADispatcherThatIsToldToStop(t *testing.T) {
	for where, want := range map[string]sms.State{
		"claim": sms.Queued, "check": sms.Queued, "send": sms.Sent, "settle": sms.Sent,
	} {
		t.Run(where, func(t *testing.T) {
			w := inMemory(t)
			w.grant(consent.Transactional)
			k := w.enqueue(w.text("x"))
			w.stopped(where)
			got := w.tracked(k)
			require.Equal(t, want, got.State)
			if want == sms.Queued {
				require.Empty(t, w.carrier.bodies())
				require.Equal(t, noon, got.Due, "another worker may take it at once")
			}
		})
	}
	t.Run("find", func(t *testing.T) {
		w := inMemory(t)
		w.grant(consent.Transactional)
		k := w.enqueue(w.text("x"))
		w.carrier.answer = func(sms.Message) error { return refusal(sms.Unknown) }
		w.stopped("find")
		require.Equal(t, sms.Sent, w.tracked(k).State, "the look-up was finished, and no person is bothered")
	})
	t.Run("the recipient had opted out", func(t *testing.T) {
		w := inMemory(t)
		w.grant(consent.Transactional)
		w.carrier.answer = func(sms.Message) error { return refusal(sms.OptedOut) }
		k := w.enqueue(w.text("x"))
		w.stopped("send")
		require.Equal(t, sms.Failed, w.tracked(k).State)
		p, err := w.consents.Permission(t.Context(), consent.Key{Practice: practice, Number: patient}, consent.Use{Category: consent.Transactional})
		require.NoError(t, err)
		require.Equal(t, consent.Stopped, p.Status, "the revocation was lost")
	})
}
