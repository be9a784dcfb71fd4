package audittest_test

import (
	"context"
	"errors"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/audit/audittest"
	"github.com/enamel-go/enamel/audit/tree"
)

// flawed is a store of trees with one flaw.
type flawed struct {
	*auditmem.Store
	flaw string
}

func (f flawed) has(flaw string) bool { return f.flaw == flaw }

func (f flawed) Integrate(ctx context.Context, limit int, work tree.Work) error {
	called := false
	var failed error
	if f.has("ignores a cancelled context") {
		ctx = context.WithoutCancel(ctx)
	}
	if f.has("parts what was appended together") {
		limit = 1 // so that what follows has a limit of its own
	}
	err := f.Store.Integrate(ctx, limit, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		called = true
		switch {
		case f.has("loses a leaf"):
			r.Rows = changed(r.Rows, func(rows []tree.Row) []tree.Row { return rows[:len(rows)-1] })
		case f.has("turns the order round"):
			r.Rows = changed(r.Rows, func(rows []tree.Row) []tree.Row { slices.Reverse(rows); return rows })
		case f.has("forgets the newest heads"):
			r.Tips = func(context.Context, []string) (map[string]tree.Head, error) { return nil, nil }
		case f.has("forgets the newest head of the tree of heads"):
			read := r.Tips
			r.Tips = func(ctx context.Context, practices []string) (map[string]tree.Head, error) {
				tips, err := read(ctx, practices)
				delete(tips, "")
				return tips, err
			}
		case f.has("forgets mentions"):
			r.Mentions = func(context.Context, []string) (map[string]tree.Mention, error) { return nil, nil }
		case f.has("finds mentions at the beginning of their heads"):
			read := r.Mentions
			r.Mentions = func(ctx context.Context, practices []string) (map[string]tree.Mention, error) {
				found, err := read(ctx, practices)
				for practice, m := range found {
					found[practice] = tree.Mention{Number: m.Number, Position: max(m.Position-1, 0)}
				}
				return found, err
			}
		case f.has("finds mentions of whoever is in the newest head"):
			r.Mentions = func(_ context.Context, practices []string) (map[string]tree.Mention, error) {
				found := map[string]tree.Mention{}
				for _, practice := range practices {
					found[practice] = tree.Mention{Number: r.Number - 1, Position: r.Number}
				}
				return found, nil
			}
		case f.has("counts batches from nought"):
			r.Number--
		case f.has("gives all rows one order"):
			r.Rows = changed(r.Rows, func(rows []tree.Row) []tree.Row {
				for i := range rows {
					rows[i].Order = "1"
				}
				return rows
			})
		case f.has("gives another store's hashes"):
			r.Hashes = auditmem.New().Hashes
		}
		b, err := work(ctx, r)
		if f.has("passes over what was not read") {
			for range r.Rows {
			}
		}
		if f.has("keeps what failed") {
			failed, err = err, nil
		}
		if f.has("forgets what is set aside") {
			b.Aside = nil
		}
		if f.has("forgets a head") && len(b.Heads) > 1 {
			b.Heads = b.Heads[:len(b.Heads)-1]
		}
		return b, err
	})
	if !called && err == nil && f.has("works on nothing") {
		_, err = work(ctx, tree.Round{
			Number: 9, Rows: func(func([]tree.Row, error) bool) {},
			Tips:     func(context.Context, []string) (map[string]tree.Head, error) { return nil, nil },
			Mentions: func(context.Context, []string) (map[string]tree.Mention, error) { return nil, nil },
		})
	}
	if f.has("lets two notaries work") && errors.Is(err, tree.ErrBusy) {
		return nil
	}
	return errors.Join(err, failed)
}

// changed changes each part of rows.
func changed(parts iter.Seq2[[]tree.Row, error], change func([]tree.Row) []tree.Row) iter.Seq2[[]tree.Row, error] {
	return func(yield func([]tree.Row, error) bool) {
		for part, err := range parts {
			if !yield(change(part), err) {
				return
			}
		}
	}
}

func (f flawed) Adopt(ctx context.Context, practice string, ids []string, work tree.Work) error {
	switch {
	case f.has("adopts nothing"):
		return nil
	case f.has("adopts for another practice"):
		practice = "oak"
	}
	return f.Store.Adopt(ctx, practice, ids, work)
}

func (f flawed) Waiting(ctx context.Context) ([]string, error) {
	found, err := f.Store.Waiting(ctx)
	switch {
	case f.has("says that nobody waits"):
		return nil, err
	case f.has("turns round who waits"):
		slices.Reverse(found)
	}
	return found, err
}

