package consentmem

import (
	"context"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/policy"
	"github.com/enamel-go/enamel/internal/page"
)

// Policies implements [policy.Store]. It may be used concurrently.
type Policies struct {
	ledgers *ledgers[policy.Key, policy.Fact]
}

// NewPolicies returns an empty store that writes the entries of its changes to entries.
func NewPolicies(entries *auditmem.Store) *Policies {
	return &Policies{newLedgers[policy.Key, policy.Fact](entries)}
}

// Apply implements [policy.Store].
func (s *Policies) Apply(ctx context.Context, c policy.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	return s.ledgers.apply(ctx, id{c.Fact.Practice, c.Fact.ID}, c.Fact, c.Seen, policy.ErrStale, c.Leaves)
}

// Ledger implements [policy.Store].
func (s *Policies) Ledger(ctx context.Context, k policy.Key) ([]policy.Fact, error) {
	return s.ledgers.of(ctx, k)
}

// Facts implements [policy.Store].
func (s *Policies) Facts(ctx context.Context, q policy.Query) (policy.Page, error) {
	if err := q.Validate(); err != nil {
		return policy.Page{}, err
	}
	found, err := s.ledgers.some(ctx, id{q.Practice, q.After}, q.Size()+1, policy.ErrAfter, func(f policy.Fact) bool {
		return f.Kind == q.Kind
	})
	if err != nil {
		return policy.Page{}, err
	}
	var p policy.Page
	p.Facts, p.Next = page.Cut(found, q.Size(), func(f policy.Fact) string { return f.ID })
	return p, nil
}
