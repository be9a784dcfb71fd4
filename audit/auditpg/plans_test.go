package auditpg_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/tree"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// monthsOf makes the months of a term from one on.
func monthsOf(t testing.TB, db *bun.DB, schema string, term audit.Term, from time.Time, count int) {
	t.Helper()
	for i := range count {
		m := tree.MonthOf(term, from.AddDate(0, i, 0))
		low, high := m.IDs()
		name := fmt.Sprintf("%s.audit_entry_%s_%s", schema, term, m.Start().Format("2006_01"))
		_, err := db.DB.ExecContext(t.Context(), fmt.Sprintf(`CREATE TABLE %s (LIKE %s.audit_entry INCLUDING DEFAULTS);
			ALTER TABLE %s.audit_entry_%s ATTACH PARTITION %s FOR VALUES FROM ('%s') TO ('%s')`,
			name, schema, schema, term, name, low, high))
		require.NoError(t, err)
	}
}

// fill writes n rows, a tenth of them of elm, evenly over a span, under ids of their times. All but the last 200 were
// written by transactions below 500.
func fill(t testing.TB, db *bun.DB, schema string, n int, from time.Time, span time.Duration) {
	t.Helper()
	_, err := db.DB.ExecContext(t.Context(), fmt.Sprintf(`INSERT INTO %[1]s.audit_entry
		(practice, id, xid, at, actor_kind, actor, action, outcome, term, tag, bytes, mac)
		SELECT CASE WHEN i %% 10 = 0 THEN 'elm' ELSE 'oak' END,
			regexp_replace(lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0'), '^(.{8})(.{4})$', '\1-\2')
				|| '-7000-8000-' || lpad(to_hex(i), 12, '0'),
			CASE WHEN i > %[4]d - 200 THEN 500 ELSE i %% 490 + 1 END, at, 'staff', 'u-17', 'records.patient.read', 'done', CASE WHEN i %% 4 = 0 THEN '1y' ELSE '6y' END,
			decode(lpad(to_hex(i %% 500), 8, '0'), 'hex'), decode(repeat('7b', 300), 'hex'), decode(repeat('00', 40), 'hex')
		FROM (SELECT i, '%[2]s'::timestamptz + i * interval '%[3]d microseconds' AS at FROM generate_series(1, %[4]d) AS i) AS series`,
		schema, from.Format(time.RFC3339), span.Microseconds()/int64(n), n))
	require.NoError(t, err)
	_, err = db.DB.ExecContext(t.Context(), "ANALYZE "+schema+".audit_entry")
	require.NoError(t, err)
}

