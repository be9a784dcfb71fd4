package sms_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// signed is the providers that the practice has an agreement with.
type signed map[string]bool

func (s signed) InForce(_ context.Context, _, provider string) (bool, error) {
	return s[provider], nil
}

// running says that every broadcast runs.
type running struct{}

func (running) Runs(context.Context, string, string) (bool, error) { return true, nil }

// became follows a text by its key to what became of it.
func (w *world) became(k sms.Key) (ends []sms.Key) {
	w.t.Helper()
	next := w.tracked(k).Next()
	if len(next) == 0 {
		return []sms.Key{k}
	}
	for _, n := range next {
		ends = append(ends, w.became(n)...)
	}
	return ends
}

// A practice that moves its number to another provider loses no text that was queued before: each leaves through the new one,
// once, by what holds there.
func TestPromise_M2_2_RemindersFollowThePracticesNumber(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		agreed, second := signed{"carrier": true}, &provider{now: w.now.Now}
		work := func() {
			t.Helper()
			d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": w.carrier, "second": second},
				&sms.DispatcherOptions{Agreements: agreed, Registrations: w.baa, Broadcasts: running{}, Schedule: w.schedule, Now: w.now.Now, Wait: time.Nanosecond})
			require.NoError(t, err)
			w.step(d)
		}
		register := func(name string) {
			t.Helper()
			require.NoError(t, w.texts.Register(t.Context(), staff, sms.Sender{
				Practice: practice, Number: office, Provider: name, Name: "Elm Street Dental",
				Contact: "972-555-0100", Frequency: "about 2 texts per visit", Zone: "America/Chicago",
			}))
		}
		move := func() { register("second"); agreed["carrier"], agreed["second"] = false, true }
		newest := func(state sms.State) sms.Tracked {
			t.Helper()
			page, err := w.store.Texts(t.Context(), sms.Query{Practice: practice, Number: patient, States: []sms.State{state}, Limit: 1})
			require.NoError(t, err)
			return page.Texts[0]
		}
		back := func() {
			w.now.Add(time.Second)
			w.carrier.bodies()
			second.bodies()
			w.carrier.answer, w.carrier.find = nil, nil
			register("carrier")
			agreed["carrier"], agreed["second"] = true, false
		}
		w.paper(patient, consent.Transactional)
		f := w.shared("emma", "liam")

		t.Run("a family's reminder, months later, with the words that it has", func(t *testing.T) {
			day := chicago(t, 2026, 6, 11, 15)
			f.visit("a-1", "emma", day)
			w.now.Add(time.Second)
			f.visit("a-2", "liam", day.Add(time.Hour))
			planned := newest(sms.Queued)
			move()
			w.now.Set(day.AddDate(0, 0, -1))
			work()
			require.Equal(t, []string{planned.Body}, second.bodies())
			require.Empty(t, w.carrier.bodies())
			require.Equal(t, sms.Cancelled, w.tracked(planned.Key()).State)
			sent := newest(sms.Sent)
			require.Equal(t, "second", sent.Provider)
			require.Equal(t, planned.Subjects, sent.Subjects)
			require.Equal(t, []sms.Key{sent.Key()}, w.tracked(planned.Key()).Next(), "who follows the old one finds it")
			require.Empty(t, sent.Next())
			reasons := 0
			for _, e := range w.actions("sms.text.send") {
				if e.Object.ID == planned.ID {
					require.Equal(t, "Its number is carried by another provider now.", e.Reason)
					reasons++
				}
			}
			require.Equal(t, 2, reasons, "one for each patient")
			w.plan(f.planner)
			work()
			require.Empty(t, second.bodies(), "it was told")
			back()
		})
		t.Run("one that failed, and is put back", func(t *testing.T) {
			w.carrier.answer = func(sms.Message) error { return refusal(sms.BadSender) }
			k := w.enqueue(w.text("failed"))
			work()
			require.Equal(t, sms.Failed, w.tracked(k).State)
			move()
			done, err := w.texts.Requeue(t.Context(), staff, k, "The number moved.")
			require.NoError(t, err)
			require.True(t, done)
			work()
			require.Len(t, second.bodies(), 1)
			back()
		})
		t.Run("refuses_without_an_agreement_with_the_new_one", func(t *testing.T) {
			k := w.enqueue(w.text("unsigned"))
			move()
			agreed["second"] = false
			work()
			require.Equal(t, sms.Cancelled, w.tracked(k).State)
			refused := newest(sms.Refused)
			require.Equal(t, "agreement", refused.Decision.Rule)
			require.Empty(t, second.bodies())
			agreed["second"] = true
			_, err := w.texts.Requeue(t.Context(), staff, refused.Key(), "It is signed now.")
			require.NoError(t, err)
			work()
			require.Len(t, second.bodies(), 1)
			back()
		})
		t.Run("refuses_to_send_again_what_the_old_one_may_have", func(t *testing.T) {
			lost, here := w.enqueue(w.text("lost")), false
			w.carrier.answer = func(sms.Message) error { return errors.New("lost") }
			w.carrier.find = func(sms.Message) (sms.Receipt, bool, error) {
				if !here {
					return sms.Receipt{}, false, &sms.SendError{Stage: sms.AtLookup, Class: sms.Transient}
				}
				return sms.Receipt{ID: "SM1", Status: sms.StatusAccepted}, true, nil
			}
			d := w.dispatcher(func(o *sms.DispatcherOptions) { o.Wait = time.Nanosecond })
			_, err := d.Step(t.Context())
			require.Error(t, err)
			require.Equal(t, sms.Doubtful, w.tracked(lost).State)
			move()
			here = true
			work()
			require.Equal(t, sms.Sent, w.tracked(lost).State)
			require.Empty(t, second.bodies())
			back()
		})
		t.Run("the answer to a stop, once", func(t *testing.T) {
			w.receive(patient, "STOP")
			move()
			work()
			require.Len(t, second.bodies(), 1)
			require.Empty(t, w.carrier.bodies())
			work()
			require.Empty(t, second.bodies())
			back()
		})
		t.Run("refuses_to_confirm_a_stop_that_was_taken_back", func(t *testing.T) {
			w.now.Add(time.Minute)
			w.paper(patient, consent.Transactional)
			w.now.Add(time.Second)
			w.receive(patient, "STOP")
			w.now.Add(time.Second)
			w.receive(patient, "START")
			move()
			work()
			texts := second.bodies()
			require.Len(t, texts, 1)
			require.Contains(t, texts[0], "you get our appointment texts again")
			back()
		})
		w.now.Add(time.Minute)
		w.paper(patient, consent.Transactional)
		t.Run("refuses_a_text_to_many", func(t *testing.T) { // its broadcast counts it
			x := w.text("one of many")
			x.Broadcast = "spring"
			k := w.enqueue(x)
			move()
			agreed["carrier"] = true // the old agreement has not ended yet
			work()
			require.Equal(t, sms.Refused, w.tracked(k).State)
			require.Equal(t, "provider", w.tracked(k).Decision.Rule)
			require.Empty(t, second.bodies())
			require.Empty(t, w.carrier.bodies())
			back()
		})
		t.Run("without_rule", func(t *testing.T) {
			w.enqueue(w.text("stays"))
			work()
			require.Len(t, w.carrier.bodies(), 1, "nobody moved it")
		})
	})
}
