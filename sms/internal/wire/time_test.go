package wire_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms/internal/wire"
)

func TestAMomentThatCannotBeReadIsNone(t *testing.T) {
	for raw, want := range map[string]time.Time{
		`"2026-11-02T12:00:00.5961234-06:00"`: time.Date(2026, 11, 2, 18, 0, 0, 596_123_000, time.UTC),
		`"2026-11-02T12:00:00Z"`:              time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC),
		`"soon"`:                              {}, `""`: {}, `null`: {}, `17`: {}, `{"a":[]}`: {}, `[]`: {},
	} {
		got := wire.Time{Time: time.Unix(1, 0)}
		require.NoError(t, json.Unmarshal([]byte(raw), &got), raw)
		require.Equal(t, want, got.Time, raw)
	}
}
