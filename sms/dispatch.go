package sms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/loop"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// Agreements says whether a practice has an agreement (a BAA, 45 CFR 164.502(e)) with a provider in force.
type Agreements interface {
	InForce(ctx context.Context, practice, provider string) (bool, error)
}

// Zones says where a number may be: the IANA names of all time zones it may belong to, or none where it is not known.
type Zones interface {
	Zones(ctx context.Context, number string) ([]string, error)
}

// DispatcherOptions adjusts a [Dispatcher]. The zero value sends nothing, for it knows of no agreement.
type DispatcherOptions struct {
	// Agreements is asked before every text. Defaults to none in force: nothing is sent.
	Agreements Agreements
	// Schedule is asked whether an appointment still is as the text says. Defaults to none: texts about appointments
	// are refused.
	Schedule Schedule
	// Zones is asked where a recipient may be when a text names no zone. Defaults to the practice's own zone.
	Zones Zones
	// Rules are what decides. Defaults to [Promised].
	Rules []Rule
	// Worker is this process's name in leases; no two processes may share one. Defaults to a random name.
	Worker string
	// Concurrency is how many requests to providers run at once. Defaults to 16.
	Concurrency int
	// Timeout bounds one request to a provider, which is waited for even when Run is told to stop. Defaults to 10 seconds.
	Timeout time.Duration
	// Lease is how long a claimed text is this worker's; at least three times the timeout. Defaults to 60 seconds.
	Lease time.Duration
	// Wait is how long after a lost answer the provider is asked what became of the text: long enough for a request that
	// is still under way to have arrived. Defaults to 30 seconds.
	Wait time.Duration
	// Interval is how often Run looks for work when there was none. Defaults to one second.
	Interval time.Duration
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
	o.Concurrency = cmp.Or(o.Concurrency, 16)
	o.Timeout = cmp.Or(o.Timeout, 10*time.Second)
	o.Lease = cmp.Or(o.Lease, time.Minute)
	o.Wait = cmp.Or(o.Wait, 30*time.Second)
	o.Interval = cmp.Or(o.Interval, time.Second)
	if o.Now == nil {
		o.Now = time.Now
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
// lost. Any number of dispatchers may work on one queue, in as many processes; each does one step at a time. A panic of a
// provider, or of whoever is asked about a text, is an error of that text alone.
type Dispatcher struct {
	queue     Queue
	store     Store
	gate      Gate
	log       *audit.Log
	providers map[string]Provider
	law       *Law
	o         DispatcherOptions
}

// NewDispatcher returns a dispatcher that sends through providers, by the names that senders give them. The log is where
// entries are stamped; o may be nil.
func NewDispatcher(queue Queue, store Store, gate Gate, log *audit.Log, providers map[string]Provider, o *DispatcherOptions) (*Dispatcher, error) {
	if queue == nil || store == nil || gate == nil || log == nil {
		return nil, fmt.Errorf("%w: a dispatcher needs a queue, a store, a gate and a log", ErrInvalid)
	}
	d := &Dispatcher{queue: queue, store: store, gate: gate, log: log, providers: maps.Clone(providers)}
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
	d.law = law
	return d, nil
}

// Run works until ctx is done: it steps at once again while there is work, and otherwise every Interval. It returns
// ctx's error. Errors of a step go to the logger, and the next step tries again.
func (d *Dispatcher) Run(ctx context.Context) error {
	return loop.Run(ctx, "dispatcher", d.o.Interval, d.o.Logger, func(ctx context.Context) (bool, error) {
		n, err := d.Step(ctx)
		return n > 0, err
	})
}

// Step does one round: it claims as many texts as can start at once, sends or settles each of them, and asks providers
// about texts in doubt. It returns how many texts it handled, also beside an error. When ctx ends, requests that have
// begun are still waited for and settled, and what has not left goes back to the queue.
func (d *Dispatcher) Step(ctx context.Context) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	claim := Claim{
		Worker: d.o.Worker, Now: micro(d.o.Now()), Lease: d.o.Lease, Wait: d.o.Wait, Limit: d.o.Concurrency,
	}
	began := time.Now()
	texts, err := d.claim(ctx, d.queue.Claim, claim)
	failed := errors.Join(err, d.each(texts, func(t Tracked) error { return d.send(ctx, t, began) }))
	if ctx.Err() != nil {
		return len(texts), failed
	}
	doubtful, err := d.claim(ctx, d.queue.Doubt, claim)
	failed = errors.Join(failed, err, d.each(doubtful, func(t Tracked) error { return d.inquire(ctx, t) }))
	return len(texts) + len(doubtful), failed
}

// claim takes work off the queue. It is not cut off: what a claim had just committed would lie with nobody until its lease
// is over, and be in doubt then. One that takes longer than the lease is worth nothing.
func (d *Dispatcher) claim(ctx context.Context, from func(context.Context, Claim) ([]Tracked, error), c Claim) ([]Tracked, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Lease)
	defer cancel()
	texts, err := from(ctx, c)
	if err != nil {
		return texts, fmt.Errorf("sms: claim: %w", err)
	}
	return texts, nil
}

// each handles texts side by side, a single one right here, and joins what went wrong.
func (d *Dispatcher) each(texts []Tracked, handle func(Tracked) error) error {
	if len(texts) == 1 {
		return handle(texts[0])
	}
	errs := make([]error, len(texts))
	var group sync.WaitGroup
	for i, t := range texts {
		group.Go(func() { errs[i] = handle(t) })
	}
	group.Wait()
	return errors.Join(errs...)
}
