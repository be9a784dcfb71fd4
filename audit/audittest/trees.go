package audittest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

var errNoWork = errors.New("work that fails")

// given is a round that was read to its end.
type given struct {
	Number int64
	Rows   []tree.Row
	Tips   map[string]tree.Head

	Mentions map[string]tree.Mention
}

// read reads a round, and the newest heads of its practices and of the tree of heads.
func read(ctx context.Context, r tree.Round) (given, error) {
	g := given{Number: r.Number}
	practices := []string{""}
	for part, err := range r.Rows {
		if err != nil {
			return given{}, err
		}
		for _, row := range part {
			practices = append(practices, row.Leaf.Practice)
		}
		g.Rows = append(g.Rows, part...)
	}
	slices.Sort(practices)
	practices = slices.Compact(practices)
	var err error
	if g.Tips, err = r.Tips(ctx, practices); err != nil {
		return given{}, err
	}
	g.Mentions, err = r.Mentions(ctx, practices)
	return g, err
}

func (g given) leaves() []audit.Leaf {
	var found []audit.Leaf
	for _, row := range g.Rows {
		found = append(found, row.Leaf)
	}
	return found
}

// integrate makes one batch of all that waits, and returns the round and the batch. Ids in leaveOut stay out of it.
func integrate(ctx context.Context, s tree.Store, limit int, leaveOut ...string) (given, tree.Batch, error) {
	var round given
	var batch tree.Batch
	err := s.Integrate(ctx, limit, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		var err error
		round, err = read(ctx, r)
		batch = heads(round, leaveOut...)
		return batch, err
	})
	return round, batch, err
}

// made reads a round and makes its heads.
func made(ctx context.Context, r tree.Round) (tree.Batch, error) {
	g, err := read(ctx, r)
	return heads(g), err
}

// heads makes the heads of a round, with hashes that no notary would compute: two for each leaf.
func heads(r given, leaveOut ...string) tree.Batch {
	b := tree.Batch{At: start}
	at := map[string]int{}
	add := func(practice string, m tree.Mark) {
		i, found := at[practice]
		if !found {
			i = len(b.Heads)
			at[practice] = i
			size := r.Tips[practice].Size
			b.Heads = append(b.Heads, tree.Head{
				Practice: practice, Number: r.Number, First: size, Size: size, FirstHash: 2 * size,
				Checkpoint: fmt.Sprintf("checkpoint %d of %q\n\n— signature\n", r.Number, practice),
			})
		}
		h := &b.Heads[i]
		h.Hashes = append(h.Hashes, hash(2*h.Size), hash(2*h.Size+1))
		h.Marks = append(h.Marks, m)
		h.Size++
	}
	for _, row := range r.Rows {
		if !slices.Contains(leaveOut, row.Leaf.ID) {
			add(row.Leaf.Practice, tree.Mark{ID: row.Leaf.ID, Order: row.Order})
		}
	}
	for _, h := range slices.Clone(b.Heads) {
		add("", tree.Mark{ID: h.Practice})
	}
	return b
}

func hash(i int64) tree.Hash { return tree.Hash{byte(i), byte(i >> 8), 0, 0xff} }

func noWork(ctx context.Context, h Harness) error {
	if round, _, err := integrate(ctx, h.Trees, 100); err != nil || round.Number != 0 {
		return fmt.Errorf("an empty log: round %d, error %w", round.Number, err)
	}
	if err := h.Entries.Append(ctx, leaf(practice, 0)); err != nil {
		return err
	}
	if _, _, err := integrate(ctx, h.Trees, 100); err != nil {
		return err
	}
	if round, _, err := integrate(ctx, h.Trees, 100); err != nil || round.Number != 0 {
		return fmt.Errorf("nothing new: round %d, error %w", round.Number, err)
	}
	return nil
}

func once(ctx context.Context, h Harness) error {
	orders := map[string]bool{}
	for number := range int64(3) {
		var want []audit.Leaf
		for i := range 10 {
			// The ids go down and the practices alternate, so that only the order of arrival explains what comes.
			f := leaf([]string{practice, "oak"}[i%2], 1000*int(number)+100-i)
			want = append(want, f)
			if err := h.Entries.Append(ctx, f); err != nil {
				return err
			}
		}
		round, _, err := integrate(ctx, h.Trees, 100)
		if err != nil {
			return err
		}
		if round.Number != number+1 {
			return fmt.Errorf("round %d calls itself %d", number+1, round.Number)
		}
		if err := same(fmt.Sprint("round ", round.Number), round.leaves(), want); err != nil {
			return err
		}
		for _, row := range round.Rows {
			if row.Order == "" || orders[row.Order] {
				return fmt.Errorf("two rows have the order %q, or one has none", row.Order)
			}
			orders[row.Order] = true
		}
	}
	return nil
}

