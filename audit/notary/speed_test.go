package notary_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditpg"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/internal/pgtest"
)

// The benchmarks of this file are pairs: each round runs both sides one after the other on the same rows, and the ratio
// that is reported is the median of those of the rounds. AUDIT_BENCH_SIZES names other sizes, such as 1000000.
func sizes(b *testing.B) []int {
	words := os.Getenv("AUDIT_BENCH_SIZES")
	if words == "" {
		return []int{10_000, 100_000}
	}
	var sizes []int
	for _, w := range strings.Split(words, ",") {
		n, err := strconv.Atoi(w)
		require.NoError(b, err)
		sizes = append(sizes, n)
	}
	return sizes
}

// filled returns a log on Postgres with n entries of elm, under ids as the log makes them.
func filled(b testing.TB, n int) (*world, *pgtest.Database, *auditpg.Options) {
	b.Helper()
	d := layout.New(b)
	at := &auditpg.Options{Schema: d.Schema()}
	db := d.Pool(4)
	keys, err := crypto.NewKeyring(cryptomem.New(), crypto.NewEphemeral(), nil)
	require.NoError(b, err)
	entries := auditpg.New(db, at)
	w := worldUnder(b, keys, entries, auditpg.NewTrees(d.Pool(4), at), nil)
	w.log, err = audit.NewLog(entries, keys, nil)
	require.NoError(b, err)
	w.notary, err = notary.New(w.trees, w.log, w.signer, w.known, nil)
	require.NoError(b, err)
	const together = 500
	for range n / together {
		es := make([]audit.Entry, together)
		for i := range es {
			es[i] = entry(elm, i)
			es[i].Details = map[string]string{"fields": "name, birth date, address, insurance", "screen": "chart"}
		}
		require.NoError(b, w.log.Record(b.Context(), es...))
	}
	_, err = db.ExecContext(b.Context(), "VACUUM ANALYZE "+at.Schema+".audit_entry")
	require.NoError(b, err)
	return w, d, at
}

func (w *world) integrateAll(b testing.TB, n int) {
	for n > 0 {
		done, err := w.notary.Step(context.Background())
		require.NoError(b, err)
		n -= done
	}
}

// pair is a number of rounds of two sides.
type pair struct {
	n           int
	ours, peers []time.Duration
}

func (p *pair) report(b *testing.B) {
	ratios := make([]float64, len(p.ours))
	for i := range ratios {
		ratios[i] = p.peers[i].Seconds() / p.ours[i].Seconds()
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "of-peer")
	b.ReportMetric(float64(p.n)/slices.Min(p.ours).Seconds(), "leaves/s")
	b.ReportMetric(float64(p.n)/slices.Min(p.peers).Seconds(), "peer-leaves/s")
}

// BenchmarkVerify verifies a practice's whole log, beside a scan of the same rows.
func BenchmarkVerify(b *testing.B) {
	for _, n := range sizes(b) {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w, d, o := filled(b, n)
			w.integrateAll(b, n)
			db := d.Pool(1)
			p := pair{n: n}
			for b.Loop() {
				start := time.Now()
				r, err := w.reader.Verify(b.Context(), w.log, elm)
				p.ours = append(p.ours, time.Since(start))
				require.NoError(b, err)
				require.EqualValues(b, n, r.Size)
				require.Empty(b, r.Damage)
				start = time.Now()
				require.Equal(b, n, scan(b, db, o.Schema))
				p.peers = append(p.peers, time.Since(start))
			}
			p.report(b)
		})
	}
}

// scan reads every column of the practice's rows, in the order of their integration, and does nothing with them.
func scan(b testing.TB, db *bun.DB, schema string) int {
	rows, err := db.QueryContext(context.Background(), `SELECT practice, id, at, actor_kind, actor, action, outcome, term, tag, bytes, mac, xid, seq
		FROM `+schema+`.audit_entry WHERE practice = 'elm-street' ORDER BY xid, seq`)
	require.NoError(b, err)
	defer rows.Close()
	var at time.Time
	var xid, seq int64
	var s [7]string
	var raw [3]sql.RawBytes
	n := 0
	for rows.Next() {
		require.NoError(b, rows.Scan(&s[0], &s[1], &at, &s[2], &s[3], &s[4], &s[5], &s[6], &raw[0], &raw[1], &raw[2], &xid, &seq))
		n++
	}
	require.NoError(b, rows.Err())
	return n
}

