package consentmem

import (
	"context"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/pack"
	"github.com/enamel-go/enamel/internal/page"
)

// Packs implements [pack.Store]. It may be used concurrently.
type Packs struct {
	ledgers *ledgers[pack.Key, pack.Fact]
}

// NewPacks returns an empty store that writes the entries of its changes to entries.
func NewPacks(entries *auditmem.Store) *Packs {
	return &Packs{newLedgers[pack.Key, pack.Fact](entries)}
}

// Apply implements [pack.Store].
func (s *Packs) Apply(ctx context.Context, c pack.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	return s.ledgers.apply(ctx, id{c.Fact.Practice, c.Fact.ID}, c.Fact, c.Seen, pack.ErrStale, c.Leaves)
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
	found, err := s.ledgers.some(ctx, id{q.Practice, q.After}, q.Size()+1, pack.ErrAfter, func(f pack.Fact) bool {
		return f.Kind == q.Kind
	})
	if err != nil {
		return pack.Page{}, err
	}
	var p pack.Page
	p.Facts, p.Next = page.Cut(found, q.Size(), func(f pack.Fact) string { return f.ID })
	return p, nil
}
