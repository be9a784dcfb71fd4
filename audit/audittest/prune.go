package audittest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

var february = tree.Month{Term: audit.OneYear, Year: 2024, Month: time.February}

// dated returns the i-th leaf of a practice as one of a term and a moment, under an id of that moment.
func dated(practice string, i int, term audit.Term, at time.Time) audit.Leaf {
	f := leaf(practice, i)
	f.ID, f.Term, f.At = uuidv7.At(at), term, at
	return f
}

// months appends leaves around February 2024, and returns those that are in it and those that are not.
func months(ctx context.Context, h Harness) (in, out []audit.Leaf, err error) {
	first, last := february.Start(), february.End().Add(-time.Millisecond)
	odd := dated("oak", 9, audit.OneYear, first)
	odd.ID = "e-00009"
	in = []audit.Leaf{
		dated(practice, 0, audit.OneYear, first), dated(practice, 1, audit.OneYear, last.Add(999*time.Microsecond)),
		dated("oak", 2, audit.OneYear, last), dated(practice, 3, audit.OneYear, first.AddDate(0, 0, 28)),
	}
	out = []audit.Leaf{
		dated(practice, 4, audit.OneYear, first.Add(-time.Microsecond)), dated(practice, 5, audit.SixYears, first),
		dated(practice, 6, audit.OneYear, last.Add(time.Millisecond)), dated("oak", 7, audit.SixYears, last),
		dated("elm", 8, audit.OneYear, first.AddDate(1, 0, 0)), odd,
	}
	if err := h.Entries.Append(ctx, slices.Concat(in, out)...); err != nil || h.Months == nil {
		return in, out, err
	}
	return in, out, h.Months(ctx)
}

// sharesOf are those of february in the log of months.
func sharesOf(in []audit.Leaf) []tree.Share {
	return []tree.Share{
		{Practice: practice, Leaves: 3, Newest: in[1].At}, {Practice: "oak", Leaves: 1, Newest: in[2].At},
	}
}

func monthsListed(ctx context.Context, h Harness) error {
	in, _, err := months(ctx, h)
	if err != nil {
		return err
	}
	found, err := h.Pruner.Months(ctx)
	if err != nil {
		return err
	}
	if !slices.IsSortedFunc(found, tree.Month.Compare) {
		return fmt.Errorf("the months are not in their order: %v", found)
	}
	for _, m := range []tree.Month{
		february,
		{Term: audit.SixYears, Year: 2024, Month: time.February},
		{Term: audit.OneYear, Year: 2024, Month: time.January},
		{Term: audit.OneYear, Year: 2024, Month: time.March},
		{Term: audit.OneYear, Year: 2025, Month: time.February},
	} {
		if !slices.Contains(found, m) {
			return fmt.Errorf("the month %s is not among %v", m, found)
		}
	}
	for _, m := range []tree.Month{{Term: audit.SixYears, Year: 2024, Month: time.March}, {Term: audit.OneYear, Year: 2024, Month: time.April}} {
		shares, err := h.Pruner.Shares(ctx, m)
		if slices.Contains(found, m) || err != nil || len(shares) > 0 {
			return fmt.Errorf("the month %s, of which there is nothing: %v, error %w", m, shares, err)
		}
	}
	shares, err := h.Pruner.Shares(ctx, february)
	if err != nil || !slices.EqualFunc(shares, sharesOf(in), tree.Share.Equal) {
		return fmt.Errorf("the shares are %v, not %v, error %w", shares, sharesOf(in), err)
	}
	return nil
}

