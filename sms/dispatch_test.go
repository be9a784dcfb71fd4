package sms_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smsmem"
)

func refusal(class sms.Class) error {
	return &sms.SendError{Stage: sms.AtSend, Provider: "carrier", Code: "21610", Class: class}
}

// atOnce lets a dispatcher ask about doubtful texts without waiting.
func atOnce(o *sms.DispatcherOptions) { o.Wait = time.Nanosecond }

func TestDispatcherSettlesByTheProvidersAnswer(t *testing.T) {
	for class, want := range map[sms.Class]sms.State{
		sms.BadNumber: sms.Failed, sms.Filtered: sms.Failed, sms.BadSender: sms.Failed, sms.Rejected: sms.Failed,
		sms.Expired: sms.Failed, sms.OptedOut: sms.Failed, sms.Transient: sms.Queued, sms.Throttled: sms.Queued,
		sms.Blocked: sms.Failed, sms.DailyLimit: sms.Queued,
		sms.Unknown: sms.Doubtful,
	} {
		t.Run(string(class), func(t *testing.T) {
			w := inMemory(t)
			w.grant(consent.Transactional)
			w.carrier.answer = func(sms.Message) error { return refusal(class) }
			k := w.enqueue(w.text("x"))
			w.step(w.dispatcher())
			got := w.tracked(k)
			require.Equal(t, want, got.State)
			require.Equal(t, class, got.Class)
			require.Equal(t, "21610", got.Code)
			require.Equal(t, 1, got.Attempts)
			require.Equal(t, noon, got.FirstTry)
			require.Len(t, w.carrier.bodies(), 1, "one request, whatever came of it")
		})
	}
}

func TestDispatcherTakesAnUnclearErrorForADoubt(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	w.carrier.answer = func(sms.Message) error { return errors.New("something went wrong") }
	k := w.enqueue(w.text("x"))
	w.step(w.dispatcher())
	require.Equal(t, sms.Doubtful, w.tracked(k).State)
}

func TestDispatcherTriesAgainAfterAWhile(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		k := w.enqueue(w.text("x"))
		w.carrier.answer = func(sms.Message) error { return refusal(sms.Transient) }
		w.step(w.dispatcher())
		require.True(t, w.tracked(k).Due.After(w.now.Now()))
		require.Zero(t, w.entriesOf("sms.text.send", audit.Done), "what waits on has come to nothing yet")
		w.carrier.answer = nil
		w.step(w.dispatcher())
		require.Len(t, w.carrier.bodies(), 1, "not due yet")
		w.now.Add(time.Hour)
		w.step(w.dispatcher())
		got := w.tracked(k)
		require.Equal(t, sms.Sent, got.State)
		require.Equal(t, 2, got.Attempts)
		require.Len(t, w.carrier.bodies(), 1)
	})
}

func TestARecipientWhoOptedOutAtTheProviderIsRevoked(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.carrier.answer = func(sms.Message) error { return refusal(sms.OptedOut) }
		w.enqueue(w.text("x"))
		w.step(w.dispatcher())
		w.carrier.answer = nil
		w.enqueue(w.text("y"))
		w.now.Add(time.Second)
		w.step(w.dispatcher())
		require.Len(t, w.carrier.bodies(), 1)
		state, err := w.consents.State(t.Context(), staff, consent.Key{Practice: practice, Number: patient})
		require.NoError(t, err)
		require.Equal(t, consent.Stopped, state.Transactional.Status)
		require.Contains(t, state.Transactional.Why, "provider")
	})
}

