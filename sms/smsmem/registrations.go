package smsmem

import (
	"context"
	"slices"
	"sync"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/internal/page"
	"github.com/enamel-go/enamel/sms/registration"
)

// Registrations implements [registration.Store]. It may be used concurrently.
type Registrations struct {
	entries *auditmem.Store

	mu    sync.RWMutex
	facts map[string][]registration.Fact // of each practice, in the order in which they were written
}

// NewRegistrations returns an empty store that writes the entries of its changes to entries.
func NewRegistrations(entries *auditmem.Store) *Registrations {
	return &Registrations{entries: entries, facts: map[string][]registration.Fact{}}
}

// Apply implements [registration.Store].
func (s *Registrations) Apply(ctx context.Context, c registration.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	own := s.facts[c.Fact.Practice]
	if place(own, c.Fact.ID) >= 0 {
		return false, ctx.Err()
	}
	if c.Seen != len(own) {
		return false, registration.ErrStale
	}
	if err := s.entries.Append(ctx, c.Leaves...); err != nil {
		return false, err
	}
	s.facts[c.Fact.Practice] = append(own, c.Fact.Clone())
	return true, nil
}

// place returns where a fact stands; negative: nowhere.
func place(facts []registration.Fact, id string) int {
	return slices.IndexFunc(facts, func(f registration.Fact) bool { return f.ID == id })
}

// Ledger implements [registration.Store].
func (s *Registrations) Ledger(ctx context.Context, practice string) ([]registration.Fact, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	facts := slices.Grow([]registration.Fact(nil), len(s.facts[practice]))
	for _, f := range s.facts[practice] {
		facts = append(facts, f.Clone())
	}
	return facts, ctx.Err()
}

// Facts implements [registration.Store].
func (s *Registrations) Facts(ctx context.Context, q registration.Query) (registration.Page, error) {
	if err := q.Validate(); err != nil {
		return registration.Page{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	facts := s.facts[q.Practice]
	if q.After != "" {
		at := place(facts, q.After)
		if at < 0 {
			return registration.Page{}, registration.ErrAfter
		}
		facts = facts[at+1:]
	}
	var found []registration.Fact
	for _, f := range facts {
		if (q.Subject == registration.Subject{} || f.Subject == q.Subject) && len(found) <= q.Size() {
			found = append(found, f.Clone())
		}
	}
	var p registration.Page
	p.Facts, p.Next = page.Cut(found, q.Size(), func(f registration.Fact) string { return f.ID })
	return p, ctx.Err()
}
