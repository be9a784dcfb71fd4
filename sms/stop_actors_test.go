package sms_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/keyword"
	"github.com/enamel-go/enamel/sms"
)

// What can be done wrong.
const (
	unhearing = "a STOP is answered and not heard"
	impatient = "a STOP is answered at once"
	trusting  = "consent is not asked for"
)

var errCalamity = errors.New("the provider's library panics")

// act is what a process of the model does beside its work: it waits at its points.
type act struct {
	m *stopModel
	*process
}

func (a act) wait(ctx context.Context, point string) error {
	name, _, _ := strings.Cut(point, " ")
	if a.m.points == "" || strings.Contains(" "+a.m.points+" ", " "+name+" ") {
		return a.process.wait(ctx, point)
	}
	a.m.stage.mu.Lock()
	defer a.m.stage.mu.Unlock()
	if a.dead {
		return errCrash
	}
	return nil
}

// webhook is what takes in a message.
type webhook struct {
	*consent.Service
	sms.Store
	act
	message *message
	turn    int
}

func (w *webhook) Hear(ctx context.Context, by audit.Actor, said consent.Said) (u keyword.Understanding, err error) {
	if err := w.wait(context.Background(), "hear"); err != nil {
		return u, err
	}
	if u = keyword.Understand(said.Evidence.Words); w.m.broken != unhearing {
		u, err = w.Service.Hear(ctx, by, said)
	}
	if err == nil && w.message.word == "STOP" && w.message.turn == 0 {
		w.m.turn++
		w.message.turn, w.message.noted = w.m.turn, w.m.turn
		w.message.phone.stopped, w.message.phone.since = w.m.turn, time.Now()
	}
	return u, cmp.Or(err, w.wait(context.Background(), "heard"))
}

func (w *webhook) Restart(ctx context.Context, by audit.Actor, r consent.Restart) (consent.State, error) {
	if err := w.wait(context.Background(), "restart"); err != nil {
		return consent.State{}, err
	}
	s, err := w.Service.Restart(ctx, by, r)
	if err == nil && w.message.turn == 0 {
		w.m.turn++
		w.message.turn, w.message.noted = w.turn, w.m.turn
		w.message.phone.started = max(w.message.phone.started, w.turn)
	}
	return s, cmp.Or(err, w.wait(context.Background(), "restarted"))
}

func (w *webhook) Apply(ctx context.Context, c sms.Change) (bool, error) {
	if err := w.wait(context.Background(), "keep"); err != nil {
		return false, err
	}
	written, err := w.Store.Apply(ctx, c)
	return written, cmp.Or(err, w.wait(context.Background(), "kept"))
}

// seat is a dispatcher for one process after the other: making one takes longer than most courses do.
type seat struct {
	*hands
	d     *sms.Dispatcher
	batch int
	blind bool
}

// sit returns a dispatcher that works with hands.
func (w *world) sit(h *hands, batch int, blind bool) (*seat, error) {
	w.seating.Lock()
	defer w.seating.Unlock()
	for i, s := range w.seats {
		if s.batch == batch && s.blind == blind {
			w.seats = slices.Delete(w.seats, i, i+1)
			s.hands = h
			return s, nil
		}
	}
	s := &seat{hands: h, batch: batch, blind: blind}
	var carrier sms.Provider = s
	if blind {
		carrier = struct{ sms.Provider }{s}
	}
	var err error
	s.d, err = sms.NewDispatcher(s, w.store, s, w.log, map[string]sms.Provider{"carrier": carrier}, &sms.DispatcherOptions{
		Agreements: w.baa, Registrations: w.baa, Limits: s, Now: w.now.Now, Concurrency: batch,
	})
	return s, err
}

// rise leaves a dispatcher to the next process.
func (w *world) rise(s *seat) {
	w.seating.Lock()
	defer w.seating.Unlock()
	w.seats = append(w.seats, s)
}

// hands is all that a dispatcher works with.
type hands struct {
	*consent.Service
	sms.Queue
	act
	worker  string // the process's name in leases
	answers bool
	began   time.Time // the claim
}

func (h *hands) Claim(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	if err := h.wait(context.Background(), "claim"); err != nil {
		return nil, err
	}
	c.Worker, c.Answers, h.began = h.worker, h.answers, time.Now()
	now := c.Now
	if h.m.broken == impatient {
		c.Now = now.Add(sms.Patience + time.Second)
	}
	texts, err := h.Queue.Claim(ctx, c)
	if err == nil {
		h.m.fail(h.m.claimed(now, texts))
		err = h.wait(context.Background(), "claimed")
	}
	if err != nil {
		return nil, err
	}
	return texts, nil
}

