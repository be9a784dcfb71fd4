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

// confirmations returns how many of the texts that left say that a stop was heard.
func (w *world) confirmations() int { return len(w.carrier.bodies()) }

// A stop is confirmed exactly once, however often it is said, until the patient agrees to texts again.
func TestPromise_D4_1_AStopIsConfirmedOnce(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		d := w.dispatcher()
		say := func(body string) int {
			w.receive(patient, body)
			w.step(d)
			return w.confirmations()
		}
		w.now.Add(time.Second)
		require.Equal(t, 1, say("STOP"))
		t.Run("refuses_to_confirm_it_again", func(t *testing.T) {
			for _, body := range []string{"STOP", "stop", "Please don't text me", "no more offers please", "STOP"} { // at the same moment
				require.Zero(t, say(body), body)
			}
			w.now.Add(30 * time.Hour)
			require.Zero(t, say("STOP"))
		})
		t.Run("a STOP after a START is confirmed", func(t *testing.T) {
			w.now.Add(time.Second)
			require.Equal(t, 1, say("START"), "that is the START's answer")
			w.now.Add(time.Second)
			require.Equal(t, 1, say("STOP"))
			require.Zero(t, say("STOP"))
		})
		t.Run("and one after a new consent", func(t *testing.T) {
			w.now.Add(time.Second)
			w.paper(patient, consent.Transactional)
			w.now.Add(time.Second)
			require.Equal(t, 1, say("STOP"))
		})
		t.Run("and one after what staff took for a stop", func(t *testing.T) {
			w.now.Add(time.Second)
			w.paper(patient, consent.Transactional)
			w.now.Add(time.Second)
			require.Zero(t, say("How do I stop these texts?"))
			_, err := w.texts.Finish(t.Context(), staff, sms.Finish{Key: w.open()[0].Key(), Outcome: sms.Stops})
			require.NoError(t, err)
			w.step(d)
			require.Zero(t, w.confirmations())
			w.now.Add(time.Second)
			require.Equal(t, 1, say("STOP"))
			require.Zero(t, say("STOP"))
		})
		t.Run("the message that was answered may come again", func(t *testing.T) {
			w.now.Add(time.Second)
			w.paper(patient, consent.Transactional)
			w.now.Add(time.Second)
			require.Equal(t, 1, say("no more offers please"))
			require.Equal(t, 1, say("STOP"), "it ends more than offers")
			w.received -= 2
			require.Zero(t, say("no more offers please"))
			require.Zero(t, say("STOP"))
		})
	})
}

// losing is a world in which a text was lost on its way, so that the answer to a STOP waits, with a provider that takes texts
// back.
func losing(t *testing.T, w *world, gate sms.Gate) (*sms.Dispatcher, *cancelling) {
	t.Helper()
	w.grant(consent.Transactional)
	c := &cancelling{provider: w.carrier, back: func(string) (bool, error) { return true, nil }}
	d, err := sms.NewDispatcher(w.queue, w.store, gate, w.log, map[string]sms.Provider{"carrier": c},
		&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
	require.NoError(t, err)
	w.carrier.answer = func(sms.Message) error { return errors.New("lost") }
	w.carrier.find = func(sms.Message) (sms.Receipt, bool, error) {
		return sms.Receipt{}, false, &sms.SendError{Stage: sms.AtLookup, Class: sms.Transient}
	}
	w.enqueue(w.text("lost"))
	_, err = d.Step(t.Context())
	require.NoError(t, err)
	w.carrier.answer = nil
	w.carrier.bodies()
	w.now.Add(time.Second)
	return d, c
}

// Who texts STOP and then START, while the answer to the STOP waits for a text that is on its way, is told of the START alone, and
// what is sent since is not taken back.
func TestPromise_D4_4_AStopThatWasTakenBackIsNotConfirmed(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		d, c := losing(t, w, w.consents)
		step := func() {
			_, _ = d.Step(t.Context()) // it tells of the text that nobody can tell of
		}
		w.receive(patient, "STOP")
		step()
		require.Empty(t, w.carrier.bodies())
		w.now.Add(20 * time.Second)
		w.receive(patient, "START")
		step()
		got := w.carrier.bodies()
		require.Len(t, got, 1)
		require.Contains(t, got[0], "you get our appointment texts again")
		w.now.Add(time.Second)
		k := w.enqueue(w.text("new"))
		step()
		require.Equal(t, sms.Sent, w.tracked(k).State)
		w.carrier.bodies()

		w.now.Add(5 * time.Minute)
		step()
		require.Empty(t, w.carrier.bodies(), "nothing says that the patient is removed")
		require.Empty(t, c.asked, "nothing is taken back")
		require.Equal(t, sms.StatusAccepted, w.tracked(k).Delivery)
		page, err := w.store.Texts(t.Context(), sms.Query{Practice: practice, States: []sms.State{sms.Refused}})
		require.NoError(t, err)
		require.Len(t, page.Texts, 1)
		require.Equal(t, sms.StopAnswer, page.Texts[0].Kind)
		require.Equal(t, "The patient agreed to texts again after the stop that it confirms.", page.Texts[0].Decision.Reason)
	})
	t.Run("without_rule", func(t *testing.T) { // the START
		w := inMemory(t)
		d, _ := losing(t, w, w.consents)
		w.receive(patient, "STOP")
		w.now.Add(5 * time.Minute)
		_, _ = d.Step(t.Context())
		require.Len(t, w.carrier.bodies(), 1)
	})
}

