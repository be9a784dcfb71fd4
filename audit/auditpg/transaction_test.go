package auditpg_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/internal/pgstore"
)

const practice = "elm-street"

func newLog(t *testing.T, store audit.Store) *audit.Log {
	t.Helper()
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(t, err)
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	log, err := audit.NewLog(store, keys, &audit.Options{Now: func() time.Time {
		now = now.Add(time.Microsecond) // so that pages are in the order of stamping
		return now
	}})
	require.NoError(t, err)
	return log
}

func entry(action string) audit.Entry {
	return audit.Entry{
		Practice: practice, Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: action,
		Object: audit.Object{Kind: "patient", ID: "p-1"}, Patient: "p-1",
	}
}

func stamp(t *testing.T, log *audit.Log, action string) audit.Leaf {
	t.Helper()
	f, err := log.Stamp(t.Context(), entry(action))
	require.NoError(t, err)
	return f
}

// actions lists what the log of the practice holds.
func actions(t *testing.T, s audit.Store) []string {
	t.Helper()
	page, err := s.Leaves(t.Context(), audit.Query{Practice: practice})
	require.NoError(t, err)
	all := []string{}
	for _, f := range page.Leaves {
		all = append(all, f.Action)
	}
	return all
}

// TestWhatWasSeenSurvivesTheRollback has a caller who reads, is refused, writes, and undoes it all, on a pool of one
// connection that its transaction holds. The log has a pool of its own.
func TestWhatWasSeenSurvivesTheRollback(t *testing.T) {
	d, db, o := open(t, 1)
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	log := newLog(t, auditpg.New(d.Pool(2), o))
	store := auditpg.New(db, o)
	refusal := errors.New("records: not on the care team")

	err := db.RunInTx(ctx, nil, func(_ context.Context, tx bun.Tx) error {
		require.NoError(t, log.Record(ctx, entry("records.chart.read")))
		require.Equal(t, refusal, log.Refuse(ctx, entry("records.chart.export"), refusal))
		require.NoError(t, store.WithTx(tx).Append(ctx, stamp(t, log, "records.chart.write")))
		require.Len(t, actions(t, store.WithTx(tx)), 3)
		return sql.ErrTxDone
	})
	require.ErrorIs(t, err, sql.ErrTxDone)
	require.Equal(t, []string{"records.chart.read", "records.chart.export"}, actions(t, store))
}

// TestOrdinaryTransaction takes part in one of database/sql.
func TestOrdinaryTransaction(t *testing.T) {
	d, db, o := open(t, 1)
	log := newLog(t, auditpg.New(d.Pool(1), o))
	store := auditpg.New(db, o)
	for _, commit := range []bool{false, true} {
		tx, err := db.DB.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		action := fmt.Sprint("commit.", commit)
		require.NoError(t, store.WithTx(tx).Append(t.Context(), stamp(t, log, action), stamp(t, log, action+"2")))
		if commit {
			require.NoError(t, tx.Commit())
		} else {
			require.NoError(t, tx.Rollback())
		}
	}
	require.Len(t, actions(t, store), 2)
}

func TestAppendIsOneStatement(t *testing.T) {
	d, _, o := open(t, 1)
	log := newLog(t, auditpg.New(d.Pool(1), o))
	var sent []string
	heard := auditpg.New(d.Heard(func(statement string) { sent = append(sent, statement) }), o)
	require.NoError(t, heard.Append(t.Context(), stamp(t, log, "one")))
	require.NoError(t, heard.Append(t.Context(), stamp(t, log, "two"), stamp(t, log, "three")))
	require.Len(t, sent, 2)
	for _, statement := range sent {
		require.True(t, strings.HasPrefix(statement, "INSERT INTO "))
	}
}

