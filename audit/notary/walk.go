package notary

import (
	"context"

	"github.com/enamel-go/enamel/audit/tree"
)

// How much is read in one statement, and so how much is held at once.
const (
	rowsAtOnce  = 1000
	marksAtOnce = 5000 // of heads; but a batch is never parted
	headsAtOnce = 256
)

// stretch is a number of positions that come one after the other, with what stands there now.
type stretch struct {
	pieces []piece
	rows   []tree.Row
}

// piece is what of a stretch belongs to one head.
type piece struct {
	head     *tree.Head
	from, to int                // indexes of its marks
	now      map[string]current // in the tree of heads; otherwise it comes from the stretch's rows
}

// walk goes over the heads that come after the newest one it has seen. The rows of a stretch are read while those of the
// one before are hashed.
func (v *verification) walk(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	read := make(chan stretch)
	ended := make(chan error, 1)
	go func() {
		defer close(read)
		ended <- v.read(ctx, v.tip.Size, func(s stretch) error {
			select {
			case read <- s:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	defer func() {
		stop()
		for range read { // so that nothing runs any more when walk is over
		}
	}()
	var head *headCheck
	for s := range read {
		now, err := v.current(ctx, s)
		if err != nil {
			return err
		}
		for _, p := range s.pieces {
			if p.from == 0 {
				head = &headCheck{head: p.head}
				if !v.begin(p.head) {
					p.to = p.from
				}
			}
			if p.now != nil {
				now = p.now
			}
			for i := p.from; i < p.to; i++ {
				v.position(head, i, now[p.head.Marks[i].ID])
			}
			if p.to == len(p.head.Marks) || p.to == 0 {
				v.end(head)
			}
			v.progress.Checked += int64(p.to - p.from)
		}
		if v.tell != nil && len(s.pieces) > 0 {
			v.tell(v.progress)
		}
	}
	return <-ended
}

// read gives out the heads after a size, with their rows.
func (v *verification) read(ctx context.Context, after int64, give func(stretch) error) error {
	var s stretch
	count, limit := 0, 2
	flush := func() error {
		if err := v.fill(ctx, &s, count); err != nil {
			return err
		}
		full := s
		s, count = stretch{}, 0
		return give(full)
	}
	for {
		page, err := v.store.Heads(ctx, tree.Query{Practice: v.practice, After: after, Limit: limit})
		if err != nil {
			return err
		}
		marks := 0
		for i := range page {
			h := &page[i]
			after = h.Size
			marks += len(h.Marks)
			if !wellFormed(h) {
				s.pieces = append(s.pieces, piece{head: h})
				continue
			}
			for from := 0; from < len(h.Marks); {
				to := min(len(h.Marks), from+rowsAtOnce-count)
				s.pieces = append(s.pieces, piece{head: h, from: from, to: to})
				count += to - from
				from = to
				if count == rowsAtOnce {
					if err := flush(); err != nil {
						return err
					}
				}
			}
		}
		if len(page) < limit {
			return flush()
		}
		limit = max(1, min(headsAtOnce, marksAtOnce*len(page)/max(marks, 1)))
	}
}

// fill reads what stands now at the positions of a stretch, of which there are count.
func (v *verification) fill(ctx context.Context, s *stretch, count int) error {
	if v.practice == "" {
		for i := range s.pieces {
			var err error
			if s.pieces[i].now, err = v.currentHeads(ctx, s.pieces[i]); err != nil {
				return err
			}
		}
		return nil
	}
	ids := make([]string, 0, count)
	for _, p := range s.pieces {
		for _, m := range p.head.Marks[p.from:p.to] {
			ids = append(ids, m.ID)
		}
	}
	var err error
	s.rows, err = v.store.Rows(ctx, v.practice, ids)
	return err
}

// current checks a stretch's rows and returns them by id.
func (v *verification) current(ctx context.Context, s stretch) (map[string]current, error) {
	found, err := checkAll(ctx, v.log, s.rows)
	if err != nil {
		return nil, err
	}
	now := make(map[string]current, len(s.rows))
	for i, c := range found {
		r := current{found: true, hash: c.hash, order: s.rows[i].Order}
		if c.tampered != nil {
			r.note = c.tampered.Error()
		}
		// Of two rows under one id the genuine one counts; the other one is among the strays.
		if other, twice := now[s.rows[i].Leaf.ID]; !twice || other.note != "" {
			now[s.rows[i].Leaf.ID] = r
		}
	}
	return now, v.explain(ctx, s, now)
}

// explain looks for the entries of prunings when a row is missing that none of those explains which it has seen. The row
// was looked for before, and its entry was there before it went.
func (v *verification) explain(ctx context.Context, s stretch, now map[string]current) error {
	count := 0
	for _, p := range s.pieces {
		count += p.to - p.from
	}
	if v.practice == "" || len(now) == count {
		return nil
	}
	for _, p := range s.pieces {
		for i := p.from; i < p.to; i++ {
			if !now[p.head.Marks[i].ID].found && !v.pruned.has(p.head.First+int64(i)) {
				tip, err := v.Reader.tip(ctx, v.practice)
				if err == nil {
					v.pruned, err = named(ctx, v.store, v.log, v.practice, gone, tip.Size, nil)
				}
				return err
			}
		}
	}
	return nil
}
