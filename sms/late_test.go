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

// jammed is consent that takes no START on the first time.
type jammed struct {
	*consent.Service
	tries int
}

func (j *jammed) Restart(ctx context.Context, by audit.Actor, r consent.Restart) (consent.State, error) {
	if j.tries++; j.tries == 1 {
		return consent.State{}, errors.New("the disk is full")
	}
	return j.Service.Restart(ctx, by, r)
}

// An answer to a double opt-in counts from when the provider took it in: one that comes again after a STOP, and after another request,
// confirms nothing of that.
func TestPromise_D2_3_AnAnswerFromBeforeTheRequestConfirmsNothing(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		request := func() {
			w.now.Add(time.Minute)
			w.paper(patient, consent.Promotional)
			_, err := w.texts.RequestConfirmation(t.Context(), staff, consent.Ask{Practice: practice, Number: patient})
			require.NoError(t, err)
			w.now.Add(time.Minute)
		}
		request()
		early := sms.Inbound{Body: "AGREE", At: w.now.Now()}
		w.now.Add(time.Minute)
		w.say("STOP")
		request()
		promotional := func() consent.Status {
			state, err := w.consents.State(t.Context(), staff, consent.Key{Practice: practice, Number: patient})
			require.NoError(t, err)
			return state.Promotional.Status
		}
		t.Run("refuses_what_comes_late", func(t *testing.T) {
			w.send(early)
			require.Equal(t, consent.Pending, promotional())
			require.Equal(t, "reply", w.kinds(), "a person reads it")
		})
		t.Run("without_rule", func(t *testing.T) {
			w.send(sms.Inbound{Body: "AGREE", At: w.now.Now()})
			require.Equal(t, consent.Active, promotional())
		})
	})
}

// A START counts from when the provider took it in: one that could not be taken in, and comes again after a STOP, revives
// nothing.
func TestPromise_D4_4_AStartFromBeforeAStopRevivesNothing(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		status := func() consent.Status {
			p, err := w.consents.Permission(t.Context(), consent.Key{Practice: practice, Number: patient},
				consent.Use{Category: consent.Transactional, Sender: office})
			require.NoError(t, err)
			return p.Status
		}
		for name, c := range map[string]struct {
			said func(time.Time) time.Time // what the provider says of a message that was written at that moment
			want consent.Status
		}{
			"refuses_a_start_that_comes_again": {func(at time.Time) time.Time { return at }, consent.Stopped},
			"refuses_one_of_long_ago":          {func(at time.Time) time.Time { return at.AddDate(-50, 0, 0) }, consent.Stopped},
			"a clock ahead counts for nothing": {func(at time.Time) time.Time { return at.Add(time.Hour) }, consent.Active},
			"without_rule":                     {func(time.Time) time.Time { return time.Time{} }, consent.Active}, // the provider's time
		} {
			t.Run(name, func(t *testing.T) {
				texts, err := sms.New(w.store, &jammed{Service: w.consents}, w.log, &sms.Options{Now: w.now.Now})
				require.NoError(t, err)
				in := func(id, body string, at time.Time) error {
					_, err := texts.Receive(t.Context(), practice, sms.Inbound{
						Provider: "carrier", ID: name + id, From: patient, To: office, Body: body, At: c.said(at),
					})
					return err
				}
				w.now.Add(time.Minute)
				w.paper(patient, consent.Transactional)
				w.now.Add(time.Minute)
				require.NoError(t, in("1", "STOP", w.now.Now()))
				w.now.Add(time.Minute)
				began := w.now.Now()
				require.Error(t, in("2", "START", began))
				w.now.Add(time.Minute)
				require.NoError(t, in("3", "STOP", w.now.Now()))
				w.now.Add(10 * time.Minute)
				require.NoError(t, in("2", "START", began), "the provider delivers it again")
				require.Equal(t, c.want, status())
				w.now.Add(time.Minute)
				require.NoError(t, in("4", "START", w.now.Now()))
				if name != "refuses_one_of_long_ago" {
					require.Equal(t, consent.Active, status(), "a later one does")
				}
			})
		}
		t.Run("a_stop_counts_from_when_it_came_in", func(t *testing.T) {
			w.now.Add(time.Minute)
			written := w.now.Now()
			for _, c := range []struct {
				id string
				at time.Time
			}{
				{"late, or by a clock that is behind", written}, {"by a clock that is off", written.AddDate(-50, 0, 0)},
			} {
				w.now.Add(time.Minute)
				w.paper(patient, consent.Transactional)
				w.now.Add(time.Minute)
				_, err := w.texts.Receive(t.Context(), practice, sms.Inbound{
					Provider: "carrier", ID: c.id, From: patient, To: office, Body: "STOP", At: c.at,
				})
				require.NoError(t, err)
				require.Equal(t, consent.Stopped, status(), c.id)
			}
		})
		kept, err := w.store.Received(t.Context(), sms.Query{Practice: practice, Limit: 100})
		require.NoError(t, err)
		for _, m := range kept {
			require.Zero(t, m.Inbound.At, "it is not kept")
		}
	})
}
