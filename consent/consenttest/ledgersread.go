package consenttest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"
)

func (k ledgerKit[Key, Change, Fact, Query, Page]) inOrder(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	for i, id := range []string{"c", "a", "b"} {
		f := k.made(id, func(f *Fact) { *k.common(f).Recorded = start.Add(-time.Duration(i) * time.Hour) })
		if err := k.add(ctx, h, f, i); err != nil {
			return err
		}
	}
	return k.holds(ctx, h, "c a b", 3)
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) everyField(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	if err := k.filled(k.whole); err != nil {
		return err
	}
	for i, f := range k.whole {
		if err := k.add(ctx, h, f, i); err != nil {
			return err
		}
		facts, err := h.Store.Ledger(ctx, k.key(f))
		if err != nil || len(facts) == 0 || !reflect.DeepEqual(facts[len(facts)-1], f) {
			return fmt.Errorf("written %+v\nread %+v, error %v", f, facts, err)
		}
	}
	return nil
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) absence(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	return k.holds(ctx, h, "", 0)
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) idsArePerPractice(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	if err := k.add(ctx, h, k.fact("a"), 1); err != nil {
		return err
	}
	for i, move := range k.elsewhere {
		for j, seen := range []int{anyLedger, 0} {
			if written, err := h.Store.Apply(ctx, k.on(k.made("a", move), seen, 2+2*i+j)); err != nil || written {
				return fmt.Errorf("an id used in another ledger: written %v, error %v", written, err)
			}
		}
	}
	foreign := k.made("a", func(f *Fact) { *k.common(f).Practice = "oak-street" })
	if err := k.add(ctx, h, foreign, 100); err != nil {
		return fmt.Errorf("an id used by another practice: %w", err)
	}
	return k.holds(ctx, h, "a", 1)
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) practicesApart(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	foreign := k.made("a", func(f *Fact) { *k.common(f).Practice = "oak-street" })
	if err := k.add(ctx, h, foreign, 1); err != nil {
		return err
	}
	if err := k.holds(ctx, h, "", 0); err != nil {
		return err
	}
	if err := k.write(ctx, h, k.on(k.fact("a"), 0, 2)); err != nil {
		return fmt.Errorf("another practice's facts were counted: %w", err)
	}
	return k.holds(ctx, h, "a", 1)
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) exact(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	n := 0
	add := func(f Fact) error {
		n++
		if err := k.add(ctx, h, f, n); err != nil {
			return fmt.Errorf("%+v was taken for another: %w", f, err)
		}
		return nil
	}
	for _, name := range []string{"Elm", "elm", "élm", "e\u0301lm", "elm "} {
		if err := add(k.made("ID", func(f *Fact) { *k.common(f).Practice = name })); err != nil {
			return err
		}
	}
	for _, id := range []string{"ID", "id", "id "} {
		if err := add(k.fact(id)); err != nil {
			return err
		}
	}
	for i, move := range k.elsewhere {
		f := k.made(fmt.Sprint(i), move)
		if err := add(f); err != nil {
			return err
		}
		facts, err := h.Store.Ledger(ctx, k.key(f))
		if err != nil || len(facts) != 1 {
			return fmt.Errorf("a ledger of one fact holds %d, error %v", len(facts), err)
		}
	}
	return k.holds(ctx, h, "ID id id ", 3+len(k.elsewhere))
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) notShared(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	given := k.fact("given")
	if err := k.add(ctx, h, given, 1); err != nil {
		return err
	}
	k.share(&given)
	for range 2 {
		facts, err := h.Store.Ledger(ctx, k.key(given))
		if err != nil {
			return err
		}
		if len(facts) == 0 {
			return errors.New("the ledger is empty")
		}
		last := len(facts) - 1
		if k.shared(facts[last]) {
			return errors.New("the store's fact was changed from outside")
		}
		k.share(&facts[last])
	}
	return nil
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) long(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	const n = 250
	for i := range n {
		f := k.made(fmt.Sprintf("%03d", n-i), func(f *Fact) { *k.common(f).Recorded = start.Add(-time.Duration(i) * time.Second) })
		if err := k.write(ctx, h, k.on(f, i, i)); err != nil {
			return err
		}
	}
	facts, err := h.Store.Ledger(ctx, k.key(k.fact("")))
	if err != nil {
		return err
	}
	for i := range facts {
		if got, want := *k.common(&facts[i]).ID, fmt.Sprintf("%03d", n-i); got != want {
			return fmt.Errorf("place %d holds fact %s, not %s", i, got, want)
		}
	}
	if len(facts) != n {
		return fmt.Errorf("%d facts of %d came back", len(facts), n)
	}
	return nil
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) ofOneKind(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	want := map[string]Fact{}
	var order []string
	for i, id := range []string{"d", "x", "b", "c", "y", "a", "e"} { // x and y are of another kind
		f := k.made(id, func(f *Fact) { *k.common(f).Recorded = start.Add(-time.Duration(i) * time.Second) })
		switch {
		case id == "x" || id == "y":
			k.otherKind(&f)
		default:
			if i == 2 || i == 5 { // in another ledger
				k.elsewhere[0](&f)
			}
			want[id], order = f, append(order, id)
		}
		foreign := k.made(id, func(f *Fact) { *k.common(f).Practice = "oak-street" })
		for j, f := range []Fact{f, foreign} {
			if err := k.add(ctx, h, f, 2*i+j); err != nil {
				return err
			}
		}
	}
	for limit, pages := range map[int]int{0: 1, 1: 5, 2: 3, 4: 2, 5: 1, 1000: 1} {
		var got []string
		after, read := "", 0
		for more := true; more; more = after != "" {
			p, err := h.Store.Facts(ctx, k.query(practice, after, limit))
			if err != nil {
				return err
			}
			var facts []Fact
			facts, after = k.page(p)
			for _, f := range facts {
				id := *k.common(&f).ID
				if !reflect.DeepEqual(f, want[id]) {
					return fmt.Errorf("written %+v\nread %+v", want[id], f)
				}
				got = append(got, id)
			}
			read++
		}
		if !slices.Equal(got, order) || read != pages {
			return fmt.Errorf("by %d: %q on %d pages, not %q on %d", limit, got, read, order, pages)
		}
	}
	for _, after := range []string{"nobody's", "d\x00", "\xff"} {
		if _, err := h.Store.Facts(ctx, k.query(practice, after, 0)); !errors.Is(err, k.after) {
			return fmt.Errorf("a page after a fact that is not there: error %v", err)
		}
	}
	for _, q := range []Query{k.query("", "", 0), k.query(practice, "", -1), k.query(practice, "", 1001)} {
		if _, err := h.Store.Facts(ctx, q); !errors.Is(err, k.wrong) {
			return fmt.Errorf("a query that asks for nothing: error %v", err)
		}
	}
	return nil
}
