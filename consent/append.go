package consent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// leeway is how far ahead of our clock a claimed time may be: clocks differ, the future does not happen.
const leeway = time.Minute

// ledger is what a fact is decided on.
type ledger struct {
	facts    []Fact
	settings Settings
}

// read returns the ledger that f belongs to. Only grants are decided on with the practice's settings.
func (s *Service) read(ctx context.Context, f Fact) (l ledger, err error) {
	if l.facts, err = s.store.Facts(ctx, f.Key()); err == nil && f.Kind == Granted {
		l.settings, err = s.store.Settings(ctx, f.Practice)
	}
	return l, err
}

// append decides on a fact against its ledger and writes it with its entry. decide may complete the fact; when it
// refuses, the refusal is recorded and nothing else. When the ledger grows in between, it is read and decided on again.
func (s *Service) append(ctx context.Context, action string, f Fact, decide func(ledger, *Fact) error) (State, error) {
	if f.Actor.Validate() != nil {
		return State{}, errActor // without an actor there is no entry either
	}
	if f.ID == "" {
		f.ID = s.newID()
	}
	dated := !f.At.IsZero()
	f.At, f.Recorded = f.At.UTC().Truncate(time.Microsecond), s.moment()
	now := f.Recorded
	if err := f.valid(); err != nil {
		return State{}, s.refuse(ctx, entry(action, f), err)
	}
	if f.Kind != Revoked && f.At.After(now.Add(leeway)) {
		return State{}, s.refuse(ctx, entry(action, f), errAhead)
	}
	for {
		l, err := s.read(ctx, f)
		if err != nil {
			return State{}, fmt.Errorf("%s: %w", op(action), err)
		}
		if old := find(l.facts, f.ID); old != nil {
			if !repeats(f, *old, dated) {
				return State{}, s.refuse(ctx, entry(action, f), ErrConflict)
			}
			return s.derive(f.Key(), l.facts), nil
		}
		f.Recorded = latest(now, l.facts)
		if !dated {
			f.At = f.Recorded
		}
		if err := decide(l, &f); err != nil {
			return State{}, s.refuse(ctx, entry(action, f), err)
		}
		leaf, err := s.log.Stamp(ctx, entry(action, f))
		if err != nil {
			return State{}, fmt.Errorf("%s: %w", op(action), err)
		}
		change := Change{Fact: &f, Seen: len(l.facts), Leaves: []audit.Leaf{leaf}}
		if f.Kind == Revoked {
			change.Seen = Any // nothing that happens beside a stop may hold it up
		}
		written, err := s.store.Apply(ctx, change)
		switch {
		case errors.Is(err, ErrStale):
			continue
		case err != nil:
			return State{}, fmt.Errorf("%s: %w", op(action), err)
		case written:
			return s.derive(f.Key(), append(l.facts, f)), nil
		}
		// Somebody wrote this id since we read: the same act twice at once, which the ledger now shows, or an act on
		// another number.
		if l, err = s.read(ctx, f); err != nil {
			return State{}, fmt.Errorf("%s: %w", op(action), err)
		}
		if find(l.facts, f.ID) == nil {
			return State{}, s.refuse(ctx, entry(action, f), ErrConflict)
		}
	}
}

// latest returns the recorded time of a fact that is written after the others. It never runs backwards in a ledger, so
// that no process whose clock is behind puts a stop before the grant it ends.
func latest(now time.Time, facts []Fact) time.Time {
	for _, f := range facts {
		if f.Recorded.After(now) {
			now = f.Recorded
		}
	}
	return now
}

func find(facts []Fact, id string) *Fact {
	for i, f := range facts {
		if f.ID == id {
			return &facts[i]
		}
	}
	return nil
}

// repeats reports whether f says what old says. What we add ourselves (recorded time, confirmation, requests) is not
// content, nor is a claimed time that the command left out.
func repeats(f, old Fact, dated bool) bool {
	return old.Kind == f.Kind && old.Category == f.Category && old.Basis == f.Basis && old.Channel == f.Channel &&
		old.Evidence == f.Evidence && old.Actor == f.Actor && (!dated || old.At.Equal(f.At))
}

// refuse records a refusal, where there is a practice's log to record it in, and returns cause.
func (s *Service) refuse(ctx context.Context, e audit.Entry, cause error) error {
	if form.Text(ErrInvalid, "the practice", e.Practice, form.ID, true) != nil {
		return cause
	}
	return s.log.Refuse(ctx, e, cause)
}

// entry records a fact. Of a refused command it keeps what a ledger could hold.
func entry(action string, f Fact) audit.Entry {
	e := audit.Entry{Practice: f.Practice, Actor: f.Actor, Action: action, Object: audit.Object{Kind: "number"}}
	if form.E164(f.Number) {
		e.Object.ID = f.Number
	}
	details := map[string]string{}
	for _, d := range []struct{ name, value string }{
		{"fact", f.ID},
		{"category", string(f.Category)},
		{"basis", string(f.Basis)},
		{"channel", string(f.Channel)},
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
