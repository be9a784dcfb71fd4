package link

import (
	"context"
	"fmt"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

const reading = "sms.link.read"

// Links returns the links that were issued for a patient, the oldest first, and what became of each, after recording that
// by looked. When that cannot be recorded nothing is returned. Only staff or a system looks.
func (s *Service) Links(ctx context.Context, by audit.Actor, practice, patient string) ([]State, error) {
	states, err := s.of(ctx, by, reading, practice, patient)
	if err != nil {
		return nil, err
	}
	if err := s.log.Record(ctx, entry(reading, Fact{Practice: practice, Actor: by}, Fact{Patient: patient})); err != nil {
		return nil, fmt.Errorf("link: read: %w", err)
	}
	return states, nil
}

// of returns a patient's links to staff or a system.
func (s *Service) of(ctx context.Context, by audit.Actor, action, practice, patient string) ([]State, error) {
	if by.Validate() != nil {
		return nil, errActor
	}
	e := entry(action, Fact{Practice: practice, Actor: by}, Fact{Patient: patient})
	if by.Kind != audit.Staff && by.Kind != audit.System {
		return nil, s.log.Refuse(ctx, e, errIssuer)
	}
	for name, id := range map[string]string{"the practice": practice, "the patient": patient} {
		if err := form.Text(ErrInvalid, name, id, form.ID, true); err != nil {
			return nil, s.log.Refuse(ctx, e, err)
		}
	}
	states, err := s.store.Of(ctx, practice, patient)
	if err != nil {
		return nil, fmt.Errorf("link: read: %w", err)
	}
	return states, nil
}
