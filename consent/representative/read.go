package representative

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit"
)

// May says whether somebody may do something for a patient now, or about one. It reads the store every time. A refusal is
// recorded before it is returned, and when that fails there is no answer; what is allowed the caller records as the act that
// it is. An actor without kind or id is refused with [ErrInvalid].
func (s *Service) May(ctx context.Context, k Key, q Question) (Answer, error) {
	if q.Person.Validate() != nil {
		return Answer{}, errActor
	}
	e := entry("consent.representative.may", Fact{Practice: k.Practice, Patient: k.Patient, Acts: []Act{q.Act}, Episode: q.Episode, Actor: q.Person})
	if err := k.valid(); err != nil {
		return Answer{}, s.refuse(ctx, e, err)
	}
	facts, err := s.store.Ledger(ctx, k)
	if err != nil {
		return Answer{}, fmt.Errorf("representative: may: %w", err)
	}
	a := s.law.May(facts, q, latest(s.moment(), facts))
	if a.Allowed {
		return a, nil
	}
	e.Outcome, e.Reason = audit.Refused, a.Why
	if err := s.log.Record(ctx, e); err != nil {
		return Answer{}, fmt.Errorf("representative: may: %w", err)
	}
	return a, nil
}

// History returns a patient's ledger with all evidence, in the order in which it was written, after recording that by
// looked. When that cannot be recorded nothing is returned. A patient whom nobody wrote about has no facts.
func (s *Service) History(ctx context.Context, by audit.Actor, k Key) ([]Fact, error) {
	if by.Validate() != nil {
		return nil, errActor
	}
	e := entry("consent.representative.read", Fact{Practice: k.Practice, Patient: k.Patient, Actor: by})
	if err := k.valid(); err != nil {
		return nil, s.refuse(ctx, e, err)
	}
	facts, err := s.store.Ledger(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("representative: history: %w", err)
	}
	if err := s.log.Record(ctx, e); err != nil {
		return nil, fmt.Errorf("representative: history: %w", err)
	}
	return facts, nil
}

// Law returns what the service decides by.
func (s *Service) Law() *Law { return s.law }
