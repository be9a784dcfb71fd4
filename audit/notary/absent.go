package notary

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// absent are practices whose keys cannot be had, so that nothing is known of their leaves' codes. Its methods may be called
// concurrently.
type absent struct {
	known map[string]bool // from earlier batches; their leaves are not looked at
	few   int             // so many others at most, for each may take until a timeout

	mu       sync.RWMutex
	found    map[string]error // the others, and why
	answered atomic.Bool      // the key of some practice was had
}

func (a *absent) has(practice string) bool {
	if a.known[practice] {
		return true
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.found[practice] != nil
}

// add takes down why a practice's key cannot be had. An error ends the check.
func (a *absent) add(ctx context.Context, practice string, why error) error {
	if err := ctx.Err(); err != nil {
		return err // who was told to stop says nothing of a key
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.found == nil {
		a.found = map[string]error{}
	}
	if a.found[practice] == nil {
		a.found[strings.Clone(practice)] = why // of a longer text, which need not be kept
	}
	if len(a.found) > a.few {
		return a.why()
	}
	return nil
}

// practices are those that were found, in their order.
func (a *absent) practices() []string { return slices.Sorted(maps.Keys(a.found)) }

// why names the practices that were found, and says of the first why its key cannot be had.
func (a *absent) why() error {
	names := a.practices()
	return fmt.Errorf("the key of practice %s cannot be had: %w", strings.Join(names, ", "), a.found[names[0]])
}
