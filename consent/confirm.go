package consent

import (
	"context"
	"fmt"
	"slices"

	"github.com/enamel-go/enamel/audit"
)

// Ask records that confirmation is being asked, for every pending grant that nobody was asked about. It is refused with
// [ErrNothingPending], with [ErrLandline] where the number takes no texts, or, where every pending grant was asked about
// or its category's request can still be answered, with [ErrAsked]. The request expires; see [Options].
func (s *Service) Ask(ctx context.Context, by audit.Actor, a Ask) (State, error) {
	f := Fact{ID: a.ID, Practice: a.Practice, Number: a.Number, Kind: Asked, Actor: by}
	return s.append(ctx, "consent.ask", f, func(facts []Fact, f *Fact) error {
		if lapse := newest(s.view(f.Key(), facts, f.Recorded).lapses()); lapse != nil && lapse.Cause == Landline {
			return ErrLandline
		}
		return s.asks(ctx, facts, f)
	})
}

// asks completes a request, or says why there is none to make.
func (s *Service) asks(ctx context.Context, facts []Fact, f *Fact) error {
	set, err := s.settings(ctx, f.Practice)
	if err != nil {
		return err
	}
	if set.Duty.Terms == "" {
		return ErrDuty
	}
	f.About, f.Expires = nil, f.Recorded.Add(s.within)
	v, pending := s.view(f.Key(), facts, f.Recorded), false
	for _, c := range Categories() {
		if v.doubt(c) != nil {
			continue // the request would be a text about what is held
		}
		waiting, ids := v.unasked(c)
		pending = pending || waiting
		f.About = append(f.About, ids...)
	}
	switch {
	case !pending:
		return ErrNothingPending
	case len(f.About) == 0:
		return ErrAsked
	}
	return nil
}

// unasked reports whether grants of c wait, and returns those that a new request may ask about: those that nobody was asked
// about, or none while an earlier request for the category can still be answered.
func (v *view) unasked(c Category) (waiting bool, ids []string) {
	for g := range v.known(Granted) {
		if g.Category != c || !v.waits(g) {
			continue
		}
		waiting = true
		asked := false
		for request := range v.known(Asked) {
			if !slices.Contains(request.About, g.ID) {
				continue
			}
			if asked = true; !v.moment.After(request.Expires) {
				return true, nil
			}
		}
		if !asked {
			ids = append(ids, g.ID)
		}
	}
	return waiting, ids
}

// Confirm records the patient's own answer to the newest request that can still be answered. It is refused with
// [ErrNotAsked] when there is none, or none that was made before the patient wrote, with [ErrExpired] when it came too late,
// and with [ErrEvidence] without the patient's words and the text they came by: nobody confirms for a patient. A stop between
// request and answer leaves nothing to confirm.
func (s *Service) Confirm(ctx context.Context, by audit.Actor, c Confirmation) (State, error) {
	f := Fact{
		ID: c.ID, Practice: c.Practice, Number: c.Number, Kind: Confirmed, At: c.At, Actor: by, Evidence: c.Evidence,
	}
	return s.append(ctx, "consent.confirm", f, func(facts []Fact, f *Fact) error {
		if err := own(f); err != nil {
			return err
		}
		v := s.view(f.Key(), facts, f.Recorded)
		f.About = nil
		refusal := ErrNotAsked
		for request := range v.known(Asked) {
			if request.Token != "" || f.At.Before(request.Recorded) || !v.answerable(request.Fact) { // a link is answered by its page
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
func (v *view) answerable(request *Fact) bool {
	for g := range v.known(Granted) {
		if slices.Contains(request.About, g.ID) && v.waits(g) {
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
