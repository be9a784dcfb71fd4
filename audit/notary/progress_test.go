package notary_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/notary"
	"github.com/enamel-go/enamel/audit/tree"
)

// recordMany appends n entries in transactions of 500.
func (w *world) recordMany(t testing.TB, practice string, n int) {
	t.Helper()
	for n > 0 {
		entries := make([]audit.Entry, min(n, 500))
		for i := range entries {
			entries[i] = entry(practice, i)
		}
		require.NoError(t, w.log.Record(context.Background(), entries...))
		n -= len(entries)
	}
}

func TestProgress(t *testing.T) {
	eachStore(t, nil, func(t *testing.T, w *world) {
		var told []notary.Progress
		r := w.reader.WithProgress(func(p notary.Progress) { told = append(told, p) })
		_, err := r.Verify(t.Context(), w.log, elm)
		require.NoError(t, err)
		require.Empty(t, told)
		w.recordMany(t, elm, 3500)
		w.integrateAll(t, 3500)
		_, err = r.Verify(t.Context(), w.log, elm)
		require.NoError(t, err)
		require.Equal(t, []notary.Progress{{1000, 3500}, {2000, 3500}, {3000, 3500}, {3500, 3500}}, told)
		require.True(t, w.verify(t, elm).OK(), "nobody need be told")
	})
}

// TestVerifyEndsWithItsContext cancels it in the middle: it reads no further, and leaves nothing running.
func TestVerifyEndsWithItsContext(t *testing.T) {
	w := inMemory(t, nil)
	w.recordMany(t, elm, 9000)
	w.integrateAll(t, 9000)
	ignored := goleak.IgnoreCurrent()
	ctx, stop := context.WithCancel(t.Context())
	var last notary.Progress
	_, err := w.reader.WithProgress(func(p notary.Progress) {
		last = p
		stop()
	}).Verify(ctx, w.log, elm)
	require.ErrorIs(t, err, context.Canceled)
	require.LessOrEqual(t, last.Checked, int64(3000))
	goleak.VerifyNone(t, ignored)

	failing := &meddled{Store: w.trees}
	calls := 0
	failing.rows = func(rows []tree.Row) []tree.Row {
		if calls++; calls == 3 {
			rows[0].Leaf.MAC = nil
		}
		return rows
	}
	r, err := notary.NewReader(failing, w.known)
	require.NoError(t, err)
	report, err := r.Verify(t.Context(), w.log, elm)
	require.NoError(t, err)
	require.Equal(t, []string{"edited 2000 e-02001"}, found(report))
	goleak.VerifyNone(t, ignored)
}

// TestVerifyHoldsFewRows measures what is held in the middle of a verification: less than half of the rows, which are 700
// bytes each.
func TestVerifyHoldsFewRows(t *testing.T) {
	const leaves = 12_000
	if testing.Short() {
		t.Skip("it writes 12,000 entries")
	}
	w, _, _ := onPostgres(t, &notary.Options{Limit: 1000})
	w.recordMany(t, elm, leaves)
	w.integrateAll(t, leaves)
	alive := func() int64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before, most := alive(), int64(0)
	report, err := w.reader.WithProgress(func(p notary.Progress) {
		if p.Checked%(leaves/4) == 0 {
			most = max(most, alive()-before)
		}
	}).Verify(t.Context(), w.log, elm)
	require.NoError(t, err)
	require.True(t, report.OK())
	require.EqualValues(t, leaves, report.Size)
	t.Logf("%d kB in a log of %d leaves", most>>10, leaves)
	require.Positive(t, most)
	require.Less(t, most, int64(leaves*700/2))
}
