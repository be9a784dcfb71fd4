package sms_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/broadcast"
)

// dim are channels and authorizations that can tell nothing of some patients.
type dim struct {
	channels
	authorizations
	of map[string]bool // patients
}

func (d dim) Number(ctx context.Context, practice, patient string) (string, bool, error) {
	if d.of[patient] {
		return "", false, errUnknown
	}
	return d.channels.Number(ctx, practice, patient)
}

func (d dim) Authorized(ctx context.Context, practice, patient, reference string) (bool, error) {
	if d.of[patient] {
		return false, errUnknown
	}
	return d.authorizations.Authorized(ctx, practice, patient, reference)
}

// dimmed makes a casting's channels and authorizations such, after those who plan broadcasts were asked.
func (c *casting) dimmed(blind bool) dim {
	d := dim{c.channels, c.signed, map[string]bool{}}
	var err error
	c.texts, err = sms.New(c.store, c.consents, c.log, &sms.Options{Now: c.now.Now, Channels: d})
	require.NoError(c.t, err)
	o := &broadcast.Options{Authorizations: d, Channels: d, Now: c.now.Now}
	if !blind {
		o.Channels = c.channels
	}
	c.casts, err = broadcast.New(c.rows, c.store, c.log, o)
	require.NoError(c.t, err)
	return d
}

// dimly lets a worker and a dispatcher work until neither finds anything to do, and requires that somebody heard of what nobody can
// tell, or nobody.
func (c *casting) dimly(worker *broadcast.Worker, heard bool) {
	c.t.Helper()
	dispatcher, told := c.dispatcher(), false
	for range 100 {
		n, err := worker.Step(c.t.Context())
		told = told || errors.Is(err, errUnknown)
		if !heard {
			require.NoError(c.t, err)
		}
		m, err := dispatcher.Step(c.t.Context())
		require.NoError(c.t, err)
		if n+m == 0 {
			require.Equal(c.t, heard, told)
			return
		}
	}
	c.t.Fatal("they find work for ever")
}

// Where nobody can tell of some patients where they want to be reached, or whether they authorized it, the others are texted; those
// wait, are counted by why, and are texted when it can be told.
func TestPromise_M9_5_WhoCannotBeAskedAboutWaitsAlone(t *testing.T) {
	for _, v := range []struct {
		why       string
		criterion broadcast.Criterion
	}{{"channel", broadcast.Due}, {"authorization", broadcast.Drug}} {
		t.Run(v.why, func(t *testing.T) {
			castings(t, func(t *testing.T, c *casting) {
				d := c.dimmed(false)
				people := c.people(30, consent.Transactional)
				for i, p := range people {
					people[i].Authorization = "a-1"
					c.signed[p.Patient+" a-1"] = true
				}
				draft := c.recall("recall")
				if v.criterion.Health() {
					draft.Audience = broadcast.Audience{Criterion: v.criterion, Detail: "amoxicillin"}
				}
				k := c.draft(draft)
				c.include(k, people...)
				c.start(k)
				for _, p := range people[:12] { // more than are queued at once
					d.of[p.Patient] = true
				}
				worker := c.worker()
				c.dimly(worker, true)
				c.once(people[12:])
				require.Equal(t, broadcast.Progress{
					Status: broadcast.Running, Gathered: true, Audience: 30, Waiting: 12, Waits: map[string]int{v.why: 12}, Sent: 18,
				}, c.progress(k))
				c.dimly(worker, false) // it rests
				c.now.Add(time.Minute)
				c.dimly(worker, true)
				require.Equal(t, map[string]int{v.why: 12}, c.progress(k).Waits)

				delete(d.of, people[1].Patient)
				c.channels[people[1].Patient] = "" // asked for no text meanwhile
				delete(d.of, people[2].Patient)
				c.now.Add(time.Minute)
				c.dimly(worker, true)
				c.once(slices.Concat(people[2:3], people[12:]))
				p := c.progress(k)
				require.Equal(t, map[string]int{"elsewhere": 1}, p.Refused)
				require.Equal(t, map[string]int{v.why: 10}, p.Waits)

				c.now.Set(draft.LastUseful)
				c.dimly(worker, false)
				require.Equal(t, broadcast.Progress{
					Status: broadcast.Done, Gathered: true, Audience: 30, Sent: 19, Refused: map[string]int{"elsewhere": 1, v.why: 10},
				}, c.progress(k), "who was never texted is told apart from whom it was too late for")
			})
		})
	}
	t.Run("found among the consents", func(t *testing.T) {
		castings(t, func(t *testing.T, c *casting) {
			d := c.dimmed(true)
			people := []broadcast.Recipient{{Number: "+12125550001", Patient: "p-1"}, {Number: "+12125550002", Patient: "p-2"}, {Number: "+12125550003", Patient: "p-3"}}
			for _, p := range people {
				g := consent.Grant{
					Practice: practice, Number: p.Number, Patient: p.Patient, Category: consent.Promotional, Basis: consent.OfficeDocument,
					Evidence: consent.Evidence{Wording: shown, Language: "en", Document: "scan-2", Staff: "u-17"},
				}
				_, err := c.consents.Grant(t.Context(), staff, g)
				require.NoError(t, err)
			}
			d.of[people[0].Patient] = true
			k := c.draft(c.promotion("spring"))
			c.start(k)
			worker := c.worker()
			c.dimly(worker, true)
			c.once(people[1:])
			require.Equal(t, map[string]int{"channel": 1}, c.progress(k).Waits)
			_, err := c.casts.Cancel(t.Context(), staff, acting(k, ""))
			require.NoError(t, err)
			c.dimly(worker, false)
			require.Equal(t, broadcast.Progress{Status: broadcast.Ended, Gathered: true, Audience: 3, Sent: 2, Withdrawn: 1}, c.progress(k))
		})
	})
	t.Run("refuses_to_include_whom_nobody_can_tell_of", func(t *testing.T) {
		castings(t, func(t *testing.T, c *casting) {
			d := c.dimmed(true)
			people := c.people(3, consent.Transactional)
			d.of[people[1].Patient] = true
			k := c.draft(c.recall("recall"))
			_, err := c.casts.Include(t.Context(), staff, broadcast.Inclusion{Practice: practice, Broadcast: "recall", Recipients: people})
			require.ErrorIs(t, err, errUnknown)
			require.ErrorContains(t, err, "recipient 2 of the list")
			require.Zero(t, c.progress(k).Audience)
		})
	})
}

