package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/world"
)

// A version is announced before it is in effect, told on the next use, and stays readable when another one follows.
func TestThePrivacyPolicy(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		show := func() string { _, page := s.send(http.MethodGet, "/", "", nil); return page }
		due := func() dueView { return get[policiesView](s, "policies").Due }

		// Anybody reads it. The desk is asked once, and only the text that is published is accepted.
		status, page := s.bare(http.MethodGet, "/privacy", "", nil)
		require.Equal(t, http.StatusOK, status)
		require.Contains(t, page, "Version 1. In effect since")
		require.Contains(t, page, "We sell nothing")
		require.True(t, strings.Contains(show(), "Please read the privacy policy"))
		first := due()
		require.Equal(t, "ask", string(first.Step))
		require.Equal(t, "No version was accepted yet.", first.Why)
		require.Contains(t, s.refused(http.StatusConflict, "acceptpolicy", map[string]string{"version": "1", "sha256": strings.Repeat("0", 64)}), "show it again")
		s.refused(http.StatusNotFound, "acceptpolicy", map[string]string{"version": "9", "sha256": first.SHA256})
		s.act("acceptpolicy", map[string]string{"version": "1", "sha256": first.SHA256})
		require.Equal(t, "settled", string(due().Step))
		require.False(t, strings.Contains(show(), "Please read the privacy policy"))

		// A change that matters is not published unless it is told.
		now := local(s.scene.Load().Clock.Now())
		today, later := now.Format("2006-01-02"), now.AddDate(0, 0, 10).Format("2006-01-02")
		change := map[string]string{
			"version": "2", "effective": later, "material": "yes", "changes": "We keep system logs for two years.",
			"text": world.PrivacyText + " We keep system logs for two years.", "use": world.FurtherUse, "posting": today,
		}
		require.Contains(t, s.refused(http.StatusUnprocessableEntity, "publishpolicy", change), "announced by email or notice")
		change["notice"] = today
		change["effective"] = now.AddDate(0, 0, -1).Format("2006-01-02")
		s.refused(http.StatusBadRequest, "publishpolicy", change)
		change["effective"] = "June"
		s.refused(http.StatusBadRequest, "publishpolicy", change)
		change["effective"] = later
		s.act("publishpolicy", change)
		s.refused(http.StatusConflict, "publishpolicy", change)
		versions := get[policiesView](s, "policies").Versions
		require.Len(t, versions, 2)
		require.Equal(t, []string{"in effect", "upcoming"}, []string{versions[0].Standing, versions[1].Standing})

		// To look through the API tells nobody; the page does, once.
		require.Equal(t, "tell", string(due().Step))
		require.Equal(t, "tell", string(due().Step))
		require.True(t, strings.Contains(show(), "The privacy policy changes"))
		require.Equal(t, "settled", string(due().Step))
		require.False(t, strings.Contains(show(), "The privacy policy changes"))
		_, page = s.bare(http.MethodGet, "/privacy", "", nil)
		require.Contains(t, page, "Version 1. In effect since")
		require.Contains(t, page, "What changes: We keep system logs for two years.")

		// Who was told and uses on accepts it, as its words say.
		s.act("clock", map[string]string{"forward": "250h"})
		require.Equal(t, "use", string(due().Step))
		show()
		require.Equal(t, "settled", string(due().Step))
		_, page = s.bare(http.MethodGet, "/privacy", "", nil)
		require.Contains(t, page, "Version 2. In effect since")
		_, page = s.bare(http.MethodGet, "/privacy?version=1", "", nil)
		require.Contains(t, page, "Version 1. Was in effect from")
		status, _ = s.bare(http.MethodGet, "/privacy?version=3", "", nil)
		require.Equal(t, http.StatusNotFound, status)
	})
}
