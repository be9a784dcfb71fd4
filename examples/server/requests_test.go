package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/examples/internal/world"
)

func TestRequestsAreRecorded(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		status, _ := s.send(http.MethodGet, "/api/texts", "", nil)
		require.Equal(t, http.StatusOK, status)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.address()+"/?token=wrong", nil)
		require.NoError(t, err)
		status, _ = s.answer(req)
		require.Equal(t, http.StatusUnauthorized, status)
		require.Contains(t, s.requests(world.Practice), "desk GET /api/texts 200 done")
		require.Contains(t, s.requests("system"), "unknown / 401 refused")
	})
}

// requests returns what a practice's log has of requests.
func (s *site) requests(practice string) []string {
	s.t.Helper()
	log := s.scene.Load().Log
	page, err := log.Leaves(s.t.Context(), audit.Query{Practice: practice, Newest: true, Limit: 1000})
	require.NoError(s.t, err)
	var found []string
	for _, f := range page.Leaves {
		if f.Action != "http.request" {
			continue
		}
		e, err := log.Open(s.t.Context(), f)
		require.NoError(s.t, err)
		require.Equal(s.t, "127.0.0.1", e.Details["address"])
		by := e.Actor.ID
		if e.Actor == world.Desk() {
			by = "desk"
		}
		found = append(found, strings.Join([]string{by, e.Details["route"], e.Details["status"], string(e.Outcome)}, " "))
	}
	return found
}
