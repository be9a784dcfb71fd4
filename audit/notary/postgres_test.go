package notary_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
)

// TestNoEntryIsLost runs writers that commit out of order, roll back, set savepoints and take their time, while two
// notaries race for small batches. Every committed entry is integrated once, and no other.
func TestNoEntryIsLost(t *testing.T) {
	w, d, o := onPostgres(t, &notary.Options{Limit: 17})
	ctx := t.Context()
	const writers, each = 6, 40
	pool := d.Pool(writers)
	store := auditpg.New(pool, o)
	committed := make([][]string, writers)
	var group sync.WaitGroup
	errs := make([]error, writers+2)
	for i := range writers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(i)))
			for range each {
				ids, err := write(ctx, random, pool, store, w.log)
				committed[i] = append(committed[i], ids...)
				errs[i] = errors.Join(errs[i], err)
			}
		})
	}
	written := make(chan struct{})
	var notaries sync.WaitGroup
	for i := range 2 {
		n, err := notary.New(auditpg.NewTrees(d.Pool(1), o), w.log, w.signer, w.known, &notary.Options{Limit: 17})
		require.NoError(t, err)
		notaries.Go(func() {
			for errs[writers+i] == nil {
				_, errs[writers+i] = n.Step(ctx)
				select {
				case <-written:
					return
				default:
				}
			}
		})
	}
	group.Wait()
	close(written)
	notaries.Wait()
	require.NoError(t, errors.Join(errs...))
	for {
		done, err := w.notary.Step(ctx)
		require.NoError(t, err)
		if done == 0 {
			break
		}
	}

	want := map[string]bool{}
	for _, ids := range committed {
		for _, id := range ids {
			want[id] = true
		}
	}
	for _, practice := range []string{elm, oak} {
		report := w.verify(t, practice)
		require.Empty(t, report.Damage)
		require.Zero(t, report.Pending)
		heads, err := w.trees.Heads(ctx, tree.Query{Practice: practice, Limit: 100000})
		require.NoError(t, err)
		for _, h := range heads {
			for _, m := range h.Marks {
				require.True(t, want[m.ID], "%s was integrated twice, or never committed", m.ID)
				delete(want, m.ID)
			}
		}
	}
	require.Empty(t, want, "committed, and never integrated")
	require.Empty(t, w.verify(t, "").Damage)
}

// write runs one transaction of up to six entries, some of them in savepoints, and returns the ids of those that it
// committed.
func write(ctx context.Context, random *rand.Rand, pool *bun.DB, store *auditpg.Store, log *audit.Log) ([]string, error) {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }()
	var ids []string
	appendOne := func() error {
		f, err := log.Stamp(ctx, entry([]string{elm, oak}[random.IntN(2)], random.IntN(100)))
		ids = append(ids, f.ID)
		return errors.Join(err, store.WithTx(tx).Append(ctx, f))
	}
	for range 1 + random.IntN(6) {
		if random.IntN(3) > 0 {
			if err := appendOne(); err != nil {
				return nil, err
			}
			continue
		}
		before := len(ids)
		end := "RELEASE SAVEPOINT part"
		if random.IntN(2) == 0 {
			end = "ROLLBACK TO SAVEPOINT part"
		}
		if _, err := tx.ExecContext(ctx, "SAVEPOINT part"); err != nil {
			return nil, err
		}
		if err := appendOne(); err != nil {
			return nil, err
		}
		if _, err := tx.ExecContext(ctx, end); err != nil {
			return nil, err
		}
		if end != "RELEASE SAVEPOINT part" {
			ids = ids[:before]
		}
	}
	if random.IntN(5) == 0 {
		return nil, tx.Rollback()
	}
	if random.IntN(10) == 0 { // a slow one, while others begin and commit
		if _, err := tx.ExecContext(ctx, "SELECT pg_sleep(0.05)"); err != nil {
			return nil, err
		}
	}
	return ids, tx.Commit()
}

