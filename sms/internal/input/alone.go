package input

import "slices"

// Alone drops, at each number that has the answer to a stop among due, all but its first text, so that the answer never leaves
// beside another one. Number names the practice with the number.
func Alone[T any, N comparable](due []T, number func(T) N, stop func(T) bool) []T {
	stops, taken := map[N]bool{}, map[N]bool{}
	for _, t := range due {
		if stop(t) {
			stops[number(t)] = true
		}
	}
	return slices.DeleteFunc(due, func(t T) bool {
		n := number(t)
		drop := stops[n] && taken[n]
		taken[n] = true
		return drop
	})
}
