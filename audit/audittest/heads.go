package audittest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

func headsKept(ctx context.Context, h Harness) error {
	odd := leaf(`a "quoted", {braced} \ näme`, 1)
	odd.ID = `an "odd", {id} \`
	if err := h.Entries.Append(ctx, leaf(practice, 0), odd, leaf(practice, 2)); err != nil {
		return err
	}
	_, batch, err := integrate(ctx, h.Trees, 100)
	if err != nil {
		return err
	}
	for _, want := range batch.Heads {
		found, err := h.Trees.Heads(ctx, tree.Query{Practice: want.Practice, Limit: 10})
		if err != nil {
			return err
		}
		if !reflect.DeepEqual(found, []tree.Head{want}) {
			return fmt.Errorf("the heads of %q are %+v, not %+v", want.Practice, found, want)
		}
		found[0].Marks[0].ID = "changed"
		found[0].Hashes[0][0]++
		again, err := h.Trees.Heads(ctx, tree.Query{Practice: want.Practice, Limit: 10})
		if err != nil || !reflect.DeepEqual(again, []tree.Head{want}) {
			return fmt.Errorf("a head is shared with the caller; the error is %w", err)
		}
	}
	return nil
}

// grown makes three batches: of leaves 0-1, 2-3 and 4-5 of the practice, and one of oak each.
func grown(ctx context.Context, h Harness) error {
	for i := range 3 {
		if err := h.Entries.Append(ctx, leaf(practice, 2*i), leaf(practice, 2*i+1), leaf("oak", i)); err != nil {
			return err
		}
		if _, _, err := integrate(ctx, h.Trees, 100); err != nil {
			return err
		}
	}
	return nil
}

func headsFound(ctx context.Context, h Harness) error {
	if err := grown(ctx, h); err != nil {
		return err
	}
	for _, c := range []struct {
		q    tree.Query
		want []int64 // sizes
	}{
		{tree.Query{Practice: practice, Limit: 10}, []int64{2, 4, 6}},
		{tree.Query{Practice: practice, Limit: 2}, []int64{2, 4}},
		{tree.Query{Practice: practice, Limit: 10, After: 2}, []int64{4, 6}},
		{tree.Query{Practice: practice, Limit: 10, After: 6}, nil},
		{tree.Query{Practice: practice, Limit: 10, Since: 1}, []int64{4, 6}},
		{tree.Query{Practice: practice, Limit: 10, Since: 1, After: 4}, []int64{6}},
		{tree.Query{Practice: practice, Limit: 10, Since: 3}, nil},
		{tree.Query{Practice: practice, Limit: 1, Newest: true}, []int64{6}},
		{tree.Query{Practice: practice, Limit: 10, Newest: true, After: 2}, []int64{6, 4}},
		{tree.Query{Practice: practice, Limit: 10, ID: leaf(practice, 3).ID}, []int64{4}},
		{tree.Query{Practice: practice, Limit: 10, ID: "nobody"}, nil},
		{tree.Query{Practice: "oak", Limit: 10}, []int64{1, 2, 3}},
		{tree.Query{Practice: "Oak", Limit: 10}, nil},
		{tree.Query{Limit: 1, Newest: true, ID: "oak"}, []int64{6}},
	} {
		found, err := h.Trees.Heads(ctx, c.q)
		if err != nil {
			return err
		}
		var sizes []int64
		for _, head := range found {
			sizes = append(sizes, head.Size)
		}
		if !slices.Equal(sizes, c.want) {
			return fmt.Errorf("%+v finds heads of %v leaves, not of %v", c.q, sizes, c.want)
		}
	}
	return nil
}

func headsInBrief(ctx context.Context, h Harness) error {
	if err := grown(ctx, h); err != nil {
		return err
	}
	for _, q := range []tree.Query{
		{Practice: practice, Limit: 10},
		{Practice: practice, Limit: 1, Newest: true, After: 2},
		{Practice: practice, Limit: 10, ID: leaf(practice, 3).ID},
	} {
		want, err := h.Trees.Heads(ctx, q)
		if err != nil {
			return err
		}
		for i := range want {
			want[i].Marks, want[i].Hashes = nil, nil
		}
		q.Brief = true
		found, err := h.Trees.Heads(ctx, q)
		if err != nil || !reflect.DeepEqual(found, want) {
			return fmt.Errorf("%+v finds %+v, not %+v, and the error is %w", q, found, want, err)
		}
	}
	return nil
}

func marksFound(ctx context.Context, h Harness) error {
	if err := grown(ctx, h); err != nil {
		return err
	}
	for at := range int64(6) {
		q := tree.Query{Practice: practice, Limit: 10, ID: leaf(practice, int(at)).ID}
		found, err := h.Trees.Heads(ctx, q)
		if err != nil || len(found) != 1 || found[0].Found != at {
			return fmt.Errorf("the mark at %d is in %+v, error %w", at, found, err)
		}
	}
	// In the tree of heads a practice has a mark for each of its heads, the first or second of a batch.
	found, err := h.Trees.Heads(ctx, tree.Query{Limit: 10, ID: "oak"})
	if err != nil || len(found) != 3 {
		return fmt.Errorf("oak has %d heads, error %w", len(found), err)
	}
	for i, head := range found {
		if head.Found != int64(2*i+1) || head.Marks[head.Found-head.First].ID != "oak" {
			return fmt.Errorf("the head of oak's batch %d is found at %d", i+1, head.Found)
		}
	}
	return nil
}

func tipsGiven(ctx context.Context, h Harness) error {
	if err := grown(ctx, h); err != nil {
		return err
	}
	if err := h.Entries.Append(ctx, leaf("oak", 7), leaf("ash", 8)); err != nil {
		return err
	}
	round, _, err := integrate(ctx, h.Trees, 100)
	if err != nil {
		return err
	}
	want := map[string]int64{"oak": 3, "": 6}
	for name, tip := range round.Tips {
		if tip.Practice != name || tip.Size != want[name] || tip.Number != 3 || tip.Checkpoint == "" {
			return fmt.Errorf("%q has the newest head %+v", name, tip)
		}
		delete(want, name)
	}
	if len(want) > 0 {
		return fmt.Errorf("no newest head of %v", want)
	}
	return nil
}

// mentionsGiven lets practices rest while the tree of heads grows by more batches than a store may read at once, and asks
// for a few of them, and then for many.
func mentionsGiven(ctx context.Context, h Harness) error {
	if err := grown(ctx, h); err != nil {
		return err
	}
	many := []audit.Leaf{leaf(practice, 41), leaf("oak", 41), leaf("ash", 41)}
	for i := range 10 {
		many = append(many, leaf(fmt.Sprint("yew ", i), 41))
	}
	for i, round := range []struct {
		leaves []audit.Leaf
		want   map[string]tree.Mention
	}{
		{
			[]audit.Leaf{leaf(practice, 40), leaf("oak", 40), leaf("ash", 40)},
			map[string]tree.Mention{practice: {Number: 3, Position: 4}, "oak": {Number: 23, Position: 25}},
		},
		{
			many, map[string]tree.Mention{
				practice: {Number: 24, Position: 26}, "oak": {Number: 44, Position: 48}, "ash": {Number: 24, Position: 28},
			},
		},
	} {
		for k := range 20 {
			if err := h.Entries.Append(ctx, leaf("oak", 50+20*i+k)); err != nil {
				return err
			}
			if _, _, err := integrate(ctx, h.Trees, 100); err != nil {
				return err
			}
		}
		if err := h.Entries.Append(ctx, round.leaves...); err != nil {
			return err
		}
		g, _, err := integrate(ctx, h.Trees, 100)
		if err != nil {
			return err
		}
		if !maps.Equal(g.Mentions, round.want) {
			return fmt.Errorf("the newest mentions are %+v, not %+v", g.Mentions, round.want)
		}
	}
	return nil
}

func hashesFound(ctx context.Context, h Harness) error {
	if err := grown(ctx, h); err != nil {
		return err
	}
	keys := []tree.Key{
		{Practice: practice, Index: 11, Leaf: 5},
		{Practice: "oak", Index: 0, Leaf: 0},
		{Practice: practice, Index: 4, Leaf: 2},
		{Practice: "", Index: 7, Leaf: 3},
		{Practice: practice, Index: 4, Leaf: 2},
	}
	check := func(read func(context.Context, []tree.Key) ([]tree.Hash, error)) error {
		found, err := read(ctx, keys)
		if err != nil || len(found) != len(keys) {
			return fmt.Errorf("found %d hashes, error %w", len(found), err)
		}
		for i, k := range keys {
			if found[i] != hash(k.Index) {
				return fmt.Errorf("%+v is %x", k, found[i])
			}
		}
		for _, k := range []tree.Key{
			{Practice: practice, Index: 12, Leaf: 6},
			{Practice: practice, Index: 11, Leaf: 3},
			{Practice: practice, Index: 1, Leaf: 3},
			{Practice: "Oak", Index: 0, Leaf: 0},
			{Practice: practice, Index: -1, Leaf: -1},
		} {
			if _, err := read(ctx, append(slices.Clone(keys), k)); !errors.Is(err, tree.ErrNotFound) {
				return fmt.Errorf("%+v: the error is %w", k, err)
			}
		}
		return nil
	}
	if err := check(h.Trees.Hashes); err != nil {
		return err
	}
	if err := h.Entries.Append(ctx, leaf("ash", 0)); err != nil {
		return err
	}
	return h.Trees.Integrate(ctx, 100, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		b, err := made(ctx, r)
		return b, errors.Join(err, check(r.Hashes))
	})
}
