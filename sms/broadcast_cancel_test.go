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
	"github.com/enamel-go/enamel/sms/broadcast"
)

// late is a worker's texts, of which the first is queued only after something has happened, and the process dies of it.
type late struct {
	broadcast.Texts
	happens func()
}

func (l *late) Enqueue(ctx context.Context, by audit.Actor, t sms.Text) (sms.Key, error) {
	l.happens()
	if _, err := l.Texts.Enqueue(ctx, by, t); err != nil {
		return sms.Key{}, err
	}
	panic(errKilled)
}

// Once a cancellation is answered no text of the broadcast leaves, whether or not a worker has taken it back: not one that
// was queued before, and not one that a worker queues that looked before the cancellation and dies right after.
func TestNothingOfACancelledBroadcastLeaves(t *testing.T) {
	for name, end := range map[string]func(*casting, broadcast.Key) error{
		"cancelled": func(c *casting, k broadcast.Key) error {
			_, err := c.casts.Cancel(c.t.Context(), staff, acting(k, ""))
			return err
		},
		"paused": func(c *casting, k broadcast.Key) error {
			_, err := c.casts.Pause(c.t.Context(), staff, acting(k, ""))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			castings(t, func(t *testing.T, c *casting) {
				people := c.people(12, consent.Transactional) // ten of whom are queued at once
				k := c.draft(c.recall("recall"))
				c.include(k, people...)
				c.start(k)
				_, err := c.worker().Step(t.Context())
				require.NoError(t, err)
				c.step(c.dispatcher(func(o *sms.DispatcherOptions) { o.Concurrency = 1 }))
				sent := len(c.texted())
				require.Equal(t, 10, sent, "those that were queued")

				dying, err := broadcast.NewWorker(c.casts, c.rows, c.consents, &late{c.texts, func() { require.NoError(t, end(c, k)) }}, nil)
				require.NoError(t, err)
				require.PanicsWithError(t, errKilled.Error(), func() { _, _ = dying.Step(t.Context()) })
				queued, err := c.store.Texts(t.Context(), sms.Query{Practice: practice, States: []sms.State{sms.Queued}})
				require.NoError(t, err)
				require.Len(t, queued.Texts, 1, "nobody has taken it back")
				for range 3 {
					_, err := c.dispatcher().Step(t.Context())
					require.NoError(t, err)
					c.now.Add(15 * time.Minute)
				}
				require.Len(t, c.texted(), sent)
				got := c.tracked(queued.Texts[0].Key())
				require.Equal(t, sms.Queued, got.State)
				require.Equal(t, "broadcast", got.Decision.Rule)
				require.Equal(t, "Its broadcast was paused or cancelled.", got.Decision.Reason)
				c.work()
				require.Len(t, c.texted(), sent)
				queued, err = c.store.Texts(t.Context(), sms.Query{Practice: practice, States: []sms.State{sms.Queued}})
				require.NoError(t, err)
				require.Empty(t, queued.Texts, "the next worker takes it back")
			})
		})
	}
}

// forgotten are broadcasts of which nobody can tell anything.
type forgotten struct{}

func (forgotten) Runs(context.Context, string, string) (bool, error) {
	return false, errors.New("away")
}

// Where nobody can tell whether a broadcast still runs its texts wait; where nobody is asked they are refused.
func TestATextOfABroadcastNeedsSomebodyWhoKnowsOfIt(t *testing.T) {
	castings(t, func(t *testing.T, c *casting) {
		people := c.people(1, consent.Transactional)
		k := c.draft(c.recall("recall"))
		c.include(k, people...)
		c.start(k)
		_, err := c.worker().Step(t.Context())
		require.NoError(t, err)
		_, err = c.dispatcher(func(o *sms.DispatcherOptions) { o.Broadcasts = forgotten{} }).Step(t.Context())
		require.ErrorContains(t, err, "away")
		page, err := c.store.Texts(t.Context(), sms.Query{Practice: practice, Number: people[0].Number})
		require.NoError(t, err)
		text := page.Texts[0].Key()
		require.Equal(t, sms.Queued, c.tracked(text).State)
		c.now.Set(c.tracked(text).Due)
		c.step(c.dispatcher(func(o *sms.DispatcherOptions) { o.Broadcasts = nil }))
		require.Equal(t, sms.Refused, c.tracked(text).State)
		require.Equal(t, "broadcast", c.tracked(text).Decision.Rule)
		require.Empty(t, c.texted())
	})
}
