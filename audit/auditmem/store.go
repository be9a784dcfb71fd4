package auditmem

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/internal/cursor"
	"github.com/enamel-go/enamel/internal/page"
)

// Store implements [audit.Store], and tree.Store for a notary. Its methods may be called concurrently. A domain's store
// in memory that writes a change with its leaves holds its own lock, calls Append, and applies the change when Append
// has succeeded.
type Store struct {
	mu     sync.RWMutex
	leaves map[string]*shelf // by practice
	trees  trees
}

// shelf is the log of one practice.
type shelf struct {
	byID   map[string]audit.Leaf
	sorted []page.Place
}

// New returns an empty store.
func New() *Store {
	return &Store{leaves: map[string]*shelf{}, trees: newTrees()}
}

// Append implements [audit.Store].
func (s *Store) Append(ctx context.Context, leaves ...audit.Leaf) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh, err := s.fresh(leaves)
	if err != nil {
		return err
	}
	s.add(fresh)
	return nil
}

// add keeps leaves that fresh returned.
func (s *Store) add(fresh []audit.Leaf) {
	for _, f := range fresh {
		s.keep(f)
	}
	s.trees.received(fresh)
}

// fresh returns copies of those leaves that are not kept yet, each once.
func (s *Store) fresh(leaves []audit.Leaf) ([]audit.Leaf, error) {
	type key struct{ practice, id string }
	given := map[key]audit.Leaf{}
	var fresh []audit.Leaf
	for _, f := range leaves {
		if err := f.Validate(); err != nil {
			return nil, err
		}
		k := key{f.Practice, f.ID}
		old, found := given[k]
		if p := s.leaves[f.Practice]; p != nil && !found {
			old, found = p.byID[f.ID]
		}
		if found && !f.Equal(old) {
			return nil, audit.ErrConflict
		}
		if !found {
			given[k] = f
			fresh = append(fresh, f.Clone())
		}
	}
	return fresh, nil
}

// keep adds a leaf that is not there yet.
func (s *Store) keep(f audit.Leaf) {
	p := s.leaves[f.Practice]
	if p == nil {
		p = &shelf{byID: map[string]audit.Leaf{}}
		s.leaves[f.Practice] = p
	}
	place := cursor.Of(f)
	at, _ := slices.BinarySearchFunc(p.sorted, place, page.Place.Compare)
	p.sorted = slices.Insert(p.sorted, at, place)
	p.byID[f.ID] = f
}

// ids returns the ids of a practice's leaves, in their order.
func (s *Store) ids(practice string) []string {
	p := s.leaves[practice]
	if p == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(p.byID))
}

// Leaves implements [audit.Store].
func (s *Store) Leaves(ctx context.Context, q audit.Query) (audit.Page, error) {
	if err := ctx.Err(); err != nil {
		return audit.Page{}, err
	}
	limit, after, err := cursor.Read(q)
	if err != nil {
		return audit.Page{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.leaves[q.Practice]
	if p == nil {
		return audit.Page{}, nil
	}
	var found []audit.Leaf
	for _, place := range p.from(q.Newest, after) {
		f := p.byID[place.ID]
		if q.Tag != nil && !bytes.Equal(f.Tag, q.Tag) {
			continue
		}
		if found = append(found, f.Clone()); len(found) > limit {
			break
		}
	}
	return cursor.Page(found, limit), nil
}

// from returns the places after a place in the order asked for; all of them where after is nil.
func (p *shelf) from(newest bool, after *page.Place) []page.Place {
	if !newest {
		if after == nil {
			return p.sorted
		}
		at, found := slices.BinarySearchFunc(p.sorted, *after, page.Place.Compare)
		if found {
			at++
		}
		return p.sorted[at:]
	}
	end := len(p.sorted)
	if after != nil {
		end, _ = slices.BinarySearchFunc(p.sorted, *after, page.Place.Compare)
	}
	places := slices.Clone(p.sorted[:end])
	slices.Reverse(places)
	return places
}
