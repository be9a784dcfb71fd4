package sms_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

func TestADeadLetterHasAReasonAndAWayBack(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.carrier.answer = func(sms.Message) error { return refusal(sms.Filtered) }
		k := w.enqueue(w.text("x"))
		w.step(w.dispatcher())
		dead, err := w.texts.Texts(t.Context(), staff, sms.Query{Practice: practice, Purpose: sms.ForDelivery, States: []sms.State{sms.Failed}})
		require.NoError(t, err)
		require.Len(t, dead.Texts, 1)
		require.Equal(t, sms.Filtered, dead.Texts[0].Class)
		w.carrier.answer = nil
		w.carrier.bodies()

		back := func() bool {
			w.now.Add(time.Second)
			done, err := w.texts.Requeue(t.Context(), staff, k, "the campaign was mended")
			require.NoError(t, err)
			return done
		}
		require.True(t, back())
		require.False(t, back(), "it is queued already")
		w.receive(patient, "STOP")
		require.True(t, back(), "the stop has refused it")
		w.step(w.dispatcher())
		require.Equal(t, sms.Refused, w.tracked(k).State, "what forbids it forbids it again")
		w.now.Add(time.Second)
		w.paper(patient, consent.Transactional)
		require.True(t, back())
		w.step(w.dispatcher())
		require.Equal(t, sms.Sent, w.tracked(k).State)
		require.False(t, back(), "what was sent is never sent again")
		require.Len(t, w.carrier.bodies(), 2, "the answer to the stop, and the text")
	})
}

// A text that was refused before its time, at a STOP, is not early when it is put back.
func TestRequeueKeepsWhenATextMayLeave(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		x := w.text("next week")
		x.NotBefore = w.now.Now().Add(7 * 24 * time.Hour)
		x.LastUseful = x.NotBefore.Add(time.Hour)
		k := w.enqueue(x)
		w.receive(patient, "STOP")
		w.step(w.dispatcher())
		require.Equal(t, sms.Refused, w.tracked(k).State)
		w.now.Add(time.Minute)
		w.grant(consent.Transactional)
		done, err := w.texts.Requeue(t.Context(), staff, k, "The patient agreed again.")
		require.NoError(t, err)
		require.True(t, done)
		w.carrier.bodies()
		w.step(w.dispatcher())
		require.Empty(t, w.carrier.bodies())
		require.Equal(t, x.NotBefore, w.tracked(k).Due)
		w.now.Set(x.NotBefore)
		w.step(w.dispatcher())
		require.Len(t, w.carrier.bodies(), 1)
	})
}

// A text of which nobody knows whether it left is never sent again, whatever a person found out about it: the provider may
// have it all the same.
func TestWhatMayHaveLeftIsNotPutBack(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		lost := func(sms.Message) error { return errors.New("lost") }
		w.carrier.find = func(sms.Message) (sms.Receipt, bool, error) {
			return sms.Receipt{}, false, &sms.SendError{Stage: sms.AtLookup, Class: sms.Unknown}
		}
		for i, settle := range []func(k sms.Key) (bool, error){
			func(k sms.Key) (bool, error) { return w.texts.Resolve(t.Context(), staff, k, false, "she says so") },
			func(k sms.Key) (bool, error) {
				return w.texts.Finish(t.Context(), staff, sms.Finish{Key: sms.Key{Practice: practice, ID: "text-" + k.ID}, Outcome: sms.NotSent, Reason: "she says so"})
			},
		} {
			w.carrier.answer = lost
			k := w.enqueue(w.text(fmt.Sprint("doubtful-", i)))
			w.step(w.dispatcher(func(o *sms.DispatcherOptions) { o.Wait = time.Nanosecond }))
			require.Equal(t, sms.Review, w.tracked(k).State)
			done, err := settle(k)
			require.NoError(t, err)
			require.True(t, done)
			require.Equal(t, sms.Failed, w.tracked(k).State)
			w.carrier.bodies()

			w.carrier.answer = nil
			done, err = w.texts.Requeue(t.Context(), staff, k, "once more")
			require.ErrorIs(t, err, sms.ErrUnsure)
			require.False(t, done)
			require.Equal(t, i+1, w.entriesOf("sms.text.requeue", audit.Refused))
			w.step(w.dispatcher())
			require.Empty(t, w.carrier.bodies(), "it left a second time")

			again := w.text(k.ID + "-again") // an act of somebody's, on record as any text is
			w.enqueue(again)
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 1)
		}
	})
}
