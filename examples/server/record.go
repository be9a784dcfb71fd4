package main

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// recordMove records that somebody moved the clock. Entries go by the demonstration's clock, so this one says what the
// real one showed.
func recordMove(ctx context.Context, s *scene, from, to time.Time) error {
	return s.Log.Record(ctx, audit.Entry{
		Practice: world.Practice, Actor: world.Desk(), Action: "demo.clock.move", Object: audit.Object{Kind: "clock"},
		Details: map[string]string{
			"from": from.Format(time.RFC3339), "to": to.Format(time.RFC3339), "real time": time.Now().UTC().Format(time.RFC3339),
		},
	})
}
