package sms_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/broadcast"
)

// doubted lets requests be lost, of which the provider cannot tell what became of them, and returns a dispatcher that asks at once.
func (c *casting) doubted() *sms.Dispatcher {
	c.carrier.answer = func(sms.Message) error { return errors.New("lost") }
	c.carrier.find = lookup(sms.Unknown)
	return c.dispatcher(atOnce)
}

// rounds lets a worker and a dispatcher take a few steps, one after the other.
func (c *casting) rounds(worker *broadcast.Worker, d *sms.Dispatcher) {
	c.t.Helper()
	for range 6 {
		_, err := worker.Step(c.t.Context())
		require.NoError(c.t, err)
		c.step(d)
	}
}

// Texts that wait for a person hold up neither the rest of the audience nor the broadcast's end, and are counted apart until
// the person has decided on them.
func TestTextsInReviewHoldUpNoBroadcast(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(30, consent.Transactional)
		k := c.draft(c.recall("recall"))
		c.include(k, people...)
		c.start(k)
		worker, d := c.worker(), c.doubted()
		_, err := worker.Step(t.Context())
		require.NoError(t, err)
		c.step(d)
		c.step(d)
		_, err = worker.Step(t.Context())
		require.NoError(t, err)
		require.Equal(t, broadcast.Progress{
			Status: broadcast.Running, Gathered: true, Audience: 30, Waiting: 10, Queued: 10, Review: 10,
		}, c.progress(k), "as many as may be queued wait for a person, and others are queued")

		c.carrier.answer, c.carrier.find = nil, nil
		c.rounds(worker, d)
		done := broadcast.Progress{Status: broadcast.Done, Gathered: true, Audience: 30, Sent: 20, Review: 10}
		require.Equal(t, done, c.progress(k))
		require.Len(t, c.texted(), 30)

		tasks, err := c.texts.Tasks(t.Context(), staff, sms.TaskQuery{Practice: practice})
		require.NoError(t, err)
		require.Len(t, tasks.Tasks, 10)
		for i, task := range tasks.Tasks {
			outcome := []sms.Outcome{sms.WasSent, sms.NotSent}[i%2]
			_, err := c.texts.Finish(t.Context(), staff, sms.Finish{Key: task.Key(), Outcome: outcome, Reason: "We called."})
			require.NoError(t, err)
		}
		c.now.Add(time.Minute)
		_, err = worker.Step(t.Context())
		require.NoError(t, err)
		done.Review, done.Sent, done.Failed = 0, 25, map[string]int{string(sms.Unknown): 5}
		require.Equal(t, done, c.progress(k), "of a broadcast that is done")
		c.work()
		c.once(people)
		open, err := c.rows.Open(t.Context(), broadcast.Key{}, 10)
		require.NoError(t, err)
		require.Empty(t, open, "nobody has to see to it any more")
	})
}

// What is in review when a broadcast is paused or cancelled may have left, and stays so.
func TestTextsInReviewOutliveAPauseAndACancellation(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people, worker := c.people(3, consent.Transactional), c.worker()
		for _, id := range []string{"held", "ended"} {
			k := c.draft(c.recall(id))
			c.include(k, people...)
			c.start(k)
			_, err := worker.Step(t.Context())
			require.NoError(t, err)
			end, status := c.casts.Pause, broadcast.Held
			if id == "ended" {
				end, status = c.casts.Cancel, broadcast.Ended
			}
			claimed, err := c.queue.Claim(t.Context(), sms.Claim{Worker: "w", Now: c.now.Now(), Lease: time.Minute, Limit: 3})
			require.NoError(t, err)
			require.Len(t, claimed, 3)
			_, err = end(t.Context(), staff, acting(k, ""))
			require.NoError(t, err)
			for _, text := range claimed {
				_, err = c.queue.Settle(t.Context(), sms.Settlement{Key: text.Key(), Worker: "w", State: sms.Review, Class: sms.Unknown})
				require.NoError(t, err)
			}
			c.now.Add(time.Minute)
			_, err = worker.Step(t.Context())
			require.NoError(t, err)
			require.Equal(t, broadcast.Progress{Status: status, Gathered: true, Audience: 3, Review: 3}, c.progress(k))
			_, err = c.texts.Resolve(t.Context(), staff, claimed[0].Key(), true, "We called.")
			require.NoError(t, err)
			c.now.Add(time.Minute)
			_, err = worker.Step(t.Context())
			require.NoError(t, err)
			require.Equal(t, broadcast.Progress{Status: status, Gathered: true, Audience: 3, Review: 2, Sent: 1}, c.progress(k))
		}
	})
}

// reads counts how often a worker reads texts, and how many at most.
type reads struct {
	broadcast.Kept
	times, most int
}

func (r *reads) Texts(ctx context.Context, q sms.Query) (sms.Page, error) {
	r.times, r.most = r.times+1, max(r.most, len(q.IDs))
	return r.Kept.Texts(ctx, q)
}

// Texts that are queued are read together, and not again before something can have become of them.
func TestAWorkerReadsTextsTogetherWhenTheyCanHaveChanged(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		kept := &reads{Kept: c.store}
		var err error
		c.casts, err = broadcast.New(c.rows, kept, c.log, &broadcast.Options{Now: c.now.Now})
		require.NoError(t, err)
		c.ahead = 20
		people := c.people(25, consent.Transactional)
		d := c.recall("recall")
		d.NotBefore = c.now.Now().Add(150 * time.Second)
		k := c.draft(d)
		c.include(k, people...)
		c.start(k)
		worker := c.worker()
		after := func(wait time.Duration, want int) {
			t.Helper()
			c.now.Add(wait)
			kept.times = 0
			for range 3 {
				_, err := worker.Step(t.Context())
				require.NoError(t, err)
			}
			require.Equal(t, want, kept.times)
		}
		_, err = worker.Step(t.Context()) // queues them
		require.NoError(t, err)
		after(0, 1)
		require.Equal(t, 20, kept.most)
		after(59*time.Second, 0)
		after(time.Second, 1)
		after(time.Minute, 1)
		after(29*time.Second, 0)
		after(time.Second, 3) // due: a dispatcher may have it

		_, err = c.casts.Pause(t.Context(), staff, acting(k, ""))
		require.NoError(t, err)
		_, err = worker.Step(t.Context())
		require.NoError(t, err)
		require.Equal(t, 25, c.progress(k).Waiting, "a pause waits for nothing")
	})
}
