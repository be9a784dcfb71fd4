package representative

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// leeway is how far ahead of our clock a claimed time may be: clocks differ, the future does not happen.
const leeway = time.Minute

// protects reports whether facts of the kind only ever protect the child: nothing that happens beside one may hold it up,
// nor a time that is wrong.
func (k Kind) protects() bool { return k == Withdrawn || k == Reported }

// append decides on a fact against its ledger and writes it with its entry. When decide, which may be nil, refuses, the
// refusal is recorded and nothing else. When the ledger grows in between, it is read and decided on again.
func (s *Service) append(ctx context.Context, act string, f Fact, decide func([]Fact, Fact) error) (Fact, error) {
	action := "consent.representative." + act
	if f.Actor.Validate() != nil {
		return Fact{}, errActor // without an actor there is no entry either
	}
	if f.ID == "" {
		f.ID = s.newID()
	}
	dated := !f.At.IsZero()
	f.At, f.Recorded = f.At.UTC().Truncate(time.Microsecond), s.moment()
	now := f.Recorded
	if err := f.valid(); err != nil {
		return Fact{}, s.log.Decline(ctx, entry(action, f), err)
	}
	if !f.Kind.protects() && f.At.After(now.Add(leeway)) {
		return Fact{}, s.log.Decline(ctx, entry(action, f), errAhead)
	}
	for {
		facts, err := s.store.Ledger(ctx, f.Key())
		if err != nil {
			return Fact{}, fmt.Errorf("representative: %s: %w", act, err)
		}
		if old := known(facts, f.ID); old != nil {
			if !f.repeats(*old, dated) {
				return Fact{}, s.log.Decline(ctx, entry(action, f), ErrConflict)
			}
			return *old, nil
		}
		f.Recorded = latest(now, facts)
		if !dated {
			f.At = f.Recorded
		}
		if err := f.complete(); err != nil {
			return Fact{}, s.log.Decline(ctx, entry(action, f), err)
		}
		if decide != nil {
			if err := decide(facts, f); err != nil {
				return Fact{}, s.log.Decline(ctx, entry(action, f), err)
			}
		}
		leaf, err := s.log.Stamp(ctx, entry(action, f))
		if err != nil {
			return Fact{}, fmt.Errorf("representative: %s: %w", act, err)
		}
		change := Change{Fact: f, Seen: len(facts), Leaves: []audit.Leaf{leaf}}
		if f.Kind.protects() {
			change.Seen = Any
		}
		written, err := s.store.Apply(ctx, change)
		switch {
		case errors.Is(err, ErrStale):
			continue
		case err != nil:
			return Fact{}, fmt.Errorf("representative: %s: %w", act, err)
		case written:
			return f, nil
		}
		// Somebody wrote this id since we read: the same act twice at once, which the ledger now shows, or an act on
		// another patient.
		if facts, err = s.store.Ledger(ctx, f.Key()); err != nil {
			return Fact{}, fmt.Errorf("representative: %s: %w", act, err)
		}
		if known(facts, f.ID) == nil {
			return Fact{}, s.log.Decline(ctx, entry(action, f), ErrConflict)
		}
	}
}

// latest returns the recorded time of a fact that is written after the others. It never runs backwards in a ledger,
// whatever the clocks of several processes say.
func latest(now time.Time, facts []Fact) time.Time {
	for _, f := range facts {
		if f.Recorded.After(now) {
			now = f.Recorded
		}
	}
	return now
}

func known(facts []Fact, id string) *Fact {
	for i, f := range facts {
		if f.ID == id {
			return &facts[i]
		}
	}
	return nil
}

// entry records a fact. Of a refused command it keeps what a ledger could hold.
func entry(action string, f Fact) audit.Entry {
	e := audit.Entry{Practice: f.Practice, Actor: f.Actor, Action: action, Object: audit.Object{Kind: "patient"}}
	if form.Text(ErrInvalid, "", f.Patient, form.ID, true) == nil {
		e.Object.ID, e.Patient = f.Patient, f.Patient
	}
	acts := make([]string, len(f.Acts))
	for i, a := range f.Acts {
		acts[i] = string(a)
	}
	details := map[string]string{
		"fact": f.ID, "person": f.Person, "basis": string(f.Basis), "acts": strings.Join(acts, ", "), "from": f.From.String(),
		"until": f.Until.String(), "about": f.About, "episode": f.Episode, "method": string(f.Method), "finding": string(f.Finding),
		"proof": f.Proof.Document,
	}
	if f.Bars {
		details["bars"] = "true"
	}
	maps.DeleteFunc(details, func(_, value string) bool { return form.Text(ErrInvalid, "", value, 1<<10, true) != nil })
	if len(details) > 0 {
		e.Details = details
	}
	return e
}

func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
