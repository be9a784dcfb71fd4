package broadcast

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/fact"
	"github.com/enamel-go/enamel/internal/form"
)

// append decides on a fact against its ledger and writes it with its entry. complete fills in what the act needs and gives
// the recipients that it brings. When the act is refused, the refusal is recorded and nothing else. When the ledger grows in
// between, it is read and decided on again.
func (s *Service) append(ctx context.Context, act string, f Fact, complete func(State, *Fact) ([]Recipient, error)) (State, error) {
	if f.Actor.Validate() != nil {
		return State{}, errActor // without an actor there is no entry either
	}
	if f.ID == "" {
		f.ID = s.o.NewID()
	}
	if err := f.Key().valid(); err != nil {
		return State{}, s.log.Decline(ctx, entry(act, f), err)
	}
	given, now := f, s.moment()
	for {
		facts, err := s.store.Ledger(ctx, f.Key())
		if err != nil {
			return State{}, fmt.Errorf("broadcast: %s: %w", act, err)
		}
		state := Derive(f.Key(), facts)
		if old := fact.Find(facts, f.ID, head); old != nil {
			if !given.repeats(*old) {
				return State{}, s.log.Decline(ctx, entry(act, given), ErrConflict)
			}
			return state, nil
		}
		f = given.Clone()
		f.Recorded = latest(now, facts)
		recipients, err := decide(state, &f, complete)
		if err != nil {
			return State{}, s.log.Decline(ctx, entry(act, f), err)
		}
		leaf, err := s.log.Stamp(ctx, entry(act, f))
		if err != nil {
			return State{}, fmt.Errorf("broadcast: %s: %w", act, err)
		}
		written, err := s.store.Apply(ctx, Change{Fact: f, Seen: len(facts), Recipients: recipients, Leaves: []audit.Leaf{leaf}})
		switch {
		case errors.Is(err, ErrStale):
			continue
		case err != nil:
			return State{}, fmt.Errorf("broadcast: %s: %w", act, err)
		case written:
			return Derive(f.Key(), append(facts, f)), nil
		}
		// Somebody wrote this id since we read: the same act twice at once, which the ledger now shows, or an act on
		// another broadcast.
		if facts, err = s.store.Ledger(ctx, f.Key()); err != nil {
			return State{}, fmt.Errorf("broadcast: %s: %w", act, err)
		}
		if fact.Find(facts, f.ID, head) == nil {
			return State{}, s.log.Decline(ctx, entry(act, f), ErrConflict)
		}
	}
}

// decide completes a fact, and refuses one that may not be or that no ledger can hold.
func decide(state State, f *Fact, complete func(State, *Fact) ([]Recipient, error)) ([]Recipient, error) {
	if err := permit(state, f); err != nil {
		return nil, err
	}
	recipients, err := complete(state, f)
	if err != nil {
		return nil, err
	}
	return recipients, f.valid()
}

func head(f *Fact) fact.Head { return fact.Head{ID: &f.ID, Recorded: &f.Recorded} }

func latest(now time.Time, facts []Fact) time.Time { return fact.Latest(now, facts, head) }

// entry records a fact: who is in an audience it does not say. Of a refused command it keeps what a log can hold.
func entry(act string, f Fact) audit.Entry {
	e := audit.Entry{
		Practice: f.Practice, Actor: f.Actor, Action: "sms.broadcast." + act, Object: audit.Object{Kind: "broadcast"}, Reason: f.Reason,
	}
	if form.Text(ErrInvalid, "", f.Broadcast, form.ID, true) == nil {
		e.Object.ID = f.Broadcast
	}
	details := map[string]string{
		"fact": f.ID, "category": string(f.Plan.Category), "template": f.Plan.Template,
		"criterion": string(f.Plan.Audience.Criterion), "day": f.Plan.Audience.Day, "detail": f.Plan.Audience.Detail,
	}
	if f.Kind == Included || f.Kind == Gathered {
		details["recipients"] = strconv.Itoa(f.Count)
	}
	if f.Plan.Version > 0 {
		details["version"] = strconv.Itoa(f.Plan.Version)
	}
	maps.DeleteFunc(details, func(_, value string) bool { return form.Text(ErrInvalid, "", value, 1<<10, true) != nil })
	if len(details) > 0 {
		e.Details = details
	}
	return e
}
