package audittest

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

// without makes the heads of a round as if the keys of a practice could not be had.
func without(r given, absent string) tree.Batch {
	var ids []string
	for _, row := range r.Rows {
		if row.Leaf.Practice == absent {
			ids = append(ids, row.Leaf.ID)
		}
	}
	b := heads(r, ids...)
	if len(ids) > 0 {
		b.Aside = []tree.Aside{{Practice: absent, IDs: ids}}
	}
	return b
}

// setAside appends what is given in one transaction and makes a batch of it that sets a practice aside.
func setAside(ctx context.Context, h Harness, absent string, appended ...audit.Leaf) error {
	if err := h.Entries.Append(ctx, appended...); err != nil {
		return err
	}
	return h.Trees.Integrate(ctx, 100, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		g, err := read(ctx, r)
		return without(g, absent), err
	})
}

// resume takes up what is set aside of a practice and returns the round.
func resume(ctx context.Context, s tree.Store, practice string, limit int) (given, error) {
	var round given
	err := s.Resume(ctx, practice, limit, func(ctx context.Context, r tree.Round) (b tree.Batch, err error) {
		round, err = read(ctx, r)
		return heads(round), err
	})
	return round, err
}

// waits checks of which practices leaves are set aside.
func waits(ctx context.Context, s tree.Store, want ...string) error {
	found, err := s.Waiting(ctx)
	if err != nil || !slices.Equal(found, want) {
		return fmt.Errorf("leaves of %q are set aside, not of %q; the error is %w", found, want, err)
	}
	return nil
}

func asideWaits(ctx context.Context, h Harness) error {
	if err := waits(ctx, h.Trees); err != nil {
		return err
	}
	// The ids go down, so that only the order of arrival explains what comes.
	first, second := leaf(practice, 9), leaf(practice, 8)
	if err := setAside(ctx, h, practice, first, second, leaf("oak", 1)); err != nil {
		return err
	}
	if err := waits(ctx, h.Trees, practice); err != nil {
		return err
	}
	found, err := h.Trees.Strays(ctx, practice, "", 10)
	if err != nil {
		return err
	}
	if len(found) != 2 || !found[0].Pending || !found[1].Pending {
		return fmt.Errorf("the strays are %+v", found)
	}
	next := leaf(practice, 7)
	if err := h.Entries.Append(ctx, next); err != nil {
		return err
	}
	round, _, err := integrate(ctx, h.Trees, 100)
	if err := cmp.Or(err, same("the round after", round.leaves(), []audit.Leaf{next})); err != nil {
		return err
	}
	if round, err = resume(ctx, h.Trees, practice, 100); err != nil {
		return err
	}
	if round.Number != 3 || round.Tips[practice].Size != 1 {
		return fmt.Errorf("the round that takes leaves up is %+v", round)
	}
	if err := same("what was taken up", round.leaves(), []audit.Leaf{first, second}); err != nil {
		return err
	}
	found, err = h.Trees.Strays(ctx, practice, "", 10)
	if err != nil || len(found) > 0 {
		return fmt.Errorf("the strays are %+v, error %w", found, err)
	}
	if round, err = resume(ctx, h.Trees, practice, 100); err != nil || round.Number != 0 {
		return fmt.Errorf("leaves were taken up twice, or the error is %w", err)
	}
	return waits(ctx, h.Trees)
}

func asideInParts(ctx context.Context, h Harness) error {
	for i := range 4 {
		if err := setAside(ctx, h, practice, leaf(practice, 2*i), leaf(practice, 2*i+1)); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		limit    int
		from, to int
	}{{5, 0, 4}, {1, 4, 6}, {100, 6, 8}} {
		if err := waits(ctx, h.Trees, practice); err != nil {
			return err
		}
		round, err := resume(ctx, h.Trees, practice, c.limit)
		if err := cmp.Or(err, same(fmt.Sprint("up to ", c.limit), round.leaves(), leaves(practice, c.from, c.to))); err != nil {
			return err
		}
	}
	return waits(ctx, h.Trees)
}

func asideAgain(ctx context.Context, h Harness) error {
	want := leaves(practice, 0, 2)
	if err := setAside(ctx, h, practice, want...); err != nil {
		return err
	}
	if err := setAside(ctx, h, "oak", leaf("oak", 0)); err != nil {
		return err
	}
	err := h.Trees.Resume(ctx, practice, 100, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		b, err := made(ctx, r)
		return b, cmp.Or(err, errNoWork)
	})
	if err := cmp.Or(refused("resume", err, errNoWork), waits(ctx, h.Trees, practice, "oak")); err != nil {
		return err
	}
	err = h.Trees.Resume(ctx, practice, 100, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		g, err := read(ctx, r)
		return without(g, practice), err
	})
	if err := cmp.Or(err, waits(ctx, h.Trees, practice, "oak")); err != nil {
		return err
	}
	round, err := resume(ctx, h.Trees, practice, 100)
	if err := cmp.Or(err, same("what was set aside again", round.leaves(), want), waits(ctx, h.Trees, "oak")); err != nil {
		return err
	}
	round, err = resume(ctx, h.Trees, "oak", 100)
	return cmp.Or(err, same("what was set aside of oak", round.leaves(), leaves("oak", 0, 1)), waits(ctx, h.Trees))
}

func asideAdopted(ctx context.Context, h Harness) error {
	if err := setAside(ctx, h, practice, leaves(practice, 0, 2)...); err != nil {
		return err
	}
	for i := range 2 {
		err := h.Trees.Adopt(ctx, practice, []string{leaf(practice, i).ID}, made)
		if err := cmp.Or(err, waits(ctx, h.Trees, practice)); err != nil {
			return err
		}
	}
	round, err := resume(ctx, h.Trees, practice, 100)
	if err != nil || round.Number != 4 || len(round.Rows) > 0 {
		return fmt.Errorf("what a head names was taken up as %+v, error %w", round, err)
	}
	return waits(ctx, h.Trees)
}
