package smspg_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptopg"
	"github.com/enamel-go/enamel/sms/broadcast"
	"github.com/enamel-go/enamel/sms/smspg"
	"github.com/enamel-go/enamel/sms/smstest"
	"github.com/enamel-go/enamel/sms/template"
)

var (
	_ broadcast.Store = (*smspg.Broadcasts)(nil)
	_ broadcast.Queue = (*smspg.Broadcasts)(nil)
)

var broadcastTables = []string{"sms_broadcast", "sms_broadcast_fact", "sms_recipient"}

func (c *clinic) broadcasts() *smspg.Broadcasts { return smspg.NewBroadcasts(c.db, c.keys, c.options) }

func (c *clinic) noBroadcasts(t *testing.T) {
	c.empty(t)
	for _, table := range broadcastTables {
		_, err := c.db.ExecContext(context.Background(), "DELETE FROM "+c.Schema()+"."+table)
		require.NoError(t, err)
	}
}

func TestBroadcasts(t *testing.T) {
	c := open(t, 8)
	for _, s := range smstest.BroadcastCases() {
		t.Run(s.Name, func(t *testing.T) {
			c.noBroadcasts(t)
			require.NoError(t, s.Check(t.Context(), smstest.BroadcastHarness{Store: c.broadcasts(), Queue: c.broadcasts(), Entries: c.entries}))
		})
	}
}

// As TestStoreInACallersTransaction.
func TestBroadcastsInACallersTransaction(t *testing.T) {
	c := open(t, 1)
	own := c.Pool(2)
	c = c.as("SELECT, INSERT, UPDATE ON sms_broadcast", "SELECT, INSERT ON sms_broadcast_fact", "SELECT, INSERT, UPDATE, DELETE ON sms_recipient")
	keys, err := crypto.NewKeyring(cryptopg.New(own, &cryptopg.Options{Schema: c.Schema()}), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	for _, s := range smstest.BroadcastCases() {
		t.Run(s.Name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			tx, err := c.db.BeginTx(ctx, nil)
			require.NoError(t, err)
			defer tx.Rollback() //nolint:errcheck // it is only to be undone
			store := smspg.NewBroadcasts(c.db, keys, c.options).WithTx(tx)
			require.NoError(t, s.Check(ctx, smstest.BroadcastHarness{
				Store: store, Queue: store, Entries: c.entries.WithTx(tx), OneConnection: true,
			}))
		})
	}
	open, err := smspg.NewBroadcasts(c.db, keys, c.options).Open(t.Context(), broadcast.Key{}, 10)
	require.NoError(t, err)
	require.Empty(t, open, "something was written outside the caller's transaction")
}

// plant writes two broadcasts with planted secrets.
func (c *clinic) plant(t *testing.T) {
	t.Helper()
	for i, id := range []string{"spring", "autumn"} {
		f := broadcast.Fact{
			ID: id, Practice: elm, Broadcast: id, Kind: broadcast.Drafted, Recorded: start, Actor: audit.Actor{Kind: audit.Staff, ID: "planted-actor"},
			Plan: broadcast.Plan{
				Category: consent.Promotional, Template: "planted-template", Version: 1, Values: template.Values{"phone": "planted-value"},
				Bodies: map[template.Language]string{template.English: "planted-body"}, Language: template.English, From: ours,
				LastUseful: start.Add(time.Hour), NotBefore: start,
				Audience: broadcast.Audience{Criterion: broadcast.Condition, Detail: "planted-condition"},
			},
		}
		more := f
		more.ID, more.Kind, more.Plan, more.Sum, more.Reason = id+" in", broadcast.Included, broadcast.Plan{}, "planted-sum", "planted-reason"
		var recipients []broadcast.Recipient
		for _, n := range []string{patient, patient[:len(patient)-1] + "9"} {
			recipients = append(recipients, broadcast.Recipient{
				Number: n, Patient: "planted-patient " + n, Language: "es", Authorization: "planted-form", Stage: broadcast.Waiting,
			})
		}
		for seen, change := range []broadcast.Change{{Fact: f}, {Fact: more, Recipients: recipients}} {
			change.Seen, change.Leaves = seen, []audit.Leaf{leaf(100+10*i+seen, elm)}
			written, err := c.broadcasts().Apply(t.Context(), change)
			require.NoError(t, err)
			require.True(t, written)
		}
	}
}

