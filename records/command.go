package records

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// Save keeps a patient's data.
type Save struct {
	ID      string  // the caller's id of the act; the same id and content again changes nothing. Defaults to a new id.
	Patient Patient // Revision is the one that the caller has seen, 0 for a new patient
	Reason  string  // why; may be empty
}

// Saved is a patient as it is kept now.
type Saved struct {
	Patient
	Unchanged bool // it was kept already, just so, and nothing was written
}

// Booking books an appointment.
type Booking struct {
	ID          string // as in Save
	Practice    string
	Appointment string // the vendor's id of the appointment
	Patient     string
	Clinician   string
	Start       time.Time
	Zone        string // the practice's time zone, an IANA name
	Duration    time.Duration
	Reason      string // why; may be empty
}

// Move gives a booked appointment another time, and where they are named another clinician or duration.
type Move struct {
	ID          string // as in Save
	Practice    string
	Appointment string
	Revision    int // the one that the caller has seen
	Start       time.Time
	Clinician   string        // Defaults to the one who has it.
	Duration    time.Duration // Defaults to what it was.
	Reason      string        // required
}

// Cancellation calls a booked appointment off.
type Cancellation struct {
	ID          string // as in Save
	Practice    string
	Appointment string
	Revision    int    // as in Move
	Reason      string // required
}

// Closing says what became of a booked appointment when its day had come.
type Closing struct {
	ID          string // as in Save
	Practice    string
	Appointment string
	Revision    int    // as in Move
	Status      Status // Kept or Missed
	Reason      string // may be empty
}

// Act is one command as a store remembers it, so that its repetition changes nothing.
type Act struct {
	Practice string
	ID       string
	Patient  string // whose record it wrote
	Digest   []byte // SHA-256 of the command and who gave it: says whether another command of this id is the same one
}

// newAct returns the act of a command. The command's own field ID is part of it and does no harm.
func newAct(action string, by audit.Actor, practice, id string, command any) (Act, error) {
	raw, err := json.Marshal([]any{action, by, command})
	if err != nil {
		return Act{}, fmt.Errorf("%w: the command cannot be written down", ErrInvalid)
	}
	sum := sha256.Sum256(raw)
	return Act{Practice: practice, ID: id, Digest: sum[:]}, nil
}

// check refuses the parts that all commands have in common.
func check(id, reason string, required bool) error {
	if err := form.Text(ErrInvalid, "the act's id", id, form.ID, false); err != nil {
		return err
	}
	return form.Text(ErrInvalid, "the reason", reason, longText, required)
}
