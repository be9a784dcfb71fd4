package consentmem

import (
	"context"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/representative"
)

// Representatives implements [representative.Store]. It may be used concurrently.
type Representatives struct {
	ledgers *ledgers[representative.Key, representative.Fact]
}

// NewRepresentatives returns an empty store that writes the entries of its changes to entries.
func NewRepresentatives(entries *auditmem.Store) *Representatives {
	return &Representatives{newLedgers[representative.Key, representative.Fact](entries)}
}

// Apply implements [representative.Store].
func (s *Representatives) Apply(ctx context.Context, c representative.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	return s.ledgers.apply(ctx, id{c.Fact.Practice, c.Fact.ID}, c.Fact, c.Seen, representative.ErrStale, c.Leaves)
}

// Facts implements [representative.Store].
func (s *Representatives) Facts(ctx context.Context, k representative.Key) ([]representative.Fact, error) {
	return s.ledgers.of(ctx, k)
}
