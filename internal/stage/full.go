package stage

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/enamel-go/enamel/audit"
)

// ErrFull is why a log of [Full] keeps nothing.
var ErrFull = errors.New("the log is full")

// Full returns a log that can keep no entry.
func Full(t testing.TB) *audit.Log {
	t.Helper()
	return On(t, time.Now(), full{}).Log
}

type full struct{ audit.Store }

func (full) Append(context.Context, ...audit.Leaf) error { return ErrFull }