// A lost answer is asked about, never sent again blindly.
func TestDoubtfulTextsAreAskedAbout(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		doubt := func(id string) sms.Key {
			w.carrier.answer = func(sms.Message) error { return refusal(sms.Unknown) }
			k := w.enqueue(w.text(id))
			w.carrier.find = func(sms.Message) (sms.Receipt, bool, error) {
				return sms.Receipt{}, false, &sms.SendError{Stage: sms.AtLookup, Provider: "carrier", Class: sms.Transient}
			}
			_, err := w.dispatcher(atOnce).Step(t.Context())
			require.Error(t, err, "the look-up failed, and says so")
			require.Equal(t, sms.Doubtful, w.tracked(k).State)
			w.carrier.answer, w.carrier.find = nil, nil
			return k
		}
		t.Run("found at the provider", func(t *testing.T) {
			k := doubt("found")
			w.step(w.dispatcher(atOnce))
			require.Equal(t, sms.Sent, w.tracked(k).State)
			require.NotEmpty(t, w.tracked(k).ProviderID)
			require.Len(t, w.carrier.bodies(), 1)
		})
		t.Run("certainly never taken on", func(t *testing.T) {
			k := doubt("absent")
			w.carrier.bodies()
			w.step(w.dispatcher(atOnce))
			require.Equal(t, sms.Sent, w.tracked(k).State, "decided on anew, and sent")
			require.Len(t, w.carrier.bodies(), 1)
		})
		t.Run("stopped meanwhile", func(t *testing.T) {
			k := doubt("stopped")
			w.carrier.bodies()
			w.now.Add(time.Second)
			w.receive(patient, "STOP")
			w.step(w.dispatcher(atOnce))
			require.Equal(t, sms.Refused, w.tracked(k).State)
			require.Len(t, w.carrier.bodies(), 1, "the answer to the STOP")
			w.now.Add(time.Second)
			w.paper(patient, consent.Transactional)
		})
		t.Run("nobody can tell", func(t *testing.T) {
			k := doubt("unclear")
			w.carrier.bodies()
			w.carrier.find = func(sms.Message) (sms.Receipt, bool, error) {
				return sms.Receipt{}, false, &sms.SendError{Stage: sms.AtLookup, Provider: "carrier", Class: sms.Unknown}
			}
			w.step(w.dispatcher(atOnce))
			require.Equal(t, sms.Review, w.tracked(k).State)
			w.carrier.find = nil
			w.now.Add(time.Hour)
			w.step(w.dispatcher(atOnce))
			require.Empty(t, w.carrier.bodies(), "only a person decides now")
			done, err := w.texts.Resolve(t.Context(), staff, k, true, "the patient has it on her phone")
			require.NoError(t, err)
			require.True(t, done)
			require.Equal(t, sms.Sent, w.tracked(k).State)
			done, err = w.texts.Resolve(t.Context(), staff, k, false, "again")
			require.NoError(t, err)
			require.False(t, done)
		})
	})
}

// A provider can tell that it has not got a text only from the latest time on at which a request may have begun.
func TestAProviderIsToldSinceWhen(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		k := w.enqueue(w.text("x"))
		w.carrier.answer = func(sms.Message) error { return refusal(sms.Transient) }
		w.step(w.dispatcher())
		w.now.Add(time.Hour)
		w.carrier.answer = func(sms.Message) error { return refusal(sms.Unknown) }
		var asked sms.Message
		w.carrier.find = func(m sms.Message) (sms.Receipt, bool, error) {
			asked = m
			return sms.Receipt{Status: sms.StatusSent}, true, nil
		}
		w.step(w.dispatcher(atOnce))
		require.Equal(t, sms.Sent, w.tracked(k).State)
		require.Equal(t, noon, asked.Sent)
		require.Equal(t, noon.Add(time.Hour), asked.Tried)
	})
}

// A worker that died leaves a lease behind. When it has expired the provider is asked what became of the text.
func TestAnExpiredLeaseIsADoubt(t *testing.T) {
	leases := &clock{now: noon}
	w := leasedBy(t, &smsmem.Options{Now: leases.Now})
	w.grant(consent.Transactional)
	reached, missed := w.enqueue(w.text("reached")), w.enqueue(w.text("missed"))
	claimed, err := w.queue.Claim(t.Context(), sms.Claim{Worker: "dead", Now: w.now.Now(), Lease: time.Minute, Wait: time.Minute, Limit: 2})
	require.NoError(t, err)
	require.Len(t, claimed, 2)
	// The worker dies. One of its requests has reached the provider.
	_, err = w.carrier.Send(t.Context(), sms.Message{Reference: practice + "/reached"})
	require.NoError(t, err)
	d := w.dispatcher()
	w.step(d)
	require.Equal(t, sms.Sending, w.tracked(reached).State)
	leases.Add(61 * time.Second)
	w.step(d)
	require.Equal(t, sms.Doubtful, w.tracked(reached).State, "the request may still be under way: wait")
	leases.Add(31 * time.Second)
	w.step(d)
	require.Equal(t, sms.Sent, w.tracked(reached).State)
	require.Equal(t, sms.Sent, w.tracked(missed).State)
	require.Len(t, w.carrier.bodies(), 2, "one each")
}

// A process that was suspended between check and request does not send on what it knew before.
func TestASuspendedProcessChecksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t)
		w.grant(consent.Transactional)
		k := w.enqueue(w.text("x"))
		suspended := &hooked{Service: w.consents, Queue: w.queue, Provider: w.carrier}
		var checks atomic.Int32
		suspended.hook = func(point string) error {
			if point == "after the check" && checks.Add(1) == 1 {
				w.now.Add(time.Second)
				w.receive(patient, "STOP")
				time.Sleep(2 * time.Second) // in the bubble: nothing waits
			}
			return nil
		}
		d, err := sms.NewDispatcher(suspended, w.store, suspended, w.log, map[string]sms.Provider{"carrier": suspended},
			&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
		require.NoError(t, err)
		_, err = d.Step(t.Context())
		require.NoError(t, err)
		require.Equal(t, sms.Refused, w.tracked(k).State)
		require.Empty(t, w.carrier.bodies())
		require.Equal(t, int32(2), checks.Load())
	})
}

