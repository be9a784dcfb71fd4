package auditpg_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// aged returns a leaf of a practice at a moment, under an id of that moment.
func aged(practice string, at time.Time, term audit.Term) audit.Leaf {
	return audit.Leaf{
		ID: uuidv7.At(at), Practice: practice, At: at.UTC().Truncate(time.Microsecond),
		Actor: audit.Actor{Kind: audit.Staff, ID: "u-17"}, Action: "records.patient.read", Outcome: audit.Done,
		Term: term, Tag: []byte{1, byte(at.Second())}, Bytes: []byte(`{"v":1}`), MAC: []byte{1, 2, 3},
	}
}

// standing returns how many rows each partition has; those without rows are left out, but listed in every.
func standing(t testing.TB, db *bun.DB, schema string) (rows map[string]int, every []string) {
	t.Helper()
	require.NoError(t, db.NewRaw(`SELECT replace(c.relname, 'audit_entry_', '') FROM pg_class AS c
		WHERE c.relnamespace = ?::regnamespace AND c.relispartition AND c.relkind = 'r' ORDER BY 1`, schema).
		Scan(t.Context(), &every))
	rows = map[string]int{}
	for _, name := range every {
		var n int
		require.NoError(t, db.NewRaw("SELECT count(*) FROM ?", bun.Ident(schema+".audit_entry_"+name)).Scan(t.Context(), &n))
		if n > 0 {
			rows[name] = n
		}
	}
	return rows, every
}

func TestMonths(t *testing.T) {
	_, db, o := open(t, 2)
	ctx := t.Context()
	store := auditpg.New(db, o)
	now := time.Now().UTC()
	this := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	name := func(term string, month time.Time) string { return term + month.Format("_2006_01") }
	edge := time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC)
	odd := aged("elm", edge, audit.SixYears)
	odd.ID = "e-00001"
	leaves := []audit.Leaf{
		aged("elm", edge, audit.OneYear), aged("elm", edge.Add(-time.Millisecond), audit.OneYear),
		aged("oak", edge.AddDate(0, 1, 0).Add(-time.Microsecond), audit.OneYear), aged("elm", edge, audit.SixYears), odd,
		aged("elm", time.Date(2019, 12, 31, 23, 59, 59, 0, time.UTC), audit.SixYears), // before any release
		aged("elm", this.AddDate(2, 0, 0), audit.SixYears), aged("elm", now, audit.SixYears),
	}
	require.NoError(t, store.Append(ctx, leaves...))
	rows, every := standing(t, db, o.Schema)
	require.Equal(t, map[string]int{"1y_rest": 3, "6y_rest": 5}, rows)
	require.Equal(t, []string{"1y_rest", "6y_rest"}, every)

	for range 2 {
		require.NoError(t, auditpg.Months(ctx, db, o))
		rows, every = standing(t, db, o.Schema)
		require.Equal(t, map[string]int{
			"1y_2025_02": 2, "1y_2025_01": 1, "6y_2025_02": 1, "6y_rest": 3, name("6y", now): 1,
		}, rows)
		require.Equal(t, []string{
			"1y_2025_01", "1y_2025_02", name("1y", this), name("1y", this.AddDate(0, 1, 0)), "1y_rest",
			"6y_2025_02", name("6y", this), name("6y", this.AddDate(0, 1, 0)), "6y_rest",
		}, every)
	}
	for _, f := range leaves {
		require.NoError(t, store.Append(ctx, f), "once more, as it is")
		other := f.Clone()
		other.MAC[0]++
		require.ErrorIs(t, store.Append(ctx, other), audit.ErrConflict)
	}
	require.NoError(t, store.Append(ctx, aged("elm", edge, audit.OneYear), aged("elm", now, audit.OneYear)))
	rows, _ = standing(t, db, o.Schema)
	require.Equal(t, 3, rows["1y_2025_02"])
	require.Equal(t, 1, rows[name("1y", now)])

	var indexes int
	require.NoError(t, db.NewRaw(`SELECT count(*) FROM pg_index WHERE indrelid = ?::regclass`,
		o.Schema+".audit_entry_1y_2025_02").Scan(ctx, &indexes))
	require.Equal(t, 5, indexes)
	require.NoError(t, auditpg.Migrate(ctx, db, o), "after the months were made")
	states, err := auditpg.Status(ctx, db, o)
	require.NoError(t, err)
	require.Len(t, states, 3)
	require.NoError(t, auditpg.Rebase(ctx, db, o))
}

