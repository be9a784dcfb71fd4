package notary_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/notary"
)

// What was pruned is in a later export as its hash, and the rest is proved as before.
func TestExportOfAPrunedLog(t *testing.T) {
	written := day(2025, time.January, 15)
	eachAging(t, written, func(t *testing.T, a *aging) {
		a.keep(t, elm, audit.SixYears, written)
		gone := a.keep(t, elm, audit.OneYear, written)
		a.keep(t, elm, audit.OneYear, written)
		a.keep(t, elm, audit.SixYears, written)
		a.integrate(t)
		before := a.export(t, elm)
		kept := a.checkpoint(t, elm)
		a.now = day(2026, time.March, 1)
		n, err := a.prune(notary.Month{Term: audit.OneYear, Year: 2025, Month: time.January})
		require.NoError(t, err)
		require.EqualValues(t, 2, n)
		a.integrate(t)

		after := a.export(t, elm)
		result, err := a.check(after, kept)
		require.NoError(t, err)
		require.Equal(t, 1, result.Compared)
		require.EqualValues(t, 6, result.Leaves) // with the entries of the pruning
		require.Equal(t, []notary.Range{{First: 1, Last: 2}}, result.AbsentAt)
		require.NotContains(t, after, gone.ID)
		for _, n := range []int{2, 5} { // what was not pruned is the same line
			require.Equal(t, lineOf(before, n), lineOf(after, n))
		}
		result, err = a.check(before, kept) // an export from before proves what it has
		require.NoError(t, err)
		require.Zero(t, result.Absent)
		result, err = a.check(a.extract(t, elm, gone.ID))
		require.NoError(t, err)
		require.EqualValues(t, 1, result.Absent)
	})
}
