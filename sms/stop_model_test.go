package sms_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// hooked lets something happen at every point at which a dispatcher can be overtaken: before and after it reads
// consent, when its request begins, and when it settles.
type hooked struct {
	*consent.Service
	sms.Queue
	sms.Provider
	hook func(point string) error
}

func (h *hooked) Permission(ctx context.Context, k consent.Key, c consent.Category) (consent.Permission, error) {
	if err := h.hook("before the check"); err != nil {
		return consent.Permission{}, err
	}
	p, err := h.Service.Permission(ctx, k, c)
	return p, errors.Join(err, h.hook("after the check"))
}

func (h *hooked) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	accepted, err := h.Provider.Send(ctx, m) // records that the request began
	if err != nil {
		return accepted, err
	}
	return accepted, h.hook("during the request")
}

func (h *hooked) Settle(ctx context.Context, s sms.Settlement) (bool, error) {
	if err := h.hook("before the settlement"); err != nil {
		return false, err // the process is gone: nothing is settled
	}
	return h.Queue.Settle(ctx, s)
}

var errCrash = errors.New("the process is gone")

// After a STOP was answered nothing leaves but answers, whatever overtakes whom: dispatchers are overtaken, at every
// point, by the STOP, by other dispatchers, by HELP, by crashes and by lost answers.
func TestNothingLeavesAfterTheStopWasAnswered(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		require.NoError(t, w.consents.Configure(t.Context(), staff, consent.Settings{Practice: practice, DoubleOptIn: consent.ConfirmOff}))
		line, message := 0, 0
		rapid.Check(t, func(r *rapid.T) {
			line++
			number := fmt.Sprintf("+1212555%04d", line)
			w.paper(number, consent.Transactional)
			w.now.Add(time.Second)
			for i := range rapid.IntRange(1, 3).Draw(r, "texts") {
				x := w.text(fmt.Sprintf("t-%d-%d", line, i))
				x.To = number
				w.enqueue(x)
			}
			w.carrier.bodies()
			stops := 0
			receive := func(body string) {
				message++
				w.now.Add(time.Second)
				_, err := w.texts.Receive(t.Context(), practice, sms.Inbound{
					Provider: "carrier", ID: fmt.Sprintf("model-%d", message), From: number, To: office, Body: body,
				})
				require.NoError(r, err)
			}
			var work func(depth int)
			overtake := func(depth int) func(string) error {
				var mu sync.Mutex
				return func(point string) error {
					mu.Lock() // a dispatcher's texts run side by side; what overtakes them is drawn one by one
					defer mu.Unlock()
					if depth == 0 {
						return nil
					}
					for range rapid.IntRange(0, 3).Draw(r, point) {
						switch rapid.SampledFrom([]string{"stop", "work", "work", "help", "crash", "lost"}).Draw(r, "overtaken by") {
						case "stop":
							if stops < 2 {
								stops++
								receive("STOP")
							}
						case "help":
							receive("HELP")
						case "work":
							work(depth - 1)
						case "crash":
							if point == "before the settlement" {
								return errCrash
							}
						case "lost":
							if point == "during the request" {
								return &sms.SendError{Stage: sms.AtSend, Provider: "carrier", Class: sms.Unknown}
							}
						}
					}
					return nil
				}
			}
			work = func(depth int) {
				h := &hooked{Service: w.consents, Queue: w.queue, Provider: w.carrier, hook: overtake(depth)}
				d, err := sms.NewDispatcher(h, w.store, h, w.log, map[string]sms.Provider{"carrier": h}, &sms.DispatcherOptions{
					Agreements: w.baa, Now: w.now.Now, Concurrency: 1,
				})
				require.NoError(r, err)
				if _, err := d.Step(t.Context()); err != nil && !errors.Is(err, errCrash) {
					r.Fatalf("step: %v", err)
				}
			}
			for range rapid.IntRange(2, 6).Draw(r, "steps") {
				work(2)
			}
			// Let the rest run out, past the patience of an answer that waits for texts in doubt.
			w.now.Add(sms.Patience + time.Minute)
			for range 5 {
				work(0)
			}
			answered := false
			for _, m := range w.carrier.sent {
				if m.To != number {
					continue
				}
				kind := w.tracked(sms.Key{Practice: practice, ID: m.Reference[len(practice)+1:]}).Kind
				if answered && !kind.Answer() {
					r.Fatalf("a text left after the STOP was answered")
				}
				answered = answered || kind == sms.StopAnswer
			}
			if stops > 0 && !answered {
				r.Fatalf("the STOP was not answered")
			}
		})
	})
}
