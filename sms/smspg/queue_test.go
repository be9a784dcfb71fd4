package smspg_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/smspg"
)

// A lease runs on the database's clock, whatever time the worker says it is.
func TestLeasesRunOnTheDatabasesClock(t *testing.T) {
	c := open(t, 2)
	ctx := t.Context()
	for i, now := range []time.Time{start, start.AddDate(100, 0, 0)} {
		c.apply(t, sms.Change{Texts: []sms.Text{text(string(rune('a'+i)), sms.Ordinary)}})
		texts, err := c.queue.Claim(ctx, sms.Claim{Worker: "w", Now: now, Lease: time.Hour, Limit: 1})
		require.NoError(t, err)
		require.Len(t, texts, 1)
	}
	var least, most float64
	err := c.db.NewRaw("SELECT min(extract(epoch FROM until - now())), max(extract(epoch FROM until - now())) FROM "+c.Schema()+".sms_queue").
		Scan(ctx, &least, &most)
	require.NoError(t, err)
	require.Greater(t, least, 3500.0)
	require.LessOrEqual(t, most, 3600.0)
	texts, err := c.queue.Doubt(ctx, sms.Claim{Worker: "v", Now: start.AddDate(200, 0, 0), Lease: time.Hour, Limit: 1})
	require.NoError(t, err)
	require.Empty(t, texts)
}

// Neither a claim nor a stop reads the whole queue, however long it is.
func TestTheIndexesServe(t *testing.T) {
	c := open(t, 2)
	ctx := t.Context()
	_, err := c.db.ExecContext(ctx, `INSERT INTO `+c.Schema()+`.sms_queue (practice, id, number, priority, state, due)
		SELECT 'elm-street', i::text, sha256(i::text::bytea), 2, CASE WHEN i % 2 = 0 THEN 'queued' ELSE 'sent' END, ?
		FROM generate_series(1, 20000) AS i`, start.Add(time.Hour))
	require.NoError(t, err)
	_, err = c.db.ExecContext(ctx, "ANALYZE "+c.Schema()+".sms_queue")
	require.NoError(t, err)

	tx, err := c.db.BeginTx(ctx, nil)
	require.NoError(t, err)
	defer tx.Rollback() //nolint:errcheck // nothing is kept
	reads := func() (scans, rows int) {
		require.NoError(t, tx.NewRaw("SELECT seq_scan, seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE schemaname = ? AND relname = 'sms_queue'",
			c.Schema()).Scan(ctx, &scans, &rows))
		return scans, rows
	}
	scans, rows := reads()
	texts, err := c.queue.Within(tx).Claim(ctx, due("w"))
	require.NoError(t, err)
	require.Empty(t, texts)
	_, err = c.queue.Within(tx).Doubt(ctx, due("w"))
	require.NoError(t, err)
	_, err = c.store.WithTx(tx).Apply(ctx, sms.Change{Stop: &sms.Stop{Practice: elm, Number: patient}})
	require.NoError(t, err)
	scans2, rows2 := reads()
	require.Equal(t, scans, scans2, "the table was read from end to end")
	require.Equal(t, rows, rows2, "rows were read that are nobody's business")
}

func TestNothingOfARolledBackTransactionRemains(t *testing.T) {
	c := open(t, 1)
	undo := errors.New("the vendor changes its mind")
	ctx := t.Context()
	change := sms.Change{Texts: []sms.Text{text("a", sms.Ordinary), text("b", sms.Ordinary)}}
	err := c.db.RunInTx(ctx, nil, func(_ context.Context, tx bun.Tx) error {
		bound := c.store.WithTx(tx)
		if _, err := bound.Apply(ctx, change); err != nil {
			return err
		}
		if _, err := bound.Text(ctx, sms.Key{Practice: elm, ID: "a"}); err != nil {
			return err
		}
		return undo
	})
	require.ErrorIs(t, err, undo)
	_, err = c.store.Text(ctx, sms.Key{Practice: elm, ID: "a"})
	require.ErrorIs(t, err, sms.ErrNotFound)

	// A change that turns out to be made before leaves the caller's transaction as it was. Any *sql.Tx will do.
	tx, err := c.db.DB.BeginTx(ctx, nil)
	require.NoError(t, err)
	bound := c.store.WithTx(tx)
	written, err := bound.Apply(ctx, sms.Change{Texts: []sms.Text{text("b", sms.Ordinary)}})
	require.NoError(t, err)
	require.True(t, written)
	written, err = bound.Apply(ctx, change)
	require.NoError(t, err)
	require.False(t, written)
	require.NoError(t, tx.Commit())
	_, err = c.store.Text(ctx, sms.Key{Practice: elm, ID: "b"})
	require.NoError(t, err)
	_, err = c.store.Text(ctx, sms.Key{Practice: elm, ID: "a"})
	require.ErrorIs(t, err, sms.ErrNotFound)
}

func TestNoRowsNeverEscapes(t *testing.T) {
	c := open(t, 1)
	_, err := c.store.Sender(t.Context(), elm, "")
	require.NotErrorIs(t, err, sql.ErrNoRows)
	_, err = c.queue.Route(t.Context(), ours)
	require.NotErrorIs(t, err, sql.ErrNoRows)
}

func TestMigrateTwiceChangesNothing(t *testing.T) {
	c := open(t, 1)
	require.NoError(t, smspg.Migrate(t.Context(), c.db, c.options))
	states, err := smspg.Status(t.Context(), c.db, c.options)
	require.NoError(t, err)
	require.NotEmpty(t, states)
	for _, s := range states {
		require.False(t, s.Applied.IsZero(), s.Name)
	}
}

func TestQueuedTextsNotify(t *testing.T) {
	c := open(t, 2)
	ear, err := pgx.Connect(t.Context(), c.DSN())
	require.NoError(t, err)
	defer ear.Close(t.Context()) //nolint:errcheck // it only listens
	_, err = ear.Exec(t.Context(), "LISTEN texts")
	require.NoError(t, err)
	heard := func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		_, err := ear.WaitForNotification(ctx)
		return err == nil
	}
	store := smspg.New(c.db, c.keys, &smspg.Options{Schema: c.Schema(), Wake: "texts"})
	change := sms.Change{Texts: []sms.Text{text("a", sms.Ordinary)}}
	tx, err := c.db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = store.WithTx(tx).Apply(t.Context(), change)
	require.NoError(t, err)
	require.False(t, heard(), "it is not committed")
	require.NoError(t, tx.Commit())
	require.True(t, heard())
	_, err = store.Apply(t.Context(), change)
	require.NoError(t, err)
	c.apply(t, sms.Change{Texts: []sms.Text{text("b", sms.Ordinary)}})
	require.False(t, heard(), "one was queued before, and the other store tells nobody")
}

// A change that is committed was made, whether its notification could be sent or not.
func TestWhoCannotBeNotifiedPolls(t *testing.T) {
	c := open(t, 2)
	store := smspg.New(c.db, c.keys, &smspg.Options{Schema: c.Schema(), Wake: strings.Repeat("w", 64)}) // too long for Postgres
	written, err := store.Apply(t.Context(), sms.Change{Texts: []sms.Text{text("a", sms.Ordinary)}})
	require.NoError(t, err)
	require.True(t, written)
	tx, err := c.db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer tx.Rollback() //nolint:errcheck // nothing is kept
	_, err = store.WithTx(tx).Apply(t.Context(), sms.Change{Texts: []sms.Text{text("b", sms.Ordinary)}})
	require.Error(t, err, "the caller's transaction is lost")
}
