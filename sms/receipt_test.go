package sms_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// told lets the provider say of a text how far it has come, and why not further.
func (w *world) told(texts *sms.Service, k sms.Key, status sms.Status, code string, class sms.Class) {
	w.t.Helper()
	_, err := texts.Deliver(w.t.Context(), sms.Receipt{
		Provider: "carrier", ID: "SM-1", Reference: k.Practice + "/" + k.ID, Status: status, Code: code, Class: class,
	})
	require.NoError(w.t, err)
}

// What was wrong with an attempt is not what was wrong with the delivery.
func TestACodeIsTheLastAttempts(t *testing.T) {
	at := func(class sms.Class) func(sms.Message) error {
		return func(sms.Message) error { return &sms.SendError{Stage: sms.AtSend, Code: "20429", Class: class} }
	}
	for name, c := range map[string]struct {
		first func(*world, sms.Key)
		again func(*world, sms.Key)
	}{
		"tried again": {
			first: func(w *world, _ sms.Key) { w.carrier.answer = at(sms.Throttled) },
			again: func(w *world, _ sms.Key) { w.now.Add(5 * time.Minute) },
		},
		"put back": {
			first: func(w *world, _ sms.Key) { w.carrier.answer = at(sms.BadSender) },
			again: func(w *world, k sms.Key) {
				done, err := w.texts.Requeue(w.t.Context(), staff, k, "It is registered now.")
				require.NoError(w.t, err)
				require.True(w.t, done)
				require.Empty(w.t, w.tracked(k).Code)
				require.Empty(w.t, w.tracked(k).Class)
			},
		},
		"lost, and then denied": {
			first: func(w *world, _ sms.Key) { w.carrier.answer = unanswered },
			again: func(w *world, _ sms.Key) {},
		},
	} {
		t.Run(name, func(t *testing.T) {
			worlds(t, func(t *testing.T, w *world) {
				w.grant(consent.Transactional)
				d := w.dispatcher(atOnce)
				k := w.enqueue(w.text("x"))
				c.first(w, k)
				w.carrier.find = func(sms.Message) (sms.Receipt, bool, error) { return sms.Receipt{}, false, nil }
				_, err := d.Step(t.Context())
				require.NoError(t, err)
				w.carrier.answer = nil
				c.again(w, k)
				w.step(d)
				got := w.tracked(k)
				require.Equal(t, sms.Sent, got.State)
				require.Empty(t, got.Code, "of an attempt before")
				require.Empty(t, got.Class, "of an attempt before")
				w.told(w.texts, k, sms.StatusUndelivered, "30005", sms.BadNumber)
				got = w.tracked(k)
				require.Equal(t, "30005", got.Code)
				require.Equal(t, sms.BadNumber, got.Class)
				w.told(w.texts, k, sms.StatusFailed, "30008", sms.Unknown)
				require.Equal(t, "30005", w.tracked(k).Code, "the first that tells of the delivery")
			})
		})
	}
}

// A receipt may be faster than the answer to the request: what it says stays.
func TestAReceiptsCodeOutlivesTheAnswer(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		for id, answer := range map[string]error{"answered": nil, "lost": errors.New("lost")} {
			k := w.enqueue(w.text(id))
			w.carrier.answer = func(sms.Message) error { return refusal(sms.Throttled) }
			w.step(w.dispatcher(atOnce))
			w.now.Add(5 * time.Minute)
			w.carrier.answer = func(sms.Message) error {
				w.told(w.texts, k, sms.StatusUndelivered, "30005", sms.BadNumber)
				return answer
			}
			w.step(w.dispatcher(atOnce))
			got := w.tracked(k)
			require.Equal(t, sms.Sent, got.State)
			require.Equal(t, sms.StatusUndelivered, got.Delivery)
			require.Equal(t, "30005", got.Code)
			require.Equal(t, sms.BadNumber, got.Class)
		}
	})
}

// stale is a store behind whose first answer something happens.
type stale struct {
	sms.Store
	meanwhile func()
}

func (o *stale) Text(ctx context.Context, k sms.Key) (sms.Tracked, error) {
	t, err := o.Store.Text(ctx, k)
	if f := o.meanwhile; f != nil {
		o.meanwhile = nil
		f()
	}
	return t, err
}

// behind returns a service that reads a text before something happens, and decides after it.
func (w *world) behind(meanwhile func()) *sms.Service {
	w.t.Helper()
	texts, err := sms.New(&stale{w.store, meanwhile}, w.consents, w.log, &sms.Options{Now: w.now.Now})
	require.NoError(w.t, err)
	return texts
}

