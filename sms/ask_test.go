package sms_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// unanswering answers no question, whatever becomes of its context, until it is let go.
type unanswering struct {
	sms.Schedule
	*consent.Service
	release chan struct{}
	asked   *atomic.Int64
}

func (s unanswering) wait() error {
	s.asked.Add(1)
	<-s.release
	return errors.New("too late")
}

func (s unanswering) InForce(context.Context, string, string) (bool, error) { return true, s.wait() }

func (s unanswering) Standing(context.Context, string, string) (sms.Standing, error) {
	return sms.Standing{Approved: true, Categories: consent.Categories()}, s.wait()
}

func (s unanswering) Number(context.Context, string, string) (string, bool, error) {
	return "", false, s.wait()
}

func (s unanswering) FirstNames(context.Context, string, []string) (map[string][]string, error) {
	return nil, s.wait()
}

func (s unanswering) Current(context.Context, string, string, string) (bool, error) {
	return true, s.wait()
}
func (s unanswering) Runs(context.Context, string, string) (bool, error) { return true, s.wait() }
func (s unanswering) Zones(context.Context, string) ([]string, error) {
	return []string{"America/Chicago"}, s.wait()
}

func (s unanswering) Regions(context.Context, string) ([]string, error) {
	return []string{"US-TN"}, s.wait()
}

func (s unanswering) Allowances(context.Context, string, string, time.Time) ([]sms.Allowance, error) {
	return nil, s.wait()
}

func (s unanswering) Permission(context.Context, consent.Key, consent.Use) (consent.Permission, error) {
	return consent.Permission{Status: consent.Active}, s.wait()
}

func (s unanswering) Permissions(_ context.Context, checks []consent.Check) ([]consent.Permission, error) {
	all := make([]consent.Permission, len(checks))
	for i := range all {
		all[i].Status = consent.Active
	}
	return all, s.wait()
}

// Whoever of a vendor's does not answer holds up the texts that depend on the answer, for no longer than three seconds however
// many these are, and neither sends nor loses any of them. Answers to patients that do not depend on it leave.
func TestWhoDoesNotAnswerHoldsUpNoWorker(t *testing.T) {
	for name, c := range map[string]struct {
		plug    func(*sms.DispatcherOptions, unanswering)
		gate    bool
		answers bool // whether answers to patients depend on it too
	}{
		"agreements":    {plug: func(o *sms.DispatcherOptions, s unanswering) { o.Agreements = s }, answers: true},
		"registrations": {plug: func(o *sms.DispatcherOptions, s unanswering) { o.Registrations = s }, answers: true},
		"channels":      {plug: func(o *sms.DispatcherOptions, s unanswering) { o.Channels = s }},
		"households":    {plug: func(o *sms.DispatcherOptions, s unanswering) { o.Households = s }},
		"schedule":      {plug: func(o *sms.DispatcherOptions, s unanswering) { o.Schedule = s }},
		"broadcasts":    {plug: func(o *sms.DispatcherOptions, s unanswering) { o.Broadcasts = s }},
		"zones":         {plug: func(o *sms.DispatcherOptions, s unanswering) { o.Zones = s }, answers: true},
		"regions":       {plug: func(o *sms.DispatcherOptions, s unanswering) { o.Regions = s }, answers: true},
		"limits":        {plug: func(o *sms.DispatcherOptions, s unanswering) { o.Limits = s }, answers: true},
		"gate":          {plug: func(*sms.DispatcherOptions, unanswering) {}, gate: true, answers: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := inMemory(t)
				w.grant(consent.Transactional)
				var asked atomic.Int64
				s := unanswering{release: make(chan struct{}), asked: &asked}
				defer close(s.release)
				var keys []sms.Key
				for _, id := range []string{"a", "b", "c", "d"} {
					x := w.text(id)
					x.Patient, x.Subject, x.Version, x.Broadcast = "p-1", "a-1", "7", "b-1"
					keys = append(keys, w.enqueue(x))
				}
				w.receive(patient, "HELP")
				options := &sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Schedule: &booked{}, Broadcasts: &booked{}, Now: w.now.Now}
				c.plug(options, s)
				var by sms.Gate = w.consents
				if c.gate {
					by = s
				}
				d, err := sms.NewDispatcher(w.queue, w.store, by, w.log, map[string]sms.Provider{"carrier": w.carrier}, options)
				require.NoError(t, err)
				began := time.Now()
				_, err = d.Step(t.Context())
				require.ErrorContains(t, err, "no answer in time")
				require.Equal(t, 3*time.Second, time.Since(began))
				require.EqualValues(t, 1, asked.Load(), "once is enough")
				for _, k := range keys {
					got := w.tracked(k)
					require.Equal(t, sms.Queued, got.State)
					require.True(t, got.Due.After(w.now.Now()))
				}
				if c.answers {
					require.Empty(t, w.carrier.bodies())
				} else {
					require.Len(t, w.carrier.bodies(), 1, "the answer to HELP")
				}
				// Somebody else mends it, and they leave.
				w.now.Add(time.Minute)
				w.step(w.dispatcher(func(o *sms.DispatcherOptions) { o.Schedule, o.Broadcasts = &booked{}, &booked{} }))
				for _, k := range keys {
					require.Equal(t, sms.Sent, w.tracked(k).State)
				}
			})
		})
	}
}

