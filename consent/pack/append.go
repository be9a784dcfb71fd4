package pack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// leeway is how far ahead of our clock a claimed time may be: clocks differ, the future does not happen.
const leeway = time.Minute

// append decides on a fact against its ledger and writes it to store with its entry. When that is refused, the refusal is
// recorded and nothing else. When the ledger grows in between, it is read and decided on again.
func (s *Service) append(ctx context.Context, store Store, act string, f Fact) (Fact, error) {
	action := "consent.pack." + act
	if f.Actor.Validate() != nil {
		return Fact{}, errActor // without an actor there is no entry either
	}
	if f.ID == "" {
		f.ID = s.newID()
	}
	if f.Release == "" && f.Kind == Requested {
		f.Release = f.ID
	}
	dated := !f.At.IsZero()
	f.At = f.At.UTC().Truncate(time.Microsecond)
	now := s.moment()
	if err := f.Key().valid(); err != nil {
		return Fact{}, s.log.Decline(ctx, entry(action, f), err)
	}
	for {
		facts, err := store.Ledger(ctx, f.Key())
		if err != nil {
			return Fact{}, fmt.Errorf("pack: %s: %w", act, err)
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
		if err := decide(facts, &f); err != nil {
			return Fact{}, s.log.Decline(ctx, entry(action, f), err)
		}
		leaf, err := s.log.Stamp(ctx, entry(action, f))
		if err != nil {
			return Fact{}, fmt.Errorf("pack: %s: %w", act, err)
		}
		written, err := store.Apply(ctx, Change{Fact: f, Seen: len(facts), Leaves: []audit.Leaf{leaf}})
		switch {
		case errors.Is(err, ErrStale):
			continue
		case err != nil:
			return Fact{}, fmt.Errorf("pack: %s: %w", act, err)
		case written:
			return f, nil
		}
		// Somebody wrote this id since we read: the same act twice at once, which the ledger now shows, or an act on
		// another release.
		if facts, err = store.Ledger(ctx, f.Key()); err != nil {
			return Fact{}, fmt.Errorf("pack: %s: %w", act, err)
		}
		if known(facts, f.ID) == nil {
			return Fact{}, s.log.Decline(ctx, entry(action, f), ErrConflict)
		}
	}
}

// decide refuses a fact that may not be, or that no ledger can hold.
func decide(facts []Fact, f *Fact) error {
	if err := permit(facts, f); err != nil {
		return err
	}
	if f.At.After(f.Recorded.Add(leeway)) {
		return errAhead
	}
	return f.valid()
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
	e := audit.Entry{Practice: f.Practice, Actor: f.Actor, Action: action, Object: audit.Object{Kind: "release"}, Reason: f.Reason}
	if form.Text(ErrInvalid, "", f.Release, form.ID, true) == nil {
		e.Object.ID = f.Release
	}
	if form.Text(ErrInvalid, "", f.Scope.Patient, form.ID, true) == nil {
		e.Patient = f.Scope.Patient
	}
	details := map[string]string{
		"fact": f.ID, "recipient": string(f.Scope.Recipient), "name": f.Scope.Name, "number": f.Scope.Number,
		"document": f.Scope.Document, "file sha-256": f.Hash,
	}
	if f.Size > 0 {
		details["file bytes"] = strconv.FormatInt(f.Size, 10)
	}
	maps.DeleteFunc(details, func(_, value string) bool { return form.Text(ErrInvalid, "", value, 1<<10, true) != nil })
	if len(details) > 0 {
		e.Details = details
	}
	return e
}

func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
