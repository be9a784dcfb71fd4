package smstest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/enamel-go/enamel/sms"
)

// minute is an allowance of the n-th minute after the suite's start.
func minute(key string, n, count int) sms.Allowance {
	from := start.Truncate(time.Minute).Add(time.Duration(n) * time.Minute)
	return sms.Allowance{Key: key, Count: count, From: from, Until: from.Add(time.Minute), Source: "a carrier"}
}

// takes checks how many texts an allowance gives.
func takes(ctx context.Context, h Harness, a sms.Allowance, want, get int) func() error {
	return func() error {
		got, err := h.Queue.Take(ctx, a, want)
		return errors.Join(err, same(fmt.Sprintf("what %d of %q gave", want, a.Key), got, get))
	}
}

func allowances(ctx context.Context, h Harness) error {
	return steps(
		takes(ctx, h, minute("campaign/a", 0, 10), 0, 0),
		takes(ctx, h, minute("campaign/a", 0, 10), 6, 6),
		takes(ctx, h, minute("campaign/b", 0, 10), 6, 6),
		takes(ctx, h, minute("campaign/a", 0, 10), 6, 4),
		takes(ctx, h, minute("campaign/a", 0, 10), 6, 0),
		takes(ctx, h, minute("campaign/a", 0, 12), 6, 2),
		takes(ctx, h, minute("campaign/a", 0, 5), 6, 0),
		takes(ctx, h, minute("Campaign/a", 0, 5), 6, 5),
		takes(ctx, h, minute("it's \\ ?0", 0, 5), 6, 5),
		takes(ctx, h, minute("campaign/a", 1, 10), 11, 10),
		takes(ctx, h, minute("campaign/a", 0, 100), 1, 0),
		takes(ctx, h, minute("campaign/a", 1, 11), 5, 1),
		takes(ctx, h, minute("campaign/a", 5, 0), 5, 0),
	)
}

func badAllowances(ctx context.Context, h Harness) error {
	for _, a := range []struct {
		sms.Allowance
		want int
	}{{minute("", 0, 1), 1}, {minute("\x00", 0, 1), 1}, {minute("a", 0, -1), 1}, {minute("a", 0, 1), -1}} {
		if got, err := h.Queue.Take(ctx, a.Allowance, a.want); !errors.Is(err, sms.ErrInvalid) || got != 0 {
			return fmt.Errorf("took %d, error %v, not ErrInvalid", got, err)
		}
	}
	return nil
}

func takenAtOnce(ctx context.Context, h Harness) error {
	const workers, most = 8, 100
	var group sync.WaitGroup
	got, failed := make([]int, workers), make([]error, workers)
	for w := range workers {
		group.Go(func() {
			for range 10 {
				n, err := h.Queue.Take(ctx, minute("campaign", 0, most), 3)
				got[w], failed[w] = got[w]+n, errors.Join(failed[w], err)
			}
		})
	}
	group.Wait()
	all := 0
	for _, n := range got {
		all += n
	}
	return errors.Join(errors.Join(failed...), same("what all got", all, most))
}
