package auditmem

import (
	"context"
	"slices"
	"strconv"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

// trees is what the store keeps for a notary, guarded by the store's lock.
type trees struct {
	arrivals []arrival              // every leaf in the order in which it was appended
	order    map[arrival]int        // where it stands in arrivals
	ends     []int                  // after each Append that kept something, how many arrivals there were
	taken    int                    // the arrivals before this one were handed out
	batches  int64                  // the newest batch's number
	heads    map[string][]tree.Head // by practice, oldest first
	marked   map[arrival]int        // how many marks name it
	aside    map[string][][]arrival // by practice what batches set aside and none took up since, oldest first
	busy     bool                   // an Integrate is at work
}

type arrival struct{ practice, id string }

func newTrees() trees {
	return trees{
		order: map[arrival]int{}, heads: map[string][]tree.Head{}, marked: map[arrival]int{}, aside: map[string][][]arrival{},
	}
}

func (t *trees) received(leaves []audit.Leaf) {
	for _, f := range leaves {
		a := arrival{f.Practice, f.ID}
		t.order[a] = len(t.arrivals)
		t.arrivals = append(t.arrivals, a)
	}
	if len(leaves) > 0 {
		t.ends = append(t.ends, len(t.arrivals))
	}
}

// Heads implements [tree.Store].
func (s *Store) Heads(ctx context.Context, q tree.Query) ([]tree.Head, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	heads := s.trees.heads[q.Practice]
	if q.Newest {
		heads = slices.Clone(heads)
		slices.Reverse(heads)
	}
	var found []tree.Head
	for _, h := range heads {
		at := slices.IndexFunc(h.Marks, func(m tree.Mark) bool { return m.ID == q.ID })
		if len(found) == q.Limit || h.Size <= q.After || h.Number <= q.Since || q.ID != "" && at < 0 {
			continue
		}
		if q.ID != "" {
			h.Found = h.First + int64(at)
		}
		if q.Brief {
			h.Marks, h.Hashes = nil, nil
		}
		found = append(found, clone(h))
	}
	return found, ctx.Err()
}

func (s *Store) tips(ctx context.Context, practices []string) (map[string]tree.Head, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	tips := map[string]tree.Head{}
	for _, practice := range practices {
		if heads := s.trees.heads[practice]; len(heads) > 0 {
			tip := heads[len(heads)-1]
			tip.Marks, tip.Hashes = nil, nil
			tips[practice] = tip
		}
	}
	return tips, ctx.Err()
}

func (s *Store) mentions(ctx context.Context, practices []string) (map[string]tree.Mention, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	wanted := map[string]bool{}
	for _, practice := range practices {
		wanted[practice] = true
	}
	newest := map[string]tree.Mention{}
	for _, h := range s.trees.heads[""] {
		for i, m := range h.Marks {
			if wanted[m.ID] {
				newest[m.ID] = tree.Mention{Number: h.Number, Position: h.First + int64(i)}
			}
		}
	}
	return newest, ctx.Err()
}

func clone(h tree.Head) tree.Head {
	h.Marks = slices.Clone(h.Marks)
	h.Hashes = slices.Clone(h.Hashes)
	return h
}

// Hashes implements [tree.Store].
func (s *Store) Hashes(ctx context.Context, keys []tree.Key) ([]tree.Hash, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	hashes := make([]tree.Hash, len(keys))
	for i, k := range keys {
		found := false
		for _, h := range s.trees.heads[k.Practice] {
			if at := k.Index - h.FirstHash; k.Leaf >= h.First && k.Leaf < h.Size && at >= 0 && at < int64(len(h.Hashes)) {
				hashes[i], found = h.Hashes[at], true
			}
		}
		if !found {
			return nil, tree.ErrNotFound
		}
	}
	return hashes, ctx.Err()
}

// Rows implements [tree.Store].
func (s *Store) Rows(ctx context.Context, practice string, ids []string) ([]tree.Row, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var rows []tree.Row
	for _, id := range ids {
		if a := (arrival{practice, id}); s.has(a) {
			rows = append(rows, s.row(a))
		}
	}
	return rows, ctx.Err()
}

func (s *Store) row(a arrival) tree.Row {
	return tree.Row{Leaf: s.leaves[a.practice].byID[a.id].Clone(), Order: strconv.Itoa(s.trees.order[a])}
}

func (s *Store) has(a arrival) bool {
	_, found := s.trees.order[a]
	return found
}

// Strays implements [tree.Store].
func (s *Store) Strays(ctx context.Context, practice, after string, limit int) ([]tree.Stray, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var strays []tree.Stray
	for _, id := range s.ids(practice) {
		a := arrival{practice, id}
		times := s.trees.marked[a]
		if id > after && times != 1 && len(strays) < limit {
			strays = append(strays, tree.Stray{
				Row: s.row(a), Times: times,
				Pending: times == 0 && (s.trees.order[a] >= s.trees.taken || s.trees.isAside(a)),
			})
		}
	}
	return strays, ctx.Err()
}