// TestAppendIsPreparedOnce appends on a pool in pgx's own mode, which keeps what it has prepared: whatever was appended, that
// is one statement for a single leaf and one for several.
func TestAppendIsPreparedOnce(t *testing.T) {
	d, _, o := open(t, 1)
	config, err := pgx.ParseConfig(d.DSN())
	require.NoError(t, err)
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(1)
	defer func() { require.NoError(t, pool.Close()) }()
	db := bun.NewDB(pool, pgdialect.New())
	store := auditpg.New(db, o)
	log := newLog(t, store)
	for i := range 5 {
		require.NoError(t, store.Append(t.Context(), stamp(t, log, "one")))
		var several []audit.Leaf
		for range 2 + i {
			several = append(several, stamp(t, log, "several"))
		}
		require.NoError(t, store.Append(t.Context(), several...))
	}
	var kept int
	require.NoError(t, db.NewRaw("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'INSERT %'").Scan(t.Context(), &kept))
	require.Equal(t, 2, kept)
	require.Len(t, actions(t, store), 5+2+3+4+5+6)
}

// TestWriterNeedsInsertAlone appends as a role that can do nothing else.
func TestWriterNeedsInsertAlone(t *testing.T) {
	d, db, o := open(t, 1)
	log := newLog(t, auditpg.New(d.Pool(1), o))
	role := "writer_" + o.Schema
	ctx := t.Context()
	_, err := db.NewRaw("CREATE ROLE ?0; GRANT USAGE ON SCHEMA ?1 TO ?0; GRANT INSERT ON ?1.audit_entry TO ?0",
		bun.Ident(role), bun.Ident(o.Schema)).Exec(ctx)
	if pgstore.State(err) == "42501" {
		t.Skip("the test's user may not create roles")
	}
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := d.Pool(1).NewRaw("DROP OWNED BY ?0; DROP ROLE ?0", bun.Ident(role)).Exec(context.Background())
		require.NoError(t, err)
	})
	tx, err := db.BeginTx(ctx, nil)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback() }()
	_, err = tx.NewRaw("SET LOCAL ROLE ?", bun.Ident(role)).Exec(ctx)
	require.NoError(t, err)
	store := auditpg.New(db, o).WithTx(tx)
	require.NoError(t, store.Append(ctx, stamp(t, log, "one")))
	require.NoError(t, store.Append(ctx, stamp(t, log, "two"), stamp(t, log, "three")))
	_, err = store.Leaves(ctx, audit.Query{Practice: practice})
	require.Equal(t, "42501", pgstore.State(err))
}

func TestMigrations(t *testing.T) {
	_, db, o := open(t, 2)
	require.NoError(t, auditpg.Migrate(t.Context(), db, o), "again")
	states, err := auditpg.Status(t.Context(), db, o)
	require.NoError(t, err)
	require.Len(t, states, 3)
	for _, s := range states {
		require.False(t, s.Applied.IsZero())
	}
	other := &auditpg.Options{Schema: o.Schema + "_sql"}
	script, err := auditpg.SQL(other)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := db.NewRaw("DROP SCHEMA ? CASCADE", bun.Ident(other.Schema)).Exec(context.Background())
		require.NoError(t, err)
	})
	_, err = db.DB.ExecContext(t.Context(), script)
	require.NoError(t, err)
	require.NoError(t, auditpg.New(db, other).Append(t.Context(), stamp(t, newLog(t, auditpg.New(db, o)), "one")))
	require.NoError(t, auditpg.Migrate(t.Context(), db, other), "what plain SQL applied is not applied again")
}

// TestBatchWhoseNumberIsTaken has another notary commit a batch while one is made: the later one is nobody's error.
func TestBatchWhoseNumberIsTaken(t *testing.T) {
	_, db, o := open(t, 2)
	require.NoError(t, auditpg.New(db, o).Append(t.Context(), numbered(0, 1)...))
	err := auditpg.NewTrees(db, o).Integrate(t.Context(), 10, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
		for _, err := range r.Rows {
			require.NoError(t, err)
		}
		_, err := db.NewRaw("INSERT INTO ?.audit_batch VALUES (?, '1:1:', now())", bun.Ident(o.Schema), r.Number).Exec(ctx)
		return tree.Batch{At: time.Now()}, err
	})
	require.ErrorIs(t, err, tree.ErrBusy)
}
