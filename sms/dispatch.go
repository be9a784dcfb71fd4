package sms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/loop"
)

// Agreements says whether a practice has an agreement (a BAA) with a provider in force.
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
	// Timeout bounds one request to a provider. Defaults to 10 seconds.
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

// Dispatcher sends what is due: it claims, checks, sends and settles, and finds out what became of texts whose answer was
// lost. Any number of dispatchers may work on one queue, in as many processes.
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
	d := &Dispatcher{queue: queue, store: store, gate: gate, log: log, providers: providers}
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
// about texts in doubt. It returns how many texts it handled. When ctx ends, requests that have begun are still waited
// for and settled.
func (d *Dispatcher) Step(ctx context.Context) (int, error) {
	claim := Claim{
		Worker: d.o.Worker, Now: micro(d.o.Now()), Lease: d.o.Lease, Wait: d.o.Wait, Limit: d.o.Concurrency,
	}
	began := time.Now()
	texts, err := d.queue.Claim(ctx, claim)
	if err != nil {
		return 0, fmt.Errorf("sms: claim: %w", err)
	}
	failed := d.each(texts, func(t Tracked) error { return d.send(ctx, t, began.Add(d.o.Lease)) })
	doubtful, err := d.queue.Doubt(ctx, claim)
	if err != nil {
		return len(texts), errors.Join(failed, fmt.Errorf("sms: doubt: %w", err))
	}
	failed = errors.Join(failed, d.each(doubtful, func(t Tracked) error { return d.inquire(ctx, t) }))
	return len(texts) + len(doubtful), failed
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

// fresh is how old a check may be when the request begins.
const fresh = time.Second

// send checks a claimed text, sends it when the law says so, and settles it. leased is when the lease ends, on this
// process's own clock.
func (d *Dispatcher) send(ctx context.Context, t Tracked, leased time.Time) error {
	provider := d.providers[t.Provider]
	for {
		checked := time.Now() // a check is as old as its oldest fact
		decision, err := d.decide(ctx, t)
		if err != nil {
			// Nothing was sent: the text goes back and is decided on later.
			return errors.Join(err, d.release(ctx, t))
		}
		if decision.Verdict == Send && provider == nil {
			decision = Decision{Verdict: Refuse, Reason: "No provider named " + t.Provider + " is set up here.", Trail: decision.Trail}
		}
		if decision.Verdict != Send {
			return d.settle(ctx, t, d.decided(t, decision))
		}
		now := d.o.Now()
		m := Message{
			Reference: t.Key().reference(), From: t.From, To: t.To, Body: t.Body,
			Validity: decision.Until.Sub(now), Sent: t.FirstTry,
		}
		if m.Sent.IsZero() {
			m.Sent = now
		}
		// A process that was paused here looks again: consent may have ended, or the lease.
		switch {
		case time.Until(leased) < d.o.Timeout:
			return d.settle(ctx, t, Settlement{State: Queued, Due: t.Due, Decision: t.Decision})
		case time.Since(checked) > fresh || m.Validity < shortest:
			continue
		}
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.o.Timeout)
		accepted, err := provider.Send(bounded, m)
		cancel()
		return d.settle(ctx, t, d.sent(ctx, t, decision, accepted, err, micro(now)))
	}
}

// decide gathers the facts, every time anew, and decides.
func (d *Dispatcher) decide(ctx context.Context, t Tracked) (Decision, error) {
	f := Facts{Text: t.Text, Current: true}
	var err error
	if f.Permission, err = d.gate.Permission(ctx, consent.Key{Practice: t.Practice, Number: t.To}, t.Category); err != nil {
		return Decision{}, err
	}
	if d.o.Agreements != nil {
		if f.Agreement, err = d.o.Agreements.InForce(ctx, t.Practice, t.Provider); err != nil {
			return Decision{}, err
		}
	}
	if t.Subject != "" {
		f.Current = false
		if d.o.Schedule != nil {
			if f.Current, err = d.o.Schedule.Current(ctx, t.Practice, t.Subject, t.Version); err != nil {
				return Decision{}, err
			}
		}
	}
	if f.Zones, err = d.zones(ctx, t.Text); err != nil {
		return Decision{}, err
	}
	return d.law.Decide(f, d.o.Now()), nil
}

// zones returns where the recipient may be: by address, else by the number, else where the practice is.
func (d *Dispatcher) zones(ctx context.Context, t Text) ([]*time.Location, error) {
	var names []string
	switch {
	case t.Zone != "":
		names = []string{t.Zone}
	case d.o.Zones != nil:
		var err error
		if names, err = d.o.Zones.Zones(ctx, t.To); err != nil {
			return nil, err
		}
	}
	if len(names) == 0 {
		sender, err := d.store.Sender(ctx, t.Practice, t.From)
		if err != nil {
			return nil, err
		}
		names = []string{sender.Zone}
	}
	var zones []*time.Location
	for _, name := range names {
		zone, err := time.LoadLocation(name)
		if err != nil {
			return nil, fmt.Errorf("%w: the time zone %q is not known here", ErrInvalid, name)
		}
		zones = append(zones, zone)
	}
	return zones, nil
}
