package broadcast

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/sms"
)

// follow learns what became of the texts of those at a stage, takes those that are queued back where the broadcast does not
// run, and returns how many stay there.
func (r *round) follow(ctx context.Context, stage Stage) (stay int, err error) {
	r.next = time.Time{}
	for place := int64(0); ; {
		recipients, err := r.service.store.Recipients(ctx, r.key, stage, place, pages)
		if err != nil || len(recipients) == 0 {
			return stay, err
		}
		texts, err := r.tracked(ctx, recipients)
		if err != nil {
			return stay, err
		}
		var moves []Move
		for _, one := range recipients {
			t, kept := texts[one.Text(r.key).ID]
			m, err := r.settle(ctx, one, t, kept)
			if err != nil {
				return stay, err
			}
			place = one.Place
			if m.To != stage {
				moves = append(moves, m)
				continue
			}
			if stay++; stay == 1 || due(t).Before(r.next) {
				r.next = due(t)
			}
		}
		if _, err := r.move(ctx, moves); err != nil {
			return stay, err
		}
		if err := r.redirect(ctx); err != nil || len(recipients) < pages {
			return stay, err
		}
	}
}

// due says when something may become of a text that no person does: at once of one that is not queued.
func due(t sms.Tracked) time.Time {
	if t.State != sms.Queued {
		return time.Time{}
	}
	return t.Due
}

// tracked returns the texts of recipients by their ids. One that is not there is not among them.
func (r *round) tracked(ctx context.Context, recipients []Recipient) (map[string]sms.Tracked, error) {
	if len(recipients) == 0 {
		return nil, nil
	}
	ids := make([]string, len(recipients))
	for i, one := range recipients {
		ids[i] = one.Text(r.key).ID
	}
	page, err := r.service.kept.Texts(ctx, sms.Query{Practice: r.key.Practice, IDs: ids, Limit: len(ids)})
	if err != nil {
		return nil, err
	}
	texts := map[string]sms.Tracked{}
	for _, t := range page.Texts {
		texts[t.ID] = t
	}
	return texts, nil
}

// settle says where a recipient goes whose text stands at t: to the stage at which it is where it stays. A text that a worker
// had no time to queue is queued now.
func (r *round) settle(ctx context.Context, one Recipient, t sms.Tracked, kept bool) (Move, error) {
	m := Move{Place: one.Place, Turn: one.Turn, From: one.Stage, To: one.Stage}
	switch {
	case kept:
	case one.Stage == Review:
		return m, nil // it was there once, and may have left
	case r.state.Status == Running:
		return r.enqueue(ctx, one)
	case r.state.Status == Ended:
		m.To = Withdrawn
		return m, nil
	default:
		return m, nil // another worker may be about to queue it: whoever looks next sees it
	}
	switch t.State {
	case sms.Queued:
		if r.state.Status == Running {
			return m, nil
		}
		done, err := r.takeBack(ctx, t.Key())
		switch {
		case err != nil && ctx.Err() != nil:
			return m, err
		case err != nil:
			r.hold(err)
		case done: // else a dispatcher was faster
			return r.back(m), nil
		}
		return m, nil
	case sms.Cancelled:
		if t.Decision.Rule == paused {
			return r.back(m), nil
		}
		m.To = Withdrawn
	case sms.Review:
		m.To = Review
	case sms.Sent:
		m.To = Sent
	case sms.Refused:
		return r.refused(ctx, one, t, m), nil
	case sms.Failed:
		m.To, m.Reason = Failed, string(t.Class)
	}
	return m, nil
}

// refused says where a recipient goes whose text a rule forbade. One whose patient asked for another number since it was queued waits
// for that one, where it is decided on anew. One that another patient came to share meanwhile waits for a text about nobody in
// particular, for what forbade the one patient's may not forbid the other's.
func (r *round) refused(ctx context.Context, one Recipient, t sms.Tracked, m Move) Move {
	m.To, m.Reason = Refused, t.Decision.Rule
	open := r.state.Status == Running || r.state.Status == Held
	if !open || one.Stage != Queued || !r.state.Plan.LastUseful.After(r.service.moment()) {
		return m
	}
	if one.Shared && t.Patient != "" {
		m.To, m.Reason, m.Again = Waiting, "", true
		return m
	}
	if t.Decision.Rule != string(sms.CheckRestriction) {
		return m
	}
	to, texted, err := r.service.reached(ctx, r.key.Practice, one)
	switch {
	case err != nil: // asked again when it is looked at next
		m.To, m.Reason = one.Stage, ""
		r.hold(err)
	case !texted:
		m.Reason = "elsewhere"
	case to.Number != one.Number:
		m.To, m.Reason, m.Again = Waiting, "channel", true
		r.asked = append(r.asked, one)
	}
	return m
}

// back takes a recipient whose text was taken back out of the queue.
func (r *round) back(m Move) Move {
	if r.state.Status == Ended {
		m.To = Withdrawn
	} else {
		m.To, m.Again = Waiting, true
	}
	return m
}
