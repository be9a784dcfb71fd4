package sms_test

import (
	"context"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// carriers is a directory with a list of numbers that were taken out of service.
type carriers struct {
	directory
	list []string
	days []time.Time
	fail error // after the list
}

func (c *carriers) Deactivated(_ context.Context, day time.Time) iter.Seq2[string, error] {
	c.days = append(c.days, day)
	return func(yield func(string, error) bool) {
		for _, n := range c.list {
			if !yield(n, nil) {
				return
			}
		}
		if c.fail != nil {
			yield("", c.fail)
		}
	}
}

func TestNumbersThatWereTakenOutOfServiceLapse(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.now.Add(48 * time.Hour)
		c := &carriers{list: []string{"+12125550198", patient, patient, "+12125550199"}}
		l, err := sms.NewLookups(w.consents, w.log, w.baa, map[string]sms.NumberLookup{"carrier": c, "another": &directory{}})
		require.NoError(t, err)
		day, known := w.now.Now().Add(-24*time.Hour), slices.Values([]string{patient, "+12125550100"})
		read := func(provider string, numbers iter.Seq[string]) (int, error) {
			return l.Deactivated(t.Context(), staff, provider, practice, day, numbers)
		}

		w.baa.inForce = false
		_, err = read("carrier", known)
		require.ErrorIs(t, err, sms.ErrAgreement)
		require.Empty(t, c.days, "the list was read without an agreement")
		require.Equal(t, audit.Refused, w.actions("sms.numbers.deactivated")[0].Outcome)
		w.baa.inForce = true
		for _, provider := range []string{"another", "nobody"} {
			_, err = read(provider, known)
			require.ErrorIs(t, err, sms.ErrInvalid, "it has no list")
		}
		_, err = read("carrier", slices.Values([]string{"214"}))
		require.ErrorIs(t, err, sms.ErrInvalid)
		_, err = l.Deactivated(t.Context(), staff, "carrier", practice, time.Time{}, known)
		require.ErrorIs(t, err, sms.ErrInvalid)
		found, err := read("carrier", slices.Values([]string(nil)))
		require.NoError(t, err)
		require.Zero(t, found)
		require.Empty(t, c.days)

		found, err = read("carrier", slices.Values([]string{"+12125550100"}))
		require.NoError(t, err)
		require.Zero(t, found)
		require.Equal(t, consent.Active, w.status(patient))
		require.Empty(t, w.actions("sms.number.lookup"), "of numbers that are not on it nothing is recorded")

		// A list that breaks off says what it said; the same day again lapses nothing twice.
		c.fail = &sms.SendError{Stage: sms.AtLookup, Provider: "carrier", Class: sms.Transient}
		found, err = read("carrier", known)
		require.ErrorIs(t, err, c.fail)
		require.Equal(t, 1, found)
		require.Equal(t, consent.Ended, w.status(patient))
		c.fail = nil
		found, err = read("carrier", known)
		require.NoError(t, err)
		require.Equal(t, 1, found)
		require.Equal(t, day.UTC().Truncate(24*time.Hour), c.days[0])
		entries := w.actions("sms.number.lookup")
		require.Len(t, entries, 2)
		require.Equal(t, "yes", entries[0].Details["deactivated"])
		require.Equal(t, day.UTC().Format(time.DateOnly), entries[0].Details["since"])
		history, err := w.consents.History(t.Context(), staff, consent.Key{Practice: practice, Number: patient})
		require.NoError(t, err)
		require.Equal(t, consent.Deactivated, history[len(history)-1].Cause)
		require.Len(t, history, 2)

		// Who has the number now consents anew, and that day's list says nothing of it.
		w.grant(consent.Transactional)
		_, err = read("carrier", known)
		require.NoError(t, err)
		require.Equal(t, consent.Active, w.status(patient))
	})
}

// A list says of no number at what time of its day it went out of service: who agreed to texts on that day lapses too, and
// nobody who agreed after it.
func TestWhatWasGivenOnTheDayOfTheListLapses(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.now.Set(noon.Truncate(24 * time.Hour).Add(24*time.Hour - time.Microsecond))
		w.grant(consent.Transactional) // in the day's last moment
		day := w.now.Now()
		w.now.Add(time.Microsecond)
		const next = "+12125550101"
		w.paper(next, consent.Transactional)
		w.now.Add(9 * time.Hour)
		l, err := sms.NewLookups(w.consents, w.log, w.baa, map[string]sms.NumberLookup{"carrier": &carriers{list: []string{patient, next}}})
		require.NoError(t, err)
		found, err := l.Deactivated(t.Context(), staff, "carrier", practice, day, slices.Values([]string{patient, next}))
		require.NoError(t, err)
		require.Equal(t, 2, found)
		require.Equal(t, consent.Ended, w.status(patient))
		require.Equal(t, consent.Active, w.status(next))
		for _, e := range w.actions("sms.number.lookup") {
			require.Equal(t, day.UTC().Format(time.DateOnly), e.Details["since"])
		}
	})
}
