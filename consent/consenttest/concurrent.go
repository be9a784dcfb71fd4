package consenttest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

func cancelled(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	p := consent.Settings{Practice: practice, DoubleOptIn: consent.ConfirmAll}
	for _, c := range []consent.Change{
		change(fact("a"), 1),
		{Settings: &p, Seen: consent.Any, Leaves: []audit.Leaf{leaf(uuid(2), practice)}},
	} {
		if written, err := h.Store.Apply(gone, c); written || !errors.Is(err, context.Canceled) {
			return fmt.Errorf("written %v, error %v, not context.Canceled", written, err)
		}
	}
	if got, err := h.Store.Settings(ctx, practice); err != nil || got.DoubleOptIn != "" {
		return fmt.Errorf("settings of a cancelled change: %+v, error %v", got, err)
	}
	return holds(ctx, h, 0, 0)
}

// acts is how many writes [atOnce] makes.
const acts = 32

// atOnce has four writers make the writes between them, and returns an error of theirs.
func atOnce(write func(n int) error) error {
	const writers = 4
	var group sync.WaitGroup
	failed := make(chan error, acts)
	for w := range writers {
		group.Go(func() {
			for n := w; n < acts; n += writers {
				if err := write(n); err != nil {
					failed <- err
				}
			}
		})
	}
	group.Wait()
	close(failed)
	return <-failed
}

func concurrent(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	err := atOnce(func(n int) error { return apply(ctx, h.Store, change(fact(fmt.Sprint(n)), n)) })
	if err != nil {
		return err
	}
	return holds(ctx, h, acts, acts)
}

func concurrentDecisions(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	const writers = 8
	var group sync.WaitGroup
	results := make(chan error, writers)
	for w := range writers {
		group.Go(func() {
			c := change(fact(fmt.Sprint(w)), w)
			c.Seen = 0
			results <- apply(ctx, h.Store, c)
		})
	}
	group.Wait()
	close(results)
	won := 0
	for err := range results {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, consent.ErrStale):
			return err
		}
	}
	if won != 1 {
		return fmt.Errorf("%d decisions on an empty ledger were written", won)
	}
	return holds(ctx, h, 1, 1)
}

func stopsBesideDecisions(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	const pairs = 4
	var group sync.WaitGroup
	failed := make(chan error, 2*pairs)
	for n := range pairs {
		group.Go(func() { failed <- apply(ctx, h.Store, change(fact(fmt.Sprint("stop ", n)), n)) })
		group.Go(func() { failed <- decide(ctx, h.Store, change(fact(fmt.Sprint("decided ", n)), pairs+n)) })
	}
	group.Wait()
	close(failed)
	for err := range failed {
		if err != nil {
			return err
		}
	}
	return holds(ctx, h, 2*pairs, 2*pairs)
}

// decide applies c on the ledger as it stands, and again when it grew in between.
func decide(ctx context.Context, s consent.Store, c consent.Change) error {
	for range 100 {
		seen, err := ledger(ctx, s, c.Fact.Number)
		if err != nil {
			return err
		}
		c.Seen = len(seen)
		if err := apply(ctx, s, c); !errors.Is(err, consent.ErrStale) {
			return err
		}
	}
	return errors.New("a ledger that a few write to is always stale")
}
