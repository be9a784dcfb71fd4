package records

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/internal/page"
)

// Visit is an appointment as its reminder needs it. It is an alias of a plain struct, so that whoever plans reminders
// can declare the same one without importing this package.
type Visit = struct {
	Practice      string
	Appointment   string
	Version       string // changes with whatever the reminder depends on: time, status, the patient's number, zone, region and language
	Patient       string
	Number        string // the patient's first textable phone, E.164; empty: none
	Zone          string // the practice's time zone, an IANA name: the appointment's time is told in it
	PatientZone   string // the patient's time zone by address, an IANA name; may be empty
	PatientRegion string // the patient's State or province by address, see [Address.Region]; may be empty
	Language      string // what the patient reads, as BCP 47 names it; empty: not known
	Start         time.Time
	Active        bool // false once cancelled, missed or kept
}

// Changed returns up to limit visits, of any practice, whose reminders have not been planned since their last change,
// the oldest change first. That the planner read them is recorded, once for each. Booked visits in the past are not
// reported, moved and cancelled ones are. A record that cannot be read, because it was destroyed or altered, is no
// longer active; where it was altered, the log says so. Nor is a visit active whose patient's evidence was destroyed, for no text
// about it could be put on record. What cannot be read or put on record now, because a practice's keys cannot be had, is left out
// and put off as by [Service.PutOff]; the error comes where there is nothing else, or where limit visits wait so: the next call
// goes on behind them. The limit is 1 to 1000, 0 for 100.
func (s *Service) Changed(ctx context.Context, limit int) ([]Visit, error) {
	limit, err := page.Limit(ErrInvalid, limit)
	if err != nil {
		return nil, err
	}
	found, err := s.store.Changed(ctx, limit)
	if err != nil {
		return nil, fmt.Errorf("records: changed: %w", err)
	}
	var visits []Visit
	var failed error
	for _, f := range found {
		v, err := s.planned(ctx, f)
		if err != nil {
			failed = errors.Join(err, s.putOff(ctx, f.Appointment.Key(), f.Appointment.Version))
			continue
		}
		visits = append(visits, v)
	}
	if len(visits) == 0 && failed != nil {
		return nil, fmt.Errorf("records: changed: %w", failed)
	}
	return visits, nil
}

// visit returns an appointment as its reminder needs it.
func (f Appointed) visit() Visit {
	a := f.Appointment
	return Visit{
		Practice: a.Practice, Appointment: a.ID, Version: a.Version, Patient: a.Patient, Number: f.Patient.Number(),
		Zone: a.Zone, PatientZone: f.Patient.Zone, PatientRegion: f.Patient.Address.Region(), Language: f.Patient.Language,
		Start:  a.Start,
		Active: a.Status == Booked && f.Err == nil,
	}
}

// texts is who reads where texts are decided on and answered.
var texts = audit.Actor{Kind: audit.System, ID: "texts"}

// Visit returns an appointment with its patient's number as they stand now, after recording that texts read them: what a
// patient's answer to a reminder is held against. One that is not known, or was destroyed, is not active, and no error; nor is
// one whose patient's evidence was destroyed.
func (s *Service) Visit(ctx context.Context, practice, appointment string) (Visit, error) {
	a, err := s.Appointment(ctx, texts, Key{practice, appointment})
	if absent(err) {
		return Visit{Practice: practice, Appointment: appointment}, nil
	}
	if err != nil {
		return Visit{}, err
	}
	p, err := s.Patient(ctx, texts, a.PatientKey())
	if err != nil && !absent(err) {
		return Visit{}, err
	}
	return Appointed{Appointment: a, Patient: p, Err: err}.visit(), nil
}

// absent reports whether err says that there is nothing to text about, and that is on record.
func absent(err error) bool {
	return (errors.Is(err, ErrNotFound) || errors.Is(err, audit.ErrShredded)) && !errors.Is(err, audit.ErrNotRecorded)
}

// planned records that the planner reads an appointment with its patient's number, and returns what it may read: of a patient
// whose evidence was destroyed nothing that a text could be made of.
func (s *Service) planned(ctx context.Context, f Appointed) (Visit, error) {
	a := f.Appointment
	planner := audit.Actor{Kind: audit.System, ID: "planner"}
	e := entry("records.appointment.read", planner, a.Practice, a.Patient, audit.Object{Kind: appointmentKind, ID: a.ID}, "")
	switch {
	case errors.Is(f.Err, ErrGone):
		e.Patient = "" // with the records the key may be gone that the entry would be sealed under; nothing was read
	case errors.Is(f.Err, ErrTampered):
		e.Outcome, e.Reason = audit.Refused, f.Err.Error()
	case f.Err != nil:
		return Visit{}, f.Err
	}
	gone, err := s.log.Shredded(ctx, e.Practice, e.Patient)
	if err != nil {
		return Visit{}, err
	}
	v := f.visit()
	v.Active = v.Active && !gone
	return v, s.log.RecordSeen(ctx, e)
}

// Planned says that the reminders of a visit in this version are planned. A visit that has changed meanwhile stays
// reported. It holds nothing of a patient and leaves no entry.
func (s *Service) Planned(ctx context.Context, practice, appointment, version string) error {
	k := Key{practice, appointment}
	if err := versioned(k, version); err != nil {
		return err
	}
	if err := s.store.Planned(ctx, k, version); err != nil {
		return fmt.Errorf("records: planned: %w", err)
	}
	return nil
}

// PutOff says that the reminders of a visit in this version cannot be planned now. It stays reported, behind what changed before;
// once it changes it is reported in its turn. It holds nothing of a patient and leaves no entry.
func (s *Service) PutOff(ctx context.Context, practice, appointment, version string) error {
	k := Key{practice, appointment}
	if err := versioned(k, version); err != nil {
		return err
	}
	return s.putOff(ctx, k, version)
}

func (s *Service) putOff(ctx context.Context, k Key, version string) error {
	if err := s.store.PutOff(ctx, k, version, s.moment()); err != nil {
		return fmt.Errorf("records: put off: %w", err)
	}
	return nil
}

// versioned refuses what names no version of an appointment.
func versioned(k Key, version string) error {
	return cmp.Or(k.valid("the appointment"), form.Text(ErrInvalid, "the version", version, form.ID, true))
}

// Current reports whether an appointment is still booked in this very version. It reads the store every time, and
// records nothing: a machine that is about to text asks, and records the decision it builds on the answer.
func (s *Service) Current(ctx context.Context, practice, appointment, version string) (bool, error) {
	k := Key{practice, appointment}
	if err := k.valid("the appointment"); err != nil {
		return false, err
	}
	a, err := s.store.Appointment(ctx, k)
	switch {
	case errors.Is(err, ErrNotFound):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("records: current: %w", err)
	}
	return a.Status == Booked && a.Version == version, nil
}
