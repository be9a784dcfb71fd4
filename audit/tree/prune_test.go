package tree_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/tree"
)

func TestMonthIsThatOfUTC(t *testing.T) {
	east := time.FixedZone("", 2*3600)
	got := tree.MonthOf(audit.OneYear, time.Date(2025, 2, 1, 1, 59, 0, 0, east))
	require.Equal(t, tree.Month{Term: audit.OneYear, Year: 2025, Month: time.January}, got)
}

// A leap day is kept until the day of the first of March on which its year ends is over.
func TestDueOfALeapYear(t *testing.T) {
	february := func(year int) time.Time {
		return tree.Month{Term: audit.OneYear, Year: year, Month: time.February}.Due()
	}
	require.Equal(t, time.Date(2025, 3, 1, 23, 59, 59, 999999000, time.UTC), february(2024))
	require.Equal(t, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), february(2025))
}

func TestMonthsInOrder(t *testing.T) {
	want := []tree.Month{
		{Term: audit.SixYears, Year: 2024, Month: time.December},
		{Term: audit.OneYear, Year: 2025, Month: time.January},
		{Term: audit.SixYears, Year: 2025, Month: time.January},
	}
	got := []tree.Month{want[2], want[0], want[1]}
	slices.SortFunc(got, tree.Month.Compare)
	require.Equal(t, want, got)
}
