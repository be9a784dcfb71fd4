package representative

import (
	"context"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/fact"
	"github.com/enamel-go/enamel/internal/form"
)

// protects reports whether facts of the kind only ever protect the child: nothing that happens beside one may hold it up,
// nor a time that is wrong.
func (k Kind) protects() bool { return k == Withdrawn || k == Reported }

// append decides on a fact against its ledger and writes it with its entry, as [fact.Append] says. decide may be nil.
func (s *Service) append(ctx context.Context, act string, f Fact, decide func([]Fact, Fact) error) (Fact, error) {
	action := "consent.representative." + act
	if f.Actor.Validate() != nil {
		return Fact{}, errActor // without an actor there is no entry either
	}
	future := errAhead
	if f.Kind.protects() {
		future = nil // a child is not left without protection over a wrong clock
	}
	done, err := fact.Append(&f, fact.Act[Fact]{
		Name: "representative: " + act, Now: s.now, NewID: s.newID, Head: head, Repeats: Fact.repeats, Stale: ErrStale, Conflict: ErrConflict,
		Future: future,
		Admit:  func() error { return f.valid() },
		Ledger: func() ([]Fact, error) { return s.store.Ledger(ctx, f.Key()) },
		Decide: func(facts []Fact) error {
			if err := f.complete(); err != nil || decide == nil {
				return err
			}
			return decide(facts, f)
		},
		Write: func(seen int) (bool, error) {
			leaf, err := s.log.Stamp(ctx, entry(action, f))
			if err != nil {
				return false, err
			}
			if f.Kind.protects() {
				seen = Any
			}
			return s.store.Apply(ctx, Change{Fact: f, Seen: seen, Leaves: []audit.Leaf{leaf}})
		},
		Refuse: func(cause error) error { return s.log.Refuse(ctx, entry(action, f), cause) },
	})
	return done.Fact, err
}

func head(f *Fact) fact.Head { return fact.Head{ID: &f.ID, At: &f.At, Recorded: &f.Recorded} }

func known(facts []Fact, id string) *Fact { return fact.Find(facts, id, head) }

func latest(now time.Time, facts []Fact) time.Time { return fact.Latest(now, facts, head) }

// entry records a fact. Of a refused command it keeps what a ledger could hold.
func entry(action string, f Fact) audit.Entry {
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
	patient := form.Fit(f.Patient, form.ID)
	return audit.Entry{
		Practice: f.Practice, Actor: f.Actor, Action: action, Object: audit.Object{Kind: "patient", ID: patient}, Patient: patient,
		Details: form.Fitting(details, 1<<10),
	}
}

func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
