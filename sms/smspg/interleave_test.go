package smspg_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smspg"
)

const (
	elm     = "elm-street"
	patient = "+12125550100"
	ours    = "+12125550199"
)

var start = time.Date(2026, 3, 2, 15, 0, 0, 123456000, time.UTC)

func text(id string, kind sms.Kind) sms.Text {
	return sms.Text{
		ID: id, Practice: elm, Kind: kind, Category: consent.Transactional, Provider: "twilio", From: ours, To: patient,
		Body: "Your visit is tomorrow.", NotBefore: start, LastUseful: start.Add(time.Hour), Created: start,
	}
}

func due(worker string) sms.Claim {
	return sms.Claim{Worker: worker, Now: start, Lease: time.Hour, Wait: time.Hour, Limit: 10}
}

func (c *clinic) apply(t *testing.T, change sms.Change) {
	t.Helper()
	written, err := c.store.Apply(t.Context(), change)
	require.NoError(t, err)
	require.True(t, written)
}

func ids(texts []sms.Tracked) (all []string) {
	for _, t := range texts {
		all = append(all, t.ID)
	}
	return all
}

// worker does what a dispatcher does, on a connection of its own and one step at a time.
type worker struct {
	name   string
	tx     bun.Tx
	claims []string
	open   bool // it has claimed and not committed
	leaves bool // it holds the text and saw no stop
}

func (w *worker) holds(id string) bool { return strings.Contains(strings.Join(w.claims, " "), id) }

// Two workers claim, commit and then look for a stop, while a stop comes in; each runs one step at a time, in every
// order there is. The answer to the stop must never be claimed while a worker that did not see the stop holds a text.
func TestStopAgainstClaims(t *testing.T) {
	c := open(t, 8)
	orders := interleavings("aaabbbs", "")
	require.Len(t, orders, 140)
	for _, order := range orders {
		t.Run(order, func(t *testing.T) { c.interleave(t, order) })
	}
}

// interleavings returns every order of the letters that are left, behind those that were taken.
func interleavings(left, taken string) []string {
	if left == "" {
		return []string{taken}
	}
	var all []string
	for i, letter := range left {
		if strings.IndexRune(left, letter) == i {
			all = append(all, interleavings(left[:i]+left[i+1:], taken+string(letter))...)
		}
	}
	return all
}

func (c *clinic) interleave(t *testing.T, order string) {
	ctx := t.Context()
	c.empty(t)
	c.apply(t, sms.Change{Texts: []sms.Text{text("text", sms.Ordinary)}})
	a, b := &worker{name: "a"}, &worker{name: "b"}
	var stopped chan error
	stop := func() {
		stopped = make(chan error, 1)
		go func() {
			_, err := c.store.Apply(ctx, sms.Change{
				Received: &sms.Received{Inbound: sms.Inbound{Provider: "twilio", ID: "m", From: patient, To: ours, Body: "STOP"}, Practice: elm, At: start},
				Texts:    []sms.Text{text("answer", sms.StopAnswer)},
				Stop:     &sms.Stop{Practice: elm, Number: patient, Decision: sms.Decision{Verdict: sms.Refuse, Reason: "stop"}},
			})
			stopped <- err
		}()
	}
	// The stop waits for a claim of the text that is not committed yet, and for nothing else.
	finish := func() {
		held := a.open && a.holds("text") || b.open && b.holds("text")
		if stopped != nil && !held {
			require.NoError(t, <-stopped)
			stopped = nil
		}
	}
	steps := map[*worker]int{}
	for _, letter := range order {
		w := a
		switch letter {
		case 's':
			stop()
			finish()
			continue
		case 'b':
			w = b
		}
		switch steps[w]++; steps[w] {
		case 1:
			w.claim(t, c)
		case 2:
			require.NoError(t, w.tx.Commit())
			w.open = false
			finish()
		case 3:
			seen, err := c.store.Received(ctx, sms.Query{Practice: elm})
			require.NoError(t, err)
			w.leaves = w.holds("text") && len(seen) == 0
		}
	}
	// In the end a third worker claims what is left: the answer, unless the text may be on its way.
	last := &worker{name: "c"}
	last.claim(t, c)
	require.NoError(t, last.tx.Commit())

	answered := a.holds("answer") || b.holds("answer") || last.holds("answer")
	held := a.holds("text") || b.holds("text")
	require.False(t, answered && (a.leaves || b.leaves), "the answer was claimed while a text was leaving")
	require.False(t, a.holds("text") && b.holds("text"), "two workers have one text")
	for _, w := range []*worker{a, b, last} {
		require.LessOrEqual(t, len(w.claims), 1, "one claim took the answer beside the text")
	}
	require.True(t, held || answered, "nothing was unsettled, and yet the answer was not claimed")
}

