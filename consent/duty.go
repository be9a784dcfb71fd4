package consent

import (
	"context"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// Duty is a practice's acceptance of the duty to obtain its patients' consent on the platform's behalf (DentTracks SMS
// Privacy Policy, section 2). The zero value: it has not accepted.
type Duty struct {
	Practice string
	Terms    string      // which terms it accepted, by their version or the vendor's id of them; required
	Accepted time.Time   // set by [Service.Accept]; UTC, at microseconds
	By       audit.Actor // set by [Service.Accept]: the member of staff who accepted
}

// valid refuses a duty that no store can hold.
func (d Duty) valid() error {
	if err := form.Text(ErrInvalid, "the practice", d.Practice, form.ID, true); err != nil {
		return err
	}
	if d.By.Validate() != nil {
		return errActor
	}
	if err := form.Text(ErrInvalid, "the terms of the duty", d.Terms, form.ID, true); err != nil {
		return err
	}
	return form.Instants(ErrInvalid, d.Accepted)
}

// Accept records that a practice accepts the duty to obtain its patients' consent. Before, its grants and confirmation
// requests are refused with [ErrDuty], and a grant that was recorded without it permits nothing; what a patient takes back is
// recorded at all times. Only a member of staff accepts; terms that are accepted already change nothing.
func (s *Service) Accept(ctx context.Context, by audit.Actor, d Duty) error {
	d.Accepted, d.By = s.moment(), by
	e := audit.Entry{
		Practice: d.Practice, Actor: by, Action: "consent.accept", Object: audit.Object{Kind: "practice", ID: d.Practice},
		Details: map[string]string{"terms": d.Terms},
	}
	if by.Validate() != nil {
		return errActor
	}
	if err := d.valid(); err != nil {
		e.Details = nil
		return s.log.Refuse(ctx, e, err)
	}
	if by.Kind != audit.Staff {
		return s.log.Refuse(ctx, e, fmt.Errorf("%w: only a member of staff accepts the duty for a practice", ErrInvalid))
	}
	set, err := s.store.Settings(ctx, d.Practice)
	if err != nil {
		return fmt.Errorf("consent: accept: %w", err)
	}
	if set.Duty.Terms == d.Terms {
		return nil
	}
	_, err = s.keep(ctx, e, Change{Duty: &d})
	return err
}
