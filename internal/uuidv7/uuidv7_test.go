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
