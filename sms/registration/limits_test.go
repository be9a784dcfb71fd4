package registration_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms/registration"
)

// scored is an approved practice with a campaign of a use case and a brand of a score.
func scored(use registration.UseCase, score int, entity registration.Entity) []registration.Fact {
	facts := approved()
	for i := range facts {
		f := &facts[i]
		switch {
		case f.Kind == registration.Drafted && f.Subject == campaign:
			f.Content.Campaign.UseCase = use
		case f.Kind == registration.Drafted:
			f.Content.Brand.Entity = entity
		case f.Kind == registration.Approved && f.Subject == brand:
			f.Notice.Score, f.Notice.Registry = score, "BELM001"
		case f.Kind == registration.Approved:
			f.Notice.Reference = "C1"
		}
	}
	return facts
}

func TestLimitsOf(t *testing.T) {
	for _, c := range []struct {
		use         registration.UseCase
		score       int
		minute, day int
	}{
		{registration.AccountNotification, 100, 4500, 200_000},
		{registration.AccountNotification, 76, 4500, 200_000},
		{registration.AccountNotification, 75, 4500, 40_000},
		{registration.AccountNotification, 51, 2400, 40_000},
		{registration.AccountNotification, 50, 2400, 10_000},
		{registration.AccountNotification, 49, 240, 10_000},
		{registration.AccountNotification, 1, 240, 10_000},
		{registration.AccountNotification, 0, 75, 2000},
		{registration.Marketing, 100, 4500, 200_000},
		{registration.Marketing, 86, 4500, 200_000},
		{registration.Marketing, 85, 4500, 40_000},
		{registration.Mixed, 66, 2400, 40_000},
		{registration.Mixed, 65, 2400, 10_000},
		{registration.Mixed, 49, 240, 10_000},
		{registration.Mixed, 26, 240, 10_000},
		{registration.Mixed, 25, 240, 2000},
		{registration.Mixed, 0, 75, 2000},
		{registration.LowVolume, 100, 75, 2000},
	} {
		l, ok := registration.LimitsOf(practice, scored(c.use, c.score, registration.PrivateProfit), long, at(99))
		require.True(t, ok)
		require.Equal(t, c.minute, l.PerMinute.Count, "%s of score %d", c.use, c.score)
		require.Equal(t, c.day, l.PerDay.Count, "%s of score %d", c.use, c.score)
		require.Equal(t, "campaign/telnyx/C1", l.PerMinute.Key)
		require.Equal(t, "brand/registry/BELM001", l.PerDay.Key, "the brand is the same at all providers and all practices of it")
		require.NotEmpty(t, l.PerMinute.Source+l.PerDay.Source)
	}
	l, ok := registration.LimitsOf(practice, scored(registration.Marketing, 100, registration.SoleProprietor), long, at(99))
	require.True(t, ok)
	require.Equal(t, 15, l.PerMinute.Count)
	require.Equal(t, 1000, l.PerDay.Count)

	l, ok = registration.LimitsOf(practice, approved(), long, at(99))
	require.True(t, ok)
	require.Equal(t, `campaign/practice/"elm-street"/"reminders"`, l.PerMinute.Key, "without any id it is the practice's own")
	_, ok = registration.LimitsOf(practice, approved(), long, at(1))
	require.False(t, ok, "a number that may not text has no limits")
	_, ok = registration.LimitsOf(practice, approved(), free, at(99))
	require.False(t, ok)
}

func TestEveryScoreHasABand(t *testing.T) {
	for _, use := range []registration.UseCase{registration.AccountNotification, registration.Mixed} {
		minute, day := 0, 0
		for score := range 101 {
			l, ok := registration.LimitsOf(practice, scored(use, score, registration.NonProfit), long, at(99))
			require.True(t, ok)
			require.GreaterOrEqual(t, l.PerMinute.Count, minute, "a better score sends no less")
			require.GreaterOrEqual(t, l.PerDay.Count, day, "a better score sends no less")
			minute, day = l.PerMinute.Count, l.PerDay.Count
		}
	}
}

func TestDay(t *testing.T) {
	utc := func(m time.Month, d, h int) time.Time { return time.Date(2026, m, d, h, 0, 0, 0, time.UTC) }
	for _, c := range []struct{ moment, from, to time.Time }{
		{utc(time.January, 10, 8), utc(time.January, 10, 8), utc(time.January, 11, 8)},
		{utc(time.January, 10, 8).Add(-1), utc(time.January, 9, 8), utc(time.January, 10, 8)},
		{utc(time.July, 10, 7), utc(time.July, 10, 7), utc(time.July, 11, 7)},
		{utc(time.March, 8, 20), utc(time.March, 8, 8), utc(time.March, 9, 7)},          // of 23 hours
		{utc(time.November, 1, 20), utc(time.November, 1, 7), utc(time.November, 2, 8)}, // of 25
	} {
		from, to, err := registration.Day(c.moment)
		require.NoError(t, err)
		require.Equal(t, c.from, from)
		require.Equal(t, c.to, to)
	}
}

func TestNoCarrierLimitsATollFreeNumber(t *testing.T) {
	var facts []registration.Fact
	for i, kind := range []registration.Kind{registration.Drafted, registration.Submitted, registration.Approved} {
		f := told(kind, i)
		f.Subject = tollFree
		if kind == registration.Drafted {
			f.Content = registration.Content{TollFree: verification()}
		}
		facts = append(facts, f)
	}
	standing := registration.StandingOf(facts, free, at(99))
	require.True(t, standing.Approved, standing.Why)
	_, limited := registration.LimitsOf(practice, facts, free, at(99))
	require.False(t, limited)
}

// A provider's word counts for what that provider says it of.
func TestAWordOfAnotherProviderIsNone(t *testing.T) {
	for _, c := range []struct {
		provider string
		of       registration.SubjectKind
		known    bool
	}{
		{"twilio", registration.BrandKind, true},
		{"telnyx", registration.BrandKind, false},
		{"twilio", registration.TollFreeKind, false},
	} {
		_, known := registration.Heard(c.provider, c.of, "FAILED")
		require.Equal(t, c.known, known, c)
	}
}
