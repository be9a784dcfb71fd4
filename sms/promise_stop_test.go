package sms_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

const annex = "+12145550198" // another number that the practice texts from

// expand registers the practice's other number.
func (w *world) expand() {
	w.t.Helper()
	require.NoError(w.t, w.texts.Register(w.t.Context(), staff, sms.Sender{
		Practice: practice, Number: annex, Provider: "carrier", Name: "Elm Street Orthodontics",
		Contact: "214-555-0188", Frequency: "about 1 text a month", Zone: "America/Chicago",
	}))
}

// come lets a text come in to one of the practice's numbers.
func (w *world) come(from, to, body string) bool {
	w.t.Helper()
	w.received++
	fresh, err := w.texts.Receive(w.t.Context(), practice, sms.Inbound{
		Provider: "carrier", ID: fmt.Sprintf("in-%d", w.received), From: from, To: to, Body: body,
	})
	require.NoError(w.t, err)
	return fresh
}

// process is a dispatcher and a webhook with services of their own, as in a process of their own.
func (w *world) process() (*sms.Dispatcher, *sms.Service) {
	w.t.Helper()
	gate, err := consent.New(w.facts, w.log, &consent.Options{Now: w.now.Now})
	require.NoError(w.t, err)
	service, err := sms.New(w.store, gate, w.log, &sms.Options{Now: w.now.Now})
	require.NoError(w.t, err)
	d, err := sms.NewDispatcher(w.queue, w.store, gate, w.log, map[string]sms.Provider{"carrier": w.carrier},
		&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now, Concurrency: 4})
	require.NoError(w.t, err)
	return d, service
}

// quiet requires that nothing but answers went to a number after its STOP was answered, and that it was, once.
func (w *world) quiet(t *testing.T, number string, sent []sms.Message) {
	t.Helper()
	answered := 0
	for _, m := range sent {
		if m.To != number {
			continue
		}
		kind := w.tracked(sms.Key{Practice: practice, ID: strings.TrimPrefix(m.Reference, practice+"/")}).Kind
		require.True(t, answered == 0 || kind.Answer(), "a text left after the STOP was answered")
		if kind == sms.StopAnswer {
			answered++
		}
	}
	require.Equal(t, 1, answered, "a STOP is confirmed once")
}

