package main

import (
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

// storm is how much there is to bear.
type storm struct {
	texts, phones, workers int
	lasts                  time.Duration // a worker is killed every second, and texts are queued all the while
	restarts               int           // of Postgres, each other one a crash
	seed                   uint64
}

// idle is how many connections a worker keeps to the network, with two goroutines each.
const idle = 64

// weather is a small storm, or the one of make chaos. Each figure can be set.
func weather(t *testing.T) storm {
	s := storm{texts: 600, phones: 80, workers: 3, lasts: 4 * time.Second, restarts: 1}
	if os.Getenv("ENAMEL_CHAOS") != "" {
		s = storm{texts: 20_000, phones: 2_000, workers: 3, lasts: time.Minute, restarts: 3}
	}
	set := func(name string, otherwise int) int {
		if os.Getenv(name) == "" {
			return otherwise
		}
		n, err := strconv.Atoi(os.Getenv(name))
		require.NoError(t, err, name)
		return n
	}
	s.texts = set("ENAMEL_CHAOS_TEXTS", s.texts)
	s.workers = set("ENAMEL_CHAOS_WORKERS", s.workers)
	s.lasts = time.Duration(set("ENAMEL_CHAOS_SECONDS", int(s.lasts.Seconds()))) * time.Second
	s.seed = uint64(set("ENAMEL_SEED", int(time.Now().UnixMilli()))) //nolint:gosec // any number will do
	return s
}

// network misbehaves in every way it can. What it does to a message depends on the seed alone.
func (s storm) network() carrier.Script {
	script := carrier.Random(s.seed, carrier.Odds{
		Refuse: 0.06, Drop: 0.01, Lost: 0.02, Hang: 0.001, Slow: 0.05, Vanish: 0.01, Fail: 0.05, Repeat: 0.1, Swap: 0.1, Silent: 0.02,
		MaxSlow: 2 * time.Second, MaxDelay: 2 * time.Second, MaxLate: 2 * time.Second,
		Refusals: []string{
			carrier.CodeBusy, carrier.CodeBusy, carrier.CodeUnreachable, carrier.CodeNoNumber, carrier.CodeLandline, carrier.CodeBlocked,
			carrier.CodeFiltered, carrier.CodeUnregistered, carrier.CodeDailyLimit, carrier.CodeOptedOut,
		},
	})
	return script
}

// Workers are killed at random every second, Postgres is restarted and crashes, and the network misbehaves, while texts are
// queued and patients say STOP.
//
//   - Every text is in exactly one account: sent, refused for a reason, failed with a class, or waiting for a person.
//   - None reaches the network twice, but for those that the log lists as doubtful, which are at most those in flight at a kill.
//   - Nothing but answers reaches a phone after its STOP was answered.
//   - Workers that have been through it need no more than new ones.
func TestChaos(t *testing.T) {
	t.Parallel()
	s := weather(t)
	t.Logf("ENAMEL_SEED=%d: %d texts to %d phones, %d workers, %s", s.seed, s.texts, s.phones, s.workers, s.lasts)
	c := start(t, s.network(), s.phones, s.workers)
	chance := rand.New(rand.NewPCG(s.seed, 1)) //nolint:gosec // chance is to be repeatable here
	last := s.texts / 8                        // are sent in quiet, to see what workers need for them
	began, kills, flying := time.Now(), 0, 0
	var group sync.WaitGroup
	group.Go(func() { c.feed(0, s.texts-last, s.phones, s.lasts) })
	group.Go(func() {
		for i := range s.restarts {
			time.Sleep(time.Until(began.Add(s.lasts * time.Duration(i+1) / time.Duration(s.restarts+1))))
			if i%2 == 0 {
				c.server.Crash()
			} else {
				c.server.Restart()
			}
		}
	})
	for second := time.Second; second <= s.lasts; second += time.Second {
		time.Sleep(time.Until(began.Add(second - time.Duration(chance.IntN(500))*time.Millisecond)))
		for range s.phones / 20 / int(s.lasts.Seconds()) {
			c.stop(number(chance.IntN(s.phones)))
		}
		flying += c.flying()
		c.workers[chance.IntN(s.workers)].signal(syscall.SIGKILL)
		kills++
	}
	group.Wait()
	require.False(t, t.Failed())
	fed := time.Since(began)
	c.feed(s.texts-last, last/2, s.phones, 0)
	c.sending()
	before := c.needs()
	c.feed(s.texts-last+last/2, last-last/2, s.phones, 0)
	c.sending()
	after := c.needs()
	c.settled()
	all := time.Since(began)
	a := c.account(s.texts)
	t.Logf("%d kills with at most %d texts in flight, %d restarts of Postgres; queued in %s, settled in %s%s",
		kills, flying, s.restarts, fed.Round(time.Second), all.Round(time.Second), a)
	require.LessOrEqual(t, a.twice, flying, "more left twice than were in flight at a kill")

	fresh := c.employ()
	time.Sleep(3 * time.Second)
	calm := c.goroutines(fresh)
	for i, w := range c.workers[:s.workers] {
		n := c.goroutines(w)
		t.Logf("worker %d: %d MiB, then %d MiB; %d goroutines, a new one has %d", i+1, before[i], after[i], n, calm)
		require.Less(t, after[i], before[i]+64, "a worker grows")
		require.Less(t, n, calm+2*idle+50, "a worker keeps goroutines")
	}
}

// flying counts the texts that workers have claimed and not settled, as far as Postgres is there to tell.
func (c *trial) flying() int {
	page, err := c.world.Texts.Texts(c.t.Context(), world.Desk(), sms.Query{Practice: world.Practice, Purpose: sms.ForDelivery, States: []sms.State{sms.Sending}, Limit: 1000})
	if err != nil {
		return 0
	}
	return len(page.Texts)
}

// sending waits until what is due has been sent.
func (c *trial) sending() {
	c.t.Helper()
	c.eventually("what is due is sent", 3*time.Minute, func() bool {
		page, err := c.world.Texts.Texts(c.t.Context(), world.Desk(), sms.Query{Practice: world.Practice, Purpose: sms.ForDelivery, States: []sms.State{sms.Queued}, Limit: 1000})
		due := 0
		for _, x := range page.Texts {
			if !x.Due.After(c.world.Clock.Now()) {
				due++
			}
		}
		return err == nil && due == 0
	})
}

// needs is how much memory each worker has.
func (c *trial) needs() (all []int) {
	for _, w := range c.workers {
		all = append(all, c.memory(w))
	}
	return all
}
