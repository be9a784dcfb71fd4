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
	return &Policies{newLedgers[policy.Key, policy.Fact](entries)}
}

// Apply implements [policy.Store].
func (s *Policies) Apply(ctx context.Context, c policy.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	return s.ledgers.apply(ctx, id{c.Fact.Practice, c.Fact.ID}, c.Fact, c.Seen, policy.ErrStale, c.Leaves)
}

// Facts implements [policy.Store].
func (s *Policies) Facts(ctx context.Context, k policy.Key) ([]policy.Fact, error) {
	return s.ledgers.of(ctx, k)
}
