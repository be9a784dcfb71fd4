package smspg_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// What a query does not ask for is not opened: none of the other texts of this table could be. The number is found by its
// index, however many texts the practice sent to others.
func TestOnlyWhatIsAskedForIsOpened(t *testing.T) {
	c := open(t, 2)
	ctx := t.Context()
	offer := text("offer", sms.Ordinary)
	offer.Category = consent.Promotional
	c.apply(t, sms.Change{Texts: []sms.Text{offer}})
	_, err := c.queue.Claim(ctx, due("w"))
	require.NoError(t, err)
	// Of each two hundred one is to the patient: by turns one of another category, one that was claimed too early, one that
	// never was.
	_, err = c.db.ExecContext(ctx, `INSERT INTO `+c.Schema()+`.sms_text (practice, id, number, kind, category, provider, created, not_before, last_useful, sealed)
		SELECT practice, i::text, CASE WHEN i % 200 = 0 THEN number ELSE sha256((i % 2000)::text::bytea) END, kind,
			CASE WHEN i % 600 = 0 THEN 'transactional' ELSE category END, provider, created - i * interval '1 second', not_before, last_useful, ''
		FROM `+c.Schema()+`.sms_text, generate_series(1, 20000) AS i`)
	require.NoError(t, err)
	_, err = c.db.ExecContext(ctx, `INSERT INTO `+c.Schema()+`.sms_queue (practice, id, number, priority, state, due, claimed)
		SELECT t.practice, t.id, t.number, q.priority, CASE WHEN t.id::int % 600 = 400 THEN 'queued' ELSE 'sent' END, q.due,
			CASE t.id::int % 600 WHEN 200 THEN q.claimed - interval '1 hour' WHEN 400 THEN NULL ELSE q.claimed END
		FROM `+c.Schema()+`.sms_text AS t, `+c.Schema()+`.sms_queue AS q WHERE t.id <> 'offer'`)
	require.NoError(t, err)
	_, err = c.db.ExecContext(ctx, "ANALYZE "+c.Schema()+".sms_text, "+c.Schema()+".sms_queue")
	require.NoError(t, err)

	tx, err := c.db.BeginTx(ctx, nil)
	require.NoError(t, err)
	defer tx.Rollback() //nolint:errcheck // nothing is kept
	reads := func() (scans, rows int) { return reads(t, tx, c.Schema()) }
	q := sms.Query{Practice: elm, Number: patient, Category: consent.Promotional, Claimed: start.Add(-time.Hour)}
	for _, q.Limit = range []int{1, 100, 1000} {
		scans, rows := reads()
		page, err := c.store.WithTx(tx).Texts(ctx, q)
		require.NoError(t, err)
		require.Equal(t, []string{"offer"}, ids(page.Texts))
		scans2, rows2 := reads()
		require.Equal(t, scans, scans2, "a table was read from end to end")
		require.LessOrEqual(t, rows2-rows, 2*101, "other numbers' rows were read")
	}
	for _, wider := range []sms.Query{
		{Practice: elm, Number: patient, Category: consent.Promotional},
		{Practice: elm, Number: patient, Claimed: q.Claimed},
		{Practice: elm, Category: consent.Promotional, Claimed: q.Claimed},
	} {
		_, err := c.store.Texts(ctx, wider)
		require.Error(t, err, "there was nothing that cannot be opened")
	}
}

// Of a practice's texts only the few that may need a person are looked at, by the index that says which these are.
func TestTasksAreFoundByTheirIndex(t *testing.T) {
	c := open(t, 2)
	ctx := t.Context()
	c.apply(t, sms.Change{Texts: []sms.Text{text("t", sms.Ordinary)}})
	_, err := c.queue.Claim(ctx, due("w"))
	require.NoError(t, err)
	settled, err := c.queue.Settle(ctx, sms.Settlement{
		Key: sms.Key{Practice: elm, ID: "t"}, Worker: "w", State: sms.Refused, Class: sms.Unready,
		Decision: sms.Decision{Verdict: sms.Refuse, Rule: "agreement", Reason: "None."},
	})
	require.NoError(t, err)
	require.Equal(t, []bool{true}, settled)
	_, err = c.db.ExecContext(ctx, `INSERT INTO `+c.Schema()+`.sms_text (practice, id, number, kind, category, provider, created, not_before, last_useful, sealed)
		SELECT practice, i::text, number, kind, category, provider, created, not_before, last_useful, ''
		FROM `+c.Schema()+`.sms_text, generate_series(1, 20000) AS i`)
	require.NoError(t, err)
	_, err = c.db.ExecContext(ctx, `INSERT INTO `+c.Schema()+`.sms_queue (practice, id, number, priority, state, due, class)
		SELECT t.practice, t.id, t.number, 2, CASE WHEN t.id::int % 2 = 0 THEN 'sent' ELSE 'refused' END, t.created, 'throttled'
		FROM `+c.Schema()+`.sms_text AS t WHERE t.id <> 't'`)
	require.NoError(t, err)
	_, err = c.db.ExecContext(ctx, "ANALYZE "+c.Schema()+".sms_text, "+c.Schema()+".sms_queue")
	require.NoError(t, err)
	tx, err := c.db.BeginTx(ctx, nil)
	require.NoError(t, err)
	defer tx.Rollback() //nolint:errcheck // nothing is kept
	scans, rows := reads(t, tx, c.Schema())
	page, err := c.store.WithTx(tx).Tasks(ctx, sms.TaskQuery{Practice: elm})
	require.NoError(t, err)
	require.Len(t, page.Tasks, 1)
	require.Equal(t, sms.TaskUnready, page.Tasks[0].Kind)
	scans2, rows2 := reads(t, tx, c.Schema())
	require.Equal(t, scans, scans2, "a table was read from end to end")
	require.LessOrEqual(t, rows2-rows, 10, "other texts were read")
}

// reads returns how often a connection has read a table of texts from end to end, and how many of their rows: what earlier
// transactions of it read, and Postgres has not counted yet, included.
func reads(t *testing.T, tx bun.Tx, schema string) (scans, rows int) {
	t.Helper()
	require.NoError(t, tx.NewRaw(`SELECT sum(seq_scan), sum(seq_tup_read + idx_tup_fetch) FROM pg_stat_xact_user_tables
		WHERE schemaname = ? AND relname IN ('sms_text', 'sms_queue')`, schema).Scan(t.Context(), &scans, &rows))
	return scans, rows
}