func monthDropped(ctx context.Context, h Harness) error {
	in, out, err := months(ctx, h)
	if err != nil {
		return err
	}
	if _, _, err := integrate(ctx, h.Trees, 1000); err != nil {
		return err
	}
	before, err := h.Trees.Heads(ctx, tree.Query{Practice: practice, Limit: 100})
	if err != nil {
		return err
	}
	said := dated("elm", 11, audit.SixYears, february.End().AddDate(0, 2, 0))
	said.Action = tree.PruneAction
	if err := h.Pruner.Drop(ctx, february, sharesOf(in), said); err != nil {
		return err
	}
	out = append(out, said)
	for _, name := range []string{practice, "oak", "elm"} {
		var want []audit.Leaf
		for _, f := range out {
			if f.Practice == name {
				want = append(want, f)
			}
		}
		slices.SortFunc(want, func(a, b audit.Leaf) int { return a.At.Compare(b.At) })
		if err := holds(ctx, h.Entries, name, want); err != nil {
			return fmt.Errorf("after the drop: %w", err)
		}
	}
	rows, err := h.Trees.Rows(ctx, practice, []string{in[0].ID, in[1].ID, out[0].ID})
	if err != nil || len(rows) != 1 || !rows[0].Leaf.Equal(out[0]) {
		return fmt.Errorf("the rows after the drop are %v, error %w", rows, err)
	}
	after, err := h.Trees.Heads(ctx, tree.Query{Practice: practice, Limit: 100})
	if err != nil || !reflect.DeepEqual(after, before) {
		return fmt.Errorf("heads after the drop are %v, not %v, error %w", after, before, err)
	}
	prunes, err := h.Trees.Prunes(ctx, "elm", "", 10)
	if err != nil || len(prunes) != 1 || !prunes[0].Leaf.Equal(said) {
		return fmt.Errorf("what was appended with the drop is %v, error %w", prunes, err)
	}
	strays, err := h.Trees.Strays(ctx, practice, "", 10)
	if err != nil || len(strays) > 0 {
		return fmt.Errorf("the strays after the drop are %v, error %w", strays, err)
	}
	next := leaf(practice, 10)
	if err := h.Entries.Append(ctx, next); err != nil {
		return err
	}
	round, _, err := integrate(ctx, h.Trees, 1000)
	return errors.Join(
		err, same("the round after the drop", round.leaves(), []audit.Leaf{said, next}),
		h.Pruner.Drop(ctx, february, nil),
		refused("a drop of what is gone", h.Pruner.Drop(ctx, february, sharesOf(in)), tree.ErrChanged),
	)
}

func monthChanged(ctx context.Context, h Harness) error {
	in, out, err := months(ctx, h)
	if err != nil {
		return err
	}
	for what, change := range map[string]func([]tree.Share) []tree.Share{
		"no share":             func([]tree.Share) []tree.Share { return nil },
		"a practice less":      func(s []tree.Share) []tree.Share { return s[:1] },
		"a practice more":      func(s []tree.Share) []tree.Share { return append(s, tree.Share{Practice: "yew", Leaves: 1}) },
		"another practice":     func(s []tree.Share) []tree.Share { s[1].Practice = "elm"; return s },
		"a leaf less":          func(s []tree.Share) []tree.Share { s[0].Leaves--; return s },
		"a leaf more":          func(s []tree.Share) []tree.Share { s[0].Leaves++; return s },
		"an older newest leaf": func(s []tree.Share) []tree.Share { s[0].Newest = s[0].Newest.Add(-time.Microsecond); return s },
	} {
		err := h.Pruner.Drop(ctx, february, change(sharesOf(in)), dated(practice, 11, audit.SixYears, february.End()))
		if err := refused(what, err, tree.ErrChanged); err != nil {
			return err
		}
	}
	ended, stop := context.WithCancel(ctx)
	stop()
	taken := out[1]
	taken.Action += "x"
	err = h.Pruner.Drop(ctx, february, sharesOf(in), dated(practice, 11, audit.SixYears, february.End()), taken)
	if err := refused("a drop with another leaf under an id that is there", err, audit.ErrConflict); err != nil {
		return err
	}
	if err := refused("a cancelled drop", h.Pruner.Drop(ended, february, sharesOf(in)), context.Canceled); err != nil {
		return err
	}
	shares, err := h.Pruner.Shares(ctx, february)
	if err != nil || !slices.EqualFunc(shares, sharesOf(in), tree.Share.Equal) {
		return fmt.Errorf("a refused drop changed the shares to %v, error %w", shares, err)
	}
	found, err := all(ctx, h.Entries, audit.Query{Practice: practice})
	if err != nil || len(found) != 6 {
		return fmt.Errorf("a refused drop left %d leaves of %d, error %w", len(found), len(in)+len(out), err)
	}
	return nil
}

func prunesFound(ctx context.Context, h Harness) error {
	var want []audit.Leaf
	for i := range 9 {
		f := leaf([]string{practice, practice, "oak"}[i%3], 20-i)
		if i%3 != 1 {
			f.Action = tree.PruneAction
		}
		if f.Practice == practice && i%3 == 0 {
			f.Term = []audit.Term{audit.SixYears, audit.OneYear}[i%2]
			want = append(want, f)
		}
		if err := h.Entries.Append(ctx, f); err != nil {
			return err
		}
	}
	slices.Reverse(want)
	var found []audit.Leaf
	for after := ""; ; after = found[len(found)-1].ID {
		rows, err := h.Trees.Prunes(ctx, practice, after, 2)
		if err != nil || len(rows) > 2 {
			return fmt.Errorf("a page of at most 2 has %d entries of prunings, error %w", len(rows), err)
		}
		for _, r := range rows {
			if r.Order == "" {
				return errors.New("an entry of a pruning has no order")
			}
			found = append(found, r.Leaf)
		}
		if len(rows) == 0 || len(found) > len(want) {
			break
		}
	}
	return same("the entries of prunings", found, want)
}