func (f flawed) Resume(ctx context.Context, practice string, limit int, work tree.Work) error {
	switch {
	case f.has("takes nothing up"):
		return nil
	case f.has("takes up what is another practice's"):
		practice = "oak"
	case f.has("ignores the limit of what is taken up"):
		limit = 100
	case f.has("takes up one batch at a time"):
		limit = 1
	}
	called := false
	err := f.Store.Resume(ctx, practice, limit, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		called = true
		if f.has("turns round what is taken up") {
			r.Rows = changed(r.Rows, func(rows []tree.Row) []tree.Row { slices.Reverse(rows); return rows })
		}
		if f.has("loses what is taken up") {
			r.Rows = changed(r.Rows, func(rows []tree.Row) []tree.Row { return rows[:max(0, len(rows)-1)] })
		}
		b, err := work(ctx, r)
		switch {
		case f.has("forgets what is set aside again"):
			b.Aside = nil
		case f.has("keeps what failed to be taken up"):
			err = nil
		case f.has("leaves set aside what it takes up") && err == nil:
			var ids []string
			for _, h := range b.Heads {
				for _, m := range h.Marks {
					if h.Practice == practice {
						ids = append(ids, m.ID)
					}
				}
			}
			b.Aside = []tree.Aside{{Practice: practice, IDs: ids}}
		}
		return b, err
	})
	if !called && err == nil && f.has("works on what was taken up") {
		_, err = work(ctx, tree.Round{
			Number: 9, Rows: func(func([]tree.Row, error) bool) {},
			Tips:     func(context.Context, []string) (map[string]tree.Head, error) { return nil, nil },
			Mentions: func(context.Context, []string) (map[string]tree.Mention, error) { return nil, nil },
		})
	}
	return err
}

func (f flawed) Heads(ctx context.Context, q tree.Query) ([]tree.Head, error) {
	switch {
	case f.has("ignores the size"):
		q.After = 0
	case f.has("ignores the batch"):
		q.Since = 0
	case f.has("ignores the mark"):
		q.ID = ""
	case f.has("ignores the age"):
		q.Newest = false
	case f.has("ignores the limit"):
		q.Limit = 100
	case f.has("is never brief"):
		q.Brief = false
	}
	heads, err := f.Store.Heads(ctx, q)
	for i := range heads {
		switch {
		case f.has("forgets the order of a mark"):
			for k := range heads[i].Marks {
				heads[i].Marks[k].Order = ""
			}
		case f.has("forgets the checkpoint"):
			heads[i].Checkpoint = ""
		case f.has("forgets a hash"):
			heads[i].Hashes = heads[i].Hashes[min(1, len(heads[i].Hashes)):]
		case f.has("is too brief") && q.Brief:
			heads[i].FirstHash = 0
		case f.has("finds a mark at the beginning of its head"):
			heads[i].Found = heads[i].First
		}
	}
	return heads, err
}

func (f flawed) Rows(ctx context.Context, practice string, ids []string) ([]tree.Row, error) {
	rows, err := f.Store.Rows(ctx, practice, ids)
	switch {
	case f.has("finds no row"):
		return nil, err
	case f.has("adds a row of another practice"):
		more, err2 := f.Store.Rows(ctx, "oak", ids)
		return append(rows, more...), errors.Join(err, err2)
	}
	return rows, err
}

func (f flawed) Strays(ctx context.Context, practice, after string, limit int) ([]tree.Stray, error) {
	switch {
	case f.has("ignores where a page of strays begins"):
		after = ""
	case f.has("ignores the limit of strays"):
		limit = 100
	}
	found, err := f.Store.Strays(ctx, practice, after, limit)
	for i := range found {
		switch {
		case f.has("lets every stray wait"):
			found[i].Pending = true
		case f.has("lets no stray wait"):
			found[i].Pending = false
		case f.has("does not count marks"):
			found[i].Times = 0
		}
	}
	return found, err
}

func (f flawed) Hashes(ctx context.Context, keys []tree.Key) ([]tree.Hash, error) {
	found, err := f.Store.Hashes(ctx, keys)
	switch {
	case f.has("makes up hashes") && err != nil:
		return make([]tree.Hash, len(keys)), nil
	case f.has("turns hashes round"):
		slices.Reverse(found)
	}
	return found, err
}

func (f flawed) Prunes(ctx context.Context, practice, after string, limit int) ([]tree.Row, error) {
	switch {
	case f.has("ignores where a page of prunings begins"):
		after = ""
	case f.has("ignores the limit of prunings"):
		limit = 100
	case f.has("finds another practice's prunings"):
		practice = "oak"
	}
	rows, err := f.Store.Prunes(ctx, practice, after, limit)
	if f.has("takes any entry for a pruning") {
		return f.Store.Rows(ctx, practice, []string{"id-000019"})
	}
	return rows, err
}

func (f flawed) Months(ctx context.Context) ([]tree.Month, error) {
	found, err := f.Store.Months(ctx)
	switch {
	case f.has("lists months in any order"):
		slices.Reverse(found)
	case f.has("forgets a month"):
		found = found[1:]
	case f.has("lists no terms"):
		for i := range found {
			found[i].Term = audit.OneYear
		}
	}
	return found, err
}

func (f flawed) Shares(ctx context.Context, m tree.Month) ([]tree.Share, error) {
	shares, err := f.Store.Shares(ctx, m)
	for i := range shares {
		switch {
		case f.has("counts one leaf too few"):
			shares[i].Leaves--
		case f.has("gives the month's end for the newest leaf"):
			shares[i].Newest = m.End()
		}
	}
	if f.has("forgets a practice's share") && len(shares) > 0 {
		shares = shares[1:]
	}
	return shares, err
}