func (h *hands) Doubt(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	if err := h.wait(context.Background(), "doubt"); err != nil {
		return nil, err
	}
	c.Worker = h.worker
	return h.Queue.Doubt(ctx, c)
}

func (h *hands) Permission(ctx context.Context, k consent.Key, u consent.Use) (p consent.Permission, err error) {
	if err := h.wait(context.Background(), "check"); err != nil {
		return p, err
	}
	p, err = h.Service.Permission(ctx, k, u)
	if h.m.broken == trusting {
		p = consent.Permission{Status: consent.Active, Basis: consent.WebForm}
	}
	return p, cmp.Or(err, h.wait(context.Background(), "checked"))
}

func (h *hands) Permissions(ctx context.Context, checks []consent.Check) ([]consent.Permission, error) {
	if err := h.wait(context.Background(), "check"); err != nil {
		return nil, err
	}
	p, err := h.Service.Permissions(ctx, checks)
	for i := range p {
		if h.m.broken == trusting {
			p[i] = consent.Permission{Status: consent.Active, Basis: consent.WebForm}
		}
	}
	return p, cmp.Or(err, h.wait(context.Background(), "checked"))
}

// Allowances implements sms.Limits.
func (h *hands) Allowances(_ context.Context, _, _ string, now time.Time) ([]sms.Allowance, error) {
	if h.m.minute == 0 {
		return nil, nil
	}
	from := now.Truncate(time.Minute)
	a := sms.Allowance{Key: "campaign " + h.m.id, Count: h.m.minute, From: from, Until: from.Add(time.Minute), Source: "AT&T"}
	return []sms.Allowance{a}, h.wait(context.Background(), "pace")
}

func (h *hands) Send(ctx context.Context, x sms.Message) (sms.Accepted, error) {
	if err := h.gone(); err != nil {
		return sms.Accepted{}, err
	}
	if h.m.bubble && time.Since(h.began) > 50*time.Second {
		h.m.fail(errors.New("a request began with less of its lease left than it may take"))
	}
	o := h.m.leaves(x)
	err := h.wait(ctx, "request "+x.Reference)
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	switch {
	case errors.Is(err, errCalamity):
		panic(err)
	case errors.Is(err, errCrash) || errors.Is(err, context.DeadlineExceeded):
		return sms.Accepted{}, refusal(sms.Unknown)
	case err != nil && transientError(err) && !o.known:
		o.arrived = false
		return sms.Accepted{}, err
	case err != nil && !transientError(err) || !o.arrived:
		return sms.Accepted{}, refusal(sms.Unknown)
	}
	return sms.Accepted{ID: "SM-" + x.Reference}, nil
}

func transientError(err error) bool {
	var refused *sms.SendError
	return errors.As(err, &refused) && refused.Class == sms.Transient
}

func (h *hands) gone() error {
	h.stage.mu.Lock()
	defer h.stage.mu.Unlock()
	if h.dead {
		return errCrash
	}
	return nil
}

func (h *hands) Find(ctx context.Context, x sms.Message) (sms.Receipt, bool, error) {
	if err := h.wait(ctx, "look-up "+x.Reference); err != nil {
		return sms.Receipt{}, false, err
	}
	h.m.mu.Lock()
	defer h.m.mu.Unlock()
	for _, o := range h.m.offers[x.Reference] {
		if o.arrived {
			o.known = true
			return sms.Receipt{ID: "SM-" + x.Reference, Reference: x.Reference, Status: sms.StatusAccepted}, true, nil
		}
	}
	return sms.Receipt{}, false, nil
}

func (h *hands) Take(ctx context.Context, a sms.Allowance, want int) (int, error) {
	if err := h.gone(); err != nil {
		return 0, err
	}
	return h.Queue.Take(ctx, a, want)
}

func (h *hands) Settle(ctx context.Context, s ...sms.Settlement) ([]bool, error) {
	if err := h.wait(context.Background(), "settle"); err != nil {
		return nil, err // the process is gone: nothing is settled
	}
	for i := range s {
		s[i].Worker = h.worker
	}
	done, err := h.Queue.Settle(ctx, s...)
	return done, cmp.Or(err, h.wait(context.Background(), "settled"))
}