// Whichever of two receipts is written first, a text that was delivered needs nobody, and one that was not needs a person.
func TestReceiptsThatCrossOpenNoTaskOfADeliveredText(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		sent := func(id string) sms.Key {
			k := w.enqueue(w.text(id))
			w.step(w.dispatcher())
			return k
		}
		failure, delivery := sent("failure"), sent("delivery")
		w.told(w.behind(func() { w.told(w.texts, failure, sms.StatusDelivered, "", "") }), failure, sms.StatusUndelivered, "30003", sms.Transient)
		require.Equal(t, sms.StatusDelivered, w.tracked(failure).Delivery)
		require.Empty(t, w.open())

		w.told(w.behind(func() { w.told(w.texts, delivery, sms.StatusUndelivered, "30003", sms.Transient) }), delivery, sms.StatusDelivered, "", "")
		require.Equal(t, sms.StatusDelivered, w.tracked(delivery).Delivery)
		require.Empty(t, w.open())

		twice := sent("twice")
		w.told(w.behind(func() { w.told(w.texts, twice, sms.StatusFailed, "30008", sms.Unknown) }), twice, sms.StatusUndelivered, "30003", sms.Transient)
		require.Len(t, w.open(), 1)
	})
}

// Of a text that the provider has told of no person has to find out whether it was sent, whichever comes first.
func TestAReceiptBesideALookUpLeavesNobodyToAsk(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.carrier.answer = unanswered
		t.Run("before the look-up ends", func(t *testing.T) {
			k := w.enqueue(w.text("before"))
			w.carrier.find = func(sms.Message) (sms.Receipt, bool, error) {
				w.told(w.texts, k, sms.StatusDelivered, "", "")
				return sms.Receipt{}, false, &sms.SendError{Stage: sms.AtLookup, Class: sms.Unknown}
			}
			w.step(w.dispatcher(atOnce))
			got := w.tracked(k)
			require.Equal(t, sms.Sent, got.State)
			require.Equal(t, sms.StatusDelivered, got.Delivery)
			require.Empty(t, w.open())
			require.Zero(t, w.entriesOf("sms.text.resolve", audit.Done), "it was never a person's to decide")
		})
		t.Run("behind its back", func(t *testing.T) {
			k := w.enqueue(w.text("behind"))
			w.carrier.find = lookup(sms.Transient)
			_, err := w.dispatcher(atOnce).Step(t.Context())
			require.Error(t, err)
			require.Equal(t, sms.Doubtful, w.tracked(k).State)
			w.told(w.behind(func() {
				w.carrier.find = lookup(sms.Unknown)
				w.step(w.dispatcher(atOnce))
				require.Equal(t, sms.Review, w.tracked(k).State)
			}), k, sms.StatusDelivered, "", "")
			require.Equal(t, sms.Sent, w.tracked(k).State)
			require.Empty(t, w.open())
		})
	})
}

// What a provider says when it is asked counts like a receipt, which tells nothing new when it comes.
func TestWhatALookUpFindsUndeliveredIsATask(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.carrier.answer = unanswered
		found := func(r sms.Receipt) {
			w.carrier.find = func(m sms.Message) (sms.Receipt, bool, error) {
				r.Provider, r.ID, r.Reference = "carrier", "SM-1", m.Reference
				return r, true, nil
			}
		}
		k := w.enqueue(w.text("x"))
		found(sms.Receipt{Status: sms.StatusUndelivered, Code: "30005", Class: sms.BadNumber})
		w.step(w.dispatcher(atOnce))
		got := w.tracked(k)
		require.Equal(t, sms.Sent, got.State)
		require.Equal(t, sms.StatusUndelivered, got.Delivery)
		require.Equal(t, "30005", got.Code)
		require.Equal(t, sms.BadNumber, got.Class)
		require.Len(t, w.open(), 1)
		w.told(w.texts, k, sms.StatusUndelivered, "30005", sms.BadNumber)
		tasks := w.open()
		require.Len(t, tasks, 1)
		require.Equal(t, sms.TaskFailed, tasks[0].Kind)
		require.Equal(t, k.ID, tasks[0].Text)
		w.told(w.texts, k, sms.StatusDelivered, "", "")
		require.Empty(t, w.open(), "it was delivered after all")

		w.enqueue(w.text("delivered"))
		found(sms.Receipt{Status: sms.StatusDelivered})
		w.step(w.dispatcher(atOnce))
		require.Empty(t, w.open())

		w.enqueue(w.text("opted out"))
		found(sms.Receipt{Status: sms.StatusUndelivered, Code: "21610", Class: sms.OptedOut})
		w.step(w.dispatcher(atOnce))
		require.Empty(t, w.open(), "who opted out is owed nothing")
	})
}