// TestOpenTransactionHoldsNobodyUp integrates what others commit while a transaction stays open, and its own entries
// once it has ended.
func TestOpenTransactionHoldsNobodyUp(t *testing.T) {
	w, d, o := onPostgres(t, nil)
	ctx := t.Context()
	pool := d.Pool(1)
	slow, err := pool.BeginTx(ctx, nil)
	require.NoError(t, err)
	late, err := w.log.Stamp(ctx, entry(elm, 1))
	require.NoError(t, err)
	require.NoError(t, auditpg.New(pool, o).WithTx(slow).Append(ctx, late))
	for range 3 {
		w.record(t, elm, 2)
		w.step(t, 2)
	}
	w.step(t, 0)
	require.NoError(t, slow.Commit())
	require.Equal(t, 1, w.verify(t, elm).Pending)
	w.step(t, 1)
	heads, err := w.trees.Heads(ctx, tree.Query{Practice: elm, ID: late.ID, Limit: 2})
	require.NoError(t, err)
	require.Len(t, heads, 1)
	require.EqualValues(t, 4, heads[0].Number)
	w.step(t, 0)
	require.Empty(t, w.verify(t, elm).Damage)
}

// TestNotaryWhoseConnectionIsCut ends the notary's connection while it signs.
func TestNotaryWhoseConnectionIsCut(t *testing.T) {
	w, d, o := onPostgres(t, nil)
	admin := d.Pool(1)
	w.record(t, elm, 3)
	trees := altered{w.trees, func(*tree.Round) {
		var cut int
		err := admin.NewRaw(`SELECT count(pg_terminate_backend(l.pid)) FROM pg_locks AS l
			WHERE l.locktype = 'advisory' AND l.granted AND l.pid <> pg_backend_pid()
			AND EXISTS (SELECT FROM pg_locks AS r WHERE r.pid = l.pid AND r.relation = '?.audit_batch'::regclass)`,
			bun.Safe(o.Schema)).Scan(context.Background(), &cut)
		require.NoError(t, err)
		require.Equal(t, 1, cut)
	}}
	n, err := notary.New(trees, w.log, w.signer, w.known, nil)
	require.NoError(t, err)
	_, err = n.Step(t.Context())
	require.Error(t, err)
	_, err = w.reader.Checkpoint(t.Context(), elm)
	require.ErrorIs(t, err, notary.ErrNotFound)
	w.step(t, 3)
	w.sound(t)
}

// TestOtherDatabase grows a log whose transactions have high numbers, and then has Postgres count from lower ones, as
// after a dump was loaded into another cluster.
func TestOtherDatabase(t *testing.T) {
	w, d, o := onPostgres(t, nil)
	db := d.Pool(1)
	exec := func(sql string) {
		t.Helper()
		_, err := db.NewRaw(sql, bun.Ident(o.Schema)).Exec(t.Context())
		require.NoError(t, err)
	}
	require.NoError(t, auditpg.Rebase(t.Context(), db, o), "nothing to do")
	exec(`INSERT INTO ?0.audit_shift VALUES (9000000000)`)
	exec(`ALTER TABLE ?0.audit_entry ALTER xid SET DEFAULT (pg_current_xact_id()::text::bigint + 9000000000)`)
	w.grow(t)
	w.record(t, elm, 2) // they wait while the log moves
	kept := w.checkpoint(t, "")

	exec(`DELETE FROM ?0.audit_shift`)
	exec(`ALTER TABLE ?0.audit_entry ALTER xid SET DEFAULT (pg_current_xact_id()::text::bigint)`)
	_, err := w.notary.Step(t.Context())
	require.ErrorIs(t, err, tree.ErrRewound)
	w.sound(t, kept)

	require.NoError(t, auditpg.Rebase(t.Context(), db, o))
	require.NoError(t, auditpg.Rebase(t.Context(), db, o), "again")
	w.record(t, elm, 3)
	w.step(t, 5)
	w.record(t, oak, 1)
	w.step(t, 1)
	w.sound(t, kept)
	require.Zero(t, w.verify(t, elm).Pending)
}

// TestVerifyWhileOthersWrite finds nothing in an undamaged log that grows meanwhile.
func TestVerifyWhileOthersWrite(t *testing.T) {
	w, _, _ := onPostgres(t, &notary.Options{Limit: 9, Interval: time.Millisecond})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var group sync.WaitGroup
	group.Go(func() {
		for i := 0; i < 1000 && ctx.Err() == nil; i++ {
			_ = w.log.Record(ctx, entry([]string{elm, oak}[i%2], i))
		}
	})
	group.Go(func() { _ = w.notary.Run(ctx) })
	for range 10 {
		for _, practice := range []string{elm, oak, ""} {
			report, err := w.reader.Verify(ctx, w.log, practice)
			require.NoError(t, err)
			require.Empty(t, report.Damage, fmt.Sprint("practice ", practice))
		}
	}
	stop()
	group.Wait()
}