func (f flawed) Drop(ctx context.Context, m tree.Month, want []tree.Share, leaves ...audit.Leaf) error {
	switch {
	case f.has("forgets what a drop appends"):
		leaves = nil
	case f.has("appends what a drop should and refuses"):
		_ = f.Append(ctx, leaves...)
	case f.has("drops before it appends"):
		return errors.Join(f.Store.Drop(ctx, m, want), f.Append(ctx, leaves...))
	case f.has("drops nothing"):
		return nil
	case f.has("drops what has changed"):
		want, _ = f.Store.Shares(ctx, m)
	case f.has("ignores a cancelled drop"):
		ctx = context.WithoutCancel(ctx)
	case f.has("compares only the practices"):
		now, _ := f.Store.Shares(ctx, m)
		same := func(a, b tree.Share) bool { return a.Practice == b.Practice }
		if slices.EqualFunc(now, want, same) {
			want = now
		}
	case f.has("compares only the counts"):
		now, _ := f.Store.Shares(ctx, m)
		same := func(a, b tree.Share) bool { return a.Practice == b.Practice && a.Leaves == b.Leaves }
		if slices.EqualFunc(now, want, same) {
			want = now
		}
	case f.has("drops the other term too"):
		other := tree.Month{Term: audit.SixYears, Year: m.Year, Month: m.Month}
		shares, _ := f.Store.Shares(ctx, other)
		return errors.Join(f.Store.Drop(ctx, other, shares), f.Store.Drop(ctx, m, want, leaves...))
	case f.has("drops the month after"):
		next := tree.MonthOf(m.Term, m.End())
		shares, _ := f.Store.Shares(ctx, next)
		return errors.Join(f.Store.Drop(ctx, next, shares), f.Store.Drop(ctx, m, want, leaves...))
	case f.has("drops what it does not know"):
		if err := f.Store.Drop(ctx, m, want, leaves...); !errors.Is(err, tree.ErrChanged) {
			return err
		}
		now, err := f.Store.Shares(ctx, m)
		if len(now) > 0 || err != nil {
			return errors.Join(err, tree.ErrChanged)
		}
		return nil
	}
	return f.Store.Drop(ctx, m, want, leaves...)
}

func treeFailures(t *testing.T, flaw string) []string {
	var failed []string
	for _, c := range audittest.TreeCases() {
		s := auditmem.New()
		if err := c.Check(t.Context(), audittest.Harness{Entries: s, Trees: flawed{s, flaw}}); err != nil {
			failed = append(failed, c.Name)
		}
	}
	for _, c := range audittest.PruneCases() {
		s := auditmem.New()
		if err := c.Check(t.Context(), audittest.Harness{Entries: s, Trees: s, Pruner: flawed{s, flaw}}); err != nil {
			failed = append(failed, c.Name)
		}
	}
	return failed
}

func TestEveryFlawOfTreesIsFound(t *testing.T) {
	require.Empty(t, treeFailures(t, ""))
	for _, flaw := range []string{
		"ignores a cancelled context", "parts what was appended together", "passes over what was not read", "loses a leaf", "turns the order round",
		"forgets the newest heads", "forgets the newest head of the tree of heads",
		"forgets mentions", "finds mentions at the beginning of their heads", "finds mentions of whoever is in the newest head", "ignores the batch", "counts batches from nought",
		"gives all rows one order", "gives another store's hashes", "keeps what failed", "forgets a head",
		"forgets what is set aside", "says that nobody waits", "turns round who waits", "takes nothing up",
		"takes up what is another practice's", "ignores the limit of what is taken up", "takes up one batch at a time",
		"turns round what is taken up", "loses what is taken up", "forgets what is set aside again",
		"keeps what failed to be taken up", "leaves set aside what it takes up", "works on what was taken up",
		"works on nothing", "lets two notaries work", "adopts nothing", "adopts for another practice", "ignores the size",
		"ignores the mark", "ignores the age", "ignores the limit", "is never brief", "is too brief",
		"finds a mark at the beginning of its head", "forgets the order of a mark", "forgets the checkpoint",
		"forgets a hash", "finds no row", "adds a row of another practice", "ignores where a page of strays begins",
		"ignores the limit of strays", "lets every stray wait", "lets no stray wait", "does not count marks", "makes up hashes", "turns hashes round",
		"ignores where a page of prunings begins", "ignores the limit of prunings", "finds another practice's prunings",
		"takes any entry for a pruning", "lists months in any order", "forgets a month", "lists no terms",
		"counts one leaf too few", "gives the month's end for the newest leaf", "forgets a practice's share",
		"drops nothing", "drops what has changed", "ignores a cancelled drop", "compares only the practices",
		"compares only the counts", "drops the other term too", "drops the month after", "drops what it does not know",
		"forgets what a drop appends", "appends what a drop should and refuses", "drops before it appends",
	} {
		require.NotEmpty(t, treeFailures(t, flaw), "a store that %s passes the suite", flaw)
	}
}
