package consent

import (
	"context"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// State returns what a number stands at now, after recording that by looked.
func (s *Service) State(ctx context.Context, by audit.Actor, k Key) (State, error) {
	facts, err := s.look(ctx, by, k)
	if err != nil {
		return State{}, err
	}
	return s.derive(k, facts), nil
}

// History returns a number's ledger with all evidence, in the order it was written, after recording that by looked. When
// that cannot be recorded nothing is returned. A number that nobody wrote about has no facts.
func (s *Service) History(ctx context.Context, by audit.Actor, k Key) ([]Fact, error) {
	lent, err := s.look(ctx, by, k)
	if err != nil {
		return nil, err
	}
	var facts []Fact
	for _, f := range lent {
		facts = append(facts, f.Clone())
	}
	return facts, nil
}

func (s *Service) look(ctx context.Context, by audit.Actor, k Key) ([]Fact, error) {
	f := Fact{Practice: k.Practice, Number: k.Number, Actor: by}
	if by.Validate() != nil {
		return nil, errActor
	}
	if err := k.valid(); err != nil {
		return nil, s.log.Refuse(ctx, entry("consent.read", f), err)
	}
	facts, err := s.store.Ledger(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("consent: history: %w", err)
	}
	if err := s.log.Record(ctx, entry("consent.read", f)); err != nil {
		return nil, fmt.Errorf("consent: history: %w", err)
	}
	return facts, nil
}

// Permission answers a machine that is about to text: may such a text go to the number now? It reads the store every time,
// and records nothing: the caller records the decision it builds on the answer.
func (s *Service) Permission(ctx context.Context, k Key, u Use) (Permission, error) {
	if err := k.valid(); err != nil {
		return Permission{}, err
	}
	facts, err := s.store.Standing(ctx, k)
	if err != nil {
		return Permission{}, fmt.Errorf("consent: permission: %w", err)
	}
	return s.view(k, facts, latest(s.moment(), facts)).decide(u), nil
}

// Check is one question of many: may such a text go to the number?
type Check struct {
	Key
	Use
}

// Permissions answers what Permission answers for each of many texts, in their order and by one read of the store. Where
// one ledger cannot be read, the others cannot either: ask for each by itself then.
func (s *Service) Permissions(ctx context.Context, checks []Check) ([]Permission, error) {
	keys := make([]Key, len(checks))
	for i, a := range checks {
		if err := a.Key.valid(); err != nil {
			return nil, err
		}
		keys[i] = a.Key
	}
	ledgers, err := s.store.Standings(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("consent: permissions: %w", err)
	}
	permissions := make([]Permission, len(checks))
	for i, a := range checks {
		permissions[i] = s.view(a.Key, ledgers[i], latest(s.moment(), ledgers[i])).decide(a.Use)
	}
	return permissions, nil
}

// Settings returns what a practice has chosen, the defaults where nothing was set. It is nobody's data and leaves no
// entry.
func (s *Service) Settings(ctx context.Context, practice string) (Settings, error) {
	if err := form.Text(ErrInvalid, "the practice", practice, form.ID, true); err != nil {
		return Settings{}, err
	}
	set, err := s.store.Settings(ctx, practice)
	if err != nil {
		return Settings{}, fmt.Errorf("consent: settings: %w", err)
	}
	return set.settled(), nil
}

// derive computes the state by everything that is known. A fact that another process recorded by a clock ahead of ours
// counts at once: a stop must not wait for our clock.
func (s *Service) derive(k Key, facts []Fact) State {
	return Derive(k, facts, s.profile, latest(s.moment(), facts))
}

func (s *Service) view(k Key, facts []Fact, moment time.Time) *view {
	return &view{key: k, facts: facts, profile: &s.profile, moment: moment}
}