func (w *worker) claim(t *testing.T, c *clinic) {
	t.Helper()
	var err error
	w.tx, err = c.db.BeginTx(context.WithoutCancel(t.Context()), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = w.tx.Rollback() }) // after a commit it does nothing
	texts, err := c.queue.Within(w.tx).Claim(t.Context(), due(w.name))
	require.NoError(t, err)
	w.claims, w.open = ids(texts), true
}

// An answer that lost patience marks the texts that may be on their way. One that is being settled at that moment is
// waited for, and not marked when it turns out to be settled.
func TestPatienceAgainstSettlement(t *testing.T) {
	for _, state := range []sms.State{sms.Sent, sms.Doubtful} {
		t.Run(string(state), func(t *testing.T) {
			c := open(t, 4)
			ctx := t.Context()
			c.apply(t, sms.Change{Texts: []sms.Text{text("text", sms.Ordinary)}})
			texts, err := c.queue.Claim(ctx, due("a"))
			require.NoError(t, err)
			require.Equal(t, []string{"text"}, ids(texts))
			c.apply(t, sms.Change{Texts: []sms.Text{text("answer", sms.StopAnswer)}})

			tx, err := c.db.BeginTx(ctx, nil)
			require.NoError(t, err)
			settled, err := one(c.queue.Within(tx).Settle(ctx, sms.Settlement{
				Key: sms.Key{Practice: elm, ID: "text"}, Worker: "a", State: state,
			}))
			require.NoError(t, err)
			require.True(t, settled)

			late := due("b")
			late.Now = start.Add(sms.Patience + time.Second)
			claimed := make(chan error, 1)
			go func() {
				texts, err := c.queue.Claim(ctx, late)
				if err == nil && fmt.Sprint(ids(texts)) != "[answer]" {
					err = fmt.Errorf("claimed %v", ids(texts))
				}
				claimed <- err
			}()
			c.waitForAWaiter(t)
			require.NoError(t, tx.Commit())
			require.NoError(t, <-claimed)
			kept, err := c.store.Text(ctx, sms.Key{Practice: elm, ID: "text"})
			require.NoError(t, err)
			require.Equal(t, state, kept.State)
			require.Equal(t, state.Unsettled(), kept.InFlight)
		})
	}
}

// waitForAWaiter returns when a statement on the queue waits for another's lock.
func (c *clinic) waitForAWaiter(t *testing.T) {
	t.Helper()
	require.Eventually(t, func() bool {
		var n int
		err := c.db.NewRaw("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE ?",
			"%"+c.Schema()+"%").Scan(t.Context(), &n)
		return err == nil && n > 0
	}, 20*time.Second, 5*time.Millisecond)
}

