package clock_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/clock"
	"github.com/enamel-go/enamel/examples/internal/setting"
)

func TestNextTen(t *testing.T) {
	zone, err := clock.Central()
	require.NoError(t, err)
	for now, want := range map[string]string{
		"2026-11-23T09:59:59-06:00": "2026-11-23T10:00:00-06:00",
		"2026-11-23T10:00:00-06:00": "2026-11-23T10:00:00-06:00",
		"2026-11-23T10:00:01-06:00": "2026-11-24T10:00:00-06:00",
		"2026-11-23T23:30:00-06:00": "2026-11-24T10:00:00-06:00",
		"2026-12-31T17:00:00-06:00": "2027-01-01T10:00:00-06:00",
		// The night in which daylight saving begins, and the one in which it ends.
		"2026-03-07T22:00:00-06:00": "2026-03-08T10:00:00-05:00",
		"2026-10-31T22:00:00-05:00": "2026-11-01T10:00:00-06:00",
	} {
		at, err := time.Parse(time.RFC3339, now)
		require.NoError(t, err)
		ten, err := clock.NextTen(at)
		require.NoError(t, err)
		require.Equal(t, want, ten.In(zone).Format(time.RFC3339), now)
	}
}

func TestItOnlyEverGoesForward(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := clock.Start(t.Context(), setting.Clock{Store: &setting.Memory{}})
		require.NoError(t, err)
		zone, err := clock.Central()
		require.NoError(t, err)
		begun := c.Now()
		require.Equal(t, "10:00:00", begun.In(zone).Format("15:04:05"))
		time.Sleep(time.Minute) // of the bubble: it runs on at real speed
		require.Equal(t, time.Minute, c.Now().Sub(begun))
		now, err := c.Move(t.Context(), time.Hour)
		require.NoError(t, err)
		require.Equal(t, time.Hour+time.Minute, now.Sub(begun))
		for _, by := range []time.Duration{0, -time.Second, clock.Most + 1} {
			_, err := c.Move(t.Context(), by)
			require.ErrorIs(t, err, clock.ErrMove)
		}
		require.Equal(t, now, c.Now())
	})
}

func TestProcessesAgree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := &keeper{Clock: setting.Clock{Store: &setting.Memory{}}}
		one, err := clock.Start(t.Context(), kept)
		require.NoError(t, err)
		time.Sleep(3 * time.Hour)
		two, err := clock.Start(t.Context(), kept)
		require.NoError(t, err)
		require.Equal(t, one.Now(), two.Now(), "the second process does not begin anew")

		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go two.Follow(ctx, time.Second, slog.New(slog.DiscardHandler))
		_, err = one.Move(t.Context(), time.Hour)
		require.NoError(t, err)
		kept.fail(errors.New("down"))
		time.Sleep(1500 * time.Millisecond)
		require.Equal(t, time.Hour, one.Now().Sub(two.Now()))
		kept.fail(nil)
		time.Sleep(time.Second)
		require.Equal(t, one.Now(), two.Now())
	})
}

// keeper can be down.
type keeper struct {
	setting.Clock
	mu  sync.Mutex
	err error
}

func (k *keeper) fail(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
}

func (k *keeper) Ahead(ctx context.Context) (time.Duration, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return 0, k.err
	}
	return k.Clock.Ahead(ctx)
}
