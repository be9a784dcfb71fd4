package consent

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/enamel-go/enamel/audit"
)

// Ask records that confirmation is being asked, for every pending grant that nobody was asked about. It is refused with
// [ErrNothingPending] or, where every pending grant was asked about or its category's request can still be answered,
// with [ErrAsked]. The request expires; see [Options].
func (s *Service) Ask(ctx context.Context, by audit.Actor, a Ask) (State, error) {
	f := Fact{ID: a.ID, Practice: a.Practice, Number: a.Number, Kind: Asked, Actor: by}
	return s.append(ctx, "consent.ask", f, func(l ledger, f *Fact) error {
		f.About, f.Expires = nil, f.Recorded.Add(s.within)
		state, pending := s.derive(f.Key(), l.facts), false
		for _, c := range Categories() {
			if state.For(c).Status == Pending {
				pending = true
				f.About = append(f.About, unasked(l.facts, s.profile, c, f.Recorded)...)
			}
		}
		switch {
		case !pending:
			return ErrNothingPending
		case len(f.About) == 0:
			return ErrAsked
		}
		return nil
	})
}

// unasked returns the grants of c that a new request may ask about: those that wait and that nobody was asked about, or
// none while an earlier request for the category can still be answered.
func unasked(facts []Fact, p Profile, c Category, moment time.Time) []string {
	var ids []string
	for _, g := range unconfirmed(facts, p, c) {
		asked := requests(facts, g.ID)
		if slices.ContainsFunc(asked, func(request Fact) bool { return !moment.After(request.Expires) }) {
			return nil
		}
		if len(asked) == 0 {
			ids = append(ids, g.ID)
		}
	}
	return ids
}

// Confirm records the patient's own answer to the newest request that can still be answered. It is refused with
// [ErrNotAsked] when there is none, with [ErrExpired] when it came too late, and with [ErrEvidence] without the patient's
// words and the text they came by: nobody confirms for a patient. A stop between request and answer leaves nothing to
// confirm.
func (s *Service) Confirm(ctx context.Context, by audit.Actor, c Confirmation) (State, error) {
	f := Fact{
		ID: c.ID, Practice: c.Practice, Number: c.Number, Kind: Confirmed, At: c.At, Actor: by, Evidence: c.Evidence,
	}
	return s.append(ctx, "consent.confirm", f, func(l ledger, f *Fact) error {
		if err := own(f); err != nil {
			return err
		}
		f.About = nil
		refusal := ErrNotAsked
		for _, request := range l.facts {
			if request.Kind != Asked || !s.answerable(l.facts, request) {
				continue
			}
			if f.Recorded.After(request.Expires) {
				refusal = ErrExpired
				continue
			}
			f.About = []string{request.ID}
		}
		if f.About == nil {
			return refusal
		}
		return nil
	})
}

// answerable reports whether a grant that the request asks about still waits.
func (s *Service) answerable(facts []Fact, request Fact) bool {
	for _, c := range Categories() {
		asked := func(g Fact) bool { return slices.Contains(request.About, g.ID) }
		if slices.ContainsFunc(unconfirmed(facts, s.profile, c), asked) {
			return true
		}
	}
	return false
}

// own refuses what a patient alone can say, unless it comes with the patient's own text.
func own(f *Fact) error {
	if f.Actor.Kind != audit.Patient || f.Evidence.Words == "" || f.Evidence.Message == "" {
		return fmt.Errorf("%w: only the patient's own text does this; its words and message are needed", ErrEvidence)
	}
	return nil
}