// A database may have another level of isolation as its default.
func TestMonthsAtEveryLevelOfIsolation(t *testing.T) {
	for _, level := range []string{"repeatable read", "serializable"} {
		t.Run(level, func(t *testing.T) {
			_, db, o := open(t, 1)
			_, err := db.ExecContext(t.Context(), "SET default_transaction_isolation = '"+level+"'")
			require.NoError(t, err)
			require.NoError(t, auditpg.New(db, o).Append(t.Context(), aged("elm", time.Now(), audit.OneYear)))
			require.NoError(t, auditpg.Months(t.Context(), db, o))
			require.NoError(t, auditpg.Months(t.Context(), db, o), "again")
			rows, _ := standing(t, db, o.Schema)
			require.Equal(t, map[string]int{"1y" + time.Now().UTC().Format("_2006_01"): 1}, rows)
		})
	}
}

func TestMonthsRefusals(t *testing.T) {
	d, db, o := open(t, 2)
	_, err := auditpg.MonthsSQL(&auditpg.Options{Schema: `a"b`})
	require.Error(t, err)
	require.Error(t, auditpg.Months(t.Context(), db, &auditpg.Options{Schema: "nowhere"}))

	// A reader who takes long lets it give up, and it changes nothing.
	text, err := auditpg.MonthsSQL(o)
	require.NoError(t, err)
	slow, err := d.Pool(1).BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer slow.Rollback()
	_, err = slow.NewRaw("SELECT count(*) FROM ?.audit_entry", bun.Ident(o.Schema)).Exec(t.Context())
	require.NoError(t, err)
	require.Equal(t, "55P03", pgstore.State(auditpg.Months(t.Context(), db, o)))
	_, every := standing(t, db, o.Schema)
	require.Equal(t, []string{"1y_rest", "6y_rest"}, every)
	_, err = slow.ExecContext(t.Context(), text)
	require.Equal(t, "2D000", pgstore.State(err), "inside a transaction")
}

