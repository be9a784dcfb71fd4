package records

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/civil"
)

// Book books an appointment for a patient and returns it. It is refused with [ErrNotFound] when the practice has no
// such patient, and with [ErrConflict] when another appointment has this id. A time that is over can be booked: not
// every visit is agreed on before.
func (s *Service) Book(ctx context.Context, by audit.Actor, b Booking) (Appointment, error) {
	b.Start = instant(b.Start)
	next := Appointment{
		Practice: b.Practice, ID: b.Appointment, Patient: b.Patient, Clinician: b.Clinician, Start: b.Start, Zone: b.Zone,
		Duration: b.Duration, Status: Booked, Revision: 1,
	}
	object := audit.Object{Kind: appointmentKind, ID: b.Appointment}
	o := order{
		id: b.ID, command: b, valid: cmp.Or(check(b.ID, b.Reason, false), next.valid()),
		entry: entry("records.appointment.book", by, b.Practice, b.Patient, object, b.Reason),
	}
	o.decide = func(e *audit.Entry) (Change, error) {
		kept, err := s.store.Appointment(ctx, next.Key())
		switch {
		case err == nil && kept.same(next):
			return Change{}, errUnchanged
		case err == nil:
			return Change{}, errTaken
		case !errors.Is(err, ErrNotFound):
			return Change{}, err
		}
		e.Details = map[string]string{"start": next.Start.Format(time.RFC3339)}
		next.Version, next.Changed = s.newID(), s.moment()
		return Change{Appointment: &next, Plan: next.Start.After(next.Changed)}, nil
	}
	written, err := s.write(ctx, o)
	return s.agreed(ctx, by, next, written, err)
}

// Move gives a booked appointment another time and returns it. It is refused with [ErrRevision] unless the revision is
// the latest, and with [ErrClosed] unless it is still booked.
func (s *Service) Move(ctx context.Context, by audit.Actor, m Move) (Appointment, error) {
	m.Start = instant(m.Start)
	valid := check(m.ID, m.Reason, true)
	if valid == nil && !isInstant(m.Start) {
		valid = fmt.Errorf("%w: the start is not between the years 1900 and 9999", ErrInvalid)
	}
	k := Key{m.Practice, m.Appointment}
	o := order{id: m.ID, command: m, valid: valid, entry: altering("records.appointment.move", by, k, m.Reason)}
	return s.alter(ctx, o, k, m.Revision, func(a *Appointment) error {
		a.Status, a.Start = Booked, m.Start
		if m.Clinician != "" {
			a.Clinician = m.Clinician
		}
		if m.Duration != 0 {
			a.Duration = m.Duration
		}
		return nil
	})
}

// Cancel calls a booked appointment off and returns it. It is refused as Move is.
func (s *Service) Cancel(ctx context.Context, by audit.Actor, c Cancellation) (Appointment, error) {
	k := Key{c.Practice, c.Appointment}
	valid := check(c.ID, c.Reason, true)
	o := order{id: c.ID, command: c, valid: valid, entry: altering("records.appointment.cancel", by, k, c.Reason)}
	return s.alter(ctx, o, k, c.Revision, func(a *Appointment) error {
		a.Status = Cancelled
		return nil
	})
}

// Close says of a booked appointment that it was kept or missed, and returns it. It is refused as Move is, and with
// [ErrInvalid] before the day of the appointment, by the calendar of its zone.
func (s *Service) Close(ctx context.Context, by audit.Actor, c Closing) (Appointment, error) {
	k := Key{c.Practice, c.Appointment}
	valid := check(c.ID, c.Reason, false)
	if valid == nil && c.Status != Kept && c.Status != Missed {
		valid = fmt.Errorf("%w: an appointment was either kept or missed", ErrInvalid)
	}
	o := order{id: c.ID, command: c, valid: valid, entry: altering("records.appointment.close", by, k, c.Reason)}
	return s.alter(ctx, o, k, c.Revision, func(a *Appointment) error {
		zone, err := time.LoadLocation(a.Zone)
		if err != nil {
			return fmt.Errorf("%w: the practice's time zone is not known", ErrInvalid)
		}
		if civil.Of(s.now().In(zone)).Before(civil.Of(a.Start.In(zone))) {
			return fmt.Errorf("%w: the day of the appointment has not come", ErrInvalid)
		}
		a.Status = c.Status
		return nil
	})
}

// altering begins the entry of a command on an appointment, whose patient is not known yet.
func altering(action string, by audit.Actor, k Key, reason string) audit.Entry {
	return entry(action, by, k.Practice, "", audit.Object{Kind: appointmentKind, ID: k.ID}, reason)
}

// alter changes a booked appointment. What it is already is no change, whatever revision was given.
func (s *Service) alter(ctx context.Context, o order, k Key, revision int, edit func(*Appointment) error) (Appointment, error) {
	o.valid = cmp.Or(o.valid, k.valid("the appointment"))
	next := Appointment{Practice: k.Practice, ID: k.ID}
	o.decide = func(e *audit.Entry) (Change, error) {
		kept, err := s.store.Appointment(ctx, k)
		if err != nil {
			return Change{}, err
		}
		e.Patient = kept.Patient
		next = kept
		if err := edit(&next); err != nil {
			return Change{}, err
		}
		switch {
		case next.same(kept):
			return Change{}, errUnchanged
		case kept.Revision != revision:
			return Change{}, ErrRevision
		case kept.Status != Booked:
			return Change{}, ErrClosed
		}
		if err := next.valid(); err != nil {
			return Change{}, err
		}
		e.Details = map[string]string{"start": next.Start.Format(time.RFC3339)}
		if !next.Start.Equal(kept.Start) {
			e.Details["from"] = kept.Start.Format(time.RFC3339)
		}
		next.Revision++
		if next.Status == kept.Status && next.Start.Equal(kept.Start) { // its reminder says the same, and may have left
			return Change{Appointment: &next, Seen: kept.Version}, nil
		}
		next.Version, next.Changed = s.newID(), s.moment()
		// Another process's clock may be ahead of ours; changes are still reported in the order they happened.
		if next.Changed.Before(kept.Changed) {
			next.Changed = kept.Changed
		}
		plan := kept.Start.After(next.Changed) || next.Start.After(next.Changed)
		return Change{Appointment: &next, Plan: plan}, nil
	}
	written, err := s.write(ctx, o)
	return s.agreed(ctx, o.entry.Actor, next, written, err)
}

// agreed returns what was written, or reads what is kept where nothing was.
func (s *Service) agreed(ctx context.Context, by audit.Actor, a Appointment, written bool, err error) (Appointment, error) {
	if err != nil {
		return Appointment{}, err
	}
	if written {
		return a, nil
	}
	return s.Appointment(ctx, by, a.Key())
}
