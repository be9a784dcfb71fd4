package consentmem

import (
	"context"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/policy"
)

// Policies implements [policy.Store]. It may be used concurrently.
type Policies struct {
	ledgers *ledgers[policy.Key, policy.Fact]
}

// NewPolicies returns an empty store that writes the entries of its changes to entries.
func NewPolicies(entries *auditmem.Store) *Policies {
	return &Policies{newLedgers[policy.Key, policy.Fact](entries, policy.ErrStale, policy.ErrAfter)}
}

// Apply implements [policy.Store].
func (s *Policies) Apply(ctx context.Context, c policy.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	return s.ledgers.apply(ctx, id{c.Fact.Practice, c.Fact.ID}, string(c.Fact.Kind), c.Fact, c.Seen, c.Leaves)
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
	facts, next, err := s.ledgers.page(ctx, q.Practice, string(q.Kind), q.After, q.Size())
	return policy.Page{Facts: facts, Next: next}, err
}
