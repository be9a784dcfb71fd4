package sms_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// cancelling is a provider that takes some messages back.
type cancelling struct {
	*provider
	asked []string
	back  func(id string) (bool, error)
}

func (c *cancelling) Cancel(_ context.Context, id string) (bool, error) {
	c.asked = append(c.asked, id)
	return c.back(id)
}

// A text that was taken on lately but queued long ago stands behind many newer ones.
func TestWhatAProviderHoldsIsTakenBackHoweverManyTextsThereAre(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		c := &cancelling{provider: w.carrier, back: func(string) (bool, error) { return true, nil }}
		d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": c},
			&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
		require.NoError(t, err)
		early := w.text("early")
		early.NotBefore = w.now.Now().Add(time.Hour)
		k := w.enqueue(early)
		for i := range 105 {
			x := w.text(fmt.Sprint("x-", i))
			w.enqueue(x)
		}
		w.step(d)
		w.now.Add(time.Hour)
		w.step(d)
		require.Equal(t, sms.Sent, w.tracked(k).State)
		w.receive(patient, "STOP")
		w.step(d)
		require.Len(t, c.asked, 106)
		require.Equal(t, sms.StatusFailed, w.tracked(k).Delivery)
	})
}

func TestPromise_D4_1_WhatAProviderHasTakenOnIsTakenBackAtAStop(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		c := &cancelling{provider: w.carrier, back: func(id string) (bool, error) {
			switch id {
			case "SM1":
				return true, nil
			case "SM2":
				return false, nil
			}
			return false, errors.New("nobody answered")
		}}
		d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": c},
			&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now})
		require.NoError(t, err)
		var keys []sms.Key
		for _, id := range []string{"back", "gone", "unknown", "delivered"} {
			keys = append(keys, w.enqueue(w.text(id)))
			w.step(d)
			w.now.Add(time.Second)
		}
		_, err = w.texts.Deliver(t.Context(), sms.Receipt{Provider: "carrier", ID: "SM4", Reference: practice + "/delivered", Status: sms.StatusDelivered})
		require.NoError(t, err)
		w.receive(patient, "HELP")
		w.step(d)
		w.carrier.bodies()

		w.receive(patient, "STOP")
		n, err := d.Step(t.Context())
		require.ErrorContains(t, err, "nobody answered")
		require.Equal(t, 1, n)
		slices.Sort(c.asked)
		require.Equal(t, []string{"SM1", "SM2", "SM3"}, c.asked, "what was delivered cannot be taken back, and what the patient asked for is not")
		require.Len(t, w.carrier.bodies(), 1, "the answer goes out all the same")
		got := w.tracked(keys[0])
		require.Equal(t, sms.StatusFailed, got.Delivery)
		require.Equal(t, "withdrawn", got.Code)
		for _, k := range keys[1:3] {
			require.Equal(t, sms.StatusAccepted, w.tracked(k).Delivery)
		}
		require.Equal(t, 1, w.entriesOf("sms.text.withdraw", audit.Done))
		require.Equal(t, 2, w.entriesOf("sms.text.withdraw", audit.Refused), "those may arrive after the answer, and the log says so")
	})
}

// What may still arrive is on the record of every patient it tells of, except of one whose keys were destroyed.
func TestWhatCannotBeTakenBackIsOnEveryPatientsRecord(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		f := w.shared("emma", "liam", "noah")
		for i, who := range []string{"emma", "liam", "noah"} {
			f.visit("a-"+who, who, noon.Add(time.Duration(48+i)*time.Hour))
		}
		c := &cancelling{provider: w.carrier, back: func(string) (bool, error) { return false, nil }}
		d, err := sms.NewDispatcher(w.queue, w.store, w.consents, w.log, map[string]sms.Provider{"carrier": c},
			&sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Schedule: w.schedule, Now: w.now.Now})
		require.NoError(t, err)
		require.Len(t, f.until(f.planner, d, noon.Add(30*time.Hour)), 1)
		w.shred("liam")
		w.receive(patient, "STOP")
		w.step(d)
		require.Len(t, c.asked, 1)
		var concerned []string
		for _, e := range w.actions("sms.text.withdraw") {
			require.Equal(t, audit.Refused, e.Outcome)
			concerned = append(concerned, e.Details["appointment"]+" of "+e.Patient)
		}
		slices.Sort(concerned)
		require.Equal(t, []string{" of ", "a-emma of emma", "a-noah of noah"}, concerned)
	})
}
