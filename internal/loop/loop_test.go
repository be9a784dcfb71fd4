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

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		var heard bytes.Buffer
		start := time.Now()
		var at []time.Duration
		steps := []struct {
			more bool
			err  error
		}{{more: true}, {more: true}, {}, {more: true, err: errors.New("away")}, {}}
		err := loop.Run(ctx, "planner", time.Minute, slog.New(slog.NewTextHandler(&heard, nil)), func(context.Context) (bool, error) {
			at = append(at, time.Since(start))
			s := steps[len(at)-1]
			if len(at) == len(steps) {
				stop()
			}
			return s.more, s.err
		})
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, []time.Duration{0, 0, 0, time.Minute, 2 * time.Minute}, at)
		require.Contains(t, heard.String(), "worker=planner error=away")
	})
}
