package consenttest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/enamel-go/enamel/audit"
)

func (k ledgerKit[Key, Change, Fact, Query, Page]) repeated(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	if err := k.add(ctx, h, k.fact("a"), 1); err != nil {
		return err
	}
	for i, seen := range []int{anyLedger, 0, 1} {
		again := k.made("a", func(f *Fact) { *k.common(f).At = start.Add(time.Hour) })
		if written, err := h.Store.Apply(ctx, k.on(again, seen, 2+i)); err != nil || written {
			return fmt.Errorf("repeated on %d facts: written %v, error %v", seen, written, err)
		}
	}
	facts, err := h.Store.Ledger(ctx, k.key(k.fact("a")))
	if err != nil {
		return err
	}
	for i := range facts {
		if !k.common(&facts[i]).At.Equal(start) {
			return errors.New("the second one took the first one's place")
		}
	}
	return k.holds(ctx, h, "a", 1)
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) staleChange(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	if err := k.write(ctx, h, k.on(k.fact("a"), 0, 1)); err != nil {
		return err
	}
	if err := k.add(ctx, h, k.fact("b"), 2); err != nil {
		return err
	}
	for i, seen := range []int{0, 1, 3} {
		if written, err := h.Store.Apply(ctx, k.on(k.fact("c"), seen, 3+i)); written || !errors.Is(err, k.stale) {
			return fmt.Errorf("decided on %d facts of 2: written %v, error %v", seen, written, err)
		}
	}
	if err := k.write(ctx, h, k.on(k.fact("c"), 2, 9)); err != nil {
		return err
	}
	return k.holds(ctx, h, "a b c", 3)
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) anyLength(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	for i, id := range []string{"a", "b", "c"} {
		if err := k.add(ctx, h, k.fact(id), i); err != nil {
			return err
		}
	}
	return k.holds(ctx, h, "a b c", 3)
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) allOrNothing(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	if err := k.add(ctx, h, k.fact("a"), 1); err != nil {
		return err
	}
	if written, err := h.Store.Apply(ctx, k.clash(k.fact("b"), 1, "{}")); err == nil || written {
		return fmt.Errorf("a change whose entry was refused: written %v, error %v", written, err)
	}
	if h.OneConnection {
		return nil // the refused entry has ended the transaction, and the change with it
	}
	return k.holds(ctx, h, "a", 1)
}

// clash is a change whose entry has the id of another, and other bytes.
func (k ledgerKit[Key, Change, Fact, Query, Page]) clash(f Fact, entry int, bytes string) Change {
	l := leaf(uuid(entry), *k.common(&f).Practice)
	l.Bytes = []byte(bytes)
	return k.change(f, anyLedger, []audit.Leaf{l})
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) severalEntries(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	c := k.change(k.fact("a"), anyLedger, []audit.Leaf{leaf(uuid(1), practice), leaf(uuid(2), practice), leaf(uuid(3), practice)})
	if err := k.write(ctx, h, c); err != nil {
		return err
	}
	return k.holds(ctx, h, "a", 3)
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) invalid(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	spoiled := map[string]Change{
		"a change without entry":       k.change(k.fact("a"), anyLedger, nil),
		"an entry of another practice": k.change(k.fact("a"), anyLedger, []audit.Leaf{leaf(uuid(1), "oak-street")}),
		"a ledger of less than none":   k.on(k.fact("a"), -2, 1),
	}
	for name, spoil := range map[string]func(common){
		"a fact without id":               func(f common) { *f.ID = "" },
		"an id with a NUL":                func(f common) { *f.ID = "a\x00" },
		"an id that is not UTF-8":         func(f common) { *f.ID = "\xff" },
		"nobody who acts":                 func(f common) { *f.Actor = audit.Actor{} },
		"a time finer than a microsecond": func(f common) { *f.At = start.Add(time.Nanosecond) },
		"a time in another zone":          func(f common) { *f.Recorded = start.In(time.FixedZone("", 3600)) },
	} {
		spoiled[name] = k.on(k.made("a", func(f *Fact) { spoil(k.common(f)) }), anyLedger, 1)
	}
	for name, spoil := range k.spoil {
		spoiled[name] = k.on(k.made("a", spoil), anyLedger, 1)
	}
	for name, c := range spoiled {
		if written, err := h.Store.Apply(ctx, c); err == nil || written {
			return fmt.Errorf("%s: written %v, error %v", name, written, err)
		}
	}
	return k.holds(ctx, h, "", 0)
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) cancelled(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	if h.OneConnection {
		return nil
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	for i, seen := range []int{anyLedger, 0} {
		if written, err := h.Store.Apply(gone, k.on(k.fact("a"), seen, i)); written || !errors.Is(err, context.Canceled) {
			return fmt.Errorf("written %v, error %v, not context.Canceled", written, err)
		}
	}
	return k.holds(ctx, h, "", 0)
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) concurrent(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	if h.OneConnection {
		return nil
	}
	err := atOnce(func(n int) error { return k.add(ctx, h, k.fact(fmt.Sprint(n)), n) })
	if err != nil {
		return err
	}
	facts, err := h.Store.Ledger(ctx, k.key(k.fact("")))
	if err == nil && len(facts) != acts {
		err = fmt.Errorf("%d facts were kept of %d", len(facts), acts)
	}
	return errors.Join(err, k.logs(ctx, h, acts))
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) decisions(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	if h.OneConnection {
		return nil
	}
	const writers = 8
	var group sync.WaitGroup
	results := make(chan error, writers)
	for w := range writers {
		group.Go(func() { results <- k.write(ctx, h, k.on(k.fact(fmt.Sprint(w)), 0, w)) })
	}
	group.Wait()
	close(results)
	won := 0
	for err := range results {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, k.stale):
			return err
		}
	}
	if won != 1 {
		return fmt.Errorf("%d decisions on an empty ledger were written", won)
	}
	return k.logs(ctx, h, 1)
}

func (k ledgerKit[Key, Change, Fact, Query, Page]) noSecrets(ctx context.Context, h ledgerHarness[Key, Change, Fact, Query, Page]) error {
	f := k.fact("a")
	secrets := k.plant(&f)
	if err := k.add(ctx, h, f, 1); err != nil {
		return err
	}
	*k.common(&f).ID = "b"
	_, err := h.Store.Apply(ctx, k.clash(f, 1, "other "+strings.Join(secrets, " ")))
	if err == nil {
		return errors.New("a clash of entries was no error")
	}
	for _, secret := range secrets {
		if strings.Contains(err.Error(), secret) {
			return errors.New("an error names a secret")
		}
	}
	return nil
}
