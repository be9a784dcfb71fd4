package records

import (
	"context"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// Store keeps patients and the schedule. All methods may be called concurrently; a cancelled context writes nothing.
// What is returned shares no memory with the store. Text is kept and compared as it is, byte by byte.
type Store interface {
	// Apply writes a whole change or nothing of it. It reports false, and writes nothing, not even an entry, when the
	// practice has an act of c.Act's id. Nor does it write anything beside an error: [ErrStale] when what is kept does
	// not have the revision before that of c.Patient or c.Appointment, a new one being revision 1, or another version than
	// c.Seen; [ErrNotFound] when the practice lacks the patient of a new appointment; the error of [Change.Validate] where it
	// has one.
	Apply(ctx context.Context, c Change) (bool, error)

	// Done reports whether the practice has the act, by its id. It returns [ErrConflict] when that act has another
	// digest. It heeds no other field.
	Done(ctx context.Context, a Act) (bool, error)

	// Patient returns a patient, or [ErrNotFound].
	Patient(ctx context.Context, k Key) (Patient, error)

	// Patients returns the patients that have one of the terms, each once, by their ids, at most q.Limit.
	Patients(ctx context.Context, q PatientQuery) ([]Patient, error)

	// Appointment returns an appointment, or [ErrNotFound].
	Appointment(ctx context.Context, k Key) (Appointment, error)

	// Appointments returns the appointments of a stretch of time by (Start, ID), at most q.Limit.
	Appointments(ctx context.Context, q AppointmentQuery) ([]Appointment, error)

	Visits
}

// Visits is the worker's side of a store: it crosses practices.
type Visits interface {
	// Changed returns up to limit appointments with their patients, both as of one moment, that have been reported by a
	// change to be planned and whose version was not marked since, by (when they changed or, where that is later, were put
	// off to, Practice, ID). What cannot be read is among them, see [Appointed.Err].
	Changed(ctx context.Context, limit int) ([]Appointed, error)

	// PutOff lets an appointment that is to be planned stand behind those that changed before at, UTC, at microseconds,
	// unless it has another version or is not known. Nothing else of it changes.
	PutOff(ctx context.Context, k Key, version string, at time.Time) error

	// Planned marks the appointment as planned, unless it has another version or is not known.
	Planned(ctx context.Context, k Key, version string) error
}

// Change is what one write carries. Either Patient or Appointment is set.
type Change struct {
	Act         Act
	Patient     *Patient     // replaces the revision before it, with all its terms
	Reissue     *Reissue     // beside Patient: its appointments get another version
	Appointment *Appointment // replaces the revision before it
	Plan        bool         // beside Appointment: its reminders are to be planned; otherwise they are not, whatever was
	Seen        string       // beside Appointment: the version that it has and keeps, planned or not as it is, whatever Plan says; empty: it gets another
	Leaves      []audit.Leaf // the entries that record the change
}

// Reissue gives every booked appointment of a patient another version. Of those that start after At the reminders are
// to be planned. Writing it and booking for the same patient exclude each other, or else an appointment that is booked
// beside it could be planned with the old number and never be reissued.
type Reissue struct {
	Version string
	At      time.Time
}

// Validate says why a store cannot keep the change, as an error that wraps [ErrInvalid] or [audit.ErrInvalid], or nil.
// Every change of a [Service] can be kept; a store checks what it is given, for Postgres refuses some text that a map
// takes.
func (c Change) Validate() error {
	if (c.Patient == nil) == (c.Appointment == nil) || c.Reissue != nil && c.Patient == nil || len(c.Leaves) == 0 {
		return fmt.Errorf("%w: a change carries either a patient or an appointment, and at least one entry", ErrInvalid)
	}
	var err error
	var practice, patient string
	var revision int
	if p := c.Patient; p != nil {
		err = p.valid(Date{Year: 9999, Month: time.December, Day: 31})
		practice, patient, revision = p.Practice, p.ID, p.Revision
	} else {
		a := c.Appointment
		err = a.stored()
		practice, patient, revision = a.Practice, a.Patient, a.Revision
	}
	if err != nil {
		return err
	}
	if revision < 1 {
		return fmt.Errorf("%w: a change makes a revision of at least 1", ErrInvalid)
	}
	if r := c.Reissue; r != nil && (form.Text(ErrInvalid, "the version", r.Version, form.ID, true) != nil || !isKept(r.At)) {
		return fmt.Errorf("%w: a reissue needs a version and a time", ErrInvalid)
	}
	if c.Act.Practice != practice || c.Act.Patient != patient || len(c.Act.Digest) == 0 {
		return fmt.Errorf("%w: a change's act is another practice's or another patient's", ErrInvalid)
	}
	if err := form.Text(ErrInvalid, "the act's id", c.Act.ID, form.ID, true); err != nil {
		return err
	}
	return audit.ValidateOf(ErrInvalid, practice, c.Leaves)
}

// stored refuses an appointment that is not as the service would keep it.
func (a Appointment) stored() error {
	if err := a.valid(); err != nil {
		return err
	}
	if !isKept(a.Start) || !isKept(a.Changed) {
		return fmt.Errorf("%w: a time is not in UTC at microseconds", ErrInvalid)
	}
	return form.Text(ErrInvalid, "the version", a.Version, form.ID, true)
}

func isKept(t time.Time) bool { return t == instant(t) && isInstant(t) }

// PatientQuery asks for the patients that have one of some terms.
type PatientQuery struct {
	Practice string
	Terms    []Term // at least one, each once
	After    string // only ids after this one
	Limit    int    // at least 1
}

// AppointmentQuery asks for the appointments of a stretch of time.
type AppointmentQuery struct {
	Practice string
	From     time.Time // UTC; starts at this moment are in it
	Until    time.Time // UTC; starts at this moment are not
	Status   Status    // empty: any
	After    Place     // only what stands after this place
	Limit    int       // at least 1
}

// Place is where an appointment stands in the order of the schedule.
type Place struct {
	At time.Time // the start; UTC
	ID string
}

// Appointed is an appointment with its patient.
type Appointed struct {
	Appointment Appointment
	Patient     Patient
	// Err says why one of them cannot be read: [ErrGone] or [ErrTampered], or anything else that keeps it from being read now.
	// Then of the appointment only what the schedule is searched by is there, and of the patient the key.
	Err error
}
