package smsmem

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/internal/input"
)

// Claim implements [sms.Queue]. Of the texts to a number that has its [sms.StopAnswer] among those that are due, one
// claim takes only the first, so that the answer never leaves beside another text.
func (s *Store) Claim(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, err := input.Claim(c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []*item
	for _, i := range s.texts {
		if i.State == sms.Queued && !i.Due.After(c.Now) && (i.Kind.Answer() || !c.Answers) && s.free(i, c.Now) {
			due = append(due, i)
		}
	}
	slices.SortFunc(due, func(a, b *item) int {
		return cmp.Or(a.Priority()-b.Priority(), a.Due.Compare(b.Due), byKey(a, b))
	})
	type number struct{ practice, to string }
	due = input.Alone(due[:min(len(due), c.Limit)], func(i *item) number { return number{i.Practice, i.To} },
		func(i *item) bool { return i.Kind == sms.StopAnswer })
	for _, i := range due {
		if i.Kind == sms.StopAnswer {
			for _, other := range s.unsettled(i) {
				other.InFlight = true
			}
		}
	}
	return s.lease(due, sms.Sending, c), nil
}

// free reports whether a text may be claimed as far as other texts to its number are concerned.
func (s *Store) free(i *item, now time.Time) bool {
	return i.Kind != sms.StopAnswer || now.Sub(i.Created) > sms.Patience || len(s.unsettled(i)) == 0
}

// unsettled returns the texts other than i to its number that may be on their way.
func (s *Store) unsettled(i *item) []*item {
	var found []*item
	for _, other := range s.texts {
		if other != i && other.Practice == i.Practice && other.To == i.To && other.State.Unsettled() {
			found = append(found, other)
		}
	}
	return found
}

// lease gives texts to c.Worker and returns copies of them.
func (s *Store) lease(items []*item, state sms.State, c sms.Claim) []sms.Tracked {
	var leased []sms.Tracked
	for _, i := range items {
		if state == sms.Sending {
			i.Claimed = c.Now
		}
		i.State, i.wake, i.worker, i.leased = state, time.Time{}, c.Worker, s.now().Add(c.Lease)
		t := i.copy()
		t.Decision = sms.Decision{}
		leased = append(leased, t)
	}
	return leased
}

// Doubt implements [sms.Queue]. A worker whose lease expired may still settle the text until another one leases it.
func (s *Store) Doubt(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c, err := input.Claim(c)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	var awake []*item
	for _, i := range s.texts {
		if !i.leased.IsZero() && !i.leased.After(now) {
			i.State, i.leased, i.wake = sms.Doubtful, time.Time{}, now.Add(c.Wait)
		}
		if i.State == sms.Doubtful && i.leased.IsZero() && !i.wake.After(now) {
			awake = append(awake, i)
		}
	}
	slices.SortFunc(awake, func(a, b *item) int { return cmp.Or(a.wake.Compare(b.wake), byKey(a, b)) })
	return s.lease(awake[:min(len(awake), c.Limit)], sms.Doubtful, c), nil
}

// Settle implements [sms.Queue].
func (s *Store) Settle(ctx context.Context, settlements ...sms.Settlement) ([]bool, error) {
	if err := cmp.Or(ctx.Err(), input.Apart(settlements)); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	done := make([]bool, len(settlements))
	var kept []sms.Settlement
	var leaves []audit.Leaf
	var failed []error
	for n, v := range settlements {
		v, err := input.Settlement(v)
		if i := s.texts[v.Key]; err == nil && i != nil && i.worker == v.Worker && (v.State != sms.Review || i.Delivery == "") {
			done[n], kept, leaves = true, append(kept, v), append(leaves, v.Leaves...)
		}
		failed = append(failed, err)
	}
	if err := s.entries.Append(ctx, leaves...); err != nil {
		return make([]bool, len(settlements)), err
	}
	for _, v := range kept {
		s.settle(s.texts[v.Key], v)
		for _, t := range v.Next {
			if s.texts[t.Key()] == nil {
				s.queue(t)
			}
		}
	}
	return done, errors.Join(failed...)
}

func (s *Store) settle(i *item, v sms.Settlement) {
	i.end(v.State, v.Decision)
	switch v.State {
	case sms.Queued:
		i.Due = v.Due
	case sms.Doubtful:
		i.wake = s.now().Add(v.Wait)
	}
	if !v.Tried.IsZero() {
		i.Attempts++
		if i.FirstTry.IsZero() {
			i.FirstTry = v.Tried
		}
	}
	i.ProviderID = cmp.Or(v.ProviderID, i.ProviderID)
	switch {
	case i.Delivery == "" && v.State == sms.Sent: // what an attempt before left behind ends
		i.Code, i.Class = v.Code, v.Class
	case i.Delivery == "" || v.Delivery != "" || i.Code == "" && i.Class == "":
		i.Code, i.Class = cmp.Or(v.Code, i.Code), cmp.Or(v.Class, i.Class)
	case v.State == sms.Failed:
		i.Class = cmp.Or(i.Class, v.Class)
	}
	i.Delivery = further(i.Delivery, v.Delivery)
}

// Take implements [sms.Queue].
func (s *Store) Take(ctx context.Context, a sms.Allowance, want int) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	a, err := input.Allowance(a, want)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.taken[a.Key]
	switch {
	case t.from.After(a.From):
		return 0, nil
	case t.from.Before(a.From):
		t = taken{from: a.From}
	}
	got := max(0, min(want, a.Count-t.count))
	t.count += got
	s.taken[a.Key] = t
	return got, nil
}

// byKey breaks ties.
func byKey(a, b *item) int {
	return cmp.Or(strings.Compare(a.ID, b.ID), strings.Compare(a.Practice, b.Practice))
}
