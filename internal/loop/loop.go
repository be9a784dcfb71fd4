// Package loop is how workers go on: step after step while there is work, then on a ticker.
package loop

import (
	"context"
	"log/slog"
	"time"
)

// Run steps until ctx is done, and returns its error. It steps again at once while a step reports work and no error, and
// otherwise every interval. An error goes to logger, which may be nil, under the worker's name; the next step tries again.
func Run(ctx context.Context, worker string, every time.Duration, logger *slog.Logger, step func(context.Context) (more bool, err error)) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		more, err := step(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && logger != nil:
			logger.ErrorContext(ctx, "a step failed", slog.String("worker", worker), slog.String("error", err.Error()))
		case err == nil && more:
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}