// faltering are texts one of which cannot be queued, though it was, and cannot be taken back.
type faltering struct {
	broadcast.Texts
	number string
	back   bool
}

func (f *faltering) Enqueue(ctx context.Context, by audit.Actor, t sms.Text) (sms.Key, error) {
	k, err := f.Texts.Enqueue(ctx, by, t)
	if t.To == f.number {
		return sms.Key{}, errUnknown
	}
	return k, err
}

func (f *faltering) TakeBack(ctx context.Context, by audit.Actor, k sms.Key, rule, reason string) (bool, error) {
	if !f.back {
		return false, errUnknown
	}
	return f.Texts.TakeBack(ctx, by, k, rule, reason)
}

// A text of which the store does not say that it was queued holds up no other, and is not left behind by a cancellation.
func TestATextThatMayBeQueuedIsTakenBack(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(5, consent.Transactional)
		k := c.draft(c.recall("recall"))
		c.include(k, people...)
		c.start(k)
		texts := &faltering{Texts: c.texts, number: people[0].Number}
		worker, err := broadcast.NewWorker(c.casts, c.rows, c.consents, texts, nil)
		require.NoError(t, err)
		_, err = worker.Step(t.Context())
		require.ErrorIs(t, err, errUnknown)
		require.Equal(t, broadcast.Progress{
			Status: broadcast.Running, Gathered: true, Audience: 5, Waiting: 1, Waits: map[string]int{"error": 1}, Queued: 4,
		}, c.progress(k))
		_, err = c.casts.Cancel(t.Context(), staff, acting(k, ""))
		require.NoError(t, err)
		_, err = worker.Step(t.Context())
		require.ErrorIs(t, err, errUnknown)
		texts.back = true
		c.dimly(worker, false)
		require.Equal(t, broadcast.Progress{Status: broadcast.Ended, Gathered: true, Audience: 5, Withdrawn: 5}, c.progress(k))
		taken, err := c.store.Texts(t.Context(), sms.Query{Practice: practice, States: []sms.State{sms.Cancelled}})
		require.NoError(t, err)
		require.Len(t, taken.Texts, 5)
	})
}

// A text that was queued and left, though nobody could say so, is counted as what it is, however the broadcast ends.
func TestATextThatLeftIsCountedWhenTheBroadcastEnds(t *testing.T) {
	for name, end := range map[string]func(c *casting, k broadcast.Key) broadcast.Status{
		"cancelled": func(c *casting, k broadcast.Key) broadcast.Status {
			_, err := c.casts.Cancel(c.t.Context(), staff, acting(k, ""))
			require.NoError(c.t, err)
			return broadcast.Ended
		},
		"of no use any more": func(c *casting, _ broadcast.Key) broadcast.Status {
			c.now.Set(c.recall("").LastUseful)
			return broadcast.Done
		},
	} {
		t.Run(name, func(t *testing.T) {
			castings(t, func(t *testing.T, c *casting) {
				people := c.people(3, consent.Transactional)
				k := c.draft(c.recall("recall"))
				c.include(k, people...)
				c.start(k)
				texts := &faltering{Texts: c.texts, number: people[0].Number, back: true}
				worker, err := broadcast.NewWorker(c.casts, c.rows, c.consents, texts, nil)
				require.NoError(t, err)
				_, err = worker.Step(t.Context())
				require.ErrorIs(t, err, errUnknown)
				c.step(c.dispatcher())
				c.once(people)
				status := end(c, k)
				c.dimly(worker, false)
				require.Equal(t, broadcast.Progress{Status: status, Gathered: true, Audience: 3, Sent: 3}, c.progress(k))
			})
		})
	}
}
