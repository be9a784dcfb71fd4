// Package loop is how workers go on: step after step while there is work, then on a ticker, and ever more slowly while
// nothing but errors comes of it.
package loop

import (
	"context"
	"log/slog"
	"time"
)

// longest is the longest that a worker waits because of errors.
const longest = time.Minute

// Run steps until ctx is done, and returns its error. It steps again at once while a step reports work and no error, and
// otherwise every interval. After a step that reports an error and no work it waits twice as long as the time before, up
// to a minute, or the interval where that is longer. An error goes to logger, which may be nil, under the worker's name;
// the next step tries again.
func Run(ctx context.Context, worker string, every time.Duration, logger *slog.Logger, step func(context.Context) (more bool, err error)) error {
	wait := every
	ticker := time.NewTicker(wait)
	defer ticker.Stop()
	for {
		more, err := step(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && logger != nil {
			logger.ErrorContext(ctx, "a step failed", slog.String("worker", worker), slog.String("error", err.Error()))
		}
		before := wait
		if wait = every; err != nil && !more {
			wait = max(every, min(2*before, longest))
		}
		if wait != before {
			ticker.Reset(wait)
		}
		if err == nil && more {
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}
