package representative

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

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
		return Answer{}, s.log.Refuse(ctx, e, err)
	}
	facts, err := s.store.Ledger(ctx, k)
	if err != nil {
		return Answer{}, fmt.Errorf("representative: may: %w", err)
	}
	a := s.law.May(k, facts, q, latest(s.moment(), facts))
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
		return nil, s.log.Refuse(ctx, e, err)
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

// Open returns a practice's reports that were not answered yet, the oldest first, after recording, for each child that is
// shown, that by looked: what staff have to decide on and to answer, and until when. Days are the calendar's in zone, which
// may be nil for UTC. When it cannot be recorded nothing is returned.
func (s *Service) Open(ctx context.Context, by audit.Actor, practice string, zone *time.Location) ([]Report, error) {
	const action = "consent.representative.read"
	if by.Validate() != nil {
		return nil, errActor
	}
	var open []Report
	var entries []audit.Entry
	seen := map[string]bool{}
	q := Query{Practice: practice, Kind: Reported, Limit: 1000}
	for more := true; more; more = q.After != "" {
		found, err := s.store.Facts(ctx, q)
		if errors.Is(err, ErrInvalid) {
			return nil, s.log.Refuse(ctx, entry(action, Fact{Practice: practice, Actor: by}), err)
		}
		if err != nil {
			return nil, fmt.Errorf("representative: open: %w", err)
		}
		for _, f := range found.Facts {
			if seen[f.Patient] {
				continue
			}
			seen[f.Patient] = true
			facts, err := s.store.Ledger(ctx, f.Key())
			if err != nil {
				return nil, fmt.Errorf("representative: open: %w", err)
			}
			unanswered := slices.DeleteFunc(s.law.Reports(f.Key(), facts, zone, latest(s.moment(), facts)), func(r Report) bool { return !r.Answered.IsZero() })
			if len(unanswered) > 0 {
				open = append(open, unanswered...)
				entries = append(entries, entry(action, Fact{Practice: practice, Patient: f.Patient, Actor: by}))
			}
		}
		q.After = found.Next
	}
	slices.SortStableFunc(open, func(a, b Report) int { return a.Fact.Recorded.Compare(b.Fact.Recorded) })
	if len(entries) == 0 {
		return nil, nil
	}
	if err := s.log.RecordSeen(ctx, entries...); err != nil {
		return nil, fmt.Errorf("representative: open: %w", err)
	}
	return open, nil
}

// Law returns what the service decides by.
func (s *Service) Law() *Law { return s.law }