// booked says that everything is as it was.
type booked struct{ sms.Schedule }

func (*booked) Current(context.Context, string, string, string) (bool, error) { return true, nil }
func (*booked) Runs(context.Context, string, string) (bool, error)            { return true, nil }

// answering answers what is asked of one practice or broadcast with yes, and of any other with no.
type answering struct {
	sms.Schedule
	yes func(practice, of string) bool
}

func (a answering) InForce(_ context.Context, practice, provider string) (bool, error) {
	return a.yes(practice, provider), nil
}

func (a answering) Standing(_ context.Context, practice, number string) (sms.Standing, error) {
	return sms.Standing{Kind: sms.LongCode, Approved: a.yes(practice, number), Categories: consent.Categories()}, nil
}

func (a answering) Runs(_ context.Context, practice, broadcast string) (bool, error) {
	return a.yes(practice, broadcast), nil
}

func (a answering) Allowances(_ context.Context, practice, number string, now time.Time) ([]sms.Allowance, error) {
	l := sms.Allowance{Key: practice, From: now, Until: now.Add(time.Minute)}
	if a.yes(practice, number) {
		l.Count = 600
	}
	return []sms.Allowance{l}, nil
}

// One check asks once for what many texts share, and takes what is said of one practice, or one broadcast, for no other's.
func TestWhatIsSaidOfOneIsTakenForNoOther(t *testing.T) {
	const oak, theirs = "oak-street", "+12125550150"
	first := func(p, _ string) bool { return p == practice }
	for name, c := range map[string]struct {
		plug func(*sms.DispatcherOptions, answering)
		yes  func(practice, of string) bool
		sent []string
	}{
		"agreements":              {func(o *sms.DispatcherOptions, a answering) { o.Agreements = a }, first, []string{"a", "b"}},
		"registrations":           {func(o *sms.DispatcherOptions, a answering) { o.Registrations = a }, first, []string{"a", "b"}},
		"broadcasts":              {func(o *sms.DispatcherOptions, a answering) { o.Broadcasts = a }, first, []string{"a", "b"}},
		"limits":                  {func(o *sms.DispatcherOptions, a answering) { o.Limits = a }, first, []string{"a", "b"}},
		"one of its broadcasts":   {func(o *sms.DispatcherOptions, a answering) { o.Broadcasts = a }, func(_, b string) bool { return b == "b-1" }, []string{"a", "c"}},
		"the other of broadcasts": {func(o *sms.DispatcherOptions, a answering) { o.Broadcasts = a }, func(_, b string) bool { return b == "b-2" }, []string{"b"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := inMemory(t)
			w.grant(consent.Transactional)
			w.neighbour(oak, theirs)
			sent := map[string]sms.Key{}
			for id, broadcast := range map[string]string{"a": "b-1", "b": "b-2", "c": "b-1"} {
				x := w.text(id)
				x.Broadcast = broadcast
				if id == "c" {
					x.Practice = oak
				}
				sent[id] = w.enqueue(x)
			}
			d := w.dispatcher(func(o *sms.DispatcherOptions) {
				o.Broadcasts = &booked{}
				c.plug(o, answering{yes: c.yes})
			})
			_, err := d.Step(t.Context())
			require.NoError(t, err)
			for id, k := range sent {
				require.Equal(t, slices.Contains(c.sent, id), w.tracked(k).State == sms.Sent, id)
			}
		})
	}
}

// neighbour lets another practice text from a number, with its patient's consent.
func (w *world) neighbour(other, number string) {
	w.t.Helper()
	ctx := w.t.Context()
	require.NoError(w.t, w.consents.Accept(ctx, staff, consent.Duty{Practice: other, Terms: "2026-01"}))
	require.NoError(w.t, w.consents.Configure(ctx, staff, consent.Settings{
		Practice: other, Name: "Elm Street Dental", Platform: "DentTracks", DoubleOptIn: consent.ConfirmOff,
	}))
	require.NoError(w.t, w.consents.Publish(ctx, staff, consent.Wording{
		ID: "w-1", Practice: other, Category: consent.Transactional, Language: "en", Text: shown,
	}))
	_, err := w.consents.Grant(ctx, staff, consent.Grant{
		Practice: other, Number: patient, Category: consent.Transactional, Basis: consent.OfficeDocument,
		Evidence: consent.Evidence{Wording: shown, Language: "en", Document: "scan-2", Staff: "u-17"},
	})
	require.NoError(w.t, err)
	require.NoError(w.t, w.texts.Register(ctx, staff, sms.Sender{
		Practice: other, Number: number, Provider: "carrier", Name: "Elm Street Dental",
		Contact: "214-555-0199", Frequency: "about 2 texts per visit", Zone: "America/Chicago",
	}))
}