func TestPromise_D5_1_AudiencesAreSealed(t *testing.T) {
	c := open(t, 2)
	c.plant(t)
	var dump strings.Builder
	for _, table := range broadcastTables {
		var rows []map[string]any
		require.NoError(t, c.db.NewRaw("SELECT * FROM "+c.Schema()+"."+table).Scan(t.Context(), &rows))
		require.NotEmpty(t, rows, table)
		for _, row := range rows {
			for column, value := range row {
				fmt.Fprintf(&dump, "%s=%v\n", column, value)
				if raw, ok := value.([]byte); ok {
					fmt.Fprintf(&dump, "%s\n%x\n%s\n", raw, raw, base64.StdEncoding.EncodeToString(raw))
				}
			}
		}
	}
	require.Contains(t, dump.String(), "spring", "the dump shows nothing at all")
	for _, secret := range []string{patient, patient[2:], "planted", "condition", "promotional"} {
		require.NotContains(t, dump.String(), secret)
		require.NotContains(t, dump.String(), hex.EncodeToString([]byte(secret)))
	}
}

func TestAnAlteredBroadcastIsFound(t *testing.T) {
	c := open(t, 2)
	k := broadcast.Key{Practice: elm, Broadcast: "spring"}
	read := func(t *testing.T) error {
		t.Helper()
		if _, err := c.broadcasts().Ledger(t.Context(), k); err != nil {
			return err
		}
		_, err := c.broadcasts().Recipients(t.Context(), k, broadcast.Waiting, 0, 10)
		return err
	}
	for name, alter := range map[string]string{
		"the kind":                     "UPDATE ?s.sms_broadcast_fact SET kind = 'started' WHERE id = 'spring in'",
		"the recorded time":            "UPDATE ?s.sms_broadcast_fact SET recorded = recorded + interval '1 hour' WHERE id = 'spring'",
		"another broadcast's fact":     "UPDATE ?s.sms_broadcast_fact SET broadcast = 'spring' WHERE id = 'autumn in'",
		"the sealed part":              "UPDATE ?s.sms_broadcast_fact SET sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1) WHERE id = 'spring'",
		"another fact's sealed part":   "UPDATE ?s.sms_broadcast_fact SET sealed = (SELECT sealed FROM ?s.sms_broadcast_fact WHERE id = 'autumn') WHERE id = 'spring'",
		"another broadcast's audience": "UPDATE ?s.sms_recipient SET broadcast = 'spring', number = number || '\\x00' WHERE broadcast = 'autumn'",
		"a recipient's number":         "UPDATE ?s.sms_recipient SET number = number || '\\x00' WHERE broadcast = 'spring'",
		"a recipient's sealed part":    "UPDATE ?s.sms_recipient SET sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1) WHERE broadcast = 'spring'",
		"a recipient's patient":        "UPDATE ?s.sms_recipient SET patient = NULL WHERE broadcast = 'spring'",
		"another recipient's number":   "UPDATE ?s.sms_recipient AS r SET sealed = o.sealed FROM ?s.sms_recipient AS o WHERE o.broadcast = r.broadcast AND o.place <> r.place",
	} {
		t.Run(name, func(t *testing.T) {
			c.noBroadcasts(t)
			c.plant(t)
			require.NoError(t, read(t))
			_, err := c.db.ExecContext(t.Context(), strings.ReplaceAll(alter, "?s.", c.Schema()+"."))
			require.NoError(t, err)
			err = read(t)
			require.ErrorIs(t, err, broadcast.ErrTampered)
			require.NotContains(t, err.Error(), "planted")
			require.NotContains(t, err.Error(), patient[2:])
		})
	}
}

// leaf is the entry number n of a practice.
func leaf(n int, practice string) audit.Leaf {
	id := fmt.Sprintf("01920000-0000-7000-8000-%012d", n)
	return audit.Leaf{
		ID: id, Practice: practice, At: start, Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
		Action: "sms.test", Outcome: audit.Done, Term: audit.SixYears, Bytes: []byte(`{"id":"` + id + `"}`), MAC: []byte("mac of " + id),
	}
}
