package consent_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
)

// fast records something by a process whose clock is ahead of the bench's.
func (b bench) fast(t testing.TB, ahead time.Duration, record func(context.Context, *consent.Service) (consent.State, error)) {
	t.Helper()
	s, err := consent.New(b.store, b.Log, &consent.Options{Now: func() time.Time { return b.Clock.Now().Add(ahead) }})
	require.NoError(t, err)
	must(t)(record(t.Context(), s))
}

// said returns a stop that says when it was said, as a provider's list or whoever took the call does.
func (b bench) said(ago time.Duration) consent.Revocation {
	r := stop()
	r.At = b.Clock.Now().Add(-ago)
	return r
}

// A process whose clock is ahead dates what it records ahead. The patient said stop after that, and no clock says otherwise.
func TestPromise_D4_1_AStopEndsWhatAClockThatIsAheadRecordedBeforeIt(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		sign := func(ctx context.Context, s *consent.Service) (consent.State, error) {
			return s.Grant(ctx, staff, grant(consent.Transactional))
		}
		for name, ahead := range map[string]time.Duration{"minutes": 5 * time.Minute, "hours": 5 * time.Hour, "a_month": 30 * 24 * time.Hour} {
			t.Run("refuses_a_grant_by_"+name, func(t *testing.T) {
				b := open(t)
				b.fast(t, ahead, sign)
				b.Clock.Pass(2 * time.Minute)
				must(t)(b.Revoke(t.Context(), patient, b.said(0)))
				require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
				b.Clock.Pass(2 * ahead)
				require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
				must(t)(sign(t.Context(), b.Service))
				require.Equal(t, consent.Active, b.status(t, consent.Transactional), "a form of after it counts")
			})
			t.Run("refuses_a_START_by_"+name, func(t *testing.T) {
				b := open(t)
				must(t)(sign(t.Context(), b.Service))
				b.Clock.Pass(time.Second)
				must(t)(b.Revoke(t.Context(), patient, b.said(0)))
				b.Clock.Pass(time.Second)
				b.fast(t, ahead, func(ctx context.Context, s *consent.Service) (consent.State, error) {
					return s.Restart(ctx, patient, start())
				})
				require.Equal(t, consent.Active, b.status(t, consent.Transactional))
				b.Clock.Pass(2 * time.Minute)
				must(t)(b.Revoke(t.Context(), patient, b.said(0)))
				require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
			})
			t.Run("refuses_an_end_of_a_mute_by_"+name, func(t *testing.T) {
				b := open(t)
				must(t)(sign(t.Context(), b.Service))
				b.fast(t, ahead, func(ctx context.Context, s *consent.Service) (consent.State, error) {
					return s.Unmute(ctx, staff, mute("p-1", ""))
				})
				b.Clock.Pass(2 * time.Minute)
				m := mute("p-1", "")
				m.At = b.Clock.Now()
				must(t)(b.Mute(t.Context(), staff, m))
				p, err := b.Permission(t.Context(), key, consent.Use{Category: consent.Transactional, Patient: "p-1"})
				require.NoError(t, err)
				require.Equal(t, consent.Stopped, p.Status)
			})
		}
		t.Run("refuses_a_grant_with_more_recorded_after_it", func(t *testing.T) {
			b := open(t)
			b.fast(t, 5*time.Hour, sign)
			b.Clock.Pass(time.Second)
			b.fast(t, 5*time.Hour, func(ctx context.Context, s *consent.Service) (consent.State, error) {
				return s.Grant(ctx, staff, grant(consent.Conversational))
			})
			b.Clock.Pass(2 * time.Minute)
			must(t)(b.Revoke(t.Context(), patient, b.said(0)))
			require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
			require.Equal(t, consent.Stopped, b.status(t, consent.Conversational))
		})
		t.Run("refuses_a_grant_where_the_stop_is_delivered_when_the_clock_is_right_again", func(t *testing.T) {
			b := open(t)
			b.fast(t, 5*time.Minute, sign)
			b.Clock.Pass(12 * time.Minute)
			must(t)(b.Revoke(t.Context(), patient, b.said(10*time.Minute)))
			require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
		})
		t.Run("refuses_a_grant_where_the_stop_cannot_see_it", func(t *testing.T) {
			b := open(t)
			b.fast(t, 5*time.Minute, sign)
			b.Clock.Pass(2 * time.Minute)
			must(t)(b.WithStore(broken{b.store, "ledger"}).Revoke(t.Context(), patient, stop()))
			require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
		})
		t.Run("refuses_a_grant_that_is_written_beside_the_stop", func(t *testing.T) {
			b := open(t)
			store := &beside{Store: b.store, happens: func() { b.fast(t, 5*time.Minute, sign) }}
			must(t)(b.WithStore(store).Revoke(t.Context(), patient, stop()))
			require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
		})
		t.Run("refuses_to_revive_by_old_evidence_that_a_clock_that_is_ahead_records", func(t *testing.T) {
			b := open(t)
			must(t)(b.Revoke(t.Context(), patient, b.said(24*time.Hour)))
			b.Clock.Pass(time.Minute)
			for _, basis := range []consent.Basis{consent.SignedAgreement, consent.Import} {
				b.fast(t, 5*time.Hour, func(ctx context.Context, s *consent.Service) (consent.State, error) {
					g := grant(consent.Transactional)
					g.Basis, g.At = basis, noon.AddDate(-1, 0, 0)
					return s.Grant(ctx, staff, g)
				})
				require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
			}
		})
		t.Run("keeps_a_consent_that_was_given_after_what_is_told_of_late", func(t *testing.T) {
			b := open(t)
			must(t)(sign(t.Context(), b.Service))
			b.Clock.Pass(48 * time.Hour)
			must(t)(sign(t.Context(), b.Service))
			b.Clock.Pass(time.Hour)
			must(t)(b.Revoke(t.Context(), staff, b.said(24*time.Hour)))
			require.Equal(t, consent.Active, b.status(t, consent.Transactional))
			must(t)(b.Revoke(t.Context(), staff, b.said(time.Minute)))
			require.Equal(t, consent.Stopped, b.status(t, consent.Transactional))
		})
		for name, c := range map[string]struct {
			first, second consent.Category
			later         time.Duration
			want          consent.Status
		}{
			"keeps_a_START_after_a_stop_that_is_told_of_again":    {"", "", 0, consent.Active},
			"keeps_a_START_after_one_that_is_told_of_in_part":     {"", consent.Transactional, 0, consent.Active},
			"keeps_a_START_after_the_same_one_of_a_category":      {consent.Transactional, consent.Transactional, 0, consent.Active},
			"refuses_a_START_before_a_stop_of_a_moment_later":     {"", "", time.Microsecond, consent.Stopped},
			"refuses_a_START_before_a_stop_that_says_more":        {consent.Transactional, "", 0, consent.Stopped},
			"refuses_a_START_before_a_stop_that_says_another_one": {consent.Promotional, consent.Transactional, 0, consent.Stopped},
		} {
			t.Run(name, func(t *testing.T) {
				b := open(t)
				must(t)(sign(t.Context(), b.Service))
				b.later()
				first, second := b.said(0), b.said(0)
				first.Category, second.Category = c.first, c.second
				first.Evidence.Words, second.Evidence.Words = "no more of those, please", "no more of those, please"
				must(t)(b.Revoke(t.Context(), patient, first))
				b.later()
				must(t)(b.Restart(t.Context(), patient, start()))
				b.later()
				second.At = second.At.Add(c.later)
				must(t)(b.Revoke(t.Context(), patient, second))
				require.Equal(t, c.want, b.status(t, consent.Transactional))
			})
		}
	})
}