// BenchmarkStep integrates a log, beside a notary that claims rows and writes each one's number into it. Both read the same
// rows, check each one's code and hash it, in batches of the same size. The peer's table is the log's own with one column
// more, and has the indexes by which the log is searched, for whoever searches it needs them there as well; it spares the
// peer the partitions and all hashes above the leaves'.
func BenchmarkStep(b *testing.B) {
	for _, n := range sizes(b) {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w, d, o := filled(b, n)
			db := d.Pool(1)
			exec := func(sql string) {
				_, err := db.ExecContext(b.Context(), strings.ReplaceAll(sql, "{s}", o.Schema))
				require.NoError(b, err)
			}
			wal := func(since string) (at string, size float64) {
				require.NoError(b, db.NewRaw("SELECT lsn, lsn - ?::pg_lsn FROM pg_current_wal_insert_lsn() AS lsn", since).
					Scan(b.Context(), &at, &size))
				return at, size
			}
			p := pair{n: n}
			var ours, peers float64
			for b.Loop() {
				exec(`TRUNCATE {s}.audit_head, {s}.audit_aside, {s}.audit_batch; DROP TABLE IF EXISTS {s}.claimed;
					CREATE TABLE {s}.claimed AS SELECT *, NULL::bigint AS leaf FROM {s}.audit_entry;
					CREATE INDEX ON {s}.claimed (xid, seq) WHERE leaf IS NULL; ALTER TABLE {s}.claimed ADD PRIMARY KEY (practice, id);
					CREATE INDEX ON {s}.claimed (practice, at, id);
					CREATE INDEX ON {s}.claimed (practice, tag, at, id) WHERE tag IS NOT NULL`)
				exec("VACUUM ANALYZE {s}.claimed")
				exec("CHECKPOINT")
				var err error
				w.notary, err = notary.New(w.trees, w.log, w.signer, w.known, nil)
				require.NoError(b, err)
				at, _ := wal("0/0")
				start := time.Now()
				w.integrateAll(b, n)
				p.ours = append(p.ours, time.Since(start))
				at, size := wal(at)
				ours += size
				start = time.Now()
				require.Equal(b, n, claim(b, db, w.log, o.Schema))
				p.peers = append(p.peers, time.Since(start))
				_, size = wal(at)
				peers += size
			}
			p.report(b)
			all := float64(n) * float64(len(p.ours))
			b.ReportMetric(ours/all, "WAL-B/leaf")
			b.ReportMetric(peers/all, "peer-WAL-B/leaf")
			var kept int64
			require.NoError(b, db.NewRaw("SELECT pg_total_relation_size(?)", o.Schema+".audit_head").Scan(b.Context(), &kept))
			b.ReportMetric(float64(kept)/float64(n), "kept-B/leaf")
		})
	}
}

// claim takes rows that have no number, 5,000 at a time, checks and hashes them and numbers them.
func claim(b testing.TB, db *bun.DB, log *audit.Log, schema string) int {
	ctx, next := context.Background(), 0
	for {
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(b, err)
		rows, err := tx.QueryContext(ctx, `SELECT practice, id, at, actor_kind, actor, action, outcome, term, tag, bytes, mac
			FROM `+schema+`.claimed WHERE leaf IS NULL ORDER BY xid, seq LIMIT 5000 FOR UPDATE SKIP LOCKED`)
		require.NoError(b, err)
		var ids, numbers []string
		var hashes []tlog.Hash
		for rows.Next() {
			var f audit.Leaf
			require.NoError(b, rows.Scan(&f.Practice, &f.ID, &f.At, &f.Actor.Kind, &f.Actor.ID, &f.Action, &f.Outcome,
				&f.Term, &f.Tag, &f.Bytes, &f.MAC))
			require.NoError(b, log.Check(ctx, f))
			hashes = append(hashes, tlog.RecordHash(f.Record()))
			ids, numbers = append(ids, f.ID), append(numbers, strconv.Itoa(next))
			next++
		}
		require.NoError(b, rows.Err())
		require.Len(b, hashes, len(ids))
		if len(ids) > 0 {
			_, err = tx.ExecContext(ctx, `UPDATE `+schema+`.claimed AS c SET leaf = n.leaf
				FROM unnest(?::text[], ?::bigint[]) AS n (id, leaf) WHERE c.practice = 'elm-street' AND c.id = n.id`,
				"{"+strings.Join(ids, ",")+"}", "{"+strings.Join(numbers, ",")+"}")
			require.NoError(b, err)
		}
		require.NoError(b, tx.Commit())
		if len(ids) < 5000 {
			return next
		}
	}
}
