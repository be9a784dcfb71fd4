package sms_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

func lookup(class sms.Class) func(sms.Message) (sms.Receipt, bool, error) {
	return func(sms.Message) (sms.Receipt, bool, error) {
		return sms.Receipt{}, false, &sms.SendError{Stage: sms.AtLookup, Provider: "carrier", Class: class}
	}
}

func (w *world) deliver(k sms.Key, status sms.Status) {
	w.t.Helper()
	_, err := w.texts.Deliver(w.t.Context(), sms.Receipt{
		Provider: "carrier", ID: "SM-1", Reference: k.Practice + "/" + k.ID, Status: status,
	})
	require.NoError(w.t, err)
}

// A receipt is the provider's own word that it took a text on: it settles every doubt, and nothing is sent again after it.
func TestAReceiptSettlesADoubt(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.carrier.answer = func(sms.Message) error { return refusal(sms.Unknown) }
		w.carrier.find = lookup(sms.Unknown)
		t.Run("before anybody asked", func(t *testing.T) {
			k := w.enqueue(w.text("asked"))
			asked := 0
			w.carrier.find = func(m sms.Message) (sms.Receipt, bool, error) {
				asked++
				return lookup(sms.Unknown)(m)
			}
			w.carrier.answer = func(sms.Message) error {
				w.deliver(k, sms.StatusSent) // faster than the answer, which is lost
				return refusal(sms.Unknown)
			}
			w.step(w.dispatcher(atOnce))
			got := w.tracked(k)
			require.Equal(t, sms.Sent, got.State)
			require.Equal(t, sms.StatusSent, got.Delivery)
			require.Equal(t, "SM-1", got.ProviderID)
			require.Zero(t, asked, "it has said so")
		})
		t.Run("after it went back", func(t *testing.T) {
			w.carrier.answer = func(sms.Message) error { return refusal(sms.Unknown) }
			w.carrier.find = func(sms.Message) (sms.Receipt, bool, error) { return sms.Receipt{}, false, nil }
			k := w.enqueue(w.text("back"))
			_, err := w.dispatcher(atOnce).Step(t.Context())
			require.NoError(t, err)
			require.Equal(t, sms.Queued, w.tracked(k).State)
			w.deliver(k, sms.StatusAccepted)
			w.carrier.bodies()
			w.carrier.answer = nil
			w.step(w.dispatcher())
			require.Empty(t, w.carrier.bodies(), "it was sent twice, although the provider has said that it has it")
			require.Equal(t, sms.Sent, w.tracked(k).State)
		})
		t.Run("in review", func(t *testing.T) {
			w.carrier.answer = func(sms.Message) error { return refusal(sms.Unknown) }
			w.carrier.find = lookup(sms.Unknown)
			k := w.enqueue(w.text("review"))
			w.step(w.dispatcher(atOnce))
			require.Equal(t, sms.Review, w.tracked(k).State)
			w.deliver(k, sms.StatusDelivered)
			require.Equal(t, sms.Sent, w.tracked(k).State, "nobody has to look at it any more")
			require.Equal(t, 1, w.entriesOf("sms.text.resolve", audit.Done))
		})
	})
}

// What a provider tells when it is asked counts like a receipt.
func TestALookUpMayTellOfARevocation(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.carrier.answer = func(sms.Message) error { return refusal(sms.Unknown) }
		w.carrier.find = func(sms.Message) (sms.Receipt, bool, error) {
			return sms.Receipt{ID: "SM1", Status: sms.StatusUndelivered, Code: "21610", Class: sms.OptedOut}, true, nil
		}
		k := w.enqueue(w.text("x"))
		w.step(w.dispatcher(atOnce))
		require.Equal(t, sms.Sent, w.tracked(k).State)
		require.Equal(t, sms.StatusUndelivered, w.tracked(k).Delivery)
		state, err := w.consents.State(t.Context(), staff, consent.Key{Practice: practice, Number: patient})
		require.NoError(t, err)
		require.Equal(t, consent.Stopped, state.Transactional.Status)
	})
}

