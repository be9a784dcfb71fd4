package auditmem

import (
	"context"
	"maps"
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

// picked is what a batch is made of. Without leaves there is no work, unless some are taken up that are no longer there.
type picked struct {
	leaves  []arrival
	resumed string // the practice of which leaves that were set aside are taken up
	taken   int    // those of so many batches
}

// Integrate implements [tree.Store]. One Append is one transaction.
func (s *Store) Integrate(ctx context.Context, limit int, work tree.Work) error {
	return s.batch(ctx, work, func(t *trees) picked {
		end := t.taken
		for _, e := range t.ends {
			if end == t.taken || e-t.taken <= limit {
				end = max(end, e)
			}
		}
		return picked{leaves: t.arrivals[t.taken:end]}
	})
}

// Adopt implements [tree.Store].
func (s *Store) Adopt(ctx context.Context, practice string, ids []string, work tree.Work) error {
	return s.batch(ctx, work, func(t *trees) picked {
		var stray []arrival
		for _, a := range t.arrivals[:t.taken] {
			if a.practice == practice && slices.Contains(ids, a.id) && t.marked[a] == 0 {
				stray = append(stray, a)
			}
		}
		return picked{leaves: stray}
	})
}

// batch keeps what work makes of the leaves that pick chooses.
func (s *Store) batch(ctx context.Context, work tree.Work, pick func(*trees) picked) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	number, p, rows, err := s.begin(pick)
	if err != nil || number == 0 {
		return err
	}
	done, read := false, false
	var batch tree.Batch
	defer func() { s.end(number, p, rows, batch, done) }()
	batch, err = work(ctx, tree.Round{
		Number: number, Tips: s.tips, Mentions: s.mentions, Hashes: s.Hashes,
		Rows: func(yield func([]tree.Row, error) bool) {
			read = true
			yield(slices.Clone(rows), nil)
		},
	})
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !read {
		return tree.ErrUnread
	}
	done = true
	return nil
}

// begin takes the log for one notary. Where there is nothing to do the number is 0.
func (s *Store) begin(pick func(*trees) picked) (number int64, p picked, rows []tree.Row, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.trees
	if t.busy {
		return 0, p, nil, tree.ErrBusy
	}
	p = pick(t)
	for _, a := range p.leaves {
		if s.has(a) { // otherwise it was dropped
			rows = append(rows, s.row(a))
		}
	}
	if t.busy = len(rows) > 0 || p.taken > 0; t.busy {
		number = t.batches + 1
	}
	return number, p, rows, nil
}

func (s *Store) tips(ctx context.Context, practices []string) (map[string]tree.Head, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
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
	return tips, nil
}

func (s *Store) mentions(ctx context.Context, practices []string) (map[string]tree.Mention, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
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
	return newest, nil
}

// end gives the log free again, and keeps the batch when the work is done.
func (s *Store) end(number int64, p picked, rows []tree.Row, batch tree.Batch, done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &s.trees
	t.busy = false
	if !done {
		return
	}
	t.batches = number
	for _, r := range rows {
		t.taken = max(t.taken, t.order[arrival{r.Leaf.Practice, r.Leaf.ID}]+1)
	}
	for _, h := range batch.Heads {
		t.heads[h.Practice] = append(t.heads[h.Practice], clone(h))
		for _, m := range h.Marks {
			t.marked[arrival{h.Practice, m.ID}]++
		}
	}
	if t.aside[p.resumed] = t.aside[p.resumed][p.taken:]; len(t.aside[p.resumed]) == 0 {
		delete(t.aside, p.resumed)
	}
	for _, a := range batch.Aside {
		var leaves []arrival
		for _, id := range a.IDs {
			leaves = append(leaves, arrival{a.Practice, id})
		}
		t.aside[a.Practice] = append(t.aside[a.Practice], leaves)
	}
}

func (s *Store) row(a arrival) tree.Row {
	return tree.Row{Leaf: s.leaves[a.practice].byID[a.id].Clone(), Order: strconv.Itoa(s.trees.order[a])}
}

func clone(h tree.Head) tree.Head {
	h.Marks = slices.Clone(h.Marks)
	h.Hashes = slices.Clone(h.Hashes)
	return h
}

// Heads implements [tree.Store].
func (s *Store) Heads(ctx context.Context, q tree.Query) ([]tree.Head, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
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
	return found, nil
}

// Rows implements [tree.Store].
func (s *Store) Rows(ctx context.Context, practice string, ids []string) ([]tree.Row, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var rows []tree.Row
	for _, id := range ids {
		if a := (arrival{practice, id}); s.has(a) {
			rows = append(rows, s.row(a))
		}
	}
	return rows, nil
}

func (s *Store) has(a arrival) bool {
	_, found := s.trees.order[a]
	return found
}

// Strays implements [tree.Store].
func (s *Store) Strays(ctx context.Context, practice, after string, limit int) ([]tree.Stray, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	p := s.leaves[practice]
	if p == nil {
		return nil, nil
	}
	var strays []tree.Stray
	for _, id := range slices.Sorted(maps.Keys(p.byID)) {
		a := arrival{practice, id}
		times := s.trees.marked[a]
		if id > after && times != 1 && len(strays) < limit {
			strays = append(strays, tree.Stray{
				Row: s.row(a), Times: times,
				Pending: times == 0 && (s.trees.order[a] >= s.trees.taken || s.trees.isAside(a)),
			})
		}
	}
	return strays, nil
}

// Hashes implements [tree.Store].
func (s *Store) Hashes(ctx context.Context, keys []tree.Key) ([]tree.Hash, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
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
	return hashes, nil
}
