package notary_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
)

// counted counts statements by their first word.
type counted map[string]int

func (c counted) hear(statement string) {
	word, _, _ := strings.Cut(strings.TrimSpace(statement), " ")
	c[strings.ToUpper(word)]++
}

// TestThousandsOfPractices integrates one leaf of each of 2,000 practices, twice: the second time every tree has an edge
// that must be read.
func TestThousandsOfPractices(t *testing.T) {
	const practices = 2000
	w, d, o := onPostgres(t, nil)
	count := counted{}
	n, err := notary.New(auditpg.NewTrees(d.Heard(count.hear), o), w.log, w.signer, w.known, nil)
	require.NoError(t, err)
	for round := range 2 {
		var entries []audit.Entry
		for i := range practices {
			entries = append(entries, entry(fmt.Sprint("practice ", i), round))
		}
		require.NoError(t, w.log.Record(t.Context(), entries...))
		clear(count)
		done, err := n.Step(t.Context())
		require.NoError(t, err)
		require.Equal(t, practices, done)
		// The lock and the snapshot, the newest batch, the rows, what the tree of heads mentions, the newest heads; first who
		// waits, which is asked once a minute, and then the edges; the batch, and 500 heads each.
		require.Equal(t, counted{"BEGIN": 1, "SELECT": 5 + 1, "INSERT": 1 + 5, "COMMIT": 1}, count)
	}
	report := w.verify(t, "practice 77")
	require.Empty(t, report.Damage)
	require.EqualValues(t, 2, report.Size)
}

// TestManyHeads verifies a tree of heads with far fewer statements than it has leaves.
func TestManyHeads(t *testing.T) {
	w, d, o := onPostgres(t, nil)
	const batches = 40
	for range batches {
		w.record(t, elm, 1)
		w.record(t, oak, 1)
		w.step(t, 2)
	}
	count := counted{}
	reader, err := notary.NewReader(auditpg.NewTrees(d.Heard(count.hear), o), w.known)
	require.NoError(t, err)
	report, err := reader.Verify(t.Context(), w.log, "")
	require.NoError(t, err)
	require.Empty(t, report.Damage)
	require.EqualValues(t, 2*batches, report.Size)
	require.Less(t, count["SELECT"], 20)
}

// TestRightsOfANotary does its work, and a reader's, with those that the documentation of auditpg.Trees names.
func TestRightsOfANotary(t *testing.T) {
	w, d, o := onPostgres(t, nil)
	admin := d.Pool(1)
	role := "notary_of_" + d.Schema()
	exec := func(sql string) {
		t.Helper()
		_, err := admin.ExecContext(context.Background(), strings.NewReplacer("{s}", d.Schema(), "{r}", role).Replace(sql))
		require.NoError(t, err)
	}
	exec(`CREATE ROLE {r} NOLOGIN`)
	t.Cleanup(func() { exec(`DROP OWNED BY {r}; DROP ROLE {r}`) })
	exec(`GRANT USAGE ON SCHEMA {s} TO {r}; GRANT SELECT ON {s}.audit_entry, {s}.audit_shift TO {r};
		GRANT SELECT, INSERT ON {s}.audit_batch, {s}.audit_head, {s}.audit_aside TO {r}`)
	db := d.Pool(1)
	_, err := db.ExecContext(t.Context(), "SET ROLE "+role)
	require.NoError(t, err)
	w.trees = auditpg.NewTrees(db, o)
	w.notary, err = notary.New(w.trees, w.log, w.signer, w.known, nil)
	require.NoError(t, err)
	w.reader, err = notary.NewReader(w.trees, w.known)
	require.NoError(t, err)
	w.grow(t)
	_, err = w.notary.Adopt(t.Context(), elm, "e-00001")
	require.NoError(t, err)
	w.record(t, elm, 1)
	err = w.trees.Integrate(t.Context(), 100, func(_ context.Context, r tree.Round) (tree.Batch, error) {
		aside := tree.Aside{Practice: elm}
		for part, err := range r.Rows {
			require.NoError(t, err)
			for _, row := range part {
				aside.IDs = append(aside.IDs, row.Leaf.ID)
			}
		}
		return tree.Batch{At: time.Now(), Aside: []tree.Aside{aside}}, nil
	})
	require.NoError(t, err)
	require.Equal(t, 1, w.verify(t, elm).Pending)
	w.notary, err = notary.New(w.trees, w.log, w.signer, w.known, nil)
	require.NoError(t, err)
	w.step(t, 1)
	w.sound(t)
	_, err = w.reader.Inclusion(t.Context(), elm, "e-00013")
	require.NoError(t, err)
	for _, table := range []string{"audit_entry", "audit_batch", "audit_head", "audit_aside", "audit_shift"} {
		for _, right := range []string{"UPDATE", "DELETE", "TRUNCATE"} {
			var has bool
			require.NoError(t, db.NewRaw("SELECT has_table_privilege(?, ?)", d.Schema()+"."+table, right).Scan(t.Context(), &has))
			require.False(t, has, "%s on %s", right, table)
		}
	}
}