// TestMonthsBesideWriters makes months while writers append to them, by themselves and in transactions that read before
// and write both terms in either order: no append fails and none is lost.
func TestMonthsBesideWriters(t *testing.T) {
	d, db, o := open(t, 2)
	const writers, each = 4, 60
	pool := d.Pool(writers)
	store := auditpg.New(pool, o)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	started := make(chan struct{}, writers*each)
	errs := make([]error, writers+2)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := 0; i < each && errs[w] == nil; i++ {
				month := time.Date(2024, time.Month(1+i%8), 3, 0, 0, i, 0, time.UTC)
				one, six := aged(fmt.Sprint("p-", w), month, audit.OneYear), aged(fmt.Sprint("p-", w), time.Now(), audit.SixYears)
				switch i % 3 {
				case 0:
					errs[w] = store.Append(ctx, one, six)
				case 1:
					errs[w] = readAndAppend(ctx, pool, store, one, six)
				case 2:
					errs[w] = readAndAppend(ctx, pool, store, six, one)
				}
				started <- struct{}{}
			}
		})
	}
	for w := range 2 {
		group.Go(func() {
			for i := range 4 {
				for range 5 * (i + w) {
					select {
					case <-started:
					case <-ctx.Done(): // no writer gets on
					}
				}
				if err := auditpg.Months(ctx, db, o); pgstore.State(err) != "55P03" && err != nil {
					errs[writers+w] = err
				}
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	require.NoError(t, auditpg.Months(t.Context(), db, o))
	rows, _ := standing(t, db, o.Schema)
	total := 0
	for _, n := range rows {
		total += n
	}
	require.Equal(t, 2*writers*each, total)
	require.Zero(t, rows["1y_rest"]+rows["6y_rest"])
}

// readAndAppend looks at the log and appends leaves one after the other, in one transaction.
func readAndAppend(ctx context.Context, db *bun.DB, store *auditpg.Store, leaves ...audit.Leaf) error {
	return db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		for _, f := range leaves {
			if _, err := store.WithTx(tx).Leaves(ctx, audit.Query{Practice: f.Practice, Limit: 1}); err != nil {
				return err
			}
			if err := store.WithTx(tx).Append(ctx, f); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestMonthsAreNotReadByName has the application's role write and read the log, and no month of it by its name.
func TestMonthsAreNotReadByName(t *testing.T) {
	_, db, o := open(t, 1)
	require.NoError(t, auditpg.New(db, o).Append(t.Context(), aged("elm", time.Now(), audit.SixYears)))
	require.NoError(t, auditpg.Months(t.Context(), db, o))
	_, every := standing(t, db, o.Schema)
	role := "reader_" + o.Schema
	exec := func(sql string) error {
		_, err := db.ExecContext(context.WithoutCancel(t.Context()), strings.NewReplacer("{s}", o.Schema, "{r}", role).Replace(sql))
		return err
	}
	require.NoError(t, exec(`CREATE ROLE {r}; GRANT USAGE ON SCHEMA {s} TO {r}; GRANT SELECT, INSERT ON {s}.audit_entry TO {r}; SET ROLE {r}`))
	t.Cleanup(func() { require.NoError(t, exec(`RESET ROLE; DROP OWNED BY {r}; DROP ROLE {r}`)) })
	store := auditpg.New(db, o)
	require.NoError(t, store.Append(t.Context(), aged("elm", time.Now(), audit.OneYear), aged("elm", time.Now(), audit.SixYears)))
	page, err := store.Leaves(t.Context(), audit.Query{Practice: "elm"})
	require.NoError(t, err)
	require.Len(t, page.Leaves, 3)
	for _, name := range append(every, "6y", "1y") {
		for _, sql := range []string{
			"SELECT FROM {s}.audit_entry_", "INSERT INTO {s}.audit_entry_", "DELETE FROM {s}.audit_entry_", "DROP TABLE {s}.audit_entry_",
		} {
			if strings.HasPrefix(sql, "INSERT") {
				name += " DEFAULT VALUES"
			}
			require.Equal(t, "42501", pgstore.State(exec(sql+name)), sql+name)
			name = strings.TrimSuffix(name, " DEFAULT VALUES")
		}
	}
	require.Equal(t, "42501", pgstore.State(auditpg.Months(t.Context(), db, o)), "only the owner makes months")
}

// TestMonthIsDroppedByTheOwnerAlone lets the application's role look at what a month holds, and drop nothing.
func TestMonthIsDroppedByTheOwnerAlone(t *testing.T) {
	_, db, o := open(t, 1)
	at := time.Date(2024, 2, 3, 0, 0, 0, 0, time.UTC)
	month := tree.MonthOf(audit.OneYear, at)
	trees := auditpg.NewTrees(db, o)
	require.NoError(t, auditpg.New(db, o).Append(t.Context(), aged("elm", at, audit.OneYear)))
	shares, err := trees.Shares(t.Context(), month)
	require.NoError(t, err)
	require.Empty(t, shares, "what stands in rest cannot be dropped")
	require.NoError(t, auditpg.Months(t.Context(), db, o))

	role := "notary_" + o.Schema
	exec := func(sql string) {
		t.Helper()
		_, err := db.ExecContext(context.WithoutCancel(t.Context()), strings.NewReplacer("{s}", o.Schema, "{r}", role).Replace(sql))
		require.NoError(t, err)
	}
	exec(`CREATE ROLE {r}; GRANT USAGE ON SCHEMA {s} TO {r}; GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA {s} TO {r}; SET ROLE {r}`)
	t.Cleanup(func() { exec(`RESET ROLE; DROP OWNED BY {r}; DROP ROLE {r}`) })
	shares, err = trees.Shares(t.Context(), month)
	require.NoError(t, err)
	require.Len(t, shares, 1)
	require.Equal(t, "42501", pgstore.State(trees.Drop(t.Context(), month, shares)))
	exec(`RESET ROLE`)
	require.NoError(t, trees.Drop(t.Context(), month, shares))
	rows, _ := standing(t, db, o.Schema)
	require.Empty(t, rows)
}
