package pairs

import (
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestQuantile(t *testing.T) {
	values := []float64{9, 1, 5, 3, 7}
	require.Equal(t, 1.0, quantile(values, 0))
	require.Equal(t, 1.0, quantile(values, 0.1))
	require.Equal(t, 5.0, quantile(values, 0.5))
	require.Equal(t, 9.0, quantile(values, 1))
	require.Equal(t, 9.0, values[0], "the values were sorted in their place")
}

func TestRunReports(t *testing.T) {
	work := func(times int) func(int) error {
		var sink atomic.Int64
		return func(n int) error {
			for range n * times {
				sink.Add(1)
			}
			return nil
		}
	}
	r := testing.Benchmark(func(b *testing.B) {
		Run(b, Compute, work(100),
			Peer{Name: "slow", Run: work(300), Rate: 2},
			Peer{Name: "same", Run: work(100), Time: 1.5},
			Peer{Name: "bare", Run: work(1)})
	})
	require.Equal(t, 2.0, r.Extra["slow-goal"])
	require.Equal(t, 1.5, r.Extra["same-goal"])
	require.NotContains(t, r.Extra, "bare-goal")
	for _, unit := range []string{"ours-ns", "slow-ns", "slow-rate", "slow-low", "slow-high", "same-time", "bare-time"} {
		require.Positive(t, r.Extra[unit], unit)
	}
	require.NotContains(t, r.Extra, "slow-time")
	require.LessOrEqual(t, r.Extra["slow-low"], r.Extra["slow-high"])
}

func TestWorkers(t *testing.T) {
	var done [3]atomic.Int64
	run := Workers(3, func(w int) error { done[w].Add(1); return nil })
	require.NoError(t, run(8))
	require.Equal(t, []int64{3, 3, 2}, []int64{done[0].Load(), done[1].Load(), done[2].Load()})

	wrong := errors.New("wrong")
	require.ErrorIs(t, Workers(2, func(w int) error {
		if w == 1 {
			return wrong
		}
		return nil
	})(2), wrong)
}
