package consent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/fact"
	"github.com/enamel-go/enamel/internal/form"
)

// append decides on a fact against its ledger and writes it with its entry, as [fact.Append] says. decide may complete the
// fact.
func (s *Service) append(ctx context.Context, action string, f Fact, decide func([]Fact, *Fact) error) (State, error) {
	state, _, err := s.write(ctx, action, f, decide)
	return state, err
}

// write is append that also reports whether the fact is new.
func (s *Service) write(ctx context.Context, action string, f Fact, decide func([]Fact, *Fact) error) (State, bool, error) {
	if f.Actor.Validate() != nil {
		return State{}, false, errActor // without an actor there is no entry either
	}
	future := errAhead
	if f.narrows() {
		future = nil // a stop counts, whatever the clock of whoever brings it says
	}
	done, err := fact.Append(&f, fact.Act[Fact]{
		Name: op(action), Now: s.now, NewID: s.newID, Head: head, Repeats: repeats, Stale: ErrStale, Conflict: ErrConflict,
		Future: future,
		Admit:  func() error { return f.valid() },
		Ledger: func() ([]Fact, error) {
			facts, err := s.store.Ledger(ctx, f.Key())
			if err != nil && f.narrows() && f.Entry == "" {
				return nil, nil // a stop is written even where the ledger cannot be read, unless its id turned out to be taken
			}
			return facts, err
		},
		Decide: func(facts []Fact) error { return decide(facts, &f) },
		Write: func(seen int) (bool, error) {
			leaf, err := s.log.Stamp(ctx, entry(action, f))
			if err != nil {
				return false, err
			}
			f.Entry = leaf.ID
			if f.narrows() {
				seen = Any // nothing that happens beside a stop may hold it up
			}
			return s.store.Apply(ctx, Change{Fact: &f, Seen: seen, Leaves: []audit.Leaf{leaf}})
		},
		Refuse: func(cause error) error {
			if failed := (failure{}); errors.As(cause, &failed) {
				return fmt.Errorf("%s: %w", op(action), failed.error)
			}
			return s.log.Refuse(ctx, entry(action, f), cause)
		},
	})
	if errors.Is(err, audit.ErrShredded) { // what cannot be put on record is not done
		err = s.log.Refuse(ctx, entry(action, f), err)
	}
	if err != nil {
		return State{}, false, err
	}
	facts := done.Before
	if done.New {
		facts = append(slices.Clip(facts), done.Fact)
	}
	return s.derive(f.Key(), facts), done.New, nil
}

// failure is what a store answered while a fact was decided on. It is no refusal.
type failure struct{ error }

// settings returns a practice's settings to whoever decides on a fact.
func (s *Service) settings(ctx context.Context, practice string) (Settings, error) {
	set, err := s.store.Settings(ctx, practice)
	if err != nil {
		return Settings{}, failure{err}
	}
	return set, nil
}

func head(f *Fact) fact.Head { return fact.Head{ID: &f.ID, At: &f.At, Recorded: &f.Recorded} }

// latest is [fact.Latest], so that no process whose clock is behind puts a stop before the grant it ends.
func latest(now time.Time, facts []Fact) time.Time { return fact.Latest(now, facts, head) }

// repeats reports whether f says what old says. What we add ourselves (recorded time, entry, confirmation, requests) is
// not content, nor is a claimed time that the command left out, nor when a START came in that comes twice, nor which of our
// numbers a stop came to.
func repeats(f, old Fact, dated bool) bool {
	return old.Kind == f.Kind && old.Category == f.Category && old.Patient == f.Patient && (f.Kind == Revoked || old.Sender == f.Sender) &&
		old.Basis == f.Basis && old.Channel == f.Channel && old.Cause == f.Cause && old.Token == f.Token && old.Evidence == f.Evidence &&
		old.Actor == f.Actor && (!dated || f.Kind == Restarted || old.At.Equal(f.At)) && (!f.chosen() || slices.Equal(old.About, f.About))
}

// chosen reports whether the command itself says what the fact is about: a clearance does, and the answer to a link.
func (f *Fact) chosen() bool {
	return f.Kind == Cleared || f.Kind == Confirmed && f.Evidence.Message == ""
}

// entry records a fact. Of a refused command it keeps what a ledger could hold.
func entry(action string, f Fact) audit.Entry {
	e := audit.Entry{Practice: f.Practice, Actor: f.Actor, Action: action, Object: audit.Object{Kind: "number"}}
	if form.Text(ErrInvalid, "the patient", f.Patient, form.ID, false) == nil {
		e.Patient = f.Patient
	}
	if form.E164(f.Number) {
		e.Object.ID = f.Number
	}
	details := map[string]string{}
	for _, d := range []struct{ name, value string }{
		{"fact", f.ID},
		{"category", string(f.Category)},
		{"basis", string(f.Basis)},
		{"channel", string(f.Channel)},
		{"cause", string(f.Cause)},
		{"sender", f.Sender},
		{"wording sha-256", f.Evidence.Hash()},
	} {
		if form.Text(ErrInvalid, d.name, d.value, 64, true) == nil {
			details[d.name] = d.value
		}
	}
	if len(details) > 0 {
		e.Details = details
	}
	return e
}

// op turns "consent.grant" into "consent: grant", the prefix of an error.
func op(action string) string { return strings.Replace(action, ".", ": ", 1) }

func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
