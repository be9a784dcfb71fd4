package consenttest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"
)

func (k ledgerKit[Key, Change, Fact]) inOrder(ctx context.Context, h ledgerHarness[Key, Change, Fact]) error {
	for i, id := range []string{"c", "a", "b"} {
		f := k.made(id, func(f *Fact) { *k.common(f).Recorded = start.Add(-time.Duration(i) * time.Hour) })
		if err := k.add(ctx, h, f, i); err != nil {
			return err
		}
	}
	return k.holds(ctx, h, "c a b", 3)
}

func (k ledgerKit[Key, Change, Fact]) everyField(ctx context.Context, h ledgerHarness[Key, Change, Fact]) error {
	if err := k.filled(k.whole); err != nil {
		return err
	}
	for i, f := range k.whole {
		if err := k.add(ctx, h, f, i); err != nil {
			return err
		}
		facts, err := h.Store.Facts(ctx, k.key(f))
		if err != nil || len(facts) == 0 || !reflect.DeepEqual(facts[len(facts)-1], f) {
			return fmt.Errorf("written %+v\nread %+v, error %v", f, facts, err)
		}
	}
	return nil
}

func (k ledgerKit[Key, Change, Fact]) absence(ctx context.Context, h ledgerHarness[Key, Change, Fact]) error {
	return k.holds(ctx, h, "", 0)
}

func (k ledgerKit[Key, Change, Fact]) idsArePerPractice(ctx context.Context, h ledgerHarness[Key, Change, Fact]) error {
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

func (k ledgerKit[Key, Change, Fact]) practicesApart(ctx context.Context, h ledgerHarness[Key, Change, Fact]) error {
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

func (k ledgerKit[Key, Change, Fact]) exact(ctx context.Context, h ledgerHarness[Key, Change, Fact]) error {
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
		facts, err := h.Store.Facts(ctx, k.key(f))
		if err != nil || len(facts) != 1 {
			return fmt.Errorf("a ledger of one fact holds %d, error %v", len(facts), err)
		}
	}
	return k.holds(ctx, h, "ID id id ", 3+len(k.elsewhere))
}

func (k ledgerKit[Key, Change, Fact]) notShared(ctx context.Context, h ledgerHarness[Key, Change, Fact]) error {
	given := k.fact("given")
	if err := k.add(ctx, h, given, 1); err != nil {
		return err
	}
	k.share(&given)
	for range 2 {
		facts, err := h.Store.Facts(ctx, k.key(given))
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

func (k ledgerKit[Key, Change, Fact]) long(ctx context.Context, h ledgerHarness[Key, Change, Fact]) error {
	const n = 250
	for i := range n {
		f := k.made(fmt.Sprintf("%03d", n-i), func(f *Fact) { *k.common(f).Recorded = start.Add(-time.Duration(i) * time.Second) })
		if err := k.write(ctx, h, k.on(f, i, i)); err != nil {
			return err
		}
	}
	facts, err := h.Store.Facts(ctx, k.key(k.fact("")))
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
