package sms_test

import (
	"context"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/broadcast"
)

// killed are a worker's texts that end it when it is about to queue the first.
type killed struct {
	broadcast.Texts
	kill context.CancelFunc
}

func (k killed) Enqueue(context.Context, audit.Actor, sms.Text) (sms.Key, error) {
	k.kill()
	return sms.Key{}, errKilled
}

// A number is texted once also where it comes out late that a patient wants to be reached there: because nobody could tell while the
// audience was found, or because the patient asked since.
func TestPromise_M9_5_ANumberThatIsAskedForLateIsTextedOnce(t *testing.T) {
	const first, second, third = "+12125550001", "+12125550002", "+12125550003"
	found := func(c *casting) broadcast.Key {
		for i, number := range []string{first, second} {
			_, err := c.consents.Grant(c.t.Context(), staff, consent.Grant{
				Practice: practice, Number: number, Patient: fmt.Sprint("p-", i+1), Category: consent.Promotional, Basis: consent.OfficeDocument,
				Evidence: consent.Evidence{Wording: shown, Language: "en", Document: "scan-2", Staff: "u-17"},
			})
			require.NoError(c.t, err)
		}
		k := c.draft(c.promotion("spring"))
		c.start(k)
		return k
	}
	listed := func(c *casting) broadcast.Key {
		for _, number := range []string{first, second, third} {
			c.paper(number, consent.Transactional)
		}
		k := c.draft(c.recall("recall"))
		c.include(k, broadcast.Recipient{Number: first, Patient: "p-1", Zone: "America/Chicago"}, broadcast.Recipient{Number: second, Patient: "p-2"})
		c.start(k)
		return k
	}
	sent := func(audience int) broadcast.Progress {
		return broadcast.Progress{Status: broadcast.Done, Gathered: true, Audience: audience, Sent: audience}
	}
	t.Run("when nobody could tell at first", func(t *testing.T) {
		castings(t, func(t *testing.T, c *casting) {
			d := c.dimmed(true)
			d.of["p-1"] = true
			c.channels["p-1"] = second
			k, worker := found(c), c.worker()
			_, err := worker.Step(t.Context())
			require.ErrorIs(t, err, errUnknown)
			delete(d.of, "p-1")
			c.now.Add(time.Minute)
			c.dimly(worker, false)
			require.Equal(t, map[string]int{second: 1}, c.texted())
			require.Equal(t, sent(1), c.progress(k))
			require.Len(t, c.actions("sms.broadcast.redirect"), 1)
		})
	})
	t.Run("when it is asked for since", func(t *testing.T) {
		for name, v := range map[string]struct {
			asked channels
			want  map[string]int
		}{
			"a number of the audience's": {channels{"p-1": second}, map[string]int{second: 1}},
			"one more":                   {channels{"p-1": third}, map[string]int{third: 1, second: 1}},
			"one by two":                 {channels{"p-1": third, "p-2": third}, map[string]int{third: 1}},
			"each other's":               {channels{"p-1": second, "p-2": first}, map[string]int{first: 1, second: 1}},
			"one, and none":              {channels{"p-1": second, "p-2": ""}, map[string]int{second: 1}},
		} {
			t.Run(name, func(t *testing.T) {
				castings(t, func(t *testing.T, c *casting) {
					k := listed(c)
					for patient, number := range v.asked {
						c.channels[patient] = number
					}
					c.work()
					require.Equal(t, v.want, c.texted())
					require.Equal(t, sent(len(v.want)), c.progress(k))
				})
			})
		}
	})
	t.Run("when it was texted already", func(t *testing.T) {
		castings(t, func(t *testing.T, c *casting) {
			d := c.dimmed(false)
			d.of["p-1"] = true
			k, worker := listed(c), c.worker()
			c.dimly(worker, true)
			require.Equal(t, map[string]int{second: 1}, c.texted())
			delete(d.of, "p-1")
			c.channels["p-1"] = second
			c.now.Add(time.Minute)
			c.dimly(worker, false)
			require.Equal(t, map[string]int{second: 1}, c.texted())
			require.Equal(t, sent(1), c.progress(k))
		})
	})
	t.Run("when the worker died, and the broadcast was held meanwhile", func(t *testing.T) {
		castings(t, func(t *testing.T, c *casting) {
			k := listed(c)
			ctx, kill := context.WithCancel(t.Context())
			dying, err := broadcast.NewWorker(c.casts, c.rows, c.consents, killed{c.texts, kill}, nil)
			require.NoError(t, err)
			_, err = dying.Step(ctx)
			require.ErrorIs(t, err, errKilled)
			require.Equal(t, 2, c.progress(k).Queued, "they are marked, and nothing is queued")
			c.channels["p-1"] = second
			_, err = c.casts.Pause(t.Context(), staff, acting(k, ""))
			require.NoError(t, err)
			c.work()
			require.Empty(t, c.texted())
			_, err = c.casts.Resume(t.Context(), staff, acting(k, ""))
			require.NoError(t, err)
			c.work()
			require.Equal(t, map[string]int{second: 1}, c.texted())
			require.Equal(t, sent(1), c.progress(k))
		})
	})
	deliver := func(c *casting, worker *broadcast.Worker) {
		c.t.Helper()
		dispatcher := c.dispatcher(func(o *sms.DispatcherOptions) { o.Channels = c.channels })
		for range 100 {
			n, err := worker.Step(c.t.Context())
			require.NoError(c.t, err)
			m, err := dispatcher.Step(c.t.Context())
			require.NoError(c.t, err)
			if n+m == 0 {
				return
			}
		}
		c.t.Fatal("they find work for ever")
	}
	t.Run("when its text is queued already", func(t *testing.T) {
		for name, v := range map[string]struct {
			before  channels
			asked   channels
			want    map[string]int
			refused map[string]int
		}{
			"one more":                   {nil, channels{"p-1": third}, map[string]int{third: 1, second: 1}, nil},
			"a number of the audience's": {nil, channels{"p-1": second}, map[string]int{second: 1}, nil},
			"one by two":                 {nil, channels{"p-1": third, "p-2": third}, map[string]int{third: 1}, nil},
			"each other's":               {nil, channels{"p-1": second, "p-2": first}, map[string]int{first: 1, second: 1}, nil},
			"the first one again":        {channels{"p-1": third}, channels{"p-1": first}, map[string]int{first: 1, second: 1}, nil},
			"one without consent":        {nil, channels{"p-1": "+12125550009"}, map[string]int{second: 1}, map[string]int{"consent": 1}},
			"none":                       {nil, channels{"p-1": ""}, map[string]int{second: 1}, map[string]int{"elsewhere": 1}},
		} {
			t.Run(name, func(t *testing.T) {
				castings(t, func(t *testing.T, c *casting) {
					maps.Copy(c.channels, v.before)
					k, worker := listed(c), c.worker()
					_, err := worker.Step(t.Context())
					require.NoError(t, err)
					require.Equal(t, 2, c.progress(k).Queued)
					maps.Copy(c.channels, v.asked)
					deliver(c, worker)
					require.Equal(t, v.want, c.texted())
					p := c.progress(k)
					require.Equal(t, broadcast.Done, p.Status)
					require.Equal(t, v.refused, p.Refused)
					require.Equal(t, len(v.want), p.Sent)
					require.Equal(t, len(v.want)+len(v.refused), p.Audience)
				})
			})
		}
		t.Run("and the number is texted already", func(t *testing.T) {
			castings(t, func(t *testing.T, c *casting) {
				k, worker := listed(c), c.worker()
				_, err := worker.Step(t.Context())
				require.NoError(t, err)
				c.carrier.answer = func(m sms.Message) error { // the text to the first number has to be tried again
					if m.To == first {
						return &sms.SendError{Stage: sms.AtSend, Provider: "carrier", Code: "30003", Class: sms.Transient}
					}
					return nil
				}
				c.step(c.dispatcher())
				c.carrier.answer = nil
				c.channels["p-1"] = second
				c.now.Add(time.Hour)
				deliver(c, worker)
				require.Equal(t, map[string]int{first: 1, second: 1}, c.texted(), "each was asked for once, and the first was refused")
				require.Equal(t, sent(1), c.progress(k))
			})
		})
		t.Run("and it is paused meanwhile", func(t *testing.T) {
			castings(t, func(t *testing.T, c *casting) {
				k, worker := listed(c), c.worker()
				_, err := worker.Step(t.Context())
				require.NoError(t, err)
				c.channels["p-1"] = third
				c.step(c.dispatcher(func(o *sms.DispatcherOptions) { o.Channels = c.channels }))
				_, err = c.casts.Pause(t.Context(), staff, acting(k, ""))
				require.NoError(t, err)
				deliver(c, worker)
				require.Equal(t, 1, c.progress(k).Waiting)
				_, err = c.casts.Resume(t.Context(), staff, acting(k, ""))
				require.NoError(t, err)
				deliver(c, worker)
				require.Equal(t, map[string]int{second: 1, third: 1}, c.texted())
				require.Equal(t, sent(2), c.progress(k))
			})
		})
		t.Run("refuses_what_is_cancelled", func(t *testing.T) {
			castings(t, func(t *testing.T, c *casting) {
				k, worker := listed(c), c.worker()
				_, err := worker.Step(t.Context())
				require.NoError(t, err)
				c.channels["p-1"] = third
				c.step(c.dispatcher(func(o *sms.DispatcherOptions) { o.Channels = c.channels }))
				_, err = c.casts.Cancel(t.Context(), staff, acting(k, ""))
				require.NoError(t, err)
				deliver(c, worker)
				require.Equal(t, map[string]int{second: 1}, c.texted())
				require.Equal(t, map[string]int{"restriction": 1}, c.progress(k).Refused)
			})
		})
		t.Run("refuses_where_the_broadcasts_ask_nobody", func(t *testing.T) {
			castings(t, func(t *testing.T, c *casting) {
				var err error
				c.casts, err = broadcast.New(c.rows, c.store, c.log, &broadcast.Options{Now: c.now.Now})
				require.NoError(t, err)
				k, worker := listed(c), c.worker()
				_, err = worker.Step(t.Context())
				require.NoError(t, err)
				c.channels["p-1"] = third
				deliver(c, worker)
				require.Equal(t, map[string]int{second: 1}, c.texted())
				require.Equal(t, map[string]int{"restriction": 1}, c.progress(k).Refused)
			})
		})
		t.Run("while nobody can tell which", func(t *testing.T) {
			castings(t, func(t *testing.T, c *casting) {
				d := c.dimmed(true)
				k, worker := listed(c), c.worker()
				_, err := worker.Step(t.Context())
				require.NoError(t, err)
				c.channels["p-1"] = third
				c.step(c.dispatcher(func(o *sms.DispatcherOptions) { o.Channels = c.channels }))
				d.of["p-1"] = true
				_, err = worker.Step(t.Context())
				require.ErrorIs(t, err, errUnknown)
				require.Equal(t, 1, c.progress(k).Queued, "nothing is decided")
				delete(d.of, "p-1")
				deliver(c, worker)
				require.Equal(t, map[string]int{second: 1, third: 1}, c.texted())
				require.Equal(t, sent(2), c.progress(k))
			})
		})
		t.Run("and another patient came to share it", func(t *testing.T) {
			castings(t, func(t *testing.T, c *casting) {
				d := c.dimmed(false)
				d.of["p-2"] = true
				k, worker := listed(c), c.worker()
				_, err := worker.Step(t.Context())
				require.ErrorIs(t, err, errUnknown)
				delete(d.of, "p-2")
				c.channels["p-2"] = first
				_, err = c.consents.Mute(t.Context(), staff, consent.Mute{Practice: practice, Number: first, Patient: "p-1"})
				require.NoError(t, err)
				c.now.Add(time.Minute)
				_, err = worker.Step(t.Context())
				require.NoError(t, err)
				require.Equal(t, broadcast.Progress{Status: broadcast.Running, Gathered: true, Audience: 1, Queued: 1}, c.progress(k))
				deliver(c, worker)
				require.Equal(t, map[string]int{first: 1}, c.texted(), "what the one does not want the other does")
				require.Equal(t, sent(1), c.progress(k))
			})
		})
	})
	t.Run("nobody is texted at two numbers", func(t *testing.T) {
		castings(t, func(t *testing.T, c *casting) {
			k := listed(c)
			texts := &faltering{Texts: c.texts, number: first} // queues it, and says that it did not
			worker, err := broadcast.NewWorker(c.casts, c.rows, c.consents, texts, nil)
			require.NoError(t, err)
			_, err = worker.Step(t.Context())
			require.ErrorIs(t, err, errUnknown)
			c.step(c.dispatcher())
			c.channels["p-1"] = third
			c.work()
			require.Equal(t, map[string]int{first: 1, second: 1}, c.texted())
			require.Equal(t, sent(2), c.progress(k))
		})
	})
	t.Run("whoever the broadcasts cannot ask about waits", func(t *testing.T) {
		castings(t, func(t *testing.T, c *casting) {
			var err error
			c.casts, err = broadcast.New(c.rows, c.store, c.log, &broadcast.Options{Now: c.now.Now})
			require.NoError(t, err)
			k := listed(c)
			c.channels["p-1"] = second
			_, err = c.worker().Step(t.Context())
			require.ErrorIs(t, err, sms.ErrRedirected)
			c.step(c.dispatcher())
			require.Equal(t, map[string]int{second: 1}, c.texted())
			require.Equal(t, map[string]int{"channel": 1}, c.progress(k).Waits)
		})
	})
	t.Run("a number that cannot be holds up nobody", func(t *testing.T) {
		castings(t, func(t *testing.T, c *casting) {
			c.dimmed(true)
			c.channels["p-1"] = "555-0100"
			k := found(c)
			for range 4 {
				_, err := c.worker().Step(t.Context())
				require.ErrorContains(t, err, "E.164")
				require.NotContains(t, err.Error(), "555-0100")
				c.step(c.dispatcher())
			}
			require.Equal(t, map[string]int{second: 1}, c.texted())
			require.Equal(t, map[string]int{"channel": 1}, c.progress(k).Waits)
			_, err := c.casts.Include(t.Context(), staff, broadcast.Inclusion{
				Practice: practice, Broadcast: c.draft(c.recall("listed")).Broadcast, Recipients: []broadcast.Recipient{{Number: first, Patient: "p-1"}},
			})
			require.ErrorContains(t, err, "recipient 1 of the list")
		})
	})
	t.Run("without_rule", func(t *testing.T) {
		castings(t, func(t *testing.T, c *casting) {
			k := listed(c)
			c.work()
			require.Equal(t, map[string]int{first: 1, second: 1}, c.texted())
			require.Equal(t, sent(2), c.progress(k))
			page, err := c.entries.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
			require.NoError(t, err)
			require.NotEmpty(t, page.Leaves)
			require.Empty(t, c.actions("sms.broadcast.redirect"), "nobody asked for anything")
		})
	})
}