// TestMonthsAreReadByTheirIndexes explains what the store and the trees ask of a log of 100,000 rows over 24 months.
func TestMonthsAreReadByTheirIndexes(t *testing.T) {
	d, db, o := open(t, 1)
	ctx := t.Context()
	from := time.Date(2024, 11, 1, 0, 0, 0, 0, time.UTC)
	for _, term := range []audit.Term{audit.SixYears, audit.OneYear} {
		monthsOf(t, db, o.Schema, term, from, 24)
	}
	fill(t, db, o.Schema, 100_000, from, from.AddDate(0, 24, 0).Sub(from))
	store, trees := auditpg.New(db, o), auditpg.NewTrees(db, o)
	var ids []string
	require.NoError(t, db.NewRaw("SELECT id FROM ?.audit_entry WHERE practice = 'elm' ORDER BY id OFFSET 5000 LIMIT 300",
		bun.Ident(o.Schema)).Scan(ctx, &ids))
	page, err := store.Leaves(ctx, audit.Query{Practice: "elm"})
	require.NoError(t, err)
	_, err = db.NewRaw("INSERT INTO ?.audit_batch VALUES (1, '500:500:', now())", bun.Ident(o.Schema)).Exec(ctx)
	require.NoError(t, err)

	for name, ask := range map[string]func() error{
		"a page": func() error { _, err := store.Leaves(ctx, audit.Query{Practice: "elm"}); return err },
		"the next page": func() error {
			_, err := store.Leaves(ctx, audit.Query{Practice: "elm", After: page.Next})
			return err
		},
		"the newest page": func() error { _, err := store.Leaves(ctx, audit.Query{Practice: "elm", Newest: true}); return err },
		"a tag": func() error {
			_, err := store.Leaves(ctx, audit.Query{Practice: "elm", Tag: []byte{0, 0, 0, 7}})
			return err
		},
		"rows side by side": func() error { _, err := trees.Rows(ctx, "elm", ids); return err },
		"rows here and there": func() error {
			var some []string
			for i := range ids {
				some = append(some, ids[(i*7919)%len(ids)])
			}
			_, err := trees.Rows(ctx, "elm", some[:100])
			return err
		},
		"entries of prunings": func() error { _, err := trees.Prunes(ctx, "elm", "", 100); return err },
		"the next batch": func() error {
			return trees.Integrate(ctx, 1000, func(context.Context, tree.Round) (tree.Batch, error) { return tree.Batch{}, context.Canceled })
		},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			heard := d.Heard(func(statement string) { asked = append(asked, statement) })
			store, trees = auditpg.New(heard, o), auditpg.NewTrees(heard, o)
			if err := ask(); err != nil {
				require.ErrorIs(t, err, context.Canceled)
			}
			explained := 0
			for _, text := range asked {
				if !strings.Contains(text, "audit_entry") || !strings.HasPrefix(text, "SELECT") {
					continue
				}
				var plan []string
				require.NoError(t, db.NewRaw("EXPLAIN (ANALYZE, SUMMARY) "+strings.ReplaceAll(text, "?", "??")).Scan(ctx, &plan))
				whole := strings.Join(plan, "\n")
				// A month may be read as a whole where a good part of it is wanted, but only then.
				require.LessOrEqual(t, strings.Count(whole, "Seq Scan on audit_entry_6y_20"), 3, whole)
				require.LessOrEqual(t, strings.Count(whole, "Seq Scan on audit_entry_1y_20"), 3, whole)
				if strings.HasPrefix(name, "rows") {
					require.LessOrEqual(t, strings.Count(whole, " on audit_entry_"), 12, whole)
				}
				t.Log(name, plan[len(plan)-2:])
				explained++
			}
			require.Positive(t, explained)
		})
	}
}

// BenchmarkAppendToMonths appends to a log of a year's and six years' months, and in turn to a table without partitions
// that has the same columns and indexes.
func BenchmarkAppendToMonths(b *testing.B) {
	now := time.Now().UTC()
	this := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	for _, n := range []int{1, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			d, db, o := open(b, 1)
			monthsOf(b, db, o.Schema, audit.OneYear, this.AddDate(-1, 2, 0), 12)
			monthsOf(b, db, o.Schema, audit.SixYears, this.AddDate(-6, 2, 0), 72)
			plain := &auditpg.Options{Schema: o.Schema + "p"}
			_, err := db.DB.ExecContext(b.Context(), fmt.Sprintf(`CREATE SCHEMA %s; CREATE TABLE %[1]s.audit_entry
				(LIKE %s.audit_entry INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES)`, plain.Schema, o.Schema))
			require.NoError(b, err)
			b.Cleanup(func() {
				_, err := db.DB.ExecContext(context.WithoutCancel(b.Context()), "DROP SCHEMA "+plain.Schema+" CASCADE")
				require.NoError(b, err)
			})
			parted, whole := auditpg.New(d.Pool(1), o), auditpg.New(d.Pool(1), plain)
			appendTo := func(s *auditpg.Store) time.Duration {
				leaves := make([]audit.Leaf, n)
				for i := range leaves {
					leaves[i] = aged("elm", now, audit.SixYears)
					leaves[i].ID, leaves[i].Bytes = uuidv7.At(time.Now()), make([]byte, 300)
				}
				start := time.Now()
				require.NoError(b, s.Append(b.Context(), leaves...))
				return time.Since(start)
			}
			var ours, peer time.Duration
			var ratios []float64
			for b.Loop() {
				var o, p time.Duration
				for i := range 10 { // each goes first in turn, for a commit may wait for the one before
					if i%2 == 0 {
						o += appendTo(parted)
					}
					p += appendTo(whole)
					if i%2 == 1 {
						o += appendTo(parted)
					}
				}
				ours, peer = ours+o, peer+p
				ratios = append(ratios, p.Seconds()/o.Seconds())
			}
			slices.Sort(ratios)
			b.ReportMetric(float64(n*10*b.N)/ours.Seconds(), "rows/s")
			b.ReportMetric(float64(n*10*b.N)/peer.Seconds(), "plain-rows/s")
			b.ReportMetric(ratios[len(ratios)/2], "of-plain")
		})
	}
}
