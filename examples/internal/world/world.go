package world

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/cookie"
	"github.com/enamel-go/enamel/consent/pack"
	"github.com/enamel-go/enamel/consent/policy"
	"github.com/enamel-go/enamel/consent/representative"
	"github.com/enamel-go/enamel/examples/internal/setting"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/link"
	"github.com/enamel-go/enamel/sms/registration"
)

// The planner reads the schedule that records keeps, and the dispatcher who shares a phone.
var (
	_ sms.Schedule   = (*records.Service)(nil)
	_ sms.Households = (*records.Service)(nil)
)

// World is the services of Enamel on one ground.
type World struct {
	*Ground
	Log           *audit.Log
	Consents      *consent.Service
	Choices       *cookie.Service
	Policies      *policy.Service
	Acting        *representative.Service
	Packs         *pack.Service
	Texts         *sms.Service
	Law           *sms.Law
	Casts         *broadcast.Service
	Registrations *registration.Service
	Links         *link.Service
	Charts        *records.Service
	Router        sms.Router
	Reader        *notary.Reader
	Agreements    setting.Agreements
	Roster        Roster

	registry Registry
	channels channels

	dispatcher *sms.Dispatcher
	planner    *sms.Planner
	caster     *broadcast.Worker
	notary     *notary.Notary
	logger     *slog.Logger
}

// New wires the services on a ground and the workers that send through providers. Nothing runs until [World.Work].
// Every service goes by the demonstration's clock, the log included: it tells the story in the order it was told.
func New(g *Ground, providers map[string]sms.Provider, logger *slog.Logger) (*World, error) {
	w := &World{
		Ground: g, Router: g.router, Agreements: setting.Agreements{Store: g.settings},
		Roster: Roster{store: g.settings}, registry: Registry{store: g.settings}, logger: logger,
	}
	now := g.Clock.Now
	var err error
	if w.Log, err = audit.NewLog(g.leaves, g.keys, &audit.Options{Now: now}); err != nil {
		return nil, err
	}
	if w.Consents, err = consent.New(g.consents, w.Log, &consent.Options{Now: now}); err != nil {
		return nil, err
	}
	if w.Choices, err = cookie.New(g.cookies, w.Log, &cookie.Options{Now: now}); err != nil {
		return nil, err
	}
	if w.Policies, err = policy.New(g.policies, w.Log, &policy.Options{Now: now}); err != nil {
		return nil, err
	}
	if w.Acting, err = representative.New(g.acting, w.Log, &representative.Options{Now: now}); err != nil {
		return nil, err
	}
	if w.Law, err = sms.NewLaw(sms.Promised()); err != nil {
		return nil, err
	}
	w.Registrations, err = registration.New(g.filings, w.Log, &registration.Options{
		Registrars: map[string]registration.Registrar{Network: w.registry}, Now: now,
	})
	if err != nil {
		return nil, err
	}
	if w.Charts, err = records.New(g.charts, w.Log, &records.Options{Now: now}); err != nil {
		return nil, err
	}
	w.Links, err = link.New(g.links, w.Log, &link.Options{Representatives: seers{w.Acting, w.Charts}, Now: now})
	if err != nil {
		return nil, err
	}
	w.channels = channels{w.Charts, g.settings}
	w.Texts, err = sms.New(g.texts, w.Consents, w.Log, &sms.Options{
		Answers: visits{w.Charts, g.settings}, Channels: w.channels, Now: now,
	})
	if err != nil {
		return nil, err
	}
	w.Casts, err = broadcast.New(g.casts, g.texts, w.Log, &broadcast.Options{Channels: w.channels, Hosts: []string{TextHost}, Now: now})
	if err != nil {
		return nil, err
	}
	if w.Reader, err = notary.NewReader(g.trees, g.known); err != nil {
		return nil, err
	}
	if w.Packs, err = pack.New(g.packs, w.Log, w.Consents, w.prove, &pack.Options{Now: now}); err != nil {
		return nil, err
	}
	return w, w.employ(providers)
}

// prove writes entries of the log with their proofs.
func (w *World) prove(ctx context.Context, to io.Writer, practice string, entries []string) error {
	_, err := w.Reader.Extract(ctx, to, practice, notary.IDs(entries...), nil)
	return err
}

// ahead is how many texts of a broadcast are queued at most: so few that a pause can be watched.
const ahead = 10

// employ makes the workers. Everybody may watch the story, so they look for work often and ask early what became of a
// text whose answer was lost.
func (w *World) employ(providers map[string]sms.Provider) (err error) {
	const often = 100 * time.Millisecond
	own, err := newWords()
	if err != nil {
		return err
	}
	if carried := providers[Network]; carried != nil {
		providers = maps.Clone(providers)
		providers[Network] = w.guarded(Network, mute(carried))
	}
	w.dispatcher, err = sms.NewDispatcher(w.queue, w.texts, w.Consents, w.Log, providers, &sms.DispatcherOptions{
		Agreements: w.Agreements, Registrations: w.Registrations.Gate(), Limits: w.Registrations.Gate(), Schedule: w.Charts,
		Channels: w.channels, Households: w.Charts, Broadcasts: w.Casts, Wording: own,
		Now: w.Clock.Now, Logger: w.logger,
		Timeout: 5 * time.Second, Lease: 15 * time.Second, Wait: 2 * time.Second, Interval: often,
		Waker: w.waker,
	})
	if err != nil {
		return err
	}
	w.planner, err = sms.NewPlanner(w.Texts, w.Charts, &sms.PlannerOptions{Wording: own, Interval: often, Logger: w.logger})
	if err != nil {
		return err
	}
	w.caster, err = broadcast.NewWorker(w.Casts, w.casts, w.Consents, w.Texts, &broadcast.WorkerOptions{
		Ahead: ahead, Interval: often, Rest: often, Logger: w.logger,
	})
	if err != nil {
		return err
	}
	w.notary, err = notary.New(w.trees, w.Log, w.signer, w.known, &notary.Options{
		Now: w.Clock.Now, Interval: often, Logger: w.logger,
	})
	return err
}

// Decide says whether a text could leave now, from the facts of this moment. Nothing comes of it, and nothing is recorded but
// that charts were read.
func (w *World) Decide(ctx context.Context, t sms.Text) (sms.Decision, error) {
	return w.dispatcher.Decide(ctx, t)
}

// Work sends, plans and integrates until ctx is done, finishes what has begun, and returns. Any number of processes may
// do so beside each other on one durable ground.
func (w *World) Work(ctx context.Context) error {
	var group sync.WaitGroup
	runs := []func(context.Context) error{w.dispatcher.Run, w.planner.Run, w.caster.Run, w.notary.Run}
	errs := make([]error, len(runs))
	for i, run := range runs {
		group.Go(func() { errs[i] = run(ctx) })
	}
	group.Wait()
	for i, err := range errs {
		if errors.Is(err, ctx.Err()) {
			errs[i] = nil // told to stop, it did
		}
	}
	return errors.Join(errs...)
}

// Follow takes over the moves of the clock that other processes make, until ctx is done.
func (w *World) Follow(ctx context.Context) { w.Clock.Follow(ctx, 200*time.Millisecond, w.logger) }
