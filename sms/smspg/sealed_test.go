package smspg_test

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smspg"
)

var tables = []string{"sms_text", "sms_queue", "sms_decision", "sms_received", "sms_content", "sms_task", "sms_sender"}

// planted is a text whose words must not be found in a dump.
func planted(id string) sms.Text {
	t := text(id, sms.Ordinary)
	t.Patient, t.Body, t.Subject, t.Version, t.Zone = "planted-patient", "planted-body", "planted-subject", "planted-version", "planted-zone"
	t.Region = "planted-region"
	return t
}

// fill writes planted secrets by every way into the tables.
func (c *clinic) fill(t *testing.T) {
	t.Helper()
	d := sms.Decision{Verdict: sms.Refuse, Reason: "planted-reason", Trail: []sms.Step{{Rule: "stop", Fact: "planted-fact"}}, Facts: &sms.Facts{Name: "planted-name"}}
	message := sms.Received{
		Inbound:  sms.Inbound{Provider: "twilio", ID: "m-1", From: patient, To: ours, Body: "planted-message"},
		Practice: elm, At: start, Word: "stop",
	}
	c.apply(t, sms.Change{Texts: []sms.Text{planted("settled")}})
	c.apply(t, sms.Change{Texts: []sms.Text{planted("stopped"), planted("cancelled")}})
	_, err := c.queue.Claim(t.Context(), sms.Claim{Worker: "w", Now: start, Lease: time.Hour, Limit: 1})
	require.NoError(t, err)
	c.apply(t, sms.Change{Cancel: &sms.Cancel{Key: sms.Key{Practice: elm, ID: "settled"}, Decision: d}})
	c.apply(t, sms.Change{Received: &message, Stop: &sms.Stop{Practice: elm, Number: patient, Decision: d}})
	done, err := one(c.queue.Settle(t.Context(), sms.Settlement{Key: sms.Key{Practice: elm, ID: "cancelled"}, Worker: "w", State: sms.Failed, Decision: d}))
	require.NoError(t, err)
	require.True(t, done)
	held := message
	held.ID, held.Flag, held.Content, held.Patient, held.Subject = "m-3", sms.Health, sms.ContentHeld, "planted-patient", "planted-subject"
	c.apply(t, sms.Change{Received: &held, Tasks: []sms.Task{{
		Practice: elm, ID: "task", Kind: sms.TaskSensitive, Patient: "planted-patient", Number: patient, Text: "planted-text",
		Message: sms.MessageKey{Practice: elm, Provider: "twilio", ID: "planted-message"}, Subject: "planted-subject",
		Options: []sms.Option{{Subject: "planted-option"}}, Opened: start, Due: start.Add(time.Hour),
	}}})
	c.apply(t, sms.Change{Sender: &sms.Sender{Practice: elm, Number: ours, Provider: "twilio"}})
}