// While a stop seals its decisions one queued text is claimed, and another comes back into the queue. Each that the stop refuses
// has a decision all the same.
func TestStopWhileTextsComeAndGo(t *testing.T) {
	c := open(t, 8)
	ctx, manager := t.Context(), crypto.NewEphemeral()
	process := func() *crypto.Keyring {
		keys, err := crypto.NewKeyring(cryptopg.New(c.db, &cryptopg.Options{Schema: c.Schema()}), manager, nil)
		require.NoError(t, err)
		return keys
	}
	here := process()
	c.store, c.queue = smspg.New(c.db, here, c.options), smspg.NewQueue(c.db, here, c.options)
	c.apply(t, sms.Change{Texts: []sms.Text{text("back", sms.Ordinary)}})
	claimed, err := c.queue.Claim(ctx, due("b"))
	require.NoError(t, err)
	require.Equal(t, []string{"back"}, ids(claimed))
	c.apply(t, sms.Change{Texts: []sms.Text{text("gone", sms.Ordinary)}})

	// A process that has never sealed asks for the key then: it has to wait for it here.
	elsewhere := smspg.New(c.db, process(), c.options)
	_, err = elsewhere.Texts(ctx, sms.Query{Practice: elm, Number: "+12125550177"})
	require.NoError(t, err)
	tx, err := c.db.BeginTx(ctx, nil)
	require.NoError(t, err)
	_, err = tx.NewRaw("LOCK TABLE ? IN ACCESS EXCLUSIVE MODE", bun.Ident(c.Schema()+".crypto_key")).Exec(ctx)
	require.NoError(t, err)
	stopped := make(chan error, 1)
	decision := sms.Decision{Verdict: sms.Refuse, Reason: "The patient said stop."}
	go func() {
		_, err := elsewhere.Apply(ctx, sms.Change{Stop: &sms.Stop{Practice: elm, Number: patient, Decision: decision}})
		stopped <- err
	}()
	c.waitForAWaiter(t)
	claimed, err = c.queue.Claim(ctx, due("a"))
	require.NoError(t, err)
	require.Equal(t, []string{"gone"}, ids(claimed))
	settled, err := one(c.queue.Settle(ctx, sms.Settlement{Key: sms.Key{Practice: elm, ID: "back"}, Worker: "b", State: sms.Queued, Due: start}))
	require.NoError(t, err)
	require.True(t, settled)
	require.NoError(t, tx.Commit())
	require.NoError(t, <-stopped)

	back, err := c.store.Text(ctx, sms.Key{Practice: elm, ID: "back"})
	require.NoError(t, err)
	require.Equal(t, sms.Refused, back.State)
	require.Equal(t, decision, back.Decision)
	gone, err := c.store.Text(ctx, sms.Key{Practice: elm, ID: "gone"})
	require.NoError(t, err)
	require.Equal(t, sms.Sending, gone.State)
}

// A stop that meets a claim which is not committed waits for it, and leaves the text to its worker.
func TestStopWaitsForAClaim(t *testing.T) {
	for _, committed := range []bool{true, false} {
		t.Run(fmt.Sprintf("committed %v", committed), func(t *testing.T) {
			c := open(t, 4)
			c.apply(t, sms.Change{Texts: []sms.Text{text("text", sms.Ordinary)}})
			w := &worker{name: "a"}
			w.claim(t, c)
			stopped := make(chan error, 1)
			decision := sms.Decision{Verdict: sms.Refuse, Reason: "The patient said stop."}
			go func() {
				_, err := c.store.Apply(t.Context(), sms.Change{Stop: &sms.Stop{Practice: elm, Number: patient, Decision: decision}})
				stopped <- err
			}()
			c.waitForAWaiter(t)
			want := sms.Progress{State: sms.Refused, Due: start, Decision: decision}
			if committed {
				require.NoError(t, w.tx.Commit())
				want = sms.Progress{State: sms.Sending, Due: start, Claimed: start}
			} else {
				require.NoError(t, w.tx.Rollback())
			}
			require.NoError(t, <-stopped)
			kept, err := c.store.Text(t.Context(), sms.Key{Practice: elm, ID: "text"})
			require.NoError(t, err)
			require.Equal(t, want, kept.Progress)
		})
	}
}