// TestNobodyHoldsTheNotaryUp keeps transactions open that have written: one of the log, one that is prepared, and one in
// another database. What others commit meanwhile is integrated at once; what they wrote, once they have ended.
func TestNobodyHoldsTheNotaryUp(t *testing.T) {
	w, d, o := onPostgres(t, nil)
	ctx := t.Context()
	var prepared int
	admin := d.Pool(1)
	require.NoError(t, admin.NewRaw("SELECT current_setting('max_prepared_transactions')::int").Scan(ctx, &prepared))

	begin := func(pool *bun.DB) (bun.Tx, audit.Leaf) {
		t.Helper()
		tx, err := pool.BeginTx(ctx, nil)
		require.NoError(t, err)
		leaf, err := w.log.Stamp(ctx, entry(elm, 1))
		require.NoError(t, err)
		require.NoError(t, auditpg.New(pool, o).WithTx(tx).Append(ctx, leaf))
		return tx, leaf
	}
	slow, late := begin(d.Pool(1))
	waiting := 1
	name := "prepared_" + d.Schema()
	if prepared > 0 {
		tx, _ := begin(d.Pool(1))
		_, err := tx.ExecContext(ctx, "PREPARE TRANSACTION '"+name+"'")
		require.NoError(t, err)
		_ = tx.Rollback() // the session is in no transaction any more
		waiting++
	}
	elsewhere := otherDatabase(t, d.DSN())
	_, err := elsewhere.ExecContext(ctx, "BEGIN")
	require.NoError(t, err)
	_, err = elsewhere.ExecContext(ctx, "SELECT pg_current_xact_id()")
	require.NoError(t, err)

	for range 3 {
		w.record(t, elm, 2)
		w.record(t, oak, 1)
		w.step(t, 3)
		w.step(t, 0)
	}
	require.NoError(t, slow.Commit())
	if prepared > 0 {
		_, err = admin.ExecContext(ctx, "COMMIT PREPARED '"+name+"'")
		require.NoError(t, err)
	}
	require.Equal(t, waiting, w.verify(t, elm).Pending)
	w.step(t, waiting)
	_, err = elsewhere.ExecContext(ctx, "COMMIT")
	require.NoError(t, err)
	w.record(t, elm, 1)
	w.step(t, 1)
	w.step(t, 0)
	report := w.verify(t, elm)
	require.Empty(t, report.Damage)
	require.Zero(t, report.Pending)
	require.EqualValues(t, 7+waiting, report.Size)
	_, err = w.reader.Inclusion(ctx, elm, late.ID)
	require.NoError(t, err)
	w.sound(t)
	if prepared == 0 {
		t.Log("this server takes no prepared transactions")
	}
}

// otherDatabase is a connection to one that every server has.
func otherDatabase(t *testing.T, dsn string) *sql.Conn {
	t.Helper()
	u, err := url.Parse(dsn)
	require.NoError(t, err)
	u.Path = "/template1"
	config, err := pgx.ParseConfig(u.String())
	require.NoError(t, err)
	pool := stdlib.OpenDB(*config)
	t.Cleanup(func() { _ = pool.Close() })
	conn, err := pool.Conn(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// TestSizeOfAProof is at most 640 bytes of hashes at a million leaves, wherever the leaf stands.
func TestSizeOfAProof(t *testing.T) {
	const leaves = 1_000_000
	zeros := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) { return make([]tlog.Hash, len(at)), nil })
	longest := 0
	for n := int64(0); n < leaves; n += 997 {
		proof, err := tlog.ProveRecord(leaves, n, zeros)
		require.NoError(t, err)
		longest = max(longest, len(proof)*tlog.HashSize)
	}
	require.LessOrEqual(t, longest, 640)
	require.Equal(t, 640, longest)
}
