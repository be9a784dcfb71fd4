package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/world"
)

// A consent is on a published text, and a text is published only when it says all that it must.
func TestWordingsAndTheDuty(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const number = "+15125550163" // of somebody who never signed
		says := s.refused(http.StatusBadRequest, "publish", map[string]string{
			"id": "offers-2", "category": "promotional", "text": "I agree to texts by Elm Street Dental.",
		})
		for _, lack := range []string{"name the platform", "say how often texts come", "say that replying STOP ends the texts"} {
			require.Contains(t, says, lack)
		}
		require.NotContains(t, says, "..")
		require.Len(t, get[[]wordingView](s, "wordings"), 3)

		s.act("publish", map[string]string{"id": "offers-2", "category": "promotional", "text": world.Wording})
		require.Contains(t, s.refused(http.StatusConflict, "publish", map[string]string{
			"id": "offers-2", "category": "promotional", "text": world.Wording + " Thank you.",
		}), "recorded under this id")
		all := get[[]wordingView](s, "wordings")
		require.Len(t, all, 4)
		require.Equal(t, "front desk", all[3].By)
		require.Len(t, all[3].SHA256, 64)

		// The consent names it, and is for what it is for.
		require.Contains(t, s.refused(http.StatusBadRequest, "consent", map[string]string{
			"number": number, "published": "offers-2", "category": "transactional", "document": "scan-1",
		}), "is for offers, and permits nothing else")
		require.Contains(t, s.refused(http.StatusBadRequest, "consent", map[string]string{"number": number, "published": "offers-9"}), "published no text")
		require.Contains(t, s.refused(http.StatusBadRequest, "consent", map[string]string{
			"number": number, "published": "offers-2", "wording": "I agree.",
		}), "not both")
		require.Contains(t, s.refused(http.StatusUnprocessableEntity, "consent", map[string]string{
			"number": number, "category": "transactional", "wording": "I agree.", "document": "scan-1",
		}), "none that the practice had published")
		s.act("consent", map[string]string{"number": number, "published": "transactional-2026-01", "document": "scan-1"})
		require.Equal(t, "active", string(get[[]personView](s, "patients", "find", number)[0].Transactional.Status))

		// Who accepted the duty is told; newer terms are accepted anew, and what was not said stays.
		before := get[practiceView](s, "practice")
		require.Equal(t, "Elm Street Dental", before.Name)
		require.Equal(t, "terms of 2026-01", before.Duty.Terms)
		require.Equal(t, "front desk", before.Duty.By)
		require.Contains(t, s.act("practice", map[string]string{"platform": "Elm Texts", "terms": "terms of 2026-06"}), "terms of 2026-06")
		after := get[practiceView](s, "practice")
		require.Equal(t, "Elm Street Dental", after.Name)
		require.Equal(t, "Elm Texts", after.Platform)
		require.Equal(t, "terms of 2026-06", after.Duty.Terms)
		require.False(t, after.Duty.Accepted.Before(before.Duty.Accepted))

		_, page := s.send(http.MethodGet, "/", "", nil)
		for _, text := range []string{"offers-2", all[3].SHA256, "terms of 2026-06", "Elm Texts"} {
			require.True(t, strings.Contains(page, text), text)
		}
	})
}

// The page says how consent may be given, and what the promise leaves without effect.
func TestHowConsentMayBeGiven(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		v := get[practiceView](s, "practice")
		require.Equal(t, "promised", v.Profile)
		permits := map[string][]string{}
		for _, r := range v.Rules {
			require.False(t, r.Wider)
			permits[r.Basis] = r.Permits
		}
		require.Len(t, permits["signed_agreement"], 3)
		require.Empty(t, permits["import"])
		_, page := s.send(http.MethodGet, "/", "", nil)
		says(t, page, "As promised: in writing, with its evidence.")
		says(t, page, "recorded, and permits nothing")
	})
}
