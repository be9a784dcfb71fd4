package uuidv7_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/internal/uuidv7"
)

func TestNewHasVersionVariantAndTime(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for range 1000 {
		id := uuidv7.New()
		require.Regexp(t, form, id)
		require.False(t, seen[id], "an id came twice")
		seen[id] = true
	}
}

func TestNewSortsByMillisecond(t *testing.T) {
	first := uuidv7.New()
	start := time.Now().UnixMilli()
	for time.Now().UnixMilli() <= start+1 {
	}
	require.Less(t, first, uuidv7.New())
}

func TestPrefixIsBetweenIDs(t *testing.T) {
	moment := time.Date(2025, 2, 1, 0, 0, 0, 0, time.UTC)
	require.Equal(t, "0194bece-a000", uuidv7.Prefix(moment))
	for range 1000 {
		require.Greater(t, uuidv7.At(moment), uuidv7.Prefix(moment))
		require.Less(t, uuidv7.At(moment.Add(-time.Millisecond)), uuidv7.Prefix(moment))
	}
}

func TestTime(t *testing.T) {
	moment := time.Date(2025, 2, 1, 0, 0, 0, int(7*time.Millisecond), time.UTC)
	found, ok := uuidv7.Time(uuidv7.At(moment))
	require.True(t, ok)
	require.Equal(t, moment, found)
	for _, id := range []string{
		"", "e-00001", "0194be6d-1c00", "0194be6d-1c00-4a3b-8c1d-0123456789ab", "0194be6g-1c00-7a3b-8c1d-0123456789ab",
		"+194be6d-1c00-7a3b-8c1d-0123456789ab",
	} {
		_, ok := uuidv7.Time(id)
		require.False(t, ok, id)
	}
}
