package registration

import (
	"context"
	"errors"
	"fmt"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// Standing says whether a number of the practice may text now, and what. It answers the machine that sends, reads the
// store every time, and records nothing.
func (s *Service) Standing(ctx context.Context, practice, number string) (Standing, error) {
	facts, err := s.ledger(ctx, practice)
	if err != nil {
		return Standing{}, fmt.Errorf("registration: standing: %w", err)
	}
	return StandingOf(facts, number, latest(s.moment(), facts)), nil
}

// Limits returns what the carriers take from a number of the practice now. It reports false for a number that may not text
// and for one that no carrier limits. It records nothing.
func (s *Service) Limits(ctx context.Context, practice, number string) (Limits, bool, error) {
	facts, err := s.ledger(ctx, practice)
	if err != nil {
		return Limits{}, false, fmt.Errorf("registration: limits: %w", err)
	}
	l, ok := LimitsOf(practice, facts, number, latest(s.moment(), facts))
	return l, ok, nil
}

// Drift says how far a text is from the samples that the number it leaves from was approved with. It records nothing.
func (s *Service) Drift(ctx context.Context, practice, number, body string) (Drift, error) {
	facts, err := s.ledger(ctx, practice)
	if err != nil {
		return Drift{}, fmt.Errorf("registration: drift: %w", err)
	}
	moment := latest(s.moment(), facts)
	if KindOf(number) == TollFreeNumber {
		return DriftOf([]string{StateOf(facts, Subject{TollFreeKind, number}, moment).Filed.TollFree.Sample}, body), nil
	}
	held, _ := attachment(facts, number, moment)
	return DriftOf(StateOf(facts, Subject{CampaignKind, held.Campaign}, moment).Filed.Campaign.Samples, body), nil
}

func (s *Service) ledger(ctx context.Context, practice string) ([]Fact, error) {
	if err := form.Text(ErrInvalid, "the practice", practice, form.ID, true); err != nil {
		return nil, err
	}
	return s.store.Ledger(ctx, practice)
}

func (s *Service) state(ctx context.Context, practice string, subject Subject) (State, error) {
	facts, err := s.ledger(ctx, practice)
	if err != nil {
		return State{}, fmt.Errorf("registration: state: %w", err)
	}
	return StateOf(facts, subject, latest(s.moment(), facts)), nil
}

// Overview is what a practice has registered.
type Overview struct {
	States  []State // in the order in which they were begun
	Numbers []Attachment
}

// Overview returns what a practice has registered, with the EIN and the contact of its brand, after recording that by
// looked. When that cannot be recorded nothing is returned.
func (s *Service) Overview(ctx context.Context, by audit.Actor, practice string) (Overview, error) {
	facts, err := s.ledger(ctx, practice)
	if err = s.read(ctx, by, Fact{Practice: practice}, err); err != nil {
		return Overview{}, err
	}
	moment := latest(s.moment(), facts)
	o := Overview{Numbers: Numbers(facts, moment)}
	for _, subject := range Subjects(facts) {
		o.States = append(o.States, StateOf(facts, subject, moment))
	}
	return o, nil
}

// Facts returns a page of a practice's facts with all that they hold, after recording that by looked. When that cannot be
// recorded nothing is returned.
func (s *Service) Facts(ctx context.Context, by audit.Actor, q Query) (Page, error) {
	found, err := s.store.Facts(ctx, q)
	if err = s.read(ctx, by, Fact{Practice: q.Practice, Subject: q.Subject}, err); err != nil {
		return Page{}, err
	}
	return found, nil
}

// read records a read of what was found, or the refusal of one that cannot be answered.
func (s *Service) read(ctx context.Context, by audit.Actor, of Fact, err error) error {
	if by.Validate() != nil || by.Kind != audit.Staff && by.Kind != audit.System {
		return errActor
	}
	of.Actor = by
	e := entry("sms.registration.read", of)
	switch {
	case errors.Is(err, ErrInvalid):
		return s.log.Refuse(ctx, e, err)
	case err != nil:
		return fmt.Errorf("registration: read: %w", err)
	}
	if err := s.log.Record(ctx, e); err != nil {
		return fmt.Errorf("registration: read: %w", err)
	}
	return nil
}
