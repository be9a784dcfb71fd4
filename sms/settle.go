package sms

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// complete puts in the defaults and refuses what cannot work.
func (o *DispatcherOptions) complete() error {
	if o.Rules == nil {
		o.Rules = Promised()
	}
	if o.Worker == "" {
		o.Worker = uuidv7.New()
	}
	if o.Concurrency == 0 {
		o.Concurrency = 16
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Lease == 0 {
		o.Lease = time.Minute
	}
	if o.Wait == 0 {
		o.Wait = 30 * time.Second
	}
	if o.Interval == 0 {
		o.Interval = time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	switch {
	case o.Concurrency < 0 || o.Timeout < 0 || o.Wait < 0 || o.Interval < 0:
		return fmt.Errorf("%w: a dispatcher's option is negative", ErrInvalid)
	case o.Lease < 3*o.Timeout:
		return fmt.Errorf("%w: the lease must be at least three times the timeout", ErrInvalid)
	}
	return nil
}

// decided settles a text that does not leave now.
func (d *Dispatcher) decided(t Tracked, decision Decision) Settlement {
	if decision.Verdict == Defer {
		return Settlement{State: Queued, Due: decision.Until, Decision: decision}
	}
	return Settlement{State: Refused, Decision: decision}
}

// sent settles a text by the provider's answer.
func (d *Dispatcher) sent(ctx context.Context, t Tracked, decision Decision, accepted Accepted, err error, tried time.Time) Settlement {
	s := Settlement{State: Sent, Decision: decision, Tried: tried, ProviderID: accepted.ID, Delivery: StatusAccepted}
	if err == nil {
		return s
	}
	// Whatever a provider returns that says nothing clear leaves the outcome open.
	var refusal *SendError
	if !errors.As(err, &refusal) {
		refusal = &SendError{Class: Unknown}
	}
	s.ProviderID, s.Delivery, s.Code, s.Class = "", "", refusal.Code, refusal.Class
	switch refusal.Class {
	case Unknown:
		s.State, s.Wait = Doubtful, d.o.Wait
	case Transient, Throttled:
		s.State, s.Due = Queued, micro(d.o.Now().Add(backoff(t.Attempts+1)))
	case OptedOut:
		s.State = Failed
		if err := revokeAtProvider(ctx, d.gate, t.Text); err != nil {
			// The revocation must not be lost: the text stays doubtful, and is asked about again.
			s.State, s.Wait = Doubtful, d.o.Wait
		}
	default:
		s.State = Failed
	}
	return s
}

// backoff returns how long to wait before another attempt: twice as long each time, up to an hour, half of it by chance,
// so that texts that failed together do not come back together.
func backoff(attempts int) time.Duration {
	full := min(15*time.Second<<min(attempts, 10), time.Hour)
	return full/2 + rand.N(full/2)
}

// inquire asks the provider what became of a doubtful text, and settles it by the answer. A text that the provider has
// certainly never taken on goes back into the queue, to be decided on anew; where nobody can tell, a person decides.
func (d *Dispatcher) inquire(ctx context.Context, t Tracked) error {
	finder, ok := d.providers[t.Provider].(Finder)
	if !ok {
		return d.settle(ctx, t, Settlement{State: Review, Decision: t.Decision, Class: Unknown})
	}
	bounded, cancel := context.WithTimeout(ctx, d.o.Timeout)
	defer cancel()
	receipt, found, err := finder.Find(bounded, Message{
		Reference: t.Key().reference(), From: t.From, To: t.To, Body: t.Body, Sent: since(t), Tried: t.Claimed,
	})
	switch {
	case err != nil && !transient(err):
		return d.settle(ctx, t, Settlement{State: Review, Decision: t.Decision, Class: Unknown})
	case err != nil:
		return errors.Join(fmt.Errorf("sms: look up: %w", err), d.settle(ctx, t, Settlement{State: Doubtful, Wait: d.patience(t), Decision: t.Decision}))
	case !found:
		return d.settle(ctx, t, Settlement{State: Queued, Due: micro(d.o.Now()), Decision: t.Decision})
	}
	s := Settlement{
		State: Sent, Decision: t.Decision, ProviderID: receipt.ID, Delivery: receipt.Status,
		Code: receipt.Code, Class: receipt.Class,
	}
	return d.settle(ctx, t, s)
}

// patience returns how long to wait before the provider is asked again: a quarter of the time since the text was claimed,
// so that an answer that takes hours is not asked for every few seconds.
func (d *Dispatcher) patience(t Tracked) time.Duration {
	return max(d.o.Wait, min(micro(d.o.Now()).Sub(t.Claimed)/4, time.Hour))
}

// transient reports whether asking again later may bring an answer.
func transient(err error) bool {
	var refusal *SendError
	return errors.As(err, &refusal) && (refusal.Class == Transient || refusal.Class == Throttled)
}

// since returns from when a provider has to look for a text: when its first request began, or when it was made.
func since(t Tracked) time.Time {
	if t.FirstTry.IsZero() {
		return t.Created
	}
	return t.FirstTry
}

// release gives back a text that could not be decided on, to be looked at again after a while.
func (d *Dispatcher) release(ctx context.Context, t Tracked) error {
	return d.settle(ctx, t, Settlement{State: Queued, Due: micro(d.o.Now().Add(backoff(1))), Decision: t.Decision})
}

// settle records what became of a text, with its entry unless it only waits on. A lease that was lost meanwhile is no
// error: whoever holds the text now settles it.
func (d *Dispatcher) settle(ctx context.Context, t Tracked, s Settlement) error {
	ctx = context.WithoutCancel(ctx) // a text that has left must be settled even while we are shutting down
	s.Key, s.Worker = t.Key(), d.o.Worker
	if s.State != Queued {
		entry := audit.Entry{
			Practice: t.Practice, Actor: audit.Actor{Kind: audit.System, ID: "dispatcher"}, Action: "sms.text.send",
			Patient: t.Patient, Object: audit.Object{Kind: "text", ID: t.ID}, Reason: s.Decision.Reason,
			Details: map[string]string{"state": string(s.State), "provider": t.Provider, "code": s.Code},
		}
		if s.State == Refused || s.State == Failed {
			entry.Outcome = audit.Refused
		}
		leaf, err := d.log.Stamp(ctx, entry)
		if err != nil {
			return fmt.Errorf("sms: settle: %w", err)
		}
		s.Leaves = []audit.Leaf{leaf}
	}
	if _, err := d.queue.Settle(ctx, s); err != nil {
		return fmt.Errorf("sms: settle: %w", err)
	}
	return nil
}
