package consentmem

import (
	"context"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/internal/page"
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

// Ledger implements [representative.Store].
func (s *Representatives) Ledger(ctx context.Context, k representative.Key) ([]representative.Fact, error) {
	return s.ledgers.of(ctx, k)
}

// Facts implements [representative.Store].
func (s *Representatives) Facts(ctx context.Context, q representative.Query) (representative.Page, error) {
	if err := q.Validate(); err != nil {
		return representative.Page{}, err
	}
	found, err := s.ledgers.some(ctx, id{q.Practice, q.After}, q.Size()+1, representative.ErrAfter, func(f representative.Fact) bool {
		return f.Kind == q.Kind
	})
	if err != nil {
		return representative.Page{}, err
	}
	var p representative.Page
	p.Facts, p.Next = page.Cut(found, q.Size(), func(f representative.Fact) string { return f.ID })
	return p, nil
}