func workFails(ctx context.Context, h Harness) error {
	want := leaves(practice, 0, 3)
	if err := h.Entries.Append(ctx, want...); err != nil {
		return err
	}
	err := h.Trees.Integrate(ctx, 100, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		b, err := made(ctx, r)
		return b, cmp.Or(err, errNoWork)
	})
	if err := refused("integrate", err, errNoWork); err != nil {
		return err
	}
	found, err := h.Trees.Heads(ctx, tree.Query{Practice: practice, Limit: 1})
	if err != nil || len(found) > 0 {
		return fmt.Errorf("heads of work that failed: %v, error %w", found, err)
	}
	round, _, err := integrate(ctx, h.Trees, 100)
	if err != nil || round.Number != 1 {
		return fmt.Errorf("the round after is %d, error %w", round.Number, err)
	}
	return same("the round after", round.leaves(), want)
}

func rowsUnread(ctx context.Context, h Harness) error {
	if err := h.Entries.Append(ctx, leaves(practice, 0, 3)...); err != nil {
		return err
	}
	err := h.Trees.Integrate(ctx, 100, func(context.Context, tree.Round) (tree.Batch, error) {
		return tree.Batch{At: start}, nil
	})
	if err := refused("integrate", err, tree.ErrUnread); err != nil {
		return err
	}
	round, _, err := integrate(ctx, h.Trees, 100)
	return errors.Join(err, same("the round after", round.leaves(), leaves(practice, 0, 3)))
}

func limitKeepsTogether(ctx context.Context, h Harness) error {
	for i := range 4 {
		if err := h.Entries.Append(ctx, leaves(practice, 10*i, 10*i+3)...); err != nil {
			return err
		}
	}
	if err := h.Entries.Append(ctx, leaves("oak", 0, 9)...); err != nil {
		return err
	}
	for i, want := range [][]audit.Leaf{
		slices.Concat(leaves(practice, 0, 3), leaves(practice, 10, 13)), // a third three would be more than seven
		slices.Concat(leaves(practice, 20, 23), leaves(practice, 30, 33)),
		leaves("oak", 0, 9), // more than seven, but of one transaction
		nil,
	} {
		round, _, err := integrate(ctx, h.Trees, 7)
		if err != nil {
			return err
		}
		if err := same(fmt.Sprint("round ", i+1), round.leaves(), want); err != nil {
			return err
		}
	}
	return nil
}

func strays(ctx context.Context, h Harness) error {
	out, waits := leaf(practice, 1), leaf(practice, 0)
	if err := h.Entries.Append(ctx, out, leaf(practice, 2), leaf("oak", 1)); err != nil {
		return err
	}
	if _, _, err := integrate(ctx, h.Trees, 100, out.ID); err != nil {
		return err
	}
	if err := h.Entries.Append(ctx, waits); err != nil {
		return err
	}
	found, err := h.Trees.Strays(ctx, practice, "", 10)
	if err != nil {
		return err
	}
	if len(found) != 2 || !found[0].Leaf.Equal(waits) || !found[0].Pending ||
		!found[1].Leaf.Equal(out) || found[1].Pending {
		return fmt.Errorf("the strays are %+v", found)
	}
	round, _, err := integrate(ctx, h.Trees, 100)
	if err != nil {
		return err
	}
	return same("the round after", round.leaves(), []audit.Leaf{waits})
}

func strayPages(ctx context.Context, h Harness) error {
	if err := h.Entries.Append(ctx, leaves(practice, 0, 7)...); err != nil {
		return err
	}
	var ids []string
	for after := ""; ; after = ids[len(ids)-1] {
		page, err := h.Trees.Strays(ctx, practice, after, 3)
		if err != nil {
			return err
		}
		if len(page) > 3 {
			return fmt.Errorf("a page of at most 3 has %d strays", len(page))
		}
		if len(page) == 0 {
			break
		}
		for _, s := range page {
			ids = append(ids, s.Leaf.ID)
		}
		if len(ids) > 7 {
			break
		}
	}
	for i := range 7 {
		if len(ids) != 7 || ids[i] != leaf(practice, i).ID {
			return fmt.Errorf("the strays are %q", ids)
		}
	}
	return nil
}

func namedTwice(ctx context.Context, h Harness) error {
	if err := h.Entries.Append(ctx, leaves(practice, 0, 3)...); err != nil {
		return err
	}
	err := h.Trees.Integrate(ctx, 100, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		b, err := made(ctx, r)
		if err != nil {
			return b, err
		}
		again := &b.Heads[0]
		again.Marks = append(again.Marks, again.Marks[1])
		again.Hashes = append(again.Hashes, hash(2*again.Size), hash(2*again.Size+1))
		again.Size++
		return b, nil
	})
	if err != nil {
		return err
	}
	found, err := h.Trees.Strays(ctx, practice, "", 10)
	if err != nil {
		return err
	}
	if len(found) != 1 || !found[0].Leaf.Equal(leaf(practice, 1)) || found[0].Times != 2 || found[0].Pending {
		return fmt.Errorf("the strays are %+v", found)
	}
	return nil
}

