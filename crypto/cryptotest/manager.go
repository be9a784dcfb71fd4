package cryptotest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/crypto"
)

// ManagerHarness is how the cases of [ManagerCases] reach a key manager, and what stands behind it.
type ManagerHarness struct {
	// Open returns a key manager under the root key that the harness stands for. Every call returns another one, as
	// another process would have it.
	Open func() (crypto.KeyManager, error)
	// Rotate adds a version of the root key. Nil: it has one for ever.
	Rotate func() error
	// HidesVersions says that a KeyID names no version, so that it stays the same when the root key is rotated.
	HidesVersions bool
	// Break makes the service behind the key manager fail, from now on and for all managers that were opened. It may
	// answer [ErrNotApplicable] for a fault that it cannot bring about. Nil: there is no service.
	Break func(Fault) error
	// Secrets are what may stand in no error, such as a token. What the cases themselves wrap is looked for as well.
	Secrets []string
}

// ErrNotApplicable is wrapped by a case that the harness has not what it takes for. The test is then skipped.
var ErrNotApplicable = errors.New("cryptotest: not applicable")

// ManagerCase is one rule that every key manager keeps. Check gets a harness of its own.
type ManagerCase struct {
	Name  string
	Check func(ctx context.Context, h ManagerHarness) error
}

// Fault is a way for the service behind a key manager to fail.
type Fault int

// The faults. Those from OtherRoot on are answers that look like good ones.
const (
	Healthy   Fault = iota // none
	Slow                   // it takes requests and never answers
	Refusing               // it says that the caller may not
	Gone                   // it takes no connections
	HangsUp                // it breaks off in the middle of its answer
	Garbage                // its answer succeeds and cannot be read
	Endless                // its answer succeeds and does not end
	OtherRoot              // it uses another root key than it was asked for
	OtherKey               // it answers Unwrap with a key that was never wrapped
	ShortKey               // it answers Unwrap with a key that lacks bytes
	Lost                   // it answers Wrap with what does not open
	Exchanged              // it answers Wrap with another key, wrapped
)

// String names the fault in a case's error.
func (f Fault) String() string {
	names := [...]string{
		"healthy", "slow", "refusing", "gone", "hanging up", "talking garbage", "talking endlessly", "using another root key",
		"giving another key", "giving a short key", "losing keys", "exchanging keys",
	}
	if f < 0 || int(f) >= len(names) {
		return fmt.Sprintf("Fault(%d)", int(f))
	}
	return names[f]
}

// ManagerCases returns the suite of key managers. In every case every error is searched for what it may not show.
func ManagerCases() []ManagerCase {
	rules := []struct {
		name  string
		check func(ctx context.Context, b *bench) error
	}{
		{"what was wrapped comes back", roundTrip},
		{"a wrapped key does not show the key", opaque},
		{"other bind bytes are refused", otherBind},
		{"an altered wrapped key is refused", altered},
		{"the key that is named must be there", unknownKey},
		{"a key of another length is refused", otherLength},
		{"it may be used concurrently", managerConcurrent},
		{"it keeps no slice and writes into none", managerNotShared},
		{"a cancelled context gets no answer", managerCancelled},
		{"the newest version wraps and older ones open", rootVersions},
		{"a version opens under its own name alone", versionMoved},
		{"a rewrapped key is the same key under the newest version", rewrapped},
		{"rewrapping makes nothing open that did not", rewrapRefused},
		{"no error shows a key, a wrapped key or a token", quietErrors},
		{"a service that is slow is left when the context ends", slow},
		{"a service that cannot be used gives an error that says so", outages},
		{"a service that refuses the caller is told from one that is down", refusing},
		{"a key that was not wrapped is never returned", otherAnswers},
		{"a wrapped key that does not open is never returned", lost},
	}
	cases := make([]ManagerCase, len(rules))
	for i, rule := range rules {
		cases[i] = ManagerCase{Name: rule.name, Check: func(ctx context.Context, h ManagerHarness) error {
			ctx, cancel := context.WithTimeout(ctx, time.Minute) // so that a manager that waits is found
			defer cancel()
			b := &bench{ManagerHarness: h}
			b.keep([]byte(planted))
			for _, s := range h.Secrets {
				b.keep([]byte(s))
			}
			err := rule.check(ctx, b)
			return errors.Join(append(b.found, err)...)
		}}
	}
	return cases
}
