package auditmem

import (
	"context"
	"slices"

	"github.com/enamel-go/enamel/audit/tree"
)

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
