package registration

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// leeway is how far ahead of our clock a claimed time may be: clocks differ, the future does not happen.
const leeway = time.Minute

// append decides on a fact against the practice's ledger and writes it with its entry. When decide refuses, the refusal is
// recorded and nothing else. When the ledger grows in between, it is read and decided on again. It returns the fact as it
// was written, the ledger before it, and whether it is new.
func (s *Service) append(ctx context.Context, act string, f Fact, decide func([]Fact, Fact) error) (_ Fact, before []Fact, fresh bool, err error) {
	action := "sms.registration." + act
	if f.Actor.Validate() != nil || f.Actor.Kind != audit.Staff && f.Actor.Kind != audit.System {
		return Fact{}, nil, false, errActor // without an actor there is no entry either
	}
	if f.ID == "" {
		f.ID = s.newID()
	}
	dated := !f.At.IsZero()
	now := s.moment()
	f.At, f.Recorded, f.Content = f.At.UTC().Truncate(time.Microsecond), now, f.Content.tidy()
	f.Notice.EditUntil, f.Notice.Until = micro(f.Notice.EditUntil), micro(f.Notice.Until)
	if err := f.valid(); err != nil {
		return Fact{}, nil, false, s.log.Decline(ctx, entry(action, f), err)
	}
	if f.At.After(now.Add(leeway)) {
		return Fact{}, nil, false, s.log.Decline(ctx, entry(action, f), errAhead)
	}
	for {
		facts, err := s.store.Ledger(ctx, f.Practice)
		if err != nil {
			return Fact{}, nil, false, fmt.Errorf("registration: %s: %w", act, err)
		}
		if old := known(facts, f.ID); old != nil {
			if !f.repeats(*old, dated) {
				return Fact{}, nil, false, s.log.Decline(ctx, entry(action, f), ErrConflict)
			}
			return *old, facts, false, nil
		}
		f.Recorded = latest(now, facts)
		if !dated {
			f.At = f.Recorded
		}
		if err := decide(facts, f); err != nil {
			return Fact{}, nil, false, s.log.Decline(ctx, entry(action, f), err)
		}
		leaf, err := s.log.Stamp(ctx, entry(action, f))
		if err != nil {
			return Fact{}, nil, false, fmt.Errorf("registration: %s: %w", act, err)
		}
		written, err := s.store.Apply(ctx, Change{Fact: f, Seen: len(facts), Leaves: []audit.Leaf{leaf}})
		switch {
		case written:
			return f, facts, true, nil
		case err != nil && !errors.Is(err, ErrStale):
			return Fact{}, nil, false, fmt.Errorf("registration: %s: %w", act, err)
		}
		// Somebody wrote since we read: the ledger shows it now.
	}
}

// latest returns the recorded time of a fact that is written after the others. It never runs backwards in a ledger,
// whatever the clocks of several processes say.
func latest(now time.Time, facts []Fact) time.Time {
	for i := range facts {
		if at := facts[i].Recorded; at.After(now) {
			now = at
		}
	}
	return now
}

func known(facts []Fact, id string) *Fact {
	for i := range facts {
		if facts[i].ID == id {
			return &facts[i]
		}
	}
	return nil
}

// entry records a fact. Of a refused command it keeps what a ledger could hold.
func entry(action string, f Fact) audit.Entry {
	e := audit.Entry{Practice: f.Practice, Actor: f.Actor, Action: action, Object: audit.Object{Kind: "registration"}}
	if f.Subject.valid() == nil {
		e.Object.ID = f.Subject.String()
	}
	details := map[string]string{
		"fact": f.ID, "kind": string(f.Kind), "number": f.Number, "provider": f.Notice.Provider,
		"reference": f.Notice.Reference, "code": f.Notice.Code,
	}
	maps.DeleteFunc(details, func(_, value string) bool { return form.Text(ErrInvalid, "", value, 256, true) != nil })
	if len(details) > 0 {
		e.Details = details
	}
	return e
}

func (s *Service) moment() time.Time { return micro(s.now()) }

// micro returns a time as stores keep it; a zero one stays zero.
func micro(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}