// STOP or OPT-OUT ends all texts: every category, every patient on the number, every sender of the practice. It is
// confirmed once.
func TestPromise_D4_1_StopEndsAllTexts(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		words := []string{
			"STOP", "stop", "Stop.", " sToP! ", "OPT-OUT", "opt out", "Optout", "quit", "END", "revoke", "Cancel",
			"UNSUBSCRIBE", "stopall", "STOP ALL",
		}
		w.confirm(consent.ConfirmOff)
		w.expand()
		for i, word := range words {
			w.now.Add(24 * time.Hour) // one number's STOPs are confirmed so many times a day
			var queued []sms.Key
			for _, c := range consent.Categories() {
				w.paper(patient, c)
				for i, child := range []string{"p-1", "p-2"} { // two patients share the phone
					x := w.text(word + string(c) + child)
					x.Category, x.Patient, x.NotBefore = c, child, w.now.Now().Add(time.Minute)
					x.From = []string{office, annex}[i]
					queued = append(queued, w.enqueue(x))
				}
			}
			w.now.Add(time.Second)
			to := []string{office, annex}[i%2] // any of the practice's numbers will do
			require.True(t, w.come(patient, to, word))
			for _, k := range queued {
				require.Equal(t, sms.Refused, w.tracked(k).State, "%q: a queued text must die", word)
			}
			state, err := w.consents.State(t.Context(), staff, consent.Key{Practice: practice, Number: patient})
			require.NoError(t, err)
			for _, c := range consent.Categories() {
				require.Equal(t, consent.Stopped, state.For(c).Status, "%q leaves %s", word, c)
			}
			w.now.Add(2 * time.Minute)
			w.step(w.dispatcher())
			sent := w.carrier.sent
			bodies := w.carrier.bodies()
			require.Len(t, bodies, 1, "%q: one confirmation, and nothing else", word)
			require.Contains(t, bodies[0], "you are removed")
			require.Equal(t, to, sent[0].From, "the number that was written to confirms")
		}
		t.Run("refuses_every_later_text", func(t *testing.T) {
			for _, c := range consent.Categories() {
				require.False(t, w.fresh(patient, c))
			}
		})
		t.Run("refuses_a_queued_confirmation_request", func(t *testing.T) {
			const number = "+12125550101"
			w.confirm(consent.ConfirmAll)
			defer w.confirm(consent.ConfirmOff)
			w.paper(number, consent.Transactional)
			k, err := w.texts.RequestConfirmation(t.Context(), staff, consent.Ask{Practice: practice, Number: number})
			require.NoError(t, err)
			w.now.Add(time.Second)
			w.receive(number, "STOP")
			require.Equal(t, sms.Refused, w.tracked(k).State)
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 1)
		})
		// overtaken lets a STOP, and another process, overtake a dispatcher at one point of sending what is queued.
		overtaken := func(t *testing.T, number, point string) []sms.Message {
			t.Helper()
			w.now.Add(time.Second)
			w.carrier.bodies()
			other, _ := w.process()
			done := false
			h := &hooked{Service: w.consents, Queue: w.queue, Provider: w.carrier}
			h.hook = func(at string) error {
				if at == point && !done {
					done = true
					w.receive(number, "STOP")
					w.step(other)
					for _, m := range w.carrier.sent {
						require.NotContains(t, m.Body, "you are removed", "the STOP was answered while a text was on its way")
					}
				}
				return nil
			}
			d, err := sms.NewDispatcher(h, w.store, h, w.log, map[string]sms.Provider{"carrier": h},
				&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now, Concurrency: 1})
			require.NoError(t, err)
			_, err = d.Step(t.Context())
			require.NoError(t, err)
			require.True(t, done)
			w.step(w.dispatcher())
			sent := w.carrier.sent
			w.carrier.bodies()
			return sent
		}
		ordinary := func(number string) sms.Key {
			w.paper(number, consent.Transactional)
			x := w.text("to-" + number)
			x.To = number
			return w.enqueue(x)
		}
		t.Run("refuses_what_was_claimed_when_the_stop_came", func(t *testing.T) {
			const number, asked = "+12125550102", "+12125550103"
			k := ordinary(number)
			w.quiet(t, number, overtaken(t, number, "before the check"))
			require.Equal(t, sms.Refused, w.tracked(k).State)

			w.confirm(consent.ConfirmAll)
			defer w.confirm(consent.ConfirmOff)
			w.paper(asked, consent.Transactional)
			k, err := w.texts.RequestConfirmation(t.Context(), staff, consent.Ask{Practice: practice, Number: asked})
			require.NoError(t, err)
			w.quiet(t, asked, overtaken(t, asked, "before the check"))
			require.Equal(t, sms.Refused, w.tracked(k).State)
		})
		t.Run("is_answered_after_what_was_on_its_way", func(t *testing.T) {
			for i, point := range []string{"after the check", "during the request"} {
				number := fmt.Sprintf("+1212555011%d", i)
				k := ordinary(number)
				sent := overtaken(t, number, point)
				require.Len(t, sent, 2)
				w.quiet(t, number, sent)
				require.Equal(t, sms.Sent, w.tracked(k).State)
			}
		})
		t.Run("under load, in several processes", func(t *testing.T) {
			const lines, each = 20, 4
			numbers := map[string]bool{}
			for i := range lines {
				number := fmt.Sprintf("+12125552%03d", i)
				numbers[number] = true
				w.paper(number, consent.Transactional)
				for j := range each {
					x := w.text(fmt.Sprintf("load-%d-%d", i, j))
					x.To = number
					w.enqueue(x)
				}
			}
			w.now.Add(time.Second)
			w.carrier.bodies()
			// Every phone says STOP as soon as the first text reaches the provider.
			heard := make(chan string, lines*(each+1))
			w.carrier.answer = func(m sms.Message) error {
				heard <- m.To
				return nil
			}
			var group sync.WaitGroup
			ctx, end := context.WithCancel(t.Context())
			for range 3 {
				d, _ := w.process()
				group.Go(func() {
					for ctx.Err() == nil {
						if _, err := d.Step(context.WithoutCancel(ctx)); err != nil {
							t.Error(err)
						}
					}
				})
			}
			_, webhook := w.process()
			stopped := map[string]bool{}
			for len(stopped) < lines && !t.Failed() {
				var number string
				select {
				case number = <-heard:
				case <-time.After(time.Minute):
					t.Error("some phones get no text")
				}
				if number == "" || stopped[number] {
					continue
				}
				stopped[number] = true
				_, err := webhook.Receive(t.Context(), practice, sms.Inbound{
					Provider: "carrier", ID: "load" + number, From: number, To: office, Body: "Stop",
				})
				require.NoError(t, err)
			}
			end()
			group.Wait()
			w.carrier.answer = nil
			w.step(w.dispatcher())
			sent := w.carrier.sent
			w.carrier.bodies()
			for number := range numbers {
				w.quiet(t, number, sent)
			}
		})
		t.Run("refuses_nothing_of_the_closed_list", func(t *testing.T) {
			for _, word := range []string{"help", "Info"} {
				w.receive(patient, word)
				w.step(w.dispatcher())
				require.Len(t, w.carrier.bodies(), 1, "one answer for each HELP")
			}
			w.receive(patient, "What about my visit?")
			w.step(w.dispatcher())
			require.Empty(t, w.carrier.bodies())
			w.now.Add(time.Second)
			w.receive(patient, "START")
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 1, "one answer to START")
			w.now.Add(time.Second)
		})
		t.Run("a message that comes twice is answered once", func(t *testing.T) {
			for _, word := range []string{"START", "HELP", "STOP"} {
				w.now.Add(time.Second)
				require.True(t, w.receive(patient, word))
				w.step(w.dispatcher())
				w.received--
				w.now.Add(time.Second)
				require.False(t, w.receive(patient, word))
				w.step(w.dispatcher())
				require.Len(t, w.carrier.bodies(), 1, word)
			}
		})
		t.Run("without_rule", func(t *testing.T) {
			require.False(t, w.fresh(patient, consent.Transactional))
			require.True(t, w.fresh(patient, consent.Transactional, without("consent")))
		})
	})
}
