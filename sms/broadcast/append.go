package broadcast

import (
	"context"
	"maps"
	"strconv"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/fact"
	"github.com/enamel-go/enamel/internal/form"
)

// append decides on a fact against its ledger and writes it with its entry, as [fact.Append] says. complete fills in what the
// act needs and gives the recipients that it brings.
func (s *Service) append(ctx context.Context, act string, f Fact, complete func(State, *Fact) ([]Recipient, error)) (State, error) {
	if f.Actor.Validate() != nil {
		return State{}, errActor // without an actor there is no entry either
	}
	plan := f.Plan
	var recipients []Recipient
	done, err := fact.Append(&f, fact.Act[Fact]{
		Name: "broadcast: " + act, Now: s.o.Now, NewID: s.o.NewID, Head: head, Repeats: Fact.repeats, Stale: ErrStale, Conflict: ErrConflict,
		Admit: func() error { return f.Key().valid() },
		Ledger: func() ([]Fact, error) {
			f.Plan = plan // as it was given, without what was completed for a ledger that has grown since
			return s.store.Ledger(ctx, f.Key())
		},
		Decide: func(facts []Fact) (err error) {
			recipients, err = decide(Derive(f.Key(), facts), &f, complete)
			return err
		},
		Write: func(seen int) (bool, error) {
			leaf, err := s.log.Stamp(ctx, entry(act, f))
			if err != nil {
				return false, err
			}
			return s.store.Apply(ctx, Change{Fact: f, Seen: seen, Recipients: recipients, Leaves: []audit.Leaf{leaf}})
		},
		Refuse: func(cause error) error { return s.log.Refuse(ctx, entry(act, f), cause) },
	})
	if err != nil {
		return State{}, err
	}
	facts := done.Before
	if done.New {
		facts = append(facts, done.Fact)
	}
	return Derive(f.Key(), facts), nil
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

// head of a fact. Nobody claims when it happened: that is when it is recorded.
func head(f *Fact) fact.Head { return fact.Head{ID: &f.ID, At: &f.Recorded, Recorded: &f.Recorded} }

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
	if f.Kind.brings() {
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
