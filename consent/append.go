package consent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// leeway is how far ahead of our clock a claimed time may be: clocks differ, the future does not happen.
const leeway = time.Minute

// append decides on a fact against its ledger and writes it with its entry. decide may complete the fact; when it
// refuses, the refusal is recorded and nothing else. When the ledger grows in between, it is read and decided on again.
func (s *Service) append(ctx context.Context, action string, f Fact, decide func([]Fact, *Fact) error) (State, error) {
	state, _, err := s.write(ctx, action, f, decide)
	return state, err
}

// write is append that also reports whether the fact is new.
func (s *Service) write(ctx context.Context, action string, f Fact, decide func([]Fact, *Fact) error) (State, bool, error) {
	if f.Actor.Validate() != nil {
		return State{}, false, errActor // without an actor there is no entry either
	}
	if f.ID == "" {
		f.ID = s.newID()
	}
	dated := !f.At.IsZero()
	f.At, f.Recorded = f.At.UTC().Truncate(time.Microsecond), s.moment()
	now := f.Recorded
	if err := f.valid(); err != nil {
		return State{}, false, s.log.Decline(ctx, entry(action, f), err)
	}
	if !f.narrows() && f.At.After(now.Add(leeway)) {
		return State{}, false, s.log.Decline(ctx, entry(action, f), errAhead)
	}
	for {
		facts, err := s.store.Ledger(ctx, f.Key())
		if err != nil && f.narrows() {
			facts, err = nil, nil // a stop is written even where what was before it cannot be read
		}
		if err != nil {
			return State{}, false, fmt.Errorf("%s: %w", op(action), err)
		}
		if old := find(facts, f.ID); old != nil {
			if !repeats(f, *old, dated) {
				return State{}, false, s.log.Decline(ctx, entry(action, f), ErrConflict)
			}
			return s.derive(f.Key(), facts), false, nil
		}
		f.Recorded = latest(now, facts)
		if !dated {
			f.At = f.Recorded
		}
		if err := decide(facts, &f); err != nil {
			if failed := (failure{}); errors.As(err, &failed) {
				return State{}, false, fmt.Errorf("%s: %w", op(action), failed.error)
			}
			return State{}, false, s.log.Decline(ctx, entry(action, f), err)
		}
		leaf, err := s.log.Stamp(ctx, entry(action, f))
		if err != nil {
			return State{}, false, fmt.Errorf("%s: %w", op(action), err)
		}
		f.Entry = leaf.ID
		change := Change{Fact: &f, Seen: len(facts), Leaves: []audit.Leaf{leaf}}
		if f.narrows() {
			change.Seen = Any // nothing that happens beside a stop may hold it up
		}
		written, err := s.store.Apply(ctx, change)
		switch {
		case errors.Is(err, ErrStale):
			continue
		case err != nil:
			return State{}, false, fmt.Errorf("%s: %w", op(action), err)
		case written:
			return s.derive(f.Key(), append(slices.Clip(facts), f)), true, nil
		}
		// Somebody wrote this id since we read: the same act twice at once, which the ledger now shows, or an act on
		// another number.
		if facts, err = s.store.Ledger(ctx, f.Key()); err != nil {
			return State{}, false, fmt.Errorf("%s: %w", op(action), err)
		}
		if find(facts, f.ID) == nil {
			return State{}, false, s.log.Decline(ctx, entry(action, f), ErrConflict)
		}
	}
}

// failure is what a store answered while a fact was decided on. It is no refusal.
type failure struct{ error }

// settings returns a practice's settings to whoever decides on a fact.
func (s *Service) settings(ctx context.Context, practice string) (Settings, error) {
	set, err := s.store.Settings(ctx, practice)
	if err != nil {
		return Settings{}, failure{err}
	}
	return set, nil
}

// latest returns the recorded time of a fact that is written after the others. It never runs backwards in a ledger, so
// that no process whose clock is behind puts a stop before the grant it ends.
func latest(now time.Time, facts []Fact) time.Time {
	for i := range facts {
		if facts[i].Recorded.After(now) {
			now = facts[i].Recorded
		}
	}
	return now
}

func find(facts []Fact, id string) *Fact {
	for i := range facts {
		if facts[i].ID == id {
			return &facts[i]
		}
	}
	return nil
}

// repeats reports whether f says what old says. What we add ourselves (recorded time, entry, confirmation, requests) is
// not content, nor is a claimed time that the command left out, nor when a START came in that comes twice, nor which of our
// numbers a stop came to.
func repeats(f, old Fact, dated bool) bool {
	return old.Kind == f.Kind && old.Category == f.Category && old.Patient == f.Patient && (f.Kind == Revoked || old.Sender == f.Sender) &&
		old.Basis == f.Basis && old.Channel == f.Channel && old.Cause == f.Cause && old.Token == f.Token && old.Evidence == f.Evidence &&
		old.Actor == f.Actor && (!dated || f.Kind == Restarted || old.At.Equal(f.At)) && (f.Kind != Cleared || slices.Equal(old.About, f.About))
}

// entry records a fact. Of a refused command it keeps what a ledger could hold.
func entry(action string, f Fact) audit.Entry {
	e := audit.Entry{Practice: f.Practice, Actor: f.Actor, Action: action, Object: audit.Object{Kind: "number"}}
	if form.Text(ErrInvalid, "the patient", f.Patient, form.ID, false) == nil {
		e.Patient = f.Patient
	}
	if form.E164(f.Number) {
		e.Object.ID = f.Number
	}
	details := map[string]string{}
	for _, d := range []struct{ name, value string }{
		{"fact", f.ID},
		{"category", string(f.Category)},
		{"basis", string(f.Basis)},
		{"channel", string(f.Channel)},
		{"cause", string(f.Cause)},
		{"sender", f.Sender},
		{"wording sha-256", f.Evidence.Hash()},
	} {
		if form.Text(ErrInvalid, d.name, d.value, 64, true) == nil {
			details[d.name] = d.value
		}
	}
	if len(details) > 0 {
		e.Details = details
	}
	return e
}

// op turns "consent.grant" into "consent: grant", the prefix of an error.
func op(action string) string { return strings.Replace(action, ".", ": ", 1) }

func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
