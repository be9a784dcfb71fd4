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
	return &Representatives{newLedgers[representative.Key, representative.Fact](entries, representative.ErrStale, representative.ErrAfter)}
}

// Apply implements [representative.Store].
func (s *Representatives) Apply(ctx context.Context, c representative.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	return s.ledgers.apply(ctx, id{c.Fact.Practice, c.Fact.ID}, string(c.Fact.Kind), c.Fact, c.Seen, c.Leaves)
}

// Ledger implements [representative.Store].
func (s *Representatives) Ledger(ctx context.Context, k representative.Key) ([]representative.Fact, error) {
	return s.ledgers.of(ctx, k)
}

// Facts implements [representative.Store].
func (s *Representatives) Facts(ctx context.Context, q representative.Query) (representative.Page, error) {
	if err := q.Validate(); err != nil {
		return representative.Page{}, err
	}
	facts, next, err := s.ledgers.page(ctx, q.Practice, string(q.Kind), q.After, q.Size())
	return representative.Page{Facts: facts, Next: next}, err
}
