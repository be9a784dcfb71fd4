package consentmem

import (
	"context"
	"slices"
	"sync"

	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/cookie"
	"github.com/enamel-go/enamel/internal/page"
)

// Cookies implements [cookie.Store]. It may be used concurrently.
type Cookies struct {
	mu      sync.RWMutex
	entries *auditmem.Store
	choices map[cookie.Key]cookie.Choice
}

// NewCookies returns an empty store that writes the entries of its changes to entries.
func NewCookies(entries *auditmem.Store) *Cookies {
	return &Cookies{entries: entries, choices: map[cookie.Key]cookie.Choice{}}
}

// Apply implements [cookie.Store].
func (s *Cookies) Apply(ctx context.Context, c cookie.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.choices[c.Choice.Key()]; known {
		return false, ctx.Err()
	}
	if err := s.entries.Append(ctx, c.Leaves...); err != nil {
		return false, err
	}
	s.choices[c.Choice.Key()] = c.Choice.Clone()
	return true, nil
}

// Choice implements [cookie.Store].
func (s *Cookies) Choice(ctx context.Context, k cookie.Key) (cookie.Choice, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, known := s.choices[k]
	if !known {
		return cookie.Choice{}, cookie.ErrNotFound
	}
	return c.Clone(), ctx.Err()
}

// Choices implements [cookie.Store].
func (s *Cookies) Choices(ctx context.Context, q cookie.Query) (cookie.Page, error) {
	if err := q.Validate(); err != nil {
		return cookie.Page{}, err
	}
	var from page.Place // before all
	if q.After != "" {
		var err error
		if from, err = page.Parse(cookie.ErrInvalid, q.After); err != nil {
			return cookie.Page{}, err
		}
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []cookie.Choice
	for _, c := range s.choices {
		if c.Practice == q.Practice && c.Visitor == q.Visitor && place(c).Compare(from) > 0 {
			found = append(found, c.Clone())
		}
	}
	slices.SortFunc(found, func(a, b cookie.Choice) int { return place(a).Compare(place(b)) })
	var p cookie.Page
	p.Choices, p.Next = page.Cut(found, page.Size(q.Limit), func(c cookie.Choice) string { return place(c).String() })
	return p, ctx.Err()
}

func place(c cookie.Choice) page.Place { return page.Place{At: c.Recorded, ID: c.ID} }