// A provider that cannot be asked is asked again and again, each time later, for a day. Then a person decides.
func TestADoubtDoesNotLastForEver(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	w.carrier.answer = func(sms.Message) error { return refusal(sms.Unknown) }
	w.carrier.find = lookup(sms.Transient)
	k := w.enqueue(w.text("x"))
	d := w.dispatcher(atOnce)
	_, err := d.Step(t.Context())
	require.Error(t, err)
	require.Equal(t, sms.Doubtful, w.tracked(k).State)
	require.Equal(t, 1, w.entriesOf("sms.text.send", audit.Done), "a doubt that lasts is one entry")
	w.now.Add(25 * time.Hour)
	w.step(d)
	require.Equal(t, sms.Review, w.tracked(k).State)
}

// A class that nobody knows says nothing about the outcome, so the text may have left.
func TestAnUnknownClassIsADoubt(t *testing.T) {
	for _, class := range []sms.Class{"", "maintenance"} {
		w := inMemory(t)
		w.grant(consent.Transactional)
		w.carrier.answer = func(sms.Message) error { return refusal(class) }
		k := w.enqueue(w.text("x"))
		w.step(w.dispatcher())
		require.Equal(t, sms.Doubtful, w.tracked(k).State, "class %q", class)
	}
}

// A revocation that could not be recorded is tried again with the text, which the provider has certainly not taken on.
func TestARevocationAtTheProviderIsNotLost(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	w.carrier.answer = func(sms.Message) error { return refusal(sms.OptedOut) }
	k := w.enqueue(w.text("x"))
	gate := &broken{Service: w.consents, err: errors.New("the ledger is away")}
	d, err := sms.NewDispatcher(w.queue, w.store, gate, w.log, map[string]sms.Provider{"carrier": w.carrier},
		&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now, Wait: time.Nanosecond})
	require.NoError(t, err)
	_, err = d.Step(t.Context())
	require.Error(t, err, "and somebody hears of it")
	require.Equal(t, sms.Queued, w.tracked(k).State)
	gate.err = nil
	w.now.Add(time.Hour)
	w.step(d)
	require.Equal(t, sms.Failed, w.tracked(k).State)
	p, err := w.consents.Permission(t.Context(), consent.Key{Practice: practice, Number: patient}, consent.Use{Category: consent.Transactional})
	require.NoError(t, err)
	require.Equal(t, consent.Stopped, p.Status)
}

// broken is a gate that records no revocation while it has an error.
type broken struct {
	*consent.Service
	err error
}

func (b *broken) Revoke(ctx context.Context, by audit.Actor, r consent.Revocation) (consent.State, error) {
	if b.err != nil {
		return consent.State{}, b.err
	}
	return b.Service.Revoke(ctx, by, r)
}

// A text that nobody can decide on ends when it is of no use any more, and is not looked at ever more often meanwhile.
func TestATextThatNobodyCanDecideOnEnds(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	k := w.enqueue(w.text("x"))
	d := w.dispatcher(func(o *sms.DispatcherOptions) { o.Zones = nowhere{} })
	checks := 0
	for ; w.tracked(k).State == sms.Queued && checks < 1000; checks++ {
		w.now.Set(w.tracked(k).Due)
		_, err := d.Step(t.Context())
		require.Error(t, err)
	}
	require.Less(t, checks, 200, "in two days")
	require.Greater(t, checks, 20, "in two days")
	got := w.tracked(k)
	require.Equal(t, sms.Refused, got.State)
	require.Contains(t, got.Decision.Reason, "too late")
	require.Empty(t, w.carrier.bodies())
}

// nowhere knows a zone that the system does not.
type nowhere struct{}

func (nowhere) Zones(context.Context, string) ([]string, error) { return []string{"Mars/Olympus"}, nil }

