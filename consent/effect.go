package consent

import (
	"context"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
)

// Effect is what a revocation came to.
type Effect struct {
	Category Category  // what it ended; empty: everything
	Since    time.Time // when we recorded it, UTC; zero: the ledger has no such revocation
	Repeats  bool      // a text of the patient's had ended the same before it, and nothing was given in between
	Undone   bool      // something was given after it
}

// Effect answers a machine that is about to confirm a revocation, or to do what follows from it: what did the act of this id
// come to? What gives is the patient's START, a written grant and a new holder's beginning, each later than what it follows in
// both its times. It reads the store every time, and records nothing.
func (s *Service) Effect(ctx context.Context, k Key, id string) (Effect, error) {
	if err := k.valid(); err != nil {
		return Effect{}, err
	}
	facts, err := s.store.Standing(ctx, k)
	if err != nil {
		return Effect{}, fmt.Errorf("consent: effect: %w", err)
	}
	for i := range facts {
		f := &facts[i]
		if f.Kind == Revoked && (f.ID == id || f.ID == following("stop "+id)) {
			return Effect{
				Category: f.Category, Since: f.Recorded, Repeats: endedBefore(facts[:i], f), Undone: given(facts[i+1:], f),
			}, nil
		}
	}
	return Effect{}, nil
}

// endedBefore reports whether what a revocation ends had ended by a text of the patient's before it. What a person took for a stop,
// days later it may be, nobody confirmed.
func endedBefore(before []Fact, f *Fact) bool {
	for i := range before {
		g := &before[i]
		covers := g.Kind == Revoked && g.Channel == ByText && g.Actor.Kind == audit.Patient && (g.Category == "" || g.Category == f.Category)
		if covers && !given(before[i+1:], g) {
			return true
		}
	}
	return false
}

// given reports whether one of these facts, which were written after end, may let texts leave again that it ended.
func given(facts []Fact, end *Fact) bool {
	for i := range facts {
		f := &facts[i]
		if (f.Kind == Restarted || f.Kind == Lapsed || f.Kind == Granted && f.Basis.written()) && f.after(end.moment()) {
			return true
		}
	}
	return false
}
