package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
)

// accounts says what became of the texts that were queued: each is in one of them.
type accounts struct {
	sent, twice, review         int
	refused                     map[string]int // by the beginning of the reason
	failed                      map[sms.Class]int
	stops, answered, late, past int
	doubtful                    int
}

// account looks every text up on both sides, and fails where one is lost, is nowhere, or reached the network twice without
// having been in doubt. Nothing but answers may have reached a phone after the answer to its STOP, unless it is marked.
func (c *trial) account(texts int) accounts {
	c.t.Helper()
	carried := c.network.Messages() // in the order in which the network took them on
	all, a := c.texts(), accounts{refused: map[string]int{}, failed: map[sms.Class]int{}}
	doubtful := c.doubtful()
	a.doubtful = len(doubtful)
	reached, answered := map[string]int{}, map[string]bool{}
	for _, m := range carried {
		x, known := all[m.Reference]
		require.True(c.t, known, "the network carried what nobody queued")
		reached[m.Reference]++
		switch {
		case x.Kind == sms.StopAnswer:
			answered[m.To] = true
		case answered[m.To] && !x.Kind.Answer():
			require.True(c.t, x.InFlight, "%s left after the STOP was answered", x.ID)
			a.past++
		}
	}
	for reference, n := range reached {
		require.True(c.t, n == 1 || slices.Contains(doubtful, reference), "%s left %d times and was in no doubt", reference, n)
	}
	for i := range texts {
		id := fmt.Sprint("text-", i)
		x, known := all[reference(id)]
		require.True(c.t, known, "%s is lost", id)
		n := reached[reference(id)]
		if x.InFlight {
			a.late++
		}
		switch x.State {
		case sms.Sent:
			require.NotZero(c.t, n, "%s is said to be sent, and never was", id)
			if n == 1 {
				a.sent++
			} else {
				a.twice++
			}
		case sms.Refused:
			require.Zero(c.t, n, "%s is said to be refused", id)
			require.NotEmpty(c.t, x.Decision.Reason)
			a.refused[x.Decision.Reason]++
		case sms.Failed:
			require.Zero(c.t, n, "%s is said to have failed", id)
			require.NotEmpty(c.t, x.Class)
			a.failed[x.Class]++
		case sms.Review:
			a.review++
		default:
			require.Fail(c.t, "a text is still "+string(x.State))
		}
	}
	for _, x := range all {
		if x.Kind != sms.StopAnswer {
			continue
		}
		a.stops++
		require.Contains(c.t, []sms.State{sms.Sent, sms.Failed, sms.Review}, x.State, "a STOP is answered, or the network refuses it")
		if reached[reference(x.ID)] > 0 {
			a.answered++
		}
	}
	report, err := c.world.Reader.Verify(c.t.Context(), c.world.Log, world.Practice)
	require.NoError(c.t, err)
	require.True(c.t, report.OK(), "%v", report.Damage)
	return a
}

// String is a table.
func (a accounts) String() string {
	var b strings.Builder
	row := func(what string, n int) { fmt.Fprintf(&b, "\n%8d  %s", n, what) }
	row("sent, and reached the network once", a.sent)
	row("sent, and reached the network twice", a.twice)
	for class, n := range a.failed {
		row("failed: "+string(class), n)
	}
	for reason, n := range a.refused {
		row("refused: "+reason, n)
	}
	row("wait for a person", a.review)
	row("were in doubt on the way, by the log", a.doubtful)
	row("STOPs", a.stops)
	row("of their answers reached the network", a.answered)
	row("texts marked as possibly in flight when a STOP was answered", a.late)
	row("of them reached the network after the answer", a.past)
	return b.String()
}

// texts returns what has become of every text, by reference.
func (c *trial) texts() map[string]sms.Tracked {
	c.t.Helper()
	all, page := map[string]sms.Tracked{}, sms.Query{Practice: world.Practice, Purpose: sms.ForDelivery, Limit: 1000}
	for {
		found, err := c.world.Texts.Texts(c.t.Context(), world.Desk(), page)
		require.NoError(c.t, err)
		for _, t := range found.Texts {
			all[reference(t.ID)] = t
		}
		if page.After = found.Next; page.After == "" {
			return all
		}
	}
}

// doubtful returns the references of the texts that the log says were in doubt.
func (c *trial) doubtful() []string {
	c.t.Helper()
	var found []string
	query := audit.Query{Practice: world.Practice, Limit: 1000}
	for {
		page, err := c.world.Log.Leaves(c.t.Context(), query)
		require.NoError(c.t, err)
		for _, leaf := range page.Leaves {
			if leaf.Action != "sms.text.send" {
				continue
			}
			e, err := c.world.Log.Open(c.t.Context(), leaf)
			require.NoError(c.t, err)
			if e.Details["state"] == string(sms.Doubtful) {
				found = append(found, reference(e.Object.ID))
			}
		}
		if query.After = page.Next; query.After == "" {
			return found
		}
	}
}

// memory is how much of the machine's a worker has, in MiB.
func (c *trial) memory(w *worker) int {
	c.t.Helper()
	w.mu.Lock()
	pid := w.cmd.Process.Pid
	w.mu.Unlock()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0 // not on every system
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	kib := 0
	_, err = fmt.Sscan(rest, &kib)
	require.NoError(c.t, err)
	return kib / 1024
}

// goroutines ends a worker, which tells how many goroutines it has.
func (c *trial) goroutines(w *worker) int {
	c.t.Helper()
	w.mu.Lock()
	w.ending = true
	_ = w.cmd.Process.Signal(syscall.SIGQUIT)
	w.mu.Unlock()
	select {
	case <-w.over:
	case <-time.After(20 * time.Second):
		require.Fail(c.t, "a worker does not end")
	}
	said, err := os.ReadFile(w.output)
	require.NoError(c.t, err)
	return strings.Count(string(said), "\ngoroutine ")
}