func TestPromise_D5_1_BodiesAndNumbersAreSealed(t *testing.T) {
	c := open(t, 2)
	c.fill(t)
	var dump strings.Builder
	for _, table := range tables {
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
	require.Contains(t, dump.String(), ours, "the dump shows nothing at all")
	for _, secret := range []string{patient, patient[1:], patient[2:], "planted"} {
		require.NotContains(t, dump.String(), secret)
		require.NotContains(t, dump.String(), hex.EncodeToString([]byte(secret)))
	}
}

func TestAnAlteredRowIsFound(t *testing.T) {
	c := open(t, 2)
	for name, alter := range map[string]string{
		"the kind":                   "UPDATE ?schema.sms_text SET kind = 'stop_answer' WHERE id = 'settled'",
		"the category":               "UPDATE ?schema.sms_text SET category = 'conversational' WHERE id = 'settled'",
		"the provider":               "UPDATE ?schema.sms_text SET provider = 'carrier' WHERE id = 'settled'",
		"the creation":               "UPDATE ?schema.sms_text SET created = created - interval '1 hour' WHERE id = 'settled'",
		"the earliest moment":        "UPDATE ?schema.sms_text SET not_before = not_before - interval '1 hour' WHERE id = 'settled'",
		"the last useful moment":     "UPDATE ?schema.sms_text SET last_useful = last_useful + interval '1 hour' WHERE id = 'settled'",
		"the number":                 "UPDATE ?schema.sms_queue SET number = sha256('x') WHERE id = 'settled'",
		"the sealed part":            "UPDATE ?schema.sms_text SET sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1) WHERE id = 'settled'",
		"another text's sealed part": "UPDATE ?schema.sms_text SET sealed = (SELECT sealed FROM ?schema.sms_text WHERE id = 'stopped') WHERE id = 'settled'",
		"another text's decision":    "UPDATE ?schema.sms_decision SET sealed = (SELECT sealed FROM ?schema.sms_decision WHERE id = 'stopped') WHERE id = 'settled'",
	} {
		t.Run(name, func(t *testing.T) {
			c.empty(t)
			c.fill(t)
			_, err := c.db.ExecContext(t.Context(), strings.ReplaceAll(alter, "?schema", c.Schema()))
			require.NoError(t, err)
			_, err = c.store.Text(t.Context(), sms.Key{Practice: elm, ID: "settled"})
			require.ErrorIs(t, err, crypto.ErrNotOpened)
			require.NotContains(t, err.Error(), patient[2:])
			require.NotContains(t, err.Error(), "planted")
			_, err = c.store.Texts(t.Context(), sms.Query{Practice: elm})
			require.ErrorIs(t, err, crypto.ErrNotOpened)
		})
	}
	for name, alter := range map[string]string{
		"the word":        "UPDATE ?schema.sms_received SET word = ''",
		"the time":        "UPDATE ?schema.sms_received SET at = at + interval '1 hour'",
		"the provider":    "UPDATE ?schema.sms_received SET provider = 'carrier'",
		"the id":          "UPDATE ?schema.sms_received SET id = 'm-2' WHERE id = 'm-1'",
		"the flag":        "DELETE FROM ?schema.sms_content",
		"the sealed part": "UPDATE ?schema.sms_received SET sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1)",
	} {
		t.Run("of a message, "+name, func(t *testing.T) {
			c.empty(t)
			c.fill(t)
			_, err := c.db.ExecContext(t.Context(), strings.ReplaceAll(alter, "?schema", c.Schema()))
			require.NoError(t, err)
			_, err = c.store.Received(t.Context(), sms.Query{Practice: elm})
			require.ErrorIs(t, err, crypto.ErrNotOpened)
		})
	}
}

func TestAnAlteredTaskIsFound(t *testing.T) {
	c := open(t, 2)
	for name, alter := range map[string]string{
		"the kind":        "UPDATE ?schema.sms_task SET kind = 'reply'",
		"the day":         "UPDATE ?schema.sms_task SET due = due + interval '1 hour'",
		"the opening":     "UPDATE ?schema.sms_task SET opened = opened - interval '1 hour'",
		"the number":      "UPDATE ?schema.sms_task SET number = sha256('x')",
		"the id":          "UPDATE ?schema.sms_task SET id = 'other'",
		"the sealed part": "UPDATE ?schema.sms_task SET sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1)",
	} {
		t.Run(name, func(t *testing.T) {
			c.empty(t)
			c.fill(t)
			_, err := c.db.ExecContext(t.Context(), strings.ReplaceAll(alter, "?schema", c.Schema()))
			require.NoError(t, err)
			_, err = c.store.Tasks(t.Context(), sms.TaskQuery{Practice: elm})
			require.ErrorIs(t, err, crypto.ErrNotOpened)
			require.NotContains(t, err.Error(), "planted")
			require.NotContains(t, err.Error(), patient[2:])
		})
	}
	t.Run("what a message holds", func(t *testing.T) {
		c.empty(t)
		c.fill(t)
		_, err := c.db.ExecContext(t.Context(), "UPDATE "+c.Schema()+".sms_content SET sealed = (SELECT sealed FROM "+c.Schema()+".sms_received WHERE id = 'm-1')")
		require.NoError(t, err)
		_, err = c.store.Content(t.Context(), sms.MessageKey{Practice: elm, Provider: "twilio", ID: "m-3"})
		require.ErrorIs(t, err, crypto.ErrNotOpened)
	})
}

// What was filed or deleted is in no row any more.
func TestWhatWasDisposedOfIsInNoRow(t *testing.T) {
	c := open(t, 2)
	c.fill(t)
	k := sms.MessageKey{Practice: elm, Provider: "twilio", ID: "m-3"}
	sealed := func() (n int) {
		query := "SELECT count(*) FROM " + c.Schema() + ".sms_content WHERE sealed IS NOT NULL"
		require.NoError(t, c.db.NewRaw(query).Scan(t.Context(), &n))
		return n
	}
	require.Equal(t, 1, sealed())
	c.apply(t, sms.Change{Dispose: &sms.Dispose{Message: k, As: sms.ContentDeleted}})
	require.Zero(t, sealed())
	_, err := c.db.ExecContext(t.Context(), "UPDATE "+c.Schema()+".sms_content SET sealed = '\\x00'")
	require.Error(t, err, "it can be put back")
}

// A text that cannot be opened is put off, and holds up nobody else's. It is never sent, nor lost.
func TestATextThatCannotBeOpened(t *testing.T) {
	c := open(t, 2)
	ctx := t.Context()
	work := sms.Claim{Worker: "w", Now: start, Lease: time.Hour, Limit: 2}
	c.apply(t, sms.Change{Texts: []sms.Text{planted("a"), planted("b"), planted("c"), planted("d")}})
	_, err := c.db.ExecContext(ctx, "UPDATE "+c.Schema()+".sms_text SET sealed = '\\x00' WHERE id IN ('a', 'c')")
	require.NoError(t, err)

	for _, pair := range [][2]string{{"a", "b"}, {"c", "d"}} {
		bad, good := pair[0], pair[1]
		texts, err := c.queue.Claim(ctx, work)
		require.ErrorIs(t, err, crypto.ErrNotOpened, "nobody is told of it")
		require.ErrorContains(t, err, strconv.Quote(bad), "nor of which it is")
		require.NotContains(t, err.Error(), "planted")
		require.Equal(t, []string{good}, ids(texts), "the others come beside the error")
	}
	texts, err := c.queue.Claim(ctx, work)
	require.NoError(t, err)
	require.Empty(t, texts, "a text that cannot be opened came back at once")

	work.Now, work.Lease = start.Add(time.Hour), time.Nanosecond
	_, err = c.queue.Claim(ctx, work)
	require.ErrorIs(t, err, crypto.ErrNotOpened, "nobody is told of it")
	require.NotContains(t, err.Error(), "planted")
	require.Equal(t, "queued queued", c.states(t, "a", "c"))

	// While it is doubtful the same holds.
	_, err = c.db.ExecContext(ctx, "UPDATE "+c.Schema()+".sms_queue SET state = 'doubtful', until = now() - interval '1 hour' WHERE id IN ('a', 'c')")
	require.NoError(t, err)
	work.Lease = time.Hour
	_, err = c.queue.Doubt(ctx, work)
	require.ErrorIs(t, err, crypto.ErrNotOpened)
	require.Equal(t, "doubtful doubtful", c.states(t, "a", "c"))
	texts, err = c.queue.Doubt(ctx, work)
	require.NoError(t, err)
	require.Empty(t, texts)
}

func (c *clinic) states(t *testing.T, ids ...string) string {
	t.Helper()
	var all []string
	for _, id := range ids {
		var state string
		query := "SELECT state FROM " + c.Schema() + ".sms_queue WHERE id = ? AND worker IS NULL AND NOT leased"
		require.NoError(t, c.db.NewRaw(query, id).Scan(t.Context(), &state))
		all = append(all, state)
	}
	return strings.Join(all, " ")
}

// stopping is a key manager that is told to stop whenever it is asked for a key.
type stopping struct {
	crypto.KeyManager
	stop func()
}

func (s *stopping) Unwrap(ctx context.Context, w crypto.Wrapped, bind []byte) ([]byte, error) {
	s.stop()
	return nil, ctx.Err()
}

// A worker that is told to stop between claiming a text and opening it gives it back.
func TestATextIsGivenBackByAWorkerThatIsToldToStop(t *testing.T) {
	c := open(t, 2)
	keys, manager := cryptomem.New(), &stopping{KeyManager: crypto.NewEphemeral()}
	own, err := crypto.NewKeyring(keys, manager.KeyManager, nil)
	require.NoError(t, err)
	c.store = smspg.New(c.db, own, c.options)
	c.apply(t, sms.Change{Texts: []sms.Text{planted("a")}})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	manager.stop = stop
	cold, err := crypto.NewKeyring(keys, manager, nil)
	require.NoError(t, err)
	queue := smspg.NewQueue(c.db, cold, c.options)
	texts, err := queue.Claim(ctx, sms.Claim{Worker: "w", Now: start, Lease: time.Hour, Limit: 2})
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, texts)
	require.Equal(t, "queued", c.states(t, "a"))
}
