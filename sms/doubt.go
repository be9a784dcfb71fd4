package sms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// longest is how long a provider is asked about a text that it cannot tell of yet. Then a person decides.
	longest = 24 * time.Hour
	// most is how often a text is offered to providers that leave its outcome open and then deny that they have it. One that
	// is wrong about that would have the patient texted all day.
	most = 10
	// around is how long before a text's first request a worker may have claimed another one that the provider finds in its
	// place: a lease, and what the clocks differ by.
	around = time.Hour
)

// taken reports whether a receipt says that the provider has the text, whatever we know ourselves: then it is neither asked
// about nor sent, again or at all.
func taken(t Tracked) bool { return t.Delivery.Rank() > 0 }

// inquire asks the provider what became of a doubtful text, and says how to settle it. A text that the provider has
// certainly never taken on goes back into the queue, to be decided on anew; where nobody can tell, a person decides.
func (d *Dispatcher) inquire(ctx context.Context, t Tracked) (Settlement, error) {
	if taken(t) {
		return Settlement{State: Sent}, nil
	}
	review := Settlement{State: Review, Class: Unknown}
	finder, able := d.providers[t.Provider].(Finder)
	if !able {
		return review, nil
	}
	receipt, found, err := d.find(ctx, finder, t)
	now := micro(d.o.Now())
	age := now.Sub(t.Claimed)
	// A quarter of its age, so that an answer that takes hours is not asked for every few seconds.
	again := Settlement{State: Doubtful, Wait: max(d.o.Wait, min(age/4, time.Hour))}
	switch {
	case err != nil && transient(err) && age < longest:
		return again, fmt.Errorf("sms: look up: %w", err)
	case err != nil:
		return review, panicked(err)
	case !found && t.Attempts >= most:
		return review, nil
	case !found && t.Attempts > 1:
		return d.inTime(t, Settlement{State: Queued, Due: now.Add(backoff(t.Attempts))}), nil
	case !found:
		return Settlement{State: Queued, Due: now}, nil
	case receipt.Class == OptedOut:
		if err := d.revoke(ctx, t.Text); err != nil {
			return again, err
		}
	}
	if receipt.Reference == "" {
		switch other, err := d.alike(ctx, t, receipt.ID); {
		case err != nil:
			return again, err
		case other:
			return review, nil
		}
	}
	if receipt.failed() {
		if err := d.learn(ctx, t, receipt); err != nil {
			return again, err
		}
	}
	return Settlement{
		State: Sent, ProviderID: receipt.ID, Delivery: receipt.Status, Code: receipt.Code, Class: receipt.Class,
	}, nil
}

// sent returns when the first request for a text began, or when it was made: no message before that is this one.
func (t Tracked) sent() time.Time {
	if t.FirstTry.IsZero() {
		return t.Created
	}
	return t.FirstTry
}

// find looks a text up at its provider.
func (d *Dispatcher) find(ctx context.Context, finder Finder, t Tracked) (receipt Receipt, found bool, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.o.Timeout)
	defer cancel()
	m := Message{Reference: t.Key().reference(), From: t.From, To: t.To, Body: t.Body, Sent: t.sent(), Tried: t.Claimed}
	err = calm(func() (err error) {
		receipt, found, err = finder.Find(ctx, m)
		return err
	})
	return receipt, found, err
}

// alike reports whether what the provider found by a text's words may be another text to the number: one that has the provider's
// id, or one with the same words of which nobody knows the id. Of two texts in doubt each sees the other.
func (d *Dispatcher) alike(ctx context.Context, t Tracked, id string) (bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.o.Timeout)
	defer cancel()
	q := Query{Practice: t.Practice, Number: t.To, Claimed: t.sent().Add(-around), Limit: 1000}
	for {
		page, err := d.store.Texts(ctx, q)
		if err != nil {
			return false, fmt.Errorf("sms: look up: %w", err)
		}
		for _, other := range page.Texts {
			left := other.State.Unsettled() || other.State == Sent || other.State == Failed && other.Class == Unknown
			same := other.From == t.From && other.Body == t.Body && other.ProviderID == "" && left
			if other.ID != t.ID && other.Provider == t.Provider && (other.ProviderID == id || same) {
				return true, nil
			}
		}
		if q.After = page.Next; q.After == "" {
			return false, nil
		}
	}
}

// learn keeps what the provider said when it was asked about a text as if a receipt had told it, with the task of a text that did
// not arrive: the receipt itself tells nothing new when it comes.
func (d *Dispatcher) learn(ctx context.Context, t Tracked, receipt Receipt) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.o.Timeout)
	defer cancel()
	receipt.Provider = cmp.Or(receipt.Provider, t.Provider)
	if _, _, err := learn(ctx, d.store, d.log, t, receipt, micro(d.o.Now())); err != nil {
		return fmt.Errorf("sms: look up: %w", err)
	}
	return nil
}

// transient reports whether asking again later may bring an answer.
func transient(err error) bool {
	var refusal *SendError
	return errors.As(err, &refusal) && (refusal.Class == Transient || refusal.Class == Throttled)
}
