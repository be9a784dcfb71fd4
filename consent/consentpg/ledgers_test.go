package consentpg_test

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"github.com/enamel-go/enamel/audit"
)

// log returns a log on a pool of its own.
func (b bench) log(t testing.TB) *audit.Log {
	t.Helper()
	log, err := audit.NewLog(b.entries(b.Pool(1)), b.keys, nil)
	require.NoError(t, err)
	return log
}

// clearTable empties a table and the log.
func (b bench) clearTable(t testing.TB, db *bun.DB, table bun.Ident) {
	t.Helper()
	b.clear(t, db)
	_, err := db.NewRaw("DELETE FROM ?", table).Exec(t.Context())
	require.NoError(t, err)
}

// inTransaction runs a case inside a transaction of the caller's on a pool of one connection, so that a statement that
// missed the transaction waits until the test's time is over.
func (b bench) inTransaction(t *testing.T, db *bun.DB, table bun.Ident, check func(ctx context.Context, tx bun.IConn) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	tx, err := db.DB.BeginTx(ctx, &sql.TxOptions{})
	require.NoError(t, err)
	err = check(ctx, tx)
	require.NoError(t, tx.Rollback())
	require.NoError(t, err)
	var left int
	require.NoError(t, b.own.NewRaw("SELECT count(*) FROM ?", table).Scan(ctx, &left))
	require.Zero(t, left+b.rows(t, b.own), "something was written outside of the transaction")
}

// hides looks for what was planted in a table's rows, which are so many, and for other words.
func (b bench) hides(t *testing.T, db *bun.DB, table bun.Ident, rows int, words ...string) {
	t.Helper()
	var found []map[string]any
	require.NoError(t, db.NewRaw("SELECT * FROM ?", table).Scan(t.Context(), &found))
	require.Len(t, found, rows)
	for _, row := range found {
		for column, value := range row {
			said := fmt.Sprintf("%v %s %x", value, value, value)
			for _, word := range append(words, "planted") {
				require.NotContains(t, said, word, column)
				require.NotContains(t, said, hex.EncodeToString([]byte(word)), column)
			}
		}
	}
}

// alter changes a table's rows by SQL.
func (b bench) alter(t *testing.T, db *bun.DB, table bun.Ident, statement string) {
	t.Helper()
	done, err := db.NewRaw(statement, table).Exec(t.Context())
	require.NoError(t, err)
	n, err := done.RowsAffected()
	require.NoError(t, err)
	require.NotZero(t, n, "nothing was altered")
}

// both gives a change to the store in memory, which is the model, and to the one on Postgres. It returns their errors.
func both[Change any](rt *rapid.T, c Change, memory, postgres func(context.Context, Change) (bool, error)) (err, err2 error) {
	written, err := memory(rt.Context(), c)
	written2, err2 := postgres(rt.Context(), c)
	if written != written2 || (err == nil) != (err2 == nil) {
		rt.Fatalf("memory: %v, %v; Postgres: %v, %v", written, err, written2, err2)
	}
	return err, err2
}

// same reads from both stores, and returns what both answer.
func same[Query, Found any](rt *rapid.T, q Query, memory, postgres func(context.Context, Query) (Found, error)) Found {
	want, err := memory(rt.Context(), q)
	require.NoError(rt, err)
	got, err := postgres(rt.Context(), q)
	require.NoError(rt, err)
	require.Empty(rt, cmp.Diff(want, got, cmpopts.EquateEmpty()))
	return got
}

// drawID is the id of a random fact.
func drawID(rt *rapid.T) string {
	return rapid.SampledFrom([]string{"a", "A", "b", "c'?", "d\\", "é", "e\u0301", "f", "g"}).Draw(rt, "id")
}

// drawLeaf is an entry of a random change.
func drawLeaf(practice string, n int) audit.Leaf {
	return audit.Leaf{
		ID: fmt.Sprintf("01920000-0000-7000-8000-%012d", n), Practice: practice, At: time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC),
		Actor: audit.Actor{Kind: audit.System, ID: "test"}, Action: "consent.test", Outcome: audit.Done, Term: audit.SixYears,
		Bytes: fmt.Appendf(nil, "entry %d", n), MAC: []byte{byte(n)},
	}
}