// Who texts START and then STOP, while the answer to the START is tried again, is told of the STOP alone: nothing says after it that
// texts come again.
func TestPromise_D4_1_AStartThatWasTakenBackIsNotAnswered(t *testing.T) {
	start := func(w *world) (again func() []string) {
		w.grant(consent.Transactional)
		d := w.dispatcher()
		require.Len(w.t, w.hears(patient, "STOP"), 1)
		w.now.Add(time.Minute)
		w.receive(patient, "START")
		w.carrier.answer = func(sms.Message) error { return &sms.SendError{Stage: sms.AtSend, Class: sms.Transient} }
		w.step(d)
		require.Len(w.t, w.carrier.bodies(), 1)
		w.carrier.answer = nil
		w.now.Add(time.Second)
		return func() []string {
			w.now.Add(time.Hour)
			w.step(d)
			return w.carrier.bodies()
		}
	}
	worlds(t, func(t *testing.T, w *world) {
		again := start(w)
		stopped := w.hears(patient, "STOP")
		require.Len(t, stopped, 1)
		require.Contains(t, stopped[0], "you are removed")
		require.Empty(t, again())
		page, err := w.store.Texts(t.Context(), sms.Query{Practice: practice, States: []sms.State{sms.Refused}})
		require.NoError(t, err)
		require.Len(t, page.Texts, 1)
		require.Equal(t, sms.StartAnswer, page.Texts[0].Kind)
		require.Equal(t, "The patient said stop after the START that it answers.", page.Texts[0].Decision.Reason)
	})
	t.Run("without_rule", func(t *testing.T) { // the STOP
		require.Len(t, start(inMemory(t))(), 1)
	})
}

// An end of offers takes no reminder back.
func TestPromise_D4_1_AnEndOfOffersTakesBackOffersAlone(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.paper(patient, consent.Promotional)
		c := &cancelling{provider: w.carrier, back: func(string) (bool, error) { return true, nil }}
		d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": c},
			&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
		require.NoError(t, err)
		reminder := w.enqueue(w.text("reminder"))
		x := w.text("offer")
		x.Category, x.Body = consent.Promotional, "Elm Street Dental: new patients welcome. Call 214-555-0199. Reply STOP to end texts."
		offer := w.enqueue(x)
		w.step(d)
		require.Equal(t, sms.Sent, w.tracked(reminder).State)
		require.Equal(t, sms.Sent, w.tracked(offer).State)
		w.now.Add(time.Second)
		w.receive(patient, "stop sending me offers")
		w.step(d)
		require.Len(t, c.asked, 1)
		require.Equal(t, "withdrawn", w.tracked(offer).Code)
		require.Equal(t, sms.StatusAccepted, w.tracked(reminder).Delivery, "it is still wanted")
		require.Empty(t, w.open())
	})
}

// before is consent as it was asked before the START came in.
type before struct{ *consent.Service }

func (b before) Effect(ctx context.Context, k consent.Key, id string) (consent.Effect, error) {
	e, err := b.Service.Effect(ctx, k, id)
	e.Undone = false
	return e, err
}

// A START that comes in after the last look at consent: the answer leaves, and takes back nothing that left since.
func TestAnAnswerTakesBackNothingThatWasClaimedAfterTheStop(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		old := w.enqueue(w.text("old"))
		w.step(w.dispatcher())
		d, c := losing(t, w, before{w.consents})
		w.receive(patient, "STOP")
		w.now.Add(time.Second)
		w.receive(patient, "START")
		w.now.Add(time.Second)
		k := w.enqueue(w.text("new"))
		_, _ = d.Step(t.Context())
		require.Equal(t, sms.Sent, w.tracked(k).State)
		require.Empty(t, c.asked)
		w.now.Add(5 * time.Minute)
		_, _ = d.Step(t.Context())
		require.Equal(t, []string{w.tracked(old).ProviderID}, c.asked)
		require.Equal(t, sms.StatusAccepted, w.tracked(k).Delivery)
	})
}
