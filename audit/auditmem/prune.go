package auditmem

import (
	"context"
	"maps"
	"slices"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/internal/cursor"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/page"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// Prunes implements [tree.Store].
func (s *Store) Prunes(ctx context.Context, practice, after string, limit int) ([]tree.Row, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var rows []tree.Row
	for _, id := range s.ids(practice) {
		if s.leaves[practice].byID[id].Action == tree.PruneAction && id > after && len(rows) < limit {
			rows = append(rows, s.row(arrival{practice, id}))
		}
	}
	return rows, ctx.Err()
}

// Months implements [tree.Pruner]. It knows the months that have leaves.
func (s *Store) Months(ctx context.Context) ([]tree.Month, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	months := map[tree.Month]bool{}
	for _, p := range s.leaves {
		for _, f := range p.byID {
			if at, ok := uuidv7.Time(f.ID); ok {
				months[tree.MonthOf(f.Term, at)] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(months), tree.Month.Compare), ctx.Err()
}

// Shares implements [tree.Pruner].
func (s *Store) Shares(ctx context.Context, m tree.Month) ([]tree.Share, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.shares(m), ctx.Err()
}

func (s *Store) shares(m tree.Month) []tree.Share {
	var shares []tree.Share
	for _, practice := range slices.Sorted(maps.Keys(s.leaves)) {
		share := tree.Share{Practice: practice}
		for _, f := range s.leaves[practice].byID {
			if m.Holds(f) {
				share.Leaves++
				if f.At.After(share.Newest) {
					share.Newest = f.At.UTC()
				}
			}
		}
		if share.Leaves > 0 {
			shares = append(shares, share)
		}
	}
	return shares
}

// Drop implements [tree.Pruner].
func (s *Store) Drop(ctx context.Context, m tree.Month, shares []tree.Share, leaves ...audit.Leaf) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.EqualFunc(s.shares(m), shares, tree.Share.Equal) {
		return tree.ErrChanged
	}
	fresh, err := s.fresh(leaves)
	if err != nil {
		return err
	}
	for _, share := range shares {
		p := s.leaves[share.Practice]
		maps.DeleteFunc(p.byID, func(id string, f audit.Leaf) bool {
			gone := m.Holds(f)
			if gone {
				delete(s.trees.order, arrival{f.Practice, id})
				at, _ := slices.BinarySearchFunc(p.sorted, cursor.Of(f), page.Place.Compare)
				p.sorted = slices.Delete(p.sorted, at, at+1)
			}
			return gone
		})
	}
	s.add(fresh)
	return nil
}
