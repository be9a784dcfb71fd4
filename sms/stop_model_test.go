package sms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// hooked lets something happen at every point at which a dispatcher can be overtaken: before and after it reads
// consent, when its request begins, when it looks a text up, and when it settles.
type hooked struct {
	*consent.Service
	sms.Queue
	sms.Provider
	hook func(point string) error
}

func (h *hooked) Permission(ctx context.Context, k consent.Key, u consent.Use) (consent.Permission, error) {
	if err := h.hook("before the check"); err != nil {
		return consent.Permission{}, err
	}
	p, err := h.Service.Permission(ctx, k, u)
	return p, errors.Join(err, h.hook("after the check"))
}

func (h *hooked) Permissions(ctx context.Context, checks []consent.Check) ([]consent.Permission, error) {
	if err := h.hook("before the check"); err != nil {
		return nil, err
	}
	p, err := h.Service.Permissions(ctx, checks)
	return p, errors.Join(err, h.hook("after the check"))
}

// Doubt is the queue's; the service's own is no part of a gate.
func (h *hooked) Doubt(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	return h.Queue.Doubt(ctx, c)
}

func (h *hooked) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	accepted, err := h.Provider.Send(ctx, m) // records that the request began
	if err != nil {
		return accepted, err
	}
	return accepted, h.hook("during the request")
}

func (h *hooked) Find(ctx context.Context, m sms.Message) (sms.Receipt, bool, error) {
	r, found, err := h.Provider.(sms.Finder).Find(ctx, m)
	return r, found, errors.Join(err, h.hook("during the look-up"))
}

func (h *hooked) Settle(ctx context.Context, s ...sms.Settlement) ([]bool, error) {
	if err := h.hook("before the settlement"); err != nil {
		return nil, err // the process is gone: nothing is settled
	}
	return h.Queue.Settle(ctx, s...)
}

var errCrash = errors.New("the process is gone")

// After a STOP was answered nothing leaves but answers, and nothing leaves twice, whatever overtakes whom: dispatchers are
// overtaken, at every point, by the STOP, by other dispatchers, by HELP, by receipts, by crashes, panics and lost answers,
// and by being told to stop.
func TestNothingLeavesAfterTheStopWasAnswered(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		require.NoError(t, w.consents.Configure(t.Context(), staff, consent.Settings{Practice: practice, DoubleOptIn: consent.ConfirmOff}))
		line := 0
		rapid.Check(t, func(r *rapid.T) {
			line++
			m := &stopModel{world: w, line: line, number: fmt.Sprintf("+1212555%04d", line)}
			w.paper(m.number, consent.Transactional)
			w.now.Add(time.Second)
			for i := range rapid.IntRange(1, 3).Draw(r, "texts") {
				x := w.text(fmt.Sprintf("t-%d-%d", line, i))
				x.To = m.number
				w.enqueue(x)
			}
			w.carrier.bodies()
			// Drawn at once: what is drawn while a dispatcher works would be drawn inside a provider's call.
			m.script = rapid.SliceOfN(rapid.IntRange(0, 255), 0, 60).Draw(r, "script")
			for range rapid.IntRange(2, 6).Draw(r, "steps") {
				m.work(2)
			}
			// Let the rest run out, past the patience of an answer that waits for texts in doubt.
			w.now.Add(sms.Patience + time.Minute)
			for range 6 {
				m.work(0)
			}
			if m.failed == nil {
				m.failed = m.kept()
			}
			if m.failed != nil {
				r.Fatal(m.failed)
			}
		})
	})
}

// stopModel is one number's story, told by a script.
type stopModel struct {
	*world
	line, messages, stops int
	number                string
	script                []int
	failed                error
}

// next takes the next of n possibilities off the script, the first of them when the script is over.
func (m *stopModel) next(n int) int {
	if len(m.script) == 0 {
		return 0
	}
	i := m.script[0] % n
	m.script = m.script[1:]
	return i
}

func (m *stopModel) check(err error) {
	if m.failed == nil {
		m.failed = err
	}
}

func (m *stopModel) receive(body string) {
	m.messages++
	m.now.Add(time.Second)
	_, err := m.texts.Receive(m.t.Context(), practice, sms.Inbound{
		Provider: "carrier", ID: fmt.Sprintf("model-%d-%d", m.line, m.messages), From: m.number, To: office, Body: body,
	})
	m.check(err)
}

func (m *stopModel) receipt() {
	m.carrier.mu.Lock()
	sent := slices.Clone(m.carrier.sent)
	m.carrier.mu.Unlock()
	if len(sent) > 0 {
		_, err := m.texts.Deliver(m.t.Context(), sms.Receipt{
			Provider: "carrier", ID: "SM1", Reference: sent[m.next(len(sent))].Reference, Status: sms.StatusSent,
		})
		m.check(err)
	}
}

// work lets a dispatcher do one step, in which others overtake it as deep as depth.
func (m *stopModel) work(depth int) {
	ctx, stop := context.WithCancel(m.t.Context())
	defer stop()
	h := &hooked{Service: m.consents, Queue: m.queue, Provider: m.carrier, hook: func(point string) error {
		return m.overtake(point, depth, stop)
	}}
	d, err := sms.NewDispatcher(h, m.store, h, m.log, map[string]sms.Provider{"carrier": h}, &sms.DispatcherOptions{
		Agreements: m.baa, Registrations: m.baa, Now: m.now.Now, Concurrency: 1, Wait: time.Microsecond,
	})
	if err == nil {
		_, err = d.Step(ctx)
	}
	if err != nil && !errors.Is(err, errCrash) && !errors.Is(err, context.Canceled) && !strings.Contains(err.Error(), "panicked") {
		m.check(err)
	}
}

func (m *stopModel) overtake(point string, depth int, stop func()) error {
	if depth == 0 {
		return nil
	}
	for range m.next(4) {
		switch m.next(8) {
		case 0, 1:
			m.work(depth - 1)
		case 2:
			if m.stops < 2 {
				m.stops++
				m.receive("STOP")
			}
		case 3:
			m.receive("HELP")
		case 4:
			m.receipt()
		case 5:
			stop()
		case 6:
			if point == "before the settlement" {
				return errCrash
			}
			if strings.HasPrefix(point, "during") {
				panic("on purpose")
			}
		case 7:
			if strings.HasPrefix(point, "during") {
				return &sms.SendError{Stage: sms.AtSend, Provider: "carrier", Class: sms.Unknown}
			}
		}
	}
	return nil
}

// kept says which promise was broken.
func (m *stopModel) kept() error {
	answered, left := false, map[string]bool{}
	for _, sent := range m.carrier.sent {
		if sent.To != m.number {
			continue
		}
		text := m.tracked(sms.Key{Practice: practice, ID: sent.Reference[len(practice)+1:]})
		switch {
		case left[text.ID]:
			return errors.New("a text left twice")
		case answered && !text.Kind.Answer():
			return errors.New("a text left after the STOP was answered")
		}
		left[text.ID] = true
		answered = answered || text.Kind == sms.StopAnswer
	}
	page, err := m.store.Texts(m.t.Context(), sms.Query{Practice: practice, Number: m.number})
	if err != nil || m.stops == 0 || answered {
		return err
	}
	for _, text := range page.Texts {
		if text.Kind == sms.StopAnswer && text.State == sms.Sending {
			return nil // by a worker that crashed, whose lease is not over yet
		}
	}
	return errors.New("the STOP was not answered")
}
