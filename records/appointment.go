package records

import (
	"fmt"
	"time"

	"github.com/enamel-go/enamel/internal/form"
)

// Status is what has become of an appointment.
type Status string

// The statuses. All but Booked are final.
const (
	Booked    Status = "booked"
	Cancelled Status = "cancelled"
	Kept      Status = "kept"   // the patient came
	Missed    Status = "missed" // the patient did not
)

func (s Status) valid() bool {
	switch s {
	case Booked, Cancelled, Kept, Missed:
		return true
	}
	return false
}

// Appointment is a visit that a patient and the practice have agreed on.
type Appointment struct {
	Practice  string
	ID        string        // the vendor's id
	Patient   string        // the vendor's id of the patient
	Clinician string        // the vendor's id of who treats
	Start     time.Time     // UTC, at microseconds
	Zone      string        // the practice's time zone, an IANA name: the start is told in it
	Duration  time.Duration // at most 24 hours
	Status    Status
	Revision  int       // counts what was written by commands, from 1
	Version   string    // another one whenever what a reminder says or depends on has changed, and no other time; set by the service
	Changed   time.Time // when it got that version; UTC, at microseconds
}

// Key returns the appointment's key.
func (a Appointment) Key() Key { return Key{a.Practice, a.ID} }

// PatientKey returns the key of the patient whose appointment it is.
func (a Appointment) PatientKey() Key { return Key{a.Practice, a.Patient} }

// same reports whether two appointments were agreed alike, whatever the service has added.
func (a Appointment) same(o Appointment) bool {
	a.Revision, a.Version, a.Changed = o.Revision, o.Version, o.Changed
	start := a.Start.Equal(o.Start)
	a.Start = o.Start
	return start && a == o
}

// valid refuses what is no appointment that can be kept.
func (a Appointment) valid() error {
	if err := a.Key().valid("the appointment"); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the patient", a.Patient, form.ID, true); err != nil {
		return err
	}
	if err := form.Text(ErrInvalid, "the clinician", a.Clinician, form.ID, true); err != nil {
		return err
	}
	switch {
	case !isInstant(a.Start):
		return fmt.Errorf("%w: the start is not between the years 1900 and 9999", ErrInvalid)
	case !form.Zone(a.Zone):
		return fmt.Errorf("%w: the practice's time zone is not known", ErrInvalid)
	case a.Duration <= 0 || a.Duration > 24*time.Hour:
		return fmt.Errorf("%w: an appointment takes some time, at most 24 hours", ErrInvalid)
	case !a.Status.valid():
		return fmt.Errorf("%w: the status is none of booked, cancelled, kept, missed", ErrInvalid)
	}
	return nil
}

// isInstant reports whether t is a moment that every store and format can hold.
func isInstant(t time.Time) bool { return t.Year() >= 1900 && t.Year() <= 9999 }

// instant returns t as it is kept.
func instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
