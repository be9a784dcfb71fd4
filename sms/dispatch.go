package sms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync/atomic"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/internal/uuidv7"
	"github.com/enamel-go/enamel/sms/nanp"
)

// Agreements says whether a practice has an agreement (a BAA, 45 CFR 164.502(e)) with a provider in force.
type Agreements interface {
	InForce(ctx context.Context, practice, provider string) (bool, error)
}

// Broadcasts says whether a practice's broadcast may text now: it was neither paused nor cancelled. *broadcast.Service meets it.
type Broadcasts interface {
	Runs(ctx context.Context, practice, broadcast string) (bool, error)
}

// Zones says where a number may be: the IANA names of all time zones it may belong to, or none where it is not known.
type Zones interface {
	Zones(ctx context.Context, number string) ([]string, error)
}

// Waker waits for work. It may wake for nothing, and may miss work: polling is the truth.
type Waker interface {
	// Wait returns nil when there may be something to do, and an error when it cannot tell or ctx is done.
	Wait(ctx context.Context) error
}

// DispatcherOptions adjusts a [Dispatcher]. The zero value sends nothing, for it knows of no agreement and no registration.
type DispatcherOptions struct {
	// Agreements is asked before every text. Defaults to none in force: nothing is sent.
	Agreements Agreements
	// Schedule is asked whether an appointment still is as the text says. Defaults to none: texts about appointments
	// are refused.
	Schedule Schedule
	// Registrations is asked how the practice's number is registered. Defaults to none: nothing is sent.
	Registrations Registrations
	// Channels is asked where a patient wants to be reached, before a text about the patient leaves: one who asked since it
	// was queued gets it at that number, and nothing at the usual one. Defaults to nobody asked for anything.
	Channels Channels
	// Households is asked whose names texts must not give, before all but answers and reminders, which name nobody, and for
	// those that are claimed together at once. Defaults to nobody knows: then a text that says which child it is about
	// leaves for a family's phone as any other.
	Households Households
	// Wording says what a reminder says that is taken apart; the planner has the same. Defaults to the library's own words, in
	// English.
	Wording Wording
	// Broadcasts is asked whether the broadcast that a text is one of still runs. Defaults to none: texts of broadcasts are
	// refused.
	Broadcasts Broadcasts
	// Zones is asked where a recipient may be when a text names no zone; the practice's own is one of them. Defaults to
	// package nanp's answer.
	Zones Zones
	// Regions is asked where a recipient may be when a text names no region. Defaults to package nanp's answer.
	Regions Regions
	// Limits says what the carriers take. Defaults to no limits.
	Limits Limits
	// Rules are what decides. Defaults to [Promised].
	Rules []Rule
	// Worker is this process's name in leases, at most 128 bytes; no two processes may share one. Defaults to a random name.
	Worker string
	// Concurrency is how many requests to providers run at once. A tenth of them is kept for answers to patients' own
	// messages, and no more than a quarter of them ask what became of texts in doubt. Defaults to 200.
	Concurrency int
	// Timeout bounds one request to a provider, which is waited for even when Run is told to stop. The validity that the
	// provider is given is shorter by it, and a second at least: a text that a slow request hands over is not delivered after
	// the window, or in its last seconds not by more than one. Defaults to 10 seconds.
	Timeout time.Duration
	// Lease is how long a claimed text is this worker's; at least three times the timeout. Defaults to 60 seconds.
	Lease time.Duration
	// Wait is how long after a lost answer the provider is asked what became of the text: long enough for a request that
	// is still under way to have arrived. Defaults to 30 seconds.
	Wait time.Duration
	// Interval is how often Run looks for work when there was none, and for texts in doubt. Defaults to one second.
	Interval time.Duration
	// Waker tells Run of work before Interval is over. Defaults to none: polling alone.
	Waker Waker
	// Now gives the time that texts are decided by; leases run on real time whatever it says. Defaults to time.Now.
	Now func() time.Time
	// Logger hears of errors that no caller is there to hear: ids only. Defaults to none.
	Logger *slog.Logger
}

// complete puts in the defaults and refuses what cannot work.
func (o *DispatcherOptions) complete() error {
	if len(o.Rules) == 0 {
		o.Rules = Promised()
	}
	o.Worker = cmp.Or(o.Worker, uuidv7.New())
	o.Concurrency = cmp.Or(o.Concurrency, 200)
	o.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	o.Lease = cmp.Or(o.Lease, time.Minute)
	o.Wait = cmp.Or(o.Wait, 30*time.Second)
	o.Interval = cmp.Or(o.Interval, time.Second)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Zones == nil {
		o.Zones = nanp.Plan{}
	}
	if o.Regions == nil {
		o.Regions = nanp.Plan{}
	}
	if err := form.Text(ErrInvalid, "the worker's name", o.Worker, 128, true); err != nil {
		return err
	}
	switch {
	case o.Concurrency < 0 || o.Timeout < 0 || o.Wait < 0 || o.Interval < 0:
		return fmt.Errorf("%w: a dispatcher's option is negative", ErrInvalid)
	case o.Lease < 3*o.Timeout:
		return fmt.Errorf("%w: the lease must be at least three times the timeout", ErrInvalid)
	}
	return nil
}