// What a ledger rarely holds: ends that are told of twice, beside ends of other patients and other lengths.
func TestWhichOfTwoFactsOutranksTheOther(t *testing.T) {
	of := func(kind consent.Kind, at, recorded int, patient string) consent.Fact {
		return line(kind, at, recorded, func(f *consent.Fact) { f.Patient = patient })
	}
	for name, c := range map[string]struct {
		facts      []consent.Fact
		place, end int
		want       bool
	}{
		"an end that is told of again":           {[]consent.Fact{of(consent.Lapsed, 0, 0, ""), of(consent.Granted, 10, 10, ""), of(consent.Lapsed, 0, 61, "")}, 1, 2, true},
		"an end that is told of again at once":   {[]consent.Fact{of(consent.Lapsed, 0, 0, ""), of(consent.Granted, 10, 10, ""), of(consent.Lapsed, 0, 60, "")}, 1, 2, false},
		"an end that was told of after it":       {[]consent.Fact{of(consent.Granted, 10, 10, ""), of(consent.Lapsed, 5, 100, ""), of(consent.Lapsed, 0, 110, "")}, 0, 2, false},
		"an end of another kind":                 {[]consent.Fact{of(consent.Revoked, 0, 0, ""), of(consent.Granted, 10, 10, ""), of(consent.Lapsed, 0, 61, "")}, 1, 2, false},
		"a mute of the same patient, told again": {[]consent.Fact{of(consent.Muted, 0, 0, "p-1"), of(consent.Unmuted, 10, 10, "p-1"), of(consent.Muted, 0, 61, "p-1")}, 1, 2, true},
		"a mute of another patient":              {[]consent.Fact{of(consent.Muted, 0, 0, "p-2"), of(consent.Unmuted, 10, 10, "p-1"), of(consent.Muted, 0, 61, "p-1")}, 1, 2, false},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, consent.Outranks(c.facts, c.place, c.end)) })
	}
}
