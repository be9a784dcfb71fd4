package pack

import (
	"context"
	"strconv"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/fact"
	"github.com/enamel-go/enamel/internal/form"
)

// append decides on a fact against its ledger and writes it to store with its entry, as [fact.Append] says.
func (s *Service) append(ctx context.Context, store Store, act string, f Fact) (Fact, error) {
	action := "consent.pack." + act
	if f.Actor.Validate() != nil {
		return Fact{}, errActor // without an actor there is no entry either
	}
	done, err := fact.Append(&f, fact.Act[Fact]{
		Name: "pack: " + act, Now: s.now, NewID: s.newID, Head: head, Repeats: Fact.repeats, Stale: ErrStale, Conflict: ErrConflict,
		Future: errAhead,
		Admit: func() error {
			if f.Release == "" && f.Kind == Requested {
				f.Release = f.ID
			}
			return f.Key().valid()
		},
		Ledger: func() ([]Fact, error) { return store.Ledger(ctx, f.Key()) },
		Decide: func(facts []Fact) error {
			if err := permit(facts, &f); err != nil {
				return err
			}
			return f.valid()
		},
		Write: func(seen int) (bool, error) {
			leaf, err := s.log.Stamp(ctx, entry(action, f))
			if err != nil {
				return false, err
			}
			return store.Apply(ctx, Change{Fact: f, Seen: seen, Leaves: []audit.Leaf{leaf}})
		},
		Refuse: func(cause error) error { return s.log.Refuse(ctx, entry(action, f), cause) },
	})
	return done.Fact, err
}

func head(f *Fact) fact.Head { return fact.Head{ID: &f.ID, At: &f.At, Recorded: &f.Recorded} }

func latest(now time.Time, facts []Fact) time.Time { return fact.Latest(now, facts, head) }

// entry records a fact. Of a refused command it keeps what a ledger could hold.
func entry(action string, f Fact) audit.Entry {
	details := map[string]string{
		"fact": f.ID, "recipient": string(f.Scope.Recipient), "name": f.Scope.Name, "number": f.Scope.Number,
		"document": f.Scope.Document, "file sha-256": f.Hash,
	}
	if f.Size > 0 {
		details["file bytes"] = strconv.FormatInt(f.Size, 10)
	}
	return audit.Entry{
		Practice: f.Practice, Actor: f.Actor, Action: action, Object: audit.Object{Kind: "release", ID: form.Fit(f.Release, form.ID)},
		Patient: form.Fit(f.Scope.Patient, form.ID), Reason: f.Reason, Details: form.Fitting(details, 1<<10),
	}
}

func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
