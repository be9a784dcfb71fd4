package consent_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/keyword"
)

// sharing is a list of practices for each sender.
type sharing map[string][]string

func (s sharing) Practices(_ context.Context, sender string) ([]string, error) {
	if sender == "broken" {
		return nil, errDisk
	}
	return s[sender], nil
}

func TestPromise_D4_1_AStopOnASharedSenderStopsEveryPractice(t *testing.T) {
	onBoth(t, func(t *testing.T, open func(testing.TB) bench) {
		const oak, ash = "oak-street", "ash-street"
		practices := []string{key.Practice, oak, ash}
		setUp := func(t *testing.T) (bench, *consent.Service) {
			t.Helper()
			b := open(t)
			s := b.with(t, consent.Options{Shared: sharing{office: {oak, key.Practice, ash}}})
			for _, practice := range practices {
				if practice != key.Practice {
					b.ready(t, s, practice)
				}
				g := grant(consent.Transactional)
				g.Practice = practice
				must(t)(s.Grant(t.Context(), staff, g))
			}
			b.later()
			return b, s
		}
		status := func(t *testing.T, s *consent.Service, practice string) consent.Status {
			t.Helper()
			p, err := s.Permission(t.Context(), consent.Key{Practice: practice, Number: key.Number}, consent.Use{Category: consent.Transactional})
			require.NoError(t, err)
			return p.Status
		}
		heard := func(sender string) consent.Revocation {
			r := stop()
			r.ID, r.Sender = "s-1", sender
			return r
		}
		t.Run("keeps", func(t *testing.T) {
			b, s := setUp(t)
			for range 2 { // a provider delivers it twice
				state, err := s.Revoke(t.Context(), patient, heard(office))
				require.NoError(t, err)
				require.Equal(t, key.Practice, state.Practice)
				for _, practice := range practices {
					require.Equal(t, consent.Stopped, status(t, s, practice))
				}
			}
			require.Len(t, b.facts(t), 2)
			require.Equal(t, office, b.facts(t)[1].Sender)
		})
		t.Run("refuses_no_more_than_was_said", func(t *testing.T) {
			_, s := setUp(t)
			must(t)(s.Revoke(t.Context(), patient, heard(ads)))
			require.Equal(t, consent.Stopped, status(t, s, key.Practice))
			require.Equal(t, consent.Active, status(t, s, oak), "a sender of one practice alone")
		})
		t.Run("refuses_to_lose_it_over_an_id_that_another_practice_has_used", func(t *testing.T) {
			_, s := setUp(t)
			g := grant(consent.Conversational)
			g.ID, g.Practice = "s-1", oak
			must(t)(s.Grant(t.Context(), staff, g))
			must(t)(s.Revoke(t.Context(), patient, heard(office)))
			require.Equal(t, consent.Stopped, status(t, s, oak))
		})
		t.Run("refuses_to_have_a_stranger_revive_what_was_the_patients", func(t *testing.T) {
			b, s := setUp(t)
			for range 2 {
				_, err := s.Hear(t.Context(), patient, consent.Said{
					ID: "m-1", Practice: key.Practice, Number: key.Number, Channel: consent.ByText, Sender: office,
					Evidence: consent.Evidence{Words: "wrong number"},
				})
				require.NoError(t, err)
			}
			b.later()
			for _, practice := range practices {
				again := start()
				again.Practice = practice
				must(t)(s.Restart(t.Context(), patient, again))
				require.Equal(t, consent.Stopped, status(t, s, practice))
			}
		})
		t.Run("refuses_to_hold_less_where_it_may_be_a_stop", func(t *testing.T) {
			b, s := setUp(t)
			for range 2 {
				u, err := s.Hear(t.Context(), patient, consent.Said{
					ID: "m-1", Practice: key.Practice, Number: key.Number, Channel: consent.ByText, Sender: office,
					Evidence: consent.Evidence{Words: "who is this?"},
				})
				require.NoError(t, err)
				require.Equal(t, keyword.Review, u.Asks)
			}
			for _, practice := range practices {
				require.Equal(t, consent.Held, status(t, s, practice))
				alarms, err := s.Alarms(t.Context(), staff, practice)
				require.NoError(t, err)
				require.Len(t, alarms, 1, "each looks for itself")
			}
			require.Len(t, b.facts(t), 2)
		})
		t.Run("an_error_is_told_and_the_first_practice_is_stopped", func(t *testing.T) {
			_, s := setUp(t)
			_, err := s.Revoke(t.Context(), patient, heard("broken"))
			require.ErrorIs(t, err, errDisk)
			require.Equal(t, consent.Stopped, status(t, s, key.Practice))
		})
		t.Run("without_rule", func(t *testing.T) {
			b, s := setUp(t)
			must(t)(b.Revoke(t.Context(), patient, heard(office))) // by a service that does not know who shares
			require.Equal(t, consent.Stopped, status(t, s, key.Practice))
			require.Equal(t, consent.Active, status(t, s, oak))
		})
	})
}
