package registration

import (
	"context"
	"maps"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/fact"
	"github.com/enamel-go/enamel/internal/form"
)

// append decides on a fact against the practice's ledger and writes it with its entry, as [fact.Append] says.
func (s *Service) append(ctx context.Context, act string, f Fact, decide func([]Fact, Fact) error) (fact.Appended[Fact], error) {
	action := "sms.registration." + act
	if f.Actor.Validate() != nil || f.Actor.Kind != audit.Staff && f.Actor.Kind != audit.System {
		return fact.Appended[Fact]{}, errActor // without an actor there is no entry either
	}
	f.Content, f.Notice.EditUntil, f.Notice.Until = f.Content.tidy(), micro(f.Notice.EditUntil), micro(f.Notice.Until)
	return fact.Append(&f, fact.Act[Fact]{
		Name: "registration: " + act, Now: s.now, NewID: s.newID, Head: head, Repeats: Fact.repeats, Stale: ErrStale, Conflict: ErrConflict,
		Future: errAhead,
		Admit:  func() error { return f.valid() },
		Ledger: func() ([]Fact, error) { return s.store.Ledger(ctx, f.Practice) },
		Decide: func(facts []Fact) error { return decide(facts, f) },
		Write: func(seen int) (bool, error) {
			leaf, err := s.log.Stamp(ctx, entry(action, f))
			if err != nil {
				return false, err
			}
			return s.store.Apply(ctx, Change{Fact: f, Seen: seen, Leaves: []audit.Leaf{leaf}})
		},
		Refuse: func(cause error) error { return s.log.Refuse(ctx, entry(action, f), cause) },
	})
}

func head(f *Fact) fact.Head { return fact.Head{ID: &f.ID, At: &f.At, Recorded: &f.Recorded} }

func latest(now time.Time, facts []Fact) time.Time { return fact.Latest(now, facts, head) }

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
