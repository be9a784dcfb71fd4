package consentmem

import (
	"context"
	"sync"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent"
)

// Store implements [consent.Store]. It may be used concurrently.
type Store struct {
	mu       sync.RWMutex
	entries  *auditmem.Store
	ledgers  map[consent.Key][]consent.Fact
	ids      map[id]bool
	settings map[string]consent.Settings
}

type id struct{ practice, fact string }

// New returns an empty store that writes the entries of its changes to entries.
func New(entries *auditmem.Store) *Store {
	return &Store{
		entries:  entries,
		ledgers:  map[consent.Key][]consent.Fact{},
		ids:      map[id]bool{},
		settings: map[string]consent.Settings{},
	}
}

// Apply implements [consent.Store].
func (s *Store) Apply(ctx context.Context, c consent.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Fact != nil {
		if s.ids[id{c.Fact.Practice, c.Fact.ID}] {
			return false, ctx.Err()
		}
		if c.Seen != consent.Any && c.Seen != len(s.ledgers[c.Fact.Key()]) {
			return false, consent.ErrStale
		}
	}
	if err := s.entries.Append(ctx, c.Leaves...); err != nil {
		return false, err
	}
	if f := c.Fact; f != nil {
		s.ids[id{f.Practice, f.ID}] = true
		s.ledgers[f.Key()] = append(s.ledgers[f.Key()], f.Clone())
	}
	if c.Settings != nil {
		s.settings[c.Settings.Practice] = *c.Settings
	}
	return true, nil
}

// Facts implements [consent.Store].
func (s *Store) Facts(ctx context.Context, k consent.Key) ([]consent.Fact, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var facts []consent.Fact
	for _, f := range s.ledgers[k] {
		facts = append(facts, f.Clone())
	}
	return facts, ctx.Err()
}

// Settings implements [consent.Store].
func (s *Store) Settings(ctx context.Context, practice string) (consent.Settings, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if p, ok := s.settings[practice]; ok {
		return p, ctx.Err()
	}
	return consent.Settings{Practice: practice}, ctx.Err()
}
