package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// heard records what was said and returns what it was taken for.
func (s *site) heard(number, channel, words string) string {
	s.t.Helper()
	status, body := s.try("heard", map[string]string{"number": number, "channel": channel, "words": words})
	require.Equal(s.t, http.StatusOK, status, body)
	var d struct {
		Said   string
		Result struct {
			For string `json:"taken_for"`
			Why string
		}
	}
	require.NoError(s.t, json.Unmarshal([]byte(body), &d))
	require.NotEmpty(s.t, d.Result.Why)
	require.Contains(s.t, d.Said, d.Result.Why)
	return d.Result.For
}

// What somebody says in any words, by any channel, is taken for what it is; what is doubtful waits for a person.
func TestAnyWords(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const rosa, otis, keola = "+15125550142", "+13035550187", "+18085550117"
		status := func(number string) personView { return get[[]personView](s, "patients", "find", number)[0] }
		s.act("optin", map[string]string{"setting": "off"})
		for _, number := range []string{rosa, otis} {
			s.act("consent", map[string]string{"number": number, "published": "promotional-2026-01", "document": "scan-9"})
			require.Equal(t, "active", string(status(number).Promotional.Status))
		}

		require.Equal(t, "stop", s.heard(keola, "desk", "please stop texting me"))
		require.Equal(t, "stopped", string(status(keola).Transactional.Status))
		require.Equal(t, "narrow", s.heard(otis, "email", "no more advertising please"))
		require.Equal(t, "stopped", string(status(otis).Promotional.Status))
		require.Equal(t, "active", string(status(otis).Transactional.Status))
		require.Empty(t, s.heard(rosa, "call", "I will be ten minutes late"))
		require.Empty(t, get[[]alarmView](s, "alarms"))

		// A doubt holds all but answers, by its id alone is it cleared, and in time.
		require.Equal(t, "review", s.heard(rosa, "portal", "how do I stop these?"))
		held := status(rosa)
		require.Equal(t, "held", string(held.Promotional.Status))
		require.Equal(t, "held", string(held.Transactional.Status))
		open := get[[]alarmView](s, "alarms")
		require.Len(t, open, 1)
		require.False(t, open[0].Overdue)
		require.Equal(t, rosa, open[0].Number)
		_, page := s.send(http.MethodGet, "/", "", nil)
		require.True(t, strings.Contains(page, "until "+open[0].Until()), "the day is shown")
		require.True(t, strings.Contains(page, "how do I stop these?"))
		require.Contains(t, s.refused(http.StatusConflict, "clear", map[string]string{"number": rosa, "doubt": "none"}), "Nothing of that kind waits")

		s.act("clock", map[string]string{"forward": "25h"})
		open = get[[]alarmView](s, "alarms")
		require.Len(t, open, 1)
		require.True(t, open[0].Overdue)
		_, page = s.send(http.MethodGet, "/", "", nil)
		require.True(t, strings.Contains(page, "overdue since"))

		s.act("clear", map[string]string{"number": rosa, "doubt": open[0].Doubt})
		require.Empty(t, get[[]alarmView](s, "alarms"))
		require.Equal(t, "active", string(status(rosa).Promotional.Status))
		s.refused(http.StatusConflict, "clear", map[string]string{"number": rosa, "doubt": open[0].Doubt})
		require.Contains(t, s.refused(http.StatusBadRequest, "heard", map[string]string{"number": rosa}), "Write down what was said")
	})
}
