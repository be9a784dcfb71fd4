// Package pairs measures something of ours beside what it is compared with, in one run, for a number that was measured
// on another day or on an idle machine says nothing about this one.
//
//	func BenchmarkPairSeal(b *testing.B) {
//		pairs.Run(b, pairs.Compute, ours, pairs.Peer{Name: "tink", Run: theirs, Time: 0.75})
//	}
//
// It is a plain benchmark, whose one operation is a round: in each round every side has its turn, in an order that
// changes, and what is reported is the median of the rounds' ratios. So the machine's other work falls on all sides
// alike. The command
//
//	make pairs
//
// runs all of them and prints a table. No test ever fails because of a time.
package pairs

import (
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// Peer is what ours is measured beside. One of Time and Rate is the goal, neither is a comparison without one.
type Peer struct {
	Name string // without a blank
	Run  func(n int) error
	Time float64 // ours shall take at most this share of the peer's time
	Rate float64 // ours shall do at least this multiple of what the peer does in the same time

	Before func(n int) error // makes ready what Run(n) needs, and is not measured; nil for nothing
}

// Turn is what a side's turn is measured by.
type Turn int

const (
	// Compute is for what computes alone. It counts the processor's time, garbage collection included, so that what else
	// the machine does falls on nobody; where the system does not tell it, the time that passes. A turn is 10 ms: the
	// shorter, the more alike is the machine in two turns.
	Compute Turn = iota
	// Wait is for what waits, for a disk or for other workers, and counts the time that passes. A turn is 100 ms.
	Wait
)

func (t Turn) length() time.Duration {
	if t == Compute {
		return 10 * time.Millisecond
	}
	return 100 * time.Millisecond
}

// clock returns the time by which the turn is measured.
func (t Turn) clock() time.Duration {
	if t == Compute {
		return processor()
	}
	return passed()
}

// passed returns the time that has passed since 1970.
func passed() time.Duration { return time.Duration(time.Now().UnixNano()) }

// Run measures ours beside each of the peers. Each function does its work n times and may be called with any n; it is
// called with as many as take a turn, or with 1 where that takes longer. Reported are the medians of the nanoseconds
// that each needs, and for each peer the median of the ratios, in the sense in which its goal is meant, with the tenth
// and the ninetieth of a hundred rounds.
func Run(b *testing.B, turn Turn, ours func(n int) error, peers ...Peer) {
	b.Helper()
	Sides(b, turn, append([]Peer{{Run: ours}}, peers...)...)
}

// Sides is Run where ours, which comes first, has something to be made ready too.
func Sides(b *testing.B, turn Turn, sides ...Peer) {
	b.Helper()
	times := make([]int, len(sides))
	for i, side := range sides {
		times[i] = enough(b, turn, side)
	}
	took := make([][]float64, len(sides))
	for round := 0; b.Loop(); round++ {
		for i := range sides {
			side := (round + i) % len(sides)
			if round/len(sides)%2 == 1 {
				side = len(sides) - 1 - side
			}
			n := times[side]
			now := measure(b, turn, sides[side], n)
			took[side] = append(took[side], float64(now)/float64(n))
			times[side] = scale(n, turn.length(), now)
		}
	}
	b.ReportMetric(0, "ns/op") // a round's length says nothing
	b.ReportMetric(quantile(took[0], 0.5), "ours-ns")
	for i, p := range sides[1:] {
		p.report(b, took[0], took[i+1])
	}
}

// enough returns how often a side has to work to fill its turn. What it needs to get going it has had by then.
func enough(b *testing.B, turn Turn, side Peer) int {
	b.Helper()
	for n := 1; ; {
		took := measure(b, turn, side, n)
		more := scale(n, turn.length(), took)
		if took > turn.length()/2 || more == n {
			return more
		}
		n = more
	}
}

// scale returns how often a side that needed took for n has to work to fill its turn. It follows a machine that has
// become slower or quicker, in steps, since a single turn can be out of the way.
func scale(n int, turn, took time.Duration) int {
	return max(1, int(float64(n)*min(16, max(0.5, float64(turn)/float64(max(took, 1))))))
}

// measure runs one side's turn. What garbage another side has left is not its to collect.
func measure(b *testing.B, turn Turn, side Peer, n int) time.Duration {
	b.Helper()
	if side.Before != nil {
		if err := side.Before(n); err != nil {
			b.Fatal(err)
		}
	}
	runtime.GC()
	began := turn.clock()
	if err := side.Run(n); err != nil {
		b.Fatal(err)
	}
	return turn.clock() - began
}

func (p Peer) report(b *testing.B, ours, theirs []float64) {
	ratios := make([]float64, len(ours))
	sense, goal := "time", p.Time
	for i := range ours {
		ratios[i] = ours[i] / theirs[i]
	}
	if p.Rate != 0 {
		sense, goal = "rate", p.Rate
		for i, r := range ratios {
			ratios[i] = 1 / r
		}
	}
	b.ReportMetric(quantile(theirs, 0.5), p.Name+"-ns")
	b.ReportMetric(quantile(ratios, 0.5), p.Name+"-"+sense)
	b.ReportMetric(quantile(ratios, 0.1), p.Name+"-low")
	b.ReportMetric(quantile(ratios, 0.9), p.Name+"-high")
	if goal != 0 {
		b.ReportMetric(goal, p.Name+"-goal")
	}
}

func quantile(values []float64, q float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[int(q*float64(len(sorted)-1)+0.5)]
}

// Workers spreads work over so many goroutines, each of which does its share one after another. It is told the worker's
// number, from 0.
func Workers(workers int, work func(worker int) error) func(n int) error {
	return func(n int) error {
		var group sync.WaitGroup
		failed := make([]error, workers)
		for w := range workers {
			share := n / workers
			if w < n%workers {
				share++
			}
			group.Go(func() {
				for range share {
					if failed[w] = work(w); failed[w] != nil {
						return
					}
				}
			})
		}
		group.Wait()
		for _, err := range failed {
			if err != nil {
				return err
			}
		}
		return nil
	}
}
