package world

import (
	"context"
	"errors"
	"time"

	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/broadcast"
)

// Settle waits until the workers have done what is due, or for as long as limit: a page that is shown right after an act
// then shows what came of it. It shows nothing of a patient to anybody, so it leaves no entries.
func (w *World) Settle(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		quiet, err := w.quiet(ctx)
		if quiet || errors.Is(err, context.DeadlineExceeded) {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// quiet reports whether nothing is to be planned or sent now, and the receipts of what has just left are in.
func (w *World) quiet(ctx context.Context) (bool, error) {
	changed, err := w.charts.Changed(ctx, 1)
	if err != nil || len(changed) > 0 {
		return false, err
	}
	now := w.Clock.Now()
	// All in one read: a text that another takes the place of is in one of the states, or the other is.
	page, err := w.texts.Texts(ctx, sms.Query{Practice: Practice, States: []sms.State{sms.Queued, sms.Sending, sms.Doubtful}, Limit: 1000})
	if err != nil {
		return false, err
	}
	for _, t := range page.Texts {
		if t.State != sms.Queued || !t.Due.After(now) {
			return false, nil
		}
	}
	if busy, err := w.casting(ctx); err != nil || busy {
		return false, err
	}
	page, err = w.texts.Texts(ctx, sms.Query{Practice: Practice, States: []sms.State{sms.Sent}, Limit: 20})
	if err != nil {
		return false, err
	}
	for _, t := range page.Texts {
		if t.Delivery.Rank() < sms.StatusFailed.Rank() && now.Sub(t.FirstTry) < 10*time.Second {
			return false, nil
		}
	}
	return true, nil
}

// casting reports whether a worker has something to do about a broadcast now.
func (w *World) casting(ctx context.Context) (bool, error) {
	open, err := w.casts.Open(ctx, broadcast.Key{}, 100)
	if err != nil {
		return false, err
	}
	for _, k := range open {
		runs, err := w.Casts.Runs(ctx, k.Practice, k.Broadcast)
		if err != nil {
			return false, err
		}
		if moves, err := w.moving(ctx, k, runs); err != nil || moves {
			return moves, err
		}
		p, err := w.Casts.Progress(ctx, k) // after who is moving, or it would count one whom a worker has moved on since
		if err != nil {
			return false, err
		}
		waits := 0 // for somebody, not for a worker
		for _, n := range p.Waits {
			waits += n
		}
		idle := p.Queued == 0 && waits == 0
		if p.Status == broadcast.Running && (!p.Gathered || idle || p.Waiting > waits && p.Queued < ahead) {
			return true, nil
		}
	}
	return false, nil
}

// moving reports whether a recipient's text is about to be queued, sent or taken back, or stands elsewhere than the broadcast has
// learned.
func (w *World) moving(ctx context.Context, k broadcast.Key, runs bool) (bool, error) {
	for _, stage := range []broadcast.Stage{broadcast.Queued, broadcast.Review} {
		recipients, err := w.casts.Recipients(ctx, k, stage, 0, ahead)
		if err != nil {
			return false, err
		}
		for _, r := range recipients {
			t, err := w.texts.Text(ctx, r.Text(k))
			if errors.Is(err, sms.ErrNotFound) {
				return true, nil
			}
			if err != nil {
				return false, err
			}
			stays := t.State == sms.Review || t.State == sms.Queued && runs && t.Due.After(w.Clock.Now())
			if !stays || (t.State == sms.Review) != (stage == broadcast.Review) {
				return true, nil
			}
		}
	}
	return false, nil
}

// TakenIn reports whether the practice has taken in a message of the network, and what for. Like Settle it shows
// nobody what was written.
func (w *World) TakenIn(ctx context.Context, from, id string) (m sms.Received, found bool, err error) {
	messages, err := w.texts.Received(ctx, sms.Query{Practice: Practice, Number: from, Limit: 50})
	for _, m := range messages {
		if m.ID == id {
			m.Body = ""
			return m, true, err
		}
	}
	return sms.Received{}, false, err
}

// Next returns when the next text is due that is not due yet, or false when none is.
func (w *World) Next(ctx context.Context) (time.Time, bool, error) {
	now := w.Clock.Now()
	page, err := w.texts.Texts(ctx, sms.Query{Practice: Practice, States: []sms.State{sms.Queued}, Limit: 1000})
	if err != nil {
		return time.Time{}, false, err
	}
	var next time.Time
	for _, t := range page.Texts {
		if t.Due.After(now) && (next.IsZero() || t.Due.Before(next)) {
			next = t.Due
		}
	}
	return next, !next.IsZero(), nil
}

// Advance moves the clock forward, and stops on the way at every text that falls due, as a day does that passes at its
// own pace: no reminder leaves late only because somebody was in a hurry.
func (w *World) Advance(ctx context.Context, by time.Duration) (time.Time, error) {
	if err := clock.Forward(by); err != nil {
		return time.Time{}, err
	}
	const stops = 100
	until := w.Clock.Now().Add(by)
	patience := time.Now().Add(30 * time.Second)
	for range stops {
		if err := w.Settle(ctx, 5*time.Second); err != nil {
			return time.Time{}, err
		}
		next, found, err := w.Next(ctx)
		if err != nil {
			return time.Time{}, err
		}
		if !found || !next.Before(until) || time.Now().After(patience) {
			break
		}
		if _, err := w.Clock.Move(ctx, max(next.Sub(w.Clock.Now()), time.Microsecond)); err != nil {
			return time.Time{}, err
		}
	}
	now := w.Clock.Now()
	if !until.After(now) {
		return now, nil
	}
	return w.Clock.Move(ctx, until.Sub(now))
}
