package policy

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

// ledger is what a fact is decided on.
type ledger struct {
	own    []Fact // the document's
	person []Fact // the person's, where the fact is one
}

// facts returns the ledger that a fact is appended to.
func (l ledger) facts(k Kind) []Fact {
	if k.own() {
		return l.own
	}
	return l.person
}

func (s *Service) read(ctx context.Context, k Key) (l ledger, err error) {
	if l.own, err = s.store.Ledger(ctx, k.Of(audit.Actor{})); err == nil && k.Person != (audit.Actor{}) {
		l.person, err = s.store.Ledger(ctx, k)
	}
	return l, err
}

// append decides on a fact against its ledger and writes it with its entry. decide may complete the fact; when it
// refuses, the refusal is recorded and nothing else. When the ledger grows in between, it is read and decided on again.
func (s *Service) append(ctx context.Context, act string, f Fact, decide func(ledger, *Fact) error) (Fact, error) {
	action := "consent.policy." + act
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
	if f.At.After(now.Add(leeway)) {
		return Fact{}, s.log.Decline(ctx, entry(action, f), errAhead)
	}
	for {
		l, err := s.read(ctx, f.Key())
		if err != nil {
			return Fact{}, fmt.Errorf("policy: %s: %w", act, err)
		}
		if old := known(l.facts(f.Kind), f.ID); old != nil {
			if !f.repeats(*old, dated) {
				return Fact{}, s.log.Decline(ctx, entry(action, f), ErrConflict)
			}
			return *old, nil
		}
		f.Recorded = latest(latest(now, l.own), l.person)
		if !dated {
			f.At = f.Recorded
		}
		if err := decide(l, &f); err != nil {
			return Fact{}, s.log.Decline(ctx, entry(action, f), err)
		}
		leaf, err := s.log.Stamp(ctx, entry(action, f))
		if err != nil {
			return Fact{}, fmt.Errorf("policy: %s: %w", act, err)
		}
		change := Change{Fact: f, Seen: Any, Leaves: []audit.Leaf{leaf}}
		if f.Kind.own() {
			change.Seen = len(l.own) // of two who publish at once, one decides again
		}
		written, err := s.store.Apply(ctx, change)
		switch {
		case errors.Is(err, ErrStale):
			continue
		case err != nil:
			return Fact{}, fmt.Errorf("policy: %s: %w", act, err)
		case written:
			return f, nil
		}
		// Somebody wrote this id since we read: the same act twice at once, which the ledger now shows, or an act in
		// another ledger.
		if l, err = s.read(ctx, f.Key()); err != nil {
			return Fact{}, fmt.Errorf("policy: %s: %w", act, err)
		}
		if known(l.facts(f.Kind), f.ID) == nil {
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
	e := audit.Entry{Practice: f.Practice, Actor: f.Actor, Action: action, Object: audit.Object{Kind: "policy"}}
	if form.Text(ErrInvalid, "", f.Document, form.ID, true) == nil {
		e.Object.ID = f.Document
	}
	details := map[string]string{
		"fact": f.ID, "version": f.Version, "effective": f.Edition.Effective.String(), "channel": string(f.Evidence.Channel),
		"text sha-256": f.Evidence.Hash,
	}
	if f.Person.Validate() == nil {
		details["person"] = string(f.Person.Kind) + " " + f.Person.ID
		if f.Person.Kind == audit.Patient {
			e.Patient = f.Person.ID
		}
	}
	for _, t := range f.Edition.Texts {
		if form.Text(ErrInvalid, "", t.Language, form.ID, true) == nil {
			details["text sha-256 "+t.Language] = t.Hash()
		}
	}
	maps.DeleteFunc(details, func(_, value string) bool { return form.Text(ErrInvalid, "", value, 2*form.ID, true) != nil })
	if len(details) > 0 {
		e.Details = details
	}
	return e
}

func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
