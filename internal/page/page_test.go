package page_test

import (
	"errors"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/page"
)

var errBad = errors.New("bad")

func TestLimit(t *testing.T) {
	for n, want := range map[int]int{0: 100, 1: 1, 1000: 1000} {
		limit, err := page.Limit(errBad, n)
		require.NoError(t, err)
		require.Equal(t, want, limit)
		require.Equal(t, want, page.Size(n))
		require.NoError(t, page.Valid(errBad, "elm-street", n))
		require.ErrorIs(t, page.Valid(errBad, " ", n), errBad)
	}
	for _, n := range []int{-1, 1001} {
		_, err := page.Limit(errBad, n)
		require.ErrorIs(t, err, errBad)
		require.Zero(t, page.Size(n))
		require.ErrorIs(t, page.Valid(errBad, "elm-street", n), errBad)
	}
}

func TestPlaces(t *testing.T) {
	at := time.Date(2026, 3, 2, 15, 0, 0, 123456000, time.UTC)
	inOrder := []page.Place{
		{At: time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), ID: "z"},
		{At: at, ID: "A.B"},
		{At: at, ID: "a"},
		{At: at.Add(time.Microsecond), ID: "A"},
	}
	require.True(t, slices.IsSortedFunc(inOrder, page.Place.Compare))
	for _, p := range inOrder {
		again, err := page.Parse(errBad, p.String())
		require.NoError(t, err)
		require.Equal(t, p, again)
		require.Zero(t, p.Compare(again))
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{
		"", ".", "12", "12.", ".a", "x.a", "12.a\x00", "12.\xff", "9223372036854775807.a", "-9223372036854775808.a",
	} {
		_, err := page.Parse(errBad, s)
		require.ErrorIs(t, err, errBad, "%q", s)
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		found, page []int
		next        string
	}{
		{nil, nil, ""},
		{[]int{1, 2}, []int{1, 2}, ""},
		{[]int{1, 2, 3}, []int{1, 2}, "2"},
	} {
		got, next := page.Cut(c.found, 2, strconv.Itoa)
		require.Equal(t, c.page, got)
		require.Equal(t, c.next, next)
	}
}