func adopted(ctx context.Context, h Harness) error {
	out, in, waits := leaf(practice, 0), leaf(practice, 1), leaf(practice, 2)
	if err := h.Entries.Append(ctx, out, in, leaf(practice, 3), leaf("oak", 0)); err != nil {
		return err
	}
	if _, _, err := integrate(ctx, h.Trees, 100, out.ID, leaf(practice, 3).ID); err != nil {
		return err
	}
	if err := h.Entries.Append(ctx, waits); err != nil {
		return err
	}
	var round given
	adopt := func(ids ...string) error {
		round = given{}
		return h.Trees.Adopt(ctx, practice, ids, func(ctx context.Context, r tree.Round) (b tree.Batch, err error) {
			round, err = read(ctx, r)
			return heads(round), err
		})
	}
	if err := adopt(out.ID, in.ID, waits.ID, "nobody"); err != nil {
		return err
	}
	if round.Number != 2 || round.Tips[practice].Size != 1 {
		return fmt.Errorf("the round of adoption is %+v", round)
	}
	if err := same("the adopted", round.leaves(), []audit.Leaf{out}); err != nil {
		return err
	}
	if err := adopt(out.ID); err != nil || round.Number != 0 {
		return fmt.Errorf("a leaf was adopted twice, or the error is %w", err)
	}
	if err := adopt(); err != nil || round.Number != 0 {
		return fmt.Errorf("nothing was adopted as %+v, or the error is %w", round, err)
	}
	next, _, err := integrate(ctx, h.Trees, 100)
	if err != nil || next.Number != 3 {
		return fmt.Errorf("the round after is %d, error %w", next.Number, err)
	}
	return same("the round after", next.leaves(), []audit.Leaf{waits})
}

func rowsFound(ctx context.Context, h Harness) error {
	if err := h.Entries.Append(ctx, leaf(practice, 0), leaf(practice, 1), leaf("oak", 2)); err != nil {
		return err
	}
	round, _, err := integrate(ctx, h.Trees, 100)
	if err != nil {
		return err
	}
	ids := []string{leaf(practice, 1).ID, leaf("oak", 2).ID, "nobody", leaf(practice, 0).ID}
	found, err := h.Trees.Rows(ctx, practice, ids)
	if err != nil || len(found) != 2 {
		return fmt.Errorf("found %d rows, error %w", len(found), err)
	}
	for _, row := range round.Rows[:2] {
		if !slices.ContainsFunc(found, func(f tree.Row) bool { return f.Order == row.Order && f.Leaf.Equal(row.Leaf) }) {
			return fmt.Errorf("%+v is not among %+v", row, found)
		}
	}
	none, err := h.Trees.Rows(ctx, practice, nil)
	if err != nil || len(none) > 0 {
		return fmt.Errorf("no id finds %d rows, error %w", len(none), err)
	}
	return nil
}

func oneAtATime(ctx context.Context, h Harness) error {
	if err := h.Entries.Append(ctx, leaf(practice, 0)); err != nil {
		return err
	}
	err := h.Trees.Integrate(ctx, 100, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		second := make(chan error)
		go func() {
			_, _, err := integrate(ctx, h.Trees, 100)
			second <- err
		}()
		b, err := made(ctx, r)
		return b, errors.Join(err, refused("a second notary", <-second, tree.ErrBusy))
	})
	if err != nil {
		return err
	}
	if err := h.Entries.Append(ctx, leaf(practice, 1)); err != nil {
		return err
	}
	round, _, err := integrate(ctx, h.Trees, 100)
	return errors.Join(err, same("the round after", round.leaves(), leaves(practice, 1, 2)))
}

func cancelledBatch(ctx context.Context, h Harness) error {
	if err := h.Entries.Append(ctx, leaf(practice, 0)); err != nil {
		return err
	}
	ended, stop := context.WithCancel(ctx)
	err := h.Trees.Integrate(ended, 100, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		b, err := made(ctx, r)
		stop()
		return b, err
	})
	stop()
	if err := refused("integrate", err, context.Canceled); err != nil {
		return err
	}
	round, _, err := integrate(ctx, h.Trees, 100)
	for began := time.Now(); errors.Is(err, tree.ErrBusy) && time.Since(began) < 5*time.Second; { // a server notices it later
		time.Sleep(time.Millisecond)
		round, _, err = integrate(ctx, h.Trees, 100)
	}
	return errors.Join(err, same("the round after", round.leaves(), leaves(practice, 0, 1)))
}
