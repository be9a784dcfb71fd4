package smspg_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
)

// Whoever locks several texts that are on their way locks them in the order of their keys, so that a batch of settlements and
// a claim that marks texts as in flight never wait for each other.
func TestTextsAreLockedInTheOrderOfTheirKeys(t *testing.T) {
	settled := func(id string) sms.Settlement {
		return sms.Settlement{Key: sms.Key{Practice: elm, ID: id}, Worker: "w", State: sms.Sent}
	}
	for name, lock := range map[string]func(c *clinic) error{
		"settle": func(c *clinic) error {
			_, err := c.queue.Settle(t.Context(), settled("b"), settled("c"), settled("a"))
			return err
		},
		"mark": func(c *clinic) error {
			late := due("v")
			late.Now = start.Add(sms.Patience + time.Second)
			_, err := c.queue.Claim(t.Context(), late)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t, 8)
			for _, id := range []string{"c", "b", "a"} { // not in the order in which they lie
				c.apply(t, sms.Change{Texts: []sms.Text{text(id, sms.Ordinary)}})
			}
			claimed, err := c.queue.Claim(t.Context(), due("w"))
			require.NoError(t, err)
			require.Len(t, claimed, 3)
			c.apply(t, sms.Change{Texts: []sms.Text{text("answer", sms.StopAnswer)}})

			tx, err := c.db.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			defer func() { _ = tx.Rollback() }()
			queue := c.Schema() + ".sms_queue"
			_, err = tx.ExecContext(t.Context(), "SELECT FROM "+queue+" WHERE id = 'a' FOR UPDATE")
			require.NoError(t, err)
			done := make(chan error, 1)
			go func() { done <- lock(c) }()
			require.Eventually(t, func() bool {
				var waits bool
				err := c.db.QueryRowContext(t.Context(),
					"SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND position(? IN query) > 0", c.Schema()).Scan(&waits)
				return err == nil && waits
			}, 10*time.Second, time.Millisecond, "it waits for the first of them")
			_, err = tx.ExecContext(t.Context(), "SELECT FROM "+queue+" WHERE id IN ('b', 'c') FOR UPDATE NOWAIT")
			require.NoError(t, err, "it holds a later one while it waits for the first")
			require.NoError(t, tx.Rollback())
			require.NoError(t, <-done)
		})
	}
}
