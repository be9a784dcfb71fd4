package sms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/loop"
)

// Visit is an appointment as its reminder needs it. It is an alias of a plain struct, so that a schedule can offer it
// without importing this package.
type Visit = struct {
	Practice      string
	Appointment   string
	Version       string // changes with whatever the reminder depends on: time, status, the patient's number, zone, region and language
	Patient       string
	Number        string // the patient's number for texts, E.164; empty: none
	Zone          string // the practice's time zone, an IANA name: the appointment's time is told in it
	PatientZone   string // the patient's time zone by address, an IANA name; may be empty
	PatientRegion string // the patient's State or province by address, ISO 3166-2 such as US-FL; may be empty
	Language      string // what the patient reads, as BCP 47 names it, such as es; empty: not known
	Start         time.Time
	Active        bool // false once cancelled, missed or kept
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

// Backlog is a [Schedule] that lets what cannot be planned now wait behind the rest; *records.Service is one. One that is none
// reports the same visits again, and of those a thousand hold up all others.
type Backlog interface {
	// PutOff says that a visit could not be planned in this version: Changed reports it again, behind those that changed before.
	PutOff(ctx context.Context, practice, appointment, version string) error
}

// PlannerOptions adjusts a [Planner]. The zero value is ready to use.
type PlannerOptions struct {
	// Lead is how long before an appointment its reminder is due. Defaults to 24 hours.
	Lead time.Duration
	// Useful is how long before an appointment its reminder must have left. Defaults to one hour.
	Useful time.Duration
	// Wording says what reminders say; the dispatcher has the same. Defaults to the library's own words, in English.
	Wording Wording
	// Interval is how often Run looks for changes when there were none. Defaults to one second.
	Interval time.Duration
	// Logger hears of errors that no caller is there to hear: ids only. Defaults to none.
	Logger *slog.Logger
}

// Planner queues one reminder for each version of each appointment. The reminder of an earlier version on another day is not
// taken back: the dispatcher asks the schedule before every text, and refuses what is no longer current. So a move means
// exactly one reminder, with the new time, and a cancellation none, whenever either happens. Any number of planners may work
// on one schedule, in as many processes.
//
// A number gets one reminder for all its appointments of a day at a practice, by the practice's clock, whoever of a family
// they are for: while the day's reminder is queued, the next appointment takes its place together with those that it tells of.
// It names nobody, and lists times alone. Before it leaves each of them is decided on ([Facts.Each]). Where one of them may not
// be told, the text is taken apart: the others are told together, and that one is decided on by itself.
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

// Step plans the reminders of up to a hundred visits that changed, of a thousand where the schedule is no [Backlog], and returns how
// many it planned. A reminder that is refused, for a number that is none say, is recorded and does not hold up the others. What
// cannot be planned now is put off, and the error tells of the first of them.
func (p *Planner) Step(ctx context.Context) (int, error) {
	backlog, able := p.schedule.(Backlog)
	limit := 100
	if !able {
		limit = 1000
	}
	var visits []Visit
	err := calm(func() (err error) {
		visits, err = p.schedule.Changed(ctx, limit)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("sms: plan: %w", err)
	}
	planned := 0
	var failed error
	for _, v := range visits {
		err := calm(func() error { return p.plan(ctx, v) })
		if err == nil {
			planned++
			continue
		}
		if able {
			err = errors.Join(err, calm(func() error { return backlog.PutOff(ctx, v.Practice, v.Appointment, v.Version) }))
		}
		failed = cmp.Or(failed, err)
	}
	return planned, failed
}

func (p *Planner) plan(ctx context.Context, v Visit) error {
	if v.Active && v.Number != "" {
		err := p.remind(ctx, v)
		if err != nil && (!errors.Is(err, ErrInvalid) || errors.Is(err, audit.ErrNotRecorded)) {
			return err
		}
	}
	if err := p.schedule.Planned(ctx, v.Practice, v.Appointment, v.Version); err != nil {
		return fmt.Errorf("sms: plan: %w", err)
	}
	return nil
}

// remind queues the visit's reminder: by itself, or in the place of the one that is queued for others of the same number and
// day. The reminders of a number's day are numbered, and each takes the next number: of planners that plan at once one writes,
// and the others look again. What was told already is not planned again.
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
	alone := Text{
		Practice: v.Practice, Patient: v.Patient, Kind: Ordinary, Category: consent.Transactional,
		From: sender.Number, To: v.Number, Subject: v.Appointment, Version: v.Version, Start: micro(v.Start), Clock: v.Zone,
		Zone: v.PatientZone, Region: v.PatientRegion, Language: v.Language, NotBefore: v.Start.Add(-p.o.Lead), LastUseful: useful,
	}
	if alone, err = p.service.turn(ctx, by, alone); err != nil {
		return err
	}
	of, err := p.day(ctx, alone)
	if err != nil {
		return err
	}
	for {
		if alone.ID, err = p.next(ctx, alone, of); err != nil || alone.ID == "" {
			return err
		}
		t, before, err := p.join(ctx, alone)
		if err != nil || t.ID == "" {
			return err
		}
		// Asked after the number was found: another planner that plans a later version takes a number after its own, or this one.
		current, err := p.schedule.Current(ctx, v.Practice, v.Appointment, v.Version)
		if err != nil {
			return fmt.Errorf("sms: plan: %w", err)
		}
		if !current {
			return nil // it changed since, and is planned as it stands now
		}
		t.Body, err = reminder(ctx, p.o.Wording, p.o.Logger, sender, t, p.service.visits != nil)
		switch {
		case errors.Is(err, ErrInvalid):
			return p.service.refuse(ctx, enqueued(by, t), err)
		case err != nil:
			return fmt.Errorf("sms: plan: %w", err)
		}
		_, written, err := p.service.enqueue(ctx, by, t, before)
		if err != nil || written {
			return err
		}
		// Another planner took the number, or what it would have joined is on its way by now: look again.
	}
}

// day names a number's day. It is a keyed hash, and so are the ids that follow from it: nobody finds the number by them.
func (p *Planner) day(ctx context.Context, t Text) (string, error) {
	tag, err := p.service.log.Tag(ctx, t.Practice, "reminders\x00"+t.To+"\x00"+t.about()[0].day())
	if err != nil {
		return "", fmt.Errorf("sms: plan: %w", err)
	}
	return string(tag), nil
}

// next returns the id of the next reminder of a number's day, or none where one of those before it told of the visit. One that
// another took the place of does not count: what that one tells of counts.
func (p *Planner) next(ctx context.Context, t Text, of string) (id string, err error) {
	for n := 0; ; n++ {
		id = hashed("reminder", of+strconv.Itoa(n))
		before, err := p.service.store.Text(ctx, Key{t.Practice, id})
		switch {
		case errors.Is(err, ErrNotFound):
			return id, nil
		case err != nil:
			return "", fmt.Errorf("sms: plan: %w", err)
		case before.Decision.Rule != joined && before.tells(t.Subject, t.Version):
			return "", nil
		}
	}
}

// join returns the text that tells of an appointment and of those whose reminder is still queued for the same number and day,
// and that reminder, whose place it takes. It is the text itself where there is none, and no text where it is told already.
func (p *Planner) join(ctx context.Context, t Text) (joined Text, before *Text, err error) {
	q := Query{Practice: t.Practice, Number: t.To, States: []State{Queued}, Limit: 1000}
	joined = t
	for {
		page, err := p.service.store.Texts(ctx, q)
		if err != nil {
			return Text{}, nil, fmt.Errorf("sms: plan: %w", err)
		}
		for _, queued := range page.Texts {
			if queued.Start.IsZero() || queued.From != t.From {
				continue
			}
			with := queued.about()
			if queued.tells(t.Subject, t.Version) {
				return Text{}, nil, nil
			}
			// Of its own earlier version nothing is told any more, not even where it is all that the text tells.
			with = slices.DeleteFunc(slices.Clone(with), func(s Subject) bool { return s.Appointment == t.Subject })
			// One that was tried, or is too late for one of them, goes its own way.
			open := queued.Attempts == 0 && queued.LastUseful.After(p.service.moment())
			if open && before == nil && sameDay(queued.about()[0], t.about()[0]) {
				joined, before = t.telling(append(with, t.about()...)), &queued.Text
			}
		}
		if q.After = page.Next; q.After == "" {
			return joined, before, nil
		}
	}
}

// sameDay reports whether two appointments are on one day, each by its own practice's clock.
func sameDay(a, b Subject) bool { return a.day() != "" && a.day() == b.day() }
