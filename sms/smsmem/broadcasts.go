package smsmem

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/internal/page"
	"github.com/enamel-go/enamel/sms/broadcast"
)

// Broadcasts implements [broadcast.Store] and [broadcast.Queue]. It may be used concurrently.
type Broadcasts struct {
	mu      sync.RWMutex
	entries *auditmem.Store
	facts   map[broadcast.Key][]broadcast.Fact
	written map[string][]broadcast.Fact // of each practice
	ids     map[act]int                 // where a fact stands in written
	people  map[broadcast.Key]*people
	places  int64
}

type act struct{ practice, id string }

// people are a broadcast's recipients, in the order of their places.
type people struct {
	all []broadcast.Recipient
	at  map[string]int // by number
}

// find returns where the recipient of a place stands, or would, and whether it does.
func (p *people) find(place int64) (int, bool) {
	return slices.BinarySearchFunc(p.all, place, func(r broadcast.Recipient, place int64) int { return cmp.Compare(r.Place, place) })
}

// wait reports whether the recipients of some places wait; nobody is among none.
func (p *people) wait(places []int64) bool {
	return !slices.ContainsFunc(places, func(place int64) bool {
		if p == nil {
			return true
		}
		i, known := p.find(place)
		return !known || p.all[i].Stage != broadcast.Waiting
	})
}

// leave takes the recipients of some places out.
func (p *people) leave(places []int64) {
	p.all = slices.DeleteFunc(p.all, func(r broadcast.Recipient) bool { return slices.Contains(places, r.Place) })
	clear(p.at)
	for i, r := range p.all {
		p.at[r.Number] = i
	}
}

// reviewed reports whether somebody is in review; nobody is among none.
func (p *people) reviewed() bool {
	return p != nil && slices.ContainsFunc(p.all, func(r broadcast.Recipient) bool { return r.Stage == broadcast.Review })
}

// NewBroadcasts returns an empty store that writes the entries of its changes to entries.
func NewBroadcasts(entries *auditmem.Store) *Broadcasts {
	return &Broadcasts{
		entries: entries, facts: map[broadcast.Key][]broadcast.Fact{}, written: map[string][]broadcast.Fact{}, ids: map[act]int{},
		people: map[broadcast.Key]*people{},
	}
}

// Apply implements [broadcast.Store].
func (s *Broadcasts) Apply(ctx context.Context, c broadcast.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := c.Fact.Clone()
	k, own := f.Key(), act{f.Practice, f.ID}
	if _, known := s.ids[own]; known {
		return false, ctx.Err()
	}
	if c.Seen != len(s.facts[k]) || !s.people[k].wait(c.Instead) {
		return false, cmp.Or(ctx.Err(), error(broadcast.ErrStale))
	}
	if err := s.entries.Append(ctx, c.Leaves...); err != nil {
		return false, err
	}
	s.ids[own] = len(s.written[f.Practice])
	s.written[f.Practice] = append(s.written[f.Practice], f)
	s.facts[k] = append(s.facts[k], f)
	if len(c.Instead) > 0 {
		s.people[k].leave(c.Instead)
	}
	for _, r := range c.Recipients {
		s.include(k, r)
	}
	return true, nil
}

func (s *Broadcasts) include(k broadcast.Key, r broadcast.Recipient) {
	p := s.people[k]
	if p == nil {
		p = &people{at: map[string]int{}}
		s.people[k] = p
	}
	if i, known := p.at[r.Number]; known {
		if old := &p.all[i]; !old.Shared && (r.Shared || old.Patient != r.Patient) {
			old.Shared = true
			if old.Stage == broadcast.Refused {
				old.Stage, old.Turn, old.Reason = broadcast.Waiting, old.Turn+1, ""
			}
		}
		return
	}
	s.places++
	r.Place = s.places
	p.at[r.Number] = len(p.all)
	p.all = append(p.all, r)
}

// Ledger implements [broadcast.Store].
func (s *Broadcasts) Ledger(ctx context.Context, k broadcast.Key) ([]broadcast.Fact, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var facts []broadcast.Fact
	for _, f := range s.facts[k] {
		facts = append(facts, f.Clone())
	}
	return facts, ctx.Err()
}

// Facts implements [broadcast.Store].
func (s *Broadcasts) Facts(ctx context.Context, q broadcast.Query) (broadcast.Page, error) {
	if err := q.Validate(); err != nil {
		return broadcast.Page{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	from := 0
	if q.After != "" {
		after, known := s.ids[act{q.Practice, q.After}]
		if !known {
			return broadcast.Page{}, broadcast.ErrAfter
		}
		from = after + 1
	}
	var found []broadcast.Fact
	for _, f := range s.written[q.Practice][from:] {
		if f.Kind == q.Kind && len(found) <= q.Size() {
			found = append(found, f.Clone())
		}
	}
	var p broadcast.Page
	p.Facts, p.Next = page.Cut(found, q.Size(), func(f broadcast.Fact) string { return f.ID })
	return p, ctx.Err()
}

// Recipients implements [broadcast.Store].
func (s *Broadcasts) Recipients(ctx context.Context, k broadcast.Key, stage broadcast.Stage, after int64, limit int) ([]broadcast.Recipient, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []broadcast.Recipient
	if p := s.people[k]; p != nil {
		from, _ := p.find(after + 1)
		for _, r := range p.all[from:] {
			if len(found) >= limit {
				break
			}
			if r.Stage == stage {
				found = append(found, r)
			}
		}
	}
	return found, ctx.Err()
}

// Move implements [broadcast.Store].
func (s *Broadcasts) Move(ctx context.Context, k broadcast.Key, moves ...broadcast.Move) ([]bool, error) {
	if err := cmp.Or(ctx.Err(), broadcast.ValidMoves(moves)); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	done := make([]bool, len(moves))
	p := s.people[k]
	if p == nil {
		return done, nil
	}
	for i, m := range moves {
		at, known := p.find(m.Place)
		if !known || p.all[at].Stage != m.From || p.all[at].Turn != m.Turn {
			continue
		}
		r := &p.all[at]
		r.Stage, r.Reason, done[i] = m.To, m.Reason, true
		if m.Again {
			r.Turn++
		}
	}
	return done, nil
}

// Tally implements [broadcast.Store].
func (s *Broadcasts) Tally(ctx context.Context, k broadcast.Key) (broadcast.Tally, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	tally := broadcast.Tally{}
	if p := s.people[k]; p != nil {
		for _, r := range p.all {
			if tally[r.Stage] == nil {
				tally[r.Stage] = map[string]int{}
			}
			tally[r.Stage][r.Reason]++
		}
	}
	return tally, ctx.Err()
}

// Open implements [broadcast.Queue].
func (s *Broadcasts) Open(ctx context.Context, after broadcast.Key, limit int) ([]broadcast.Key, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	order := func(a, b broadcast.Key) int {
		return cmp.Or(strings.Compare(a.Practice, b.Practice), strings.Compare(a.Broadcast, b.Broadcast))
	}
	var open []broadcast.Key
	for k, facts := range s.facts {
		if (facts[len(facts)-1].Kind.Works() || s.people[k].reviewed()) && order(k, after) > 0 {
			open = append(open, k)
		}
	}
	slices.SortFunc(open, order)
	return open[:min(len(open), limit)], ctx.Err()
}
