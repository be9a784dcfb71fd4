package auditmem

import (
	"context"
	"maps"
	"slices"

	"github.com/enamel-go/enamel/audit/tree"
)

// Resume implements [tree.Store].
func (s *Store) Resume(ctx context.Context, practice string, limit int, work tree.Work) error {
	return s.batch(ctx, work, func(t *trees) picked {
		p := picked{resumed: practice}
		count := 0
		for _, leaves := range t.aside[practice] {
			if count += len(leaves); p.taken > 0 && count > limit {
				break
			}
			p.taken++
			for _, a := range leaves {
				if t.marked[a] == 0 {
					p.leaves = append(p.leaves, a)
				}
			}
		}
		return p
	})
}

// Waiting implements [tree.Store].
func (s *Store) Waiting(ctx context.Context) ([]string, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return slices.Sorted(maps.Keys(s.trees.aside)), ctx.Err()
}

// isAside reports whether a leaf was set aside and not taken up since.
func (t *trees) isAside(a arrival) bool {
	return slices.ContainsFunc(t.aside[a.practice], func(leaves []arrival) bool { return slices.Contains(leaves, a) })
}
