package sms

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/loop"
)

// Visit is an appointment as its reminder needs it. It is an alias of a plain struct, so that a schedule can offer it
// without importing this package.
type Visit = struct {
	Practice    string
	Appointment string
	Version     string // changes with whatever the reminder depends on: time, status, the patient's number and zone
	Patient     string
	Number      string // the patient's number for texts, E.164; empty: none
	Zone        string // the practice's time zone, an IANA name: the appointment's time is told in it
	PatientZone string // the patient's time zone by address, an IANA name; may be empty
	Start       time.Time
	Active      bool // false once cancelled, missed or kept
}

// Schedule is what texts ask of a schedule; *records.Service meets it.
type Schedule interface {
	// Changed returns up to limit visits, of any practice, that changed since their reminders were planned.
	Changed(ctx context.Context, limit int) ([]Visit, error)
	// Planned says that the reminders of a visit in this version are planned.
	Planned(ctx context.Context, practice, appointment, version string) error
	// Current reports whether an appointment still stands in this version.
	Current(ctx context.Context, practice, appointment, version string) (bool, error)
}

// PlannerOptions adjusts a [Planner]. The zero value is ready to use.
type PlannerOptions struct {
	// Lead is how long before an appointment its reminder is due. Defaults to 24 hours.
	Lead time.Duration
	// Useful is how long before an appointment its reminder must have left. Defaults to one hour.
	Useful time.Duration
	// Interval is how often Run looks for changes when there were none. Defaults to one second.
	Interval time.Duration
	// Logger hears of errors that no caller is there to hear: ids only. Defaults to none.
	Logger *slog.Logger
}

// Planner queues one reminder for each version of each appointment. The reminder of an earlier version is not taken
// back: the dispatcher asks the schedule before every text, and refuses what is no longer current. So a move means
// exactly one reminder, with the new time, and a cancellation none, whenever either happens.
type Planner struct {
	service  *Service
	schedule Schedule
	o        PlannerOptions
}

// NewPlanner returns a planner that reads schedule and queues reminders with service; o may be nil.
func NewPlanner(service *Service, schedule Schedule, o *PlannerOptions) (*Planner, error) {
	if service == nil || schedule == nil {
		return nil, fmt.Errorf("%w: a planner needs a service and a schedule", ErrInvalid)
	}
	p := &Planner{service: service, schedule: schedule}
	if o != nil {
		p.o = *o
	}
	if p.o.Lead == 0 {
		p.o.Lead = 24 * time.Hour
	}
	if p.o.Useful == 0 {
		p.o.Useful = time.Hour
	}
	if p.o.Interval == 0 {
		p.o.Interval = time.Second
	}
	if p.o.Useful < 0 || p.o.Lead <= p.o.Useful || p.o.Interval < 0 {
		return nil, fmt.Errorf("%w: a reminder's lead must be longer than what it must leave to be useful", ErrInvalid)
	}
	return p, nil
}

// Run plans until ctx is done and returns ctx's error. Errors of a step go to the logger, and the next step tries again.
func (p *Planner) Run(ctx context.Context) error {
	return loop.Run(ctx, "planner", p.o.Interval, p.o.Logger, func(ctx context.Context) (bool, error) {
		n, err := p.Step(ctx)
		return n > 0, err
	})
}

// Step plans the reminders of up to a hundred visits that changed, and returns how many it planned. A reminder that is
// refused, for a number that is none say, is recorded and does not hold up the others.
func (p *Planner) Step(ctx context.Context) (int, error) {
	visits, err := p.schedule.Changed(ctx, 100)
	if err != nil {
		return 0, fmt.Errorf("sms: plan: %w", err)
	}
	planned := 0
	var failed error
	for _, v := range visits {
		if err := p.plan(ctx, v); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		planned++
	}
	return planned, failed
}

func (p *Planner) plan(ctx context.Context, v Visit) error {
	if v.Active && v.Number != "" {
		err := p.remind(ctx, v)
		// A conflict is this version's reminder, planned before the practice changed its name or contact.
		known := errors.Is(err, ErrInvalid) || errors.Is(err, ErrConflict)
		if err != nil && (!known || errors.Is(err, audit.ErrNotRecorded)) {
			return err
		}
	}
	if err := p.schedule.Planned(ctx, v.Practice, v.Appointment, v.Version); err != nil {
		return fmt.Errorf("sms: plan: %w", err)
	}
	return nil
}

// remind queues the visit's reminder. Its id comes from the visit's version, so planning twice queues it once.
func (p *Planner) remind(ctx context.Context, v Visit) error {
	useful := v.Start.Add(-p.o.Useful)
	if !useful.After(p.service.moment()) {
		return nil // booked or moved at such short notice that a reminder is of no use
	}
	sender, err := p.service.store.Sender(ctx, v.Practice, "")
	if errors.Is(err, ErrNotFound) {
		return nil // a practice that does not text
	}
	if err != nil {
		return fmt.Errorf("sms: plan: %w", err)
	}
	by := audit.Actor{Kind: audit.System, ID: "planner"}
	t := Text{
		ID: reminderID(v), Practice: v.Practice, Patient: v.Patient, Category: consent.Transactional,
		From: sender.Number, To: v.Number, Subject: v.Appointment, Version: v.Version, Zone: v.PatientZone,
		NotBefore: v.Start.Add(-p.o.Lead), LastUseful: useful,
	}
	if t.Body, err = reminderBody(sender, v, p.service.visits != nil); err != nil {
		return p.service.refuse(ctx, enqueued(by, t), err)
	}
	_, err = p.service.Enqueue(ctx, by, t)
	return err
}

func reminderID(v Visit) string {
	sum := sha256.Sum256([]byte(v.Appointment + "\x00" + v.Version))
	return "reminder-" + hex.EncodeToString(sum[:16])
}

// token is what a reminder offers as its answer: other appointments of the same phone have another one, for the most part. It
// is no word that ends texts or begins them anywhere.
func token(appointment, version string) string {
	sum := sha256.Sum256([]byte(appointment + "\x00" + version))
	return fmt.Sprintf("C%d", 10+binary.BigEndian.Uint16(sum[:])%90)
}

// reminderBody tells when, and by whom, and nothing else: not who is expected, nor for what. It offers an answer where
// somebody hears it.
func reminderBody(s Sender, v Visit, answers bool) (string, error) {
	zone, err := time.LoadLocation(v.Zone)
	if err != nil {
		return "", fmt.Errorf("%w: the schedule's time zone is not known here", ErrInvalid)
	}
	offer := ""
	if answers {
		offer = " Reply " + token(v.Appointment, v.Version) + " to confirm."
	}
	when := v.Start.In(zone).Format("Monday, January 2 at 3:04 PM")
	return fmt.Sprintf("%s: reminder of your appointment on %s.%s Questions: %s. Reply HELP for help, STOP to end texts.", s.Name, when, offer, s.Contact), nil
}
