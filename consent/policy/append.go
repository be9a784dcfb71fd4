package policy

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/fact"
	"github.com/enamel-go/enamel/internal/form"
)

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

// append decides on a fact against its ledger and writes it with its entry, as [fact.Append] says. decide may complete the
// fact.
func (s *Service) append(ctx context.Context, act string, f Fact, decide func(ledger, *Fact) error) (Fact, error) {
	action := "consent.policy." + act
	if f.Actor.Validate() != nil {
		return Fact{}, errActor // without an actor there is no entry either
	}
	var l ledger
	done, err := fact.Append(&f, fact.Act[Fact]{
		Name: "policy: " + act, Now: s.now, NewID: s.newID, Head: head, Repeats: Fact.repeats, Stale: ErrStale, Conflict: ErrConflict,
		Future: errAhead,
		Admit:  func() error { return f.valid() },
		Ledger: func() (_ []Fact, err error) {
			l, err = s.read(ctx, f.Key())
			f.Recorded = latest(f.Recorded, l.own) // nor is a person's fact recorded before the version that it is about
			return l.facts(f.Kind), err
		},
		Decide: func([]Fact) error { return decide(l, &f) },
		Write: func(seen int) (bool, error) {
			leaf, err := s.log.Stamp(ctx, entry(action, f))
			if err != nil {
				return false, err
			}
			if !f.Kind.own() {
				seen = Any // of two who publish at once, one decides again
			}
			return s.store.Apply(ctx, Change{Fact: f, Seen: seen, Leaves: []audit.Leaf{leaf}})
		},
		Refuse: func(cause error) error { return s.log.Refuse(ctx, entry(action, f), cause) },
	})
	return done.Fact, err
}

func head(f *Fact) fact.Head { return fact.Head{ID: &f.ID, At: &f.At, Recorded: &f.Recorded} }

func latest(now time.Time, facts []Fact) time.Time { return fact.Latest(now, facts, head) }

// entry records a fact. Of a refused command it keeps what a ledger could hold.
func entry(action string, f Fact) audit.Entry {
	e := audit.Entry{Practice: f.Practice, Actor: f.Actor, Action: action, Object: audit.Object{Kind: "policy", ID: form.Fit(f.Document, form.ID)}}
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
		if language := form.Fit(t.Language, form.ID); language != "" {
			details["text sha-256 "+language] = t.Hash()
		}
	}
	e.Details = form.Fitting(details, 2*form.ID)
	return e
}

func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
