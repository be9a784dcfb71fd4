package registration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/registration"
)

var (
	_ sms.Registrations = registration.Gate{}
	_ sms.Limits        = registration.Gate{}
)

// A dispatcher hears of a number what the registrations say of it.
func TestADispatcherIsAnswered(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		b := open(t)
		standing := func() sms.Standing {
			s, err := b.Gate().Standing(t.Context(), practice, long)
			require.NoError(t, err)
			return s
		}
		none, err := b.Gate().Allowances(t.Context(), practice, long, b.Clock.Now())
		require.NoError(t, err)
		require.Empty(t, none)
		require.False(t, standing().Approved)
		require.Contains(t, standing().Why, "belongs to no campaign")

		b.approve(t, brand, campaign)
		b.attach(t, long)
		b.Clock.Pass(registration.Propagation)
		require.Equal(t, sms.Standing{Kind: sms.LongCode, Approved: true, Categories: []consent.Category{consent.Transactional}}, standing())
		now := time.Date(2026, 12, 3, 7, 59, 59, 999, time.UTC) // a moment before midnight, Pacific time
		got, err := b.Gate().Allowances(t.Context(), practice, long, now)
		require.NoError(t, err)
		limits, _, err := b.Limits(t.Context(), practice, long)
		require.NoError(t, err)
		midnight := time.Date(2026, 12, 3, 8, 0, 0, 0, time.UTC)
		require.Equal(t, []sms.Allowance{
			{Key: limits.PerMinute.Key, Count: limits.PerMinute.Count, From: now.Truncate(time.Minute), Until: midnight, Source: limits.PerMinute.Source},
			{Key: limits.PerDay.Key, Count: limits.PerDay.Count, From: midnight.AddDate(0, 0, -1), Until: midnight, Source: limits.PerDay.Source},
		}, got)
		for kind, number := range map[sms.SenderKind]string{sms.TollFree: free, sms.ShortCode: "12345"} {
			s, err := b.Gate().Standing(t.Context(), practice, number)
			require.NoError(t, err)
			require.Equal(t, kind, s.Kind)
		}
	})
}
