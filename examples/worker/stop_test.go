package main

import (
	"math/rand/v2"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/carrier"
)

// Three workers send under load while most phones say STOP as soon as they get a text. The network is slow, and one worker after
// another is suspended in the middle of its work, for longer than the answer to a STOP has patience. What the network took on,
// in its order, and what the practice knows must agree: nothing but answers after the answer, which comes once, and what may
// have been in flight is marked.
func TestNothingLeavesAfterAStopWasAnsweredByAnotherProcess(t *testing.T) {
	const phones, each, workers, quiet, lasts = 60, 5, 3, 10, 4 * time.Second
	t.Parallel()
	var mu sync.Mutex
	heard := make(chan string, phones*(each+1))
	c := start(t, carrier.Script{Message: func(m sms.Message, n int) carrier.Fate {
		mu.Lock()
		defer mu.Unlock()
		heard <- m.To
		return carrier.Fate{Slow: rand.N(300 * time.Millisecond), Lost: rand.IntN(20) == 0} //nolint:gosec // any course will do
	}}, phones, workers)

	began := time.Now()
	var group sync.WaitGroup
	group.Go(func() { c.feed(0, phones*each, phones, lasts) })
	var silent []string // never say STOP
	for i := range quiet {
		silent = append(silent, number(i))
	}
	over := make(chan struct{})
	group.Go(func() {
		stopped := map[string]bool{}
		for {
			select {
			case <-over:
				return
			case phone := <-heard:
				if !stopped[phone] && !slices.Contains(silent, phone) {
					stopped[phone] = true
					c.stop(phone)
				}
			}
		}
	})
	suspended := 0
	for i := 0; time.Since(began) < lasts; i++ {
		w := c.workers[i%workers]
		time.Sleep(300 * time.Millisecond)
		w.signal(syscall.SIGSTOP)
		suspended += c.flying()
		// Half of what it holds may leave without another look; after more than a second it must look again.
		_, err := c.world.Clock.Move(t.Context(), sms.Patience+time.Minute)
		require.NoError(t, err)
		time.Sleep(1500 * time.Millisecond)
		w.signal(syscall.SIGCONT)
	}
	c.sending()
	c.settled()
	close(over)
	group.Wait()
	a := c.account(phones * each)
	t.Logf("%d texts were claimed when a worker was suspended%s", suspended, a)
	require.Equal(t, phones-quiet, a.stops)
	require.Equal(t, a.stops, a.answered, "every STOP is answered")
	require.Zero(t, a.twice)
	require.Zero(t, a.review)
	require.GreaterOrEqual(t, a.sent, phones*each-(phones-quiet)*(each-1), "phones that said nothing get all their texts")
}
