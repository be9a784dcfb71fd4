package wire

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 3, 18, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "0": 0, "30": 30 * time.Second, "-5": 0, "soon": 0, "1e9": 0, "99999999999999": 0, "864000": 24 * time.Hour,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute, now.Add(-time.Minute).Format(http.TimeFormat): 0,
		now.AddDate(1, 0, 0).Format(http.TimeFormat): 24 * time.Hour,
	} {
		require.Equal(t, want, after(header, now), header)
	}
}

// A refusal carries how long the provider asks to be left alone.
func TestARefusalSaysHowLong(t *testing.T) {
	e := Codes{}.Refusal("twilio", "send", Answer{Status: http.StatusTooManyRequests, After: time.Minute}, "")
	require.Equal(t, time.Minute, e.After)
	require.Equal(t, "throttled", string(e.Class))
}
