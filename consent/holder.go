package consent

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// Lapse records that a number has another holder now, or none. Everything that was given for it before counts no more,
// for consent belongs to a number and its holder and is never transferred; a stop that stands outlives it. Like
// [Service.Revoke] it is never refused for what the ledger says, and a time that lies ahead counts from now.
func (s *Service) Lapse(ctx context.Context, by audit.Actor, l Lapse) (State, error) {
	f := Fact{
		ID: l.ID, Practice: l.Practice, Number: l.Number, Kind: Lapsed, Cause: l.Cause, At: l.At, Actor: by, Evidence: l.Evidence,
	}
	return s.append(ctx, "consent.lapse", f, func(_ []Fact, f *Fact) error {
		if !f.Cause.valid() {
			return fmt.Errorf("%w: a number lapses because it was reassigned, is a wrong number, was deactivated or is a landline", ErrInvalid)
		}
		return nil
	})
}

// Mute records that one patient wants no texts about himself, of one category or of all. Others who share the number are
// not concerned, nor ever named: a plain STOP, which binds the number, is [Service.Revoke]'s. A mute is never refused for
// what the ledger says, and a time that lies ahead counts from now.
func (s *Service) Mute(ctx context.Context, by audit.Actor, m Mute) (State, error) {
	return s.preference(ctx, by, "consent.mute", Muted, m)
}

// Unmute records that the patient wants them again. It permits nothing by itself: texts need a consent as before.
func (s *Service) Unmute(ctx context.Context, by audit.Actor, m Mute) (State, error) {
	return s.preference(ctx, by, "consent.unmute", Unmuted, m)
}

func (s *Service) preference(ctx context.Context, by audit.Actor, action string, kind Kind, m Mute) (State, error) {
	f := Fact{
		ID: m.ID, Practice: m.Practice, Number: m.Number, Kind: kind, Category: m.Category, Patient: m.Patient, At: m.At,
		Actor: by, Evidence: m.Evidence,
	}
	return s.append(ctx, action, f, func(_ []Fact, f *Fact) error {
		if f.Category != "" && !f.Category.valid() {
			return errCategory
		}
		return form.Text(ErrInvalid, "the patient", f.Patient, form.ID, true)
	})
}

// Numbers returns the numbers at which a patient is on record, in ascending order, after recording that by looked: where a
// vendor learns that the patient's number changed, or that the chart is erased. When that cannot be recorded nothing is
// returned.
func (s *Service) Numbers(ctx context.Context, by audit.Actor, practice, patient string) ([]string, error) {
	e := audit.Entry{
		Practice: practice, Actor: by, Action: "consent.read", Object: audit.Object{Kind: "patient", ID: patient}, Patient: patient,
	}
	if by.Validate() != nil {
		return nil, errActor
	}
	for _, id := range []struct{ name, value string }{{"the practice", practice}, {"the patient", patient}} {
		if err := form.Text(ErrInvalid, id.name, id.value, form.ID, true); err != nil {
			e.Object.ID, e.Patient = "", ""
			return nil, s.log.Refuse(ctx, e, err)
		}
	}
	numbers, err := s.store.Numbers(ctx, practice, patient)
	if err != nil {
		return nil, fmt.Errorf("consent: numbers: %w", err)
	}
	if err := s.log.Record(ctx, e); err != nil {
		return nil, fmt.Errorf("consent: numbers: %w", err)
	}
	return numbers, nil
}

// Suppressed returns a page of the numbers at which everything or something stands stopped, each with its state. They
// outlive the erasure of any patient: a number that said stop is not texted because its chart is gone. The query's Kind
// says nothing here. That by looked is recorded; when it cannot be, nothing is returned.
func (s *Service) Suppressed(ctx context.Context, by audit.Actor, q Query) ([]State, string, error) {
	q.Kind = Revoked
	page, err := s.list(ctx, by, "consent.suppressed", q)
	if err != nil {
		return nil, "", err
	}
	var states []State
	for _, f := range page.Facts {
		facts, err := s.store.Standing(ctx, f.Key())
		if err != nil {
			return nil, "", fmt.Errorf("consent: suppressed: %w", err)
		}
		if state := s.derive(f.Key(), facts); state.stopped() && latestOf(facts, Revoked).ID == f.ID {
			states = append(states, state)
		}
	}
	return states, page.Next, nil
}

func (s State) stopped() bool {
	return s.Transactional.Status == Stopped || s.Conversational.Status == Stopped || s.Promotional.Status == Stopped
}

// latestOf returns the fact of a kind that was written last: where a number has several it is listed once.
func latestOf(facts []Fact, kind Kind) (last Fact) {
	for _, f := range facts {
		if f.Kind == kind {
			last = f
		}
	}
	return last
}

// list returns a page of a practice's facts after recording that by looked.
func (s *Service) list(ctx context.Context, by audit.Actor, action string, q Query) (Page, error) {
	e := audit.Entry{Practice: q.Practice, Actor: by, Action: action, Object: audit.Object{Kind: "practice", ID: q.Practice}}
	if by.Validate() != nil {
		return Page{}, errActor
	}
	if err := q.Validate(); err != nil {
		return Page{}, s.log.Refuse(ctx, e, err)
	}
	page, err := s.store.Facts(ctx, q)
	if err != nil {
		return Page{}, fmt.Errorf("%s: %w", op(action), err)
	}
	if err := s.log.Record(ctx, e); err != nil {
		return Page{}, fmt.Errorf("%s: %w", op(action), err)
	}
	return page, nil
}
