package loop_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/loop"
)

// step is what one step reports.
type step struct {
	more bool
	err  error
}

// run steps as steps say, until they are over, and returns when each began and what the logger heard.
func run(t *testing.T, every time.Duration, steps ...step) (at []time.Duration, heard string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		var log bytes.Buffer
		start := time.Now()
		err := loop.Run(ctx, "planner", every, slog.New(slog.NewTextHandler(&log, nil)), func(context.Context) (bool, error) {
			at = append(at, time.Since(start))
			s := steps[len(at)-1]
			if len(at) == len(steps) {
				stop()
			}
			return s.more, s.err
		})
		require.ErrorIs(t, err, context.Canceled)
		heard = log.String()
	})
	return at, heard
}

var errAway = errors.New("away")

func TestRun(t *testing.T) {
	at, heard := run(t, time.Minute, step{more: true}, step{more: true}, step{}, step{more: true, err: errAway}, step{})
	require.Equal(t, []time.Duration{0, 0, 0, time.Minute, 2 * time.Minute}, at)
	require.Contains(t, heard, "worker=planner error=away")
}

// A worker that has nothing but errors waits longer and longer, up to a minute, and is quick again when they are over.
func TestRunWaitsWhileStepsFail(t *testing.T) {
	fails, beside := step{err: errAway}, step{more: true, err: errAway}
	at, _ := run(t, 10*time.Second, fails, fails, fails, fails, step{}, fails, beside, beside, step{more: true}, step{}, step{})
	var waited []time.Duration
	for i := 1; i < len(at); i++ {
		waited = append(waited, (at[i]-at[i-1])/time.Second)
	}
	require.Equal(t, []time.Duration{20, 40, 60, 60, 10, 20, 10, 10, 0, 10}, waited)

	at, _ = run(t, time.Hour, fails, fails, fails)
	require.Equal(t, []time.Duration{0, time.Hour, 2 * time.Hour}, at)
}