// Whoever panics in a vendor's code takes down neither the worker nor the texts beside.
func TestAPanicIsADoubt(t *testing.T) {
	const secret = "planted-4711"
	quiet := func(t *testing.T, err error) {
		t.Helper()
		require.ErrorContains(t, err, "panic")
		require.NotContains(t, err.Error(), secret)
	}
	t.Run("in a request", func(t *testing.T) {
		w := inMemory(t)
		w.grant(consent.Transactional)
		a, b := w.enqueue(w.text("a")), w.enqueue(w.text("b"))
		w.carrier.answer = func(m sms.Message) error {
			if m.Reference == practice+"/a" {
				panic(secret)
			}
			return nil
		}
		w.carrier.find = func(sms.Message) (sms.Receipt, bool, error) { panic(secret) }
		_, err := w.dispatcher().Step(t.Context())
		quiet(t, err)
		require.Equal(t, sms.Doubtful, w.tracked(a).State)
		require.Equal(t, sms.Sent, w.tracked(b).State)
	})
	t.Run("in a look-up", func(t *testing.T) {
		w := inMemory(t)
		w.grant(consent.Transactional)
		w.carrier.answer = func(sms.Message) error { return refusal(sms.Unknown) }
		w.carrier.find = func(sms.Message) (sms.Receipt, bool, error) { panic(secret) }
		k := w.enqueue(w.text("x"))
		_, err := w.dispatcher(atOnce).Step(t.Context())
		quiet(t, err)
		require.Equal(t, sms.Review, w.tracked(k).State)
	})
	t.Run("in the check", func(t *testing.T) {
		w := inMemory(t)
		w.grant(consent.Transactional)
		k := w.enqueue(w.text("x"))
		_, err := w.dispatcher(func(o *sms.DispatcherOptions) { o.Zones = panicking{} }).Step(t.Context())
		quiet(t, err)
		require.Equal(t, sms.Queued, w.tracked(k).State)
	})
}

// A panic of the runtime says what it was: that is no patient's.
func TestARuntimePanicIsNamed(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	w.enqueue(w.text("x"))
	w.carrier.answer = func(m sms.Message) error { panic(m.Body[:len(m.Body)+1]) }
	_, err := w.dispatcher().Step(t.Context())
	require.ErrorContains(t, err, "out of range")
}

type panicking struct{}

func (panicking) Zones(context.Context, string) ([]string, error) { panic("planted-4711") }

// Facts may take their time, consent may not: a text leaves though the agreement takes seconds to look up, and never on
// a consent that was read a while ago.
func TestOnlyConsentHasToBeFresh(t *testing.T) {
	t.Run("a slow agreement", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := inMemory(t)
			w.grant(consent.Transactional)
			k := w.enqueue(w.text("x"))
			d := w.dispatcher(func(o *sms.DispatcherOptions) { o.Agreements = slow{} })
			w.step(d)
			require.Equal(t, sms.Sent, w.tracked(k).State)
		})
	})
	t.Run("a slow ledger", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := inMemory(t)
			w.grant(consent.Transactional)
			k := w.enqueue(w.text("x"))
			h := &hooked{Service: w.consents, Queue: w.queue, Provider: w.carrier, hook: func(point string) error {
				if point == "after the check" {
					time.Sleep(1500 * time.Millisecond)
				}
				return nil
			}}
			d, err := sms.NewDispatcher(h, w.store, h, w.log, map[string]sms.Provider{"carrier": h},
				&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
			require.NoError(t, err)
			began := time.Now()
			_, err = d.Step(t.Context())
			require.Error(t, err, "somebody hears of it")
			require.Less(t, time.Since(began), 10*time.Second, "the ledger is not asked all the time")
			require.Empty(t, w.carrier.bodies())
			require.Equal(t, sms.Queued, w.tracked(k).State)
			require.True(t, w.tracked(k).Due.After(w.now.Now()))
		})
	})
}

type slow struct{}

func (slow) InForce(context.Context, string, string) (bool, error) {
	time.Sleep(2 * time.Second)
	return true, nil
}

// A queue that cannot claim everything still gives what it can, and its doubtful texts are asked about all the same.
func TestAClaimThatFailsHoldsUpNothingElse(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	w.carrier.answer = func(m sms.Message) error {
		if m.Reference == practice+"/doubtful" {
			return refusal(sms.Unknown)
		}
		return nil
	}
	w.carrier.find = lookup(sms.Transient)
	doubtful := w.enqueue(w.text("doubtful"))
	_, err := w.dispatcher(atOnce).Step(t.Context())
	require.Error(t, err)
	w.carrier.find = nil
	k := w.enqueue(w.text("x"))
	d, err := sms.NewDispatcher(halting{w.queue}, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": w.carrier},
		&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now, Wait: time.Nanosecond})
	require.NoError(t, err)
	_, err = d.Step(t.Context())
	require.ErrorIs(t, err, errAltered)
	require.Equal(t, sms.Sent, w.tracked(k).State)
	require.Equal(t, sms.Sent, w.tracked(doubtful).State)
}

var errAltered = errors.New("a row was altered")

type halting struct{ sms.Queue }

