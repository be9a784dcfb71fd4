package consentmem

import (
	"context"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/pack"
)

// Packs implements [pack.Store]. It may be used concurrently.
type Packs struct {
	ledgers *ledgers[pack.Key, pack.Fact]
}

// NewPacks returns an empty store that writes the entries of its changes to entries.
func NewPacks(entries *auditmem.Store) *Packs {
	return &Packs{newLedgers[pack.Key, pack.Fact](entries, pack.ErrStale, pack.ErrAfter)}
}

// Apply implements [pack.Store].
func (s *Packs) Apply(ctx context.Context, c pack.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	return s.ledgers.apply(ctx, id{c.Fact.Practice, c.Fact.ID}, string(c.Fact.Kind), c.Fact, c.Seen, c.Leaves)
}

// Ledger implements [pack.Store].
func (s *Packs) Ledger(ctx context.Context, k pack.Key) ([]pack.Fact, error) {
	return s.ledgers.of(ctx, k)
}

// Facts implements [pack.Store].
func (s *Packs) Facts(ctx context.Context, q pack.Query) (pack.Page, error) {
	if err := q.Validate(); err != nil {
		return pack.Page{}, err
	}
	facts, next, err := s.ledgers.page(ctx, q.Practice, string(q.Kind), q.After, q.Size())
	return pack.Page{Facts: facts, Next: next}, err
}
