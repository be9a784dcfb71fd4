package audit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestAppendTime(t *testing.T) {
	zone := time.FixedZone("", -7*3600)
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-1<<42, 1<<42).Draw(t, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))
		want := at.UTC().Format(timeForm)
		require.Equal(t, want, string(appendTime(nil, at)))
		require.Equal(t, "x"+want, string(appendTime([]byte("x"), at.In(zone))))
	})
}