func (h halting) Claim(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	texts, err := h.Queue.Claim(ctx, c)
	return texts, errors.Join(err, errAltered)
}

// A worker that was away for so long that another one took its text over does not keep quiet about what it sent.
func TestAResultThatComesTooLateIsHeardOf(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	w.enqueue(w.text("x"))
	w.enqueue(w.text("y"))
	h := &hooked{Service: w.consents, Queue: forgetting{w.queue}, Provider: w.carrier, hook: func(string) error { return nil }}
	d, err := sms.NewDispatcher(h, w.store, h, w.log, map[string]sms.Provider{"carrier": h},
		&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
	require.NoError(t, err)
	_, err = d.Step(t.Context())
	require.ErrorContains(t, err, `"x"`)
	require.ErrorContains(t, err, `"y"`)
	require.NotContains(t, err.Error(), patient)
}

type forgetting struct{ sms.Queue }

func (forgetting) Settle(_ context.Context, s ...sms.Settlement) ([]bool, error) {
	return make([]bool, len(s)), nil
}

// A dispatcher without a rule knows none that permits anything.
func TestNoRulesAreTheDefault(t *testing.T) {
	w := inMemory(t)
	k := w.enqueue(w.text("x"))
	w.step(w.dispatcher(func(o *sms.DispatcherOptions) { o.Rules = []sms.Rule{} }))
	require.Equal(t, sms.Refused, w.tracked(k).State)
	require.Empty(t, w.carrier.bodies())
}

// A provider that takes texts on, keeps quiet and denies it would have them sent to a patient all day.
func TestAProviderThatDeniesEverythingIsNotBelievedForEver(t *testing.T) {
	for last, want := range map[bool]sms.State{false: sms.Review, true: sms.Sent} { // whether it has the last of them
		w := inMemory(t)
		w.grant(consent.Transactional)
		w.carrier.answer = func(sms.Message) error { return refusal(sms.Unknown) }
		x := w.text("x")
		x.LastUseful = noon.AddDate(0, 0, 30)
		k := w.enqueue(x)
		w.carrier.find = func(m sms.Message) (sms.Receipt, bool, error) {
			has := last && w.tracked(k).Attempts == 10
			return sms.Receipt{ID: "SM1", Reference: m.Reference, Status: sms.StatusAccepted}, has, nil
		}
		d := w.dispatcher(atOnce)
		steps := 0
		for ; w.tracked(k).State == sms.Queued && steps < 100; steps++ {
			w.now.Add(time.Minute)
			_, err := d.Step(t.Context())
			require.NoError(t, err)
			if got := w.tracked(k); got.Attempts == 1 {
				require.False(t, got.Due.After(w.now.Now()), "it is believed at once the first time")
			} else if got.Due.After(w.now.Now()) {
				w.now.Set(got.Due)
			}
		}
		require.Equal(t, want, w.tracked(k).State)
		require.Len(t, w.carrier.bodies(), 10)
	}
}

// What a provider that tells of nothing may have is a person's to find out, and no error.
func TestADoubtAtAProviderThatCannotTell(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	w.carrier.answer = func(sms.Message) error { return refusal(sms.Unknown) }
	k := w.enqueue(w.text("x"))
	d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": struct{ sms.Provider }{w.carrier}},
		&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now, Wait: time.Nanosecond})
	require.NoError(t, err)
	w.step(d)
	require.Equal(t, sms.Review, w.tracked(k).State)
	require.Len(t, w.carrier.bodies(), 1)
}

// However often a text was offered, a provider that is asked about it searches from the first time, not from when it was made:
// the patient may have had the same words before.
func TestAProviderKnowsWhenItWasFirstAsked(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	w.enqueue(w.text("x"))
	first, last := noon.Add(time.Hour), noon.Add(3*time.Hour)
	var sent []time.Time
	class := sms.Transient
	w.carrier.answer = func(m sms.Message) error {
		sent = append(sent, m.Sent)
		return refusal(class)
	}
	w.carrier.find = func(m sms.Message) (sms.Receipt, bool, error) {
		sent = append(sent, m.Sent, m.Tried)
		return lookup(sms.Unknown)(m)
	}
	w.now.Set(first)
	w.step(w.dispatcher(atOnce))
	class = sms.Unknown
	w.now.Set(last)
	w.step(w.dispatcher(atOnce))
	require.Equal(t, []time.Time{first, first, first, last}, sent)
}
