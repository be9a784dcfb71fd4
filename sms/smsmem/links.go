package smsmem

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/sms/link"
)

// Links implements [link.Store]. It may be used concurrently.
type Links struct {
	entries *auditmem.Store

	mu     sync.RWMutex
	states map[string][]link.State // of each practice, in the order in which they were written
}

// NewLinks returns an empty store that writes the entries of its changes to entries.
func NewLinks(entries *auditmem.Store) *Links {
	return &Links{entries: entries, states: map[string][]link.State{}}
}

// Apply implements [link.Store].
func (s *Links) Apply(ctx context.Context, c link.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	own, f := s.states[c.Fact.Practice], c.Fact
	at := slices.IndexFunc(own, func(l link.State) bool { return l.Issued.ID == f.ID })
	issues := f.Kind == link.Issued
	switch {
	case issues && at >= 0, !issues && (at < 0 || own[at].Ended.Kind != ""):
		return false, ctx.Err()
	case issues && slices.ContainsFunc(own, func(l link.State) bool { return l.Issued.Token == f.Token }):
		return false, link.ErrConflict
	}
	if err := s.entries.Append(ctx, c.Leaves...); err != nil {
		return false, err
	}
	if issues {
		s.states[f.Practice] = append(own, link.State{Issued: f})
	} else {
		own[at].Ended = f
	}
	return true, nil
}

// Link implements [link.Store].
func (s *Links) Link(ctx context.Context, practice, id string) (link.State, bool, error) {
	return s.one(ctx, practice, func(l link.State) bool { return l.Issued.ID == id })
}

// Find implements [link.Store].
func (s *Links) Find(ctx context.Context, practice, token string) (link.State, bool, error) {
	return s.one(ctx, practice, func(l link.State) bool { return l.Issued.Token == token })
}

func (s *Links) one(ctx context.Context, practice string, is func(link.State) bool) (link.State, bool, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	at := slices.IndexFunc(s.states[practice], is)
	if at < 0 {
		return link.State{}, false, ctx.Err()
	}
	return s.states[practice][at], true, ctx.Err()
}

// Of implements [link.Store].
func (s *Links) Of(ctx context.Context, practice, patient string) ([]link.State, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var own []link.State
	for _, l := range s.states[practice] {
		if l.Issued.Patient == patient {
			own = append(own, l)
		}
	}
	slices.SortFunc(own, func(a, b link.State) int {
		return cmp.Or(a.Issued.Recorded.Compare(b.Issued.Recorded), cmp.Compare(a.Issued.ID, b.Issued.ID))
	})
	return own, ctx.Err()
}