// Dispatcher sends what is due: it claims, checks, sends and settles, and finds out what became of texts whose answer was
// lost. Any number of dispatchers may work on one queue, in as many processes, and one may do several steps at once. A panic of a
// provider, or of whoever is asked about a text, is an error of that text alone. Whoever is asked has three seconds to answer;
// a text of which somebody says nothing in that time does not leave, and is looked at again later.
type Dispatcher struct {
	queue     Queue
	store     Store
	gate      Gate
	log       *audit.Log
	providers map[string]Provider
	law       *Law
	pacer     *pacer
	claims    *atomic.Int64 // of all its steps
	o         DispatcherOptions
}

// NewDispatcher returns a dispatcher that sends through providers, by the names that senders give them. The log is where
// entries are stamped; o may be nil.
func NewDispatcher(queue Queue, store Store, gate Gate, log *audit.Log, providers map[string]Provider, o *DispatcherOptions) (*Dispatcher, error) {
	if queue == nil || store == nil || gate == nil || log == nil {
		return nil, fmt.Errorf("%w: a dispatcher needs a queue, a store, a gate and a log", ErrInvalid)
	}
	d := &Dispatcher{queue: queue, store: store, gate: gate, log: log, providers: maps.Clone(providers), claims: new(atomic.Int64)}
	if o != nil {
		d.o = *o
	}
	if err := d.o.complete(); err != nil {
		return nil, err
	}
	law, err := NewLaw(d.o.Rules)
	if err != nil {
		return nil, err
	}
	d.law, d.pacer = law, newPacer(d.o.Limits, queue)
	return d, nil
}

// Run works until ctx is done and returns ctx's error: it claims again at once while there is work, and otherwise when the
// Waker says so, or after Interval. Requests that have begun are still waited for and settled. Errors go to the logger, and
// the texts they are about are looked at again.
func (d *Dispatcher) Run(ctx context.Context) error {
	report := func(err error) {
		if d.o.Logger != nil {
			d.o.Logger.ErrorContext(ctx, "a step failed", slog.String("worker", "dispatcher"), slog.String("error", err.Error()))
		}
	}
	f := d.begin(report)
	defer f.end()
	var asked time.Time
	for {
		limit, answers := f.room(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var unsure error
		// What is kept for answers is not spent on look-ups, and no more than a quarter of what is left.
		if most := max(1, d.o.Concurrency/4) - int(f.asking.Load()); !answers && most > 0 && passed(asked) >= d.o.Interval {
			asked = time.Now()
			var n int
			n, unsure = f.inquire(ctx, min(limit, most))
			limit -= n
		}
		claimed := 0
		var err error
		if limit > 0 {
			claimed, err = f.round(ctx, limit, answers)
		}
		if err = errors.Join(unsure, err); err != nil {
			report(err)
		}
		if err != nil || claimed < limit {
			f.idle(ctx, answers)
		}
	}
}

// Step does one round: it claims a batch of texts, sends or settles each of them, and asks providers about texts in doubt.
// It returns how many texts it handled, also beside an error, when all of them are settled. When ctx ends, requests that
// have begun are still waited for and settled, and what has not left goes back to the queue.
func (d *Dispatcher) Step(ctx context.Context) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	var errs []error
	f := d.begin(func(err error) { errs = append(errs, err) })
	limit := min(batch, d.o.Concurrency)
	_, err := f.round(ctx, limit, false)
	f.claimed.Wait()
	if ctx.Err() == nil {
		_, unsure := f.inquire(ctx, limit)
		err = errors.Join(err, unsure)
	}
	f.end()
	return f.handled, errors.Join(err, errors.Join(errs...))
}

// claim takes work off the queue. It is not cut off: what a claim had just committed would lie with nobody until its lease
// is over, and be in doubt then. One that takes longer than the lease is worth nothing.
func (d *Dispatcher) claim(
	ctx context.Context, from func(context.Context, Claim) ([]Tracked, error), worker string, limit int, answers bool,
) ([]Tracked, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.o.Lease)
	defer cancel()
	texts, err := from(ctx, Claim{
		Worker: worker, Now: micro(d.o.Now()), Lease: d.o.Lease, Wait: d.o.Wait, Limit: limit, Answers: answers,
	})
	if err != nil {
		return texts, fmt.Errorf("sms: claim: %w", err)
	}
	return texts, nil
}