// sluggish is a queue that takes most of a lease to say what it has claimed.
type sluggish struct{ sms.Queue }

func (s sluggish) Claim(ctx context.Context, c sms.Claim) ([]sms.Tracked, error) {
	texts, err := s.Queue.Claim(ctx, c)
	time.Sleep(55 * time.Second)
	return texts, err
}

func TestALeaseThatIsNearlyOverIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t)
		w.grant(consent.Transactional)
		k := w.enqueue(w.text("x"))
		d, err := sms.NewDispatcher(sluggish{w.queue}, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": w.carrier},
			&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
		require.NoError(t, err)
		_, err = d.Step(t.Context())
		require.NoError(t, err)
		require.Equal(t, sms.Queued, w.tracked(k).State)
		require.Zero(t, w.tracked(k).Attempts)
		require.Empty(t, w.carrier.bodies())
	})
}

func TestRunWorksUntilItIsToldToStop(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	synctest.Test(t, func(t *testing.T) {
		w := inMemory(t)
		w.grant(consent.Transactional)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- w.dispatcher().Run(ctx) }()
		synctest.Wait()
		k := w.enqueue(w.text("x"))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Equal(t, sms.Sent, w.tracked(k).State)
		stop()
		require.ErrorIs(t, <-done, context.Canceled)
	})
}

func TestATextIsGivenBackWhenNobodyCanDecide(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	k := w.enqueue(w.text("x"))
	down := &hooked{Service: w.consents, Queue: w.queue, Provider: w.carrier, hook: func(point string) error {
		if point == "before the check" {
			return errors.New("the store is away")
		}
		return nil
	}}
	d, err := sms.NewDispatcher(down, w.store, down, w.log, map[string]sms.Provider{"carrier": down},
		&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
	require.NoError(t, err)
	_, err = d.Step(t.Context())
	require.Error(t, err)
	require.Empty(t, w.carrier.bodies())
	got := w.tracked(k)
	require.Equal(t, sms.Queued, got.State)
	require.True(t, got.Due.After(w.now.Now()))
}

func TestConstructorsRefuseWhatCannotWork(t *testing.T) {
	w := inMemory(t)
	for _, o := range []sms.DispatcherOptions{
		{Concurrency: -1}, {Timeout: -1}, {Wait: -1}, {Interval: -1}, {Lease: 29 * time.Second}, {Worker: strings.Repeat("w", 129)}, {Worker: "w\x00"}, {Rules: []sms.Rule{{Check: "x"}}},
	} {
		_, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, nil, &o)
		require.ErrorIs(t, err, sms.ErrInvalid)
	}
	_, err := sms.NewDispatcher(nil, w.store, w.consents, w.log, nil, nil)
	require.ErrorIs(t, err, sms.ErrInvalid)
	_, err = sms.New(nil, w.consents, w.log, nil)
	require.ErrorIs(t, err, sms.ErrInvalid)
	_, err = sms.New(w.store, w.consents, w.log, &sms.Options{AnswersPerDay: -1})
	require.ErrorIs(t, err, sms.ErrInvalid)
	for _, o := range []sms.PlannerOptions{{Useful: -1}, {Interval: -1}, {Lead: time.Hour}, {Lead: time.Minute}} {
		_, err := sms.NewPlanner(w.texts, &diary{}, &o)
		require.ErrorIs(t, err, sms.ErrInvalid)
	}
	_, err = sms.NewPlanner(nil, nil, nil)
	require.ErrorIs(t, err, sms.ErrInvalid)
}

// The longest name that is taken works in every claim.
func TestAWorkersNameMayBeLong(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		k := w.enqueue(w.text("x"))
		w.step(w.dispatcher(func(o *sms.DispatcherOptions) { o.Worker = strings.Repeat("w", 128) }))
		require.Equal(t, sms.Sent, w.tracked(k).State)
	})
}

// Where the recipient, or the carrier in his name, lets nothing through, trying again helps nobody: a person looks.
func TestABlockedTextIsNotTriedAgainAndAPersonLooks(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.carrier.answer = func(sms.Message) error { return refusal(sms.Blocked) }
		k := w.enqueue(w.text("x"))
		w.step(w.dispatcher())
		w.now.Add(24 * time.Hour)
		w.step(w.dispatcher())
		require.Len(t, w.carrier.bodies(), 1)
		require.Equal(t, sms.Failed, w.tracked(k).State)
		page, err := w.texts.Tasks(t.Context(), staff, sms.TaskQuery{Practice: practice})
		require.NoError(t, err)
		require.Len(t, page.Tasks, 1)
		require.Equal(t, sms.TaskFailed, page.Tasks[0].Kind)
	})
}
