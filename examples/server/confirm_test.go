package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// link asks for confirmation by a link and returns its path.
func (s *site) link(number string) string {
	s.t.Helper()
	status, body := s.try("asklink", map[string]string{"number": number})
	require.Equal(s.t, http.StatusOK, status, body)
	var d struct{ Result struct{ Link string } }
	require.NoError(s.t, json.Unmarshal([]byte(body), &d))
	path, found := strings.CutPrefix(d.Result.Link, s.address())
	require.True(s.t, found, d.Result.Link)
	return path
}

// A consent is confirmed behind a link by pressing a button, once and in time, and never by looking.
func TestConfirmByLink(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		const priya, rosa = "+15125550163", "+15125550142"
		status := func(number string) string {
			return string(get[[]personView](s, "patients", "find", number)[0].Promotional.Status)
		}
		s.act("consent", map[string]string{"number": priya, "published": "promotional-2026-01", "document": "scan-3"})
		path := s.link(priya)
		require.Contains(t, s.refused(http.StatusConflict, "asklink", map[string]string{"number": priya}), "only once")

		for range 2 {
			code, page := s.bare(http.MethodGet, path, "", nil)
			require.Equal(t, http.StatusOK, code)
			require.Contains(t, page, "Yes, I agree to texts")
			require.NotContains(t, page, "512")
		}
		require.Equal(t, "pending", status(priya))

		// Another site cannot press it, nor does anything that does not say what it is.
		code, _ := s.bare(http.MethodPost, path, "", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") })
		require.Equal(t, http.StatusForbidden, code)
		code, page := s.bare(http.MethodPost, path, "", func(r *http.Request) { r.Header.Set("User-Agent", "") })
		require.Equal(t, http.StatusUnprocessableEntity, code, page)
		require.Equal(t, "pending", status(priya))

		code, page = s.bare(http.MethodPost, path, "", nil)
		require.Equal(t, http.StatusOK, code, page)
		require.Contains(t, page, "You have confirmed.")
		require.Equal(t, "active", status(priya))
		code, page = s.bare(http.MethodPost, path, "", nil)
		require.Equal(t, http.StatusConflict, code)
		require.Contains(t, page, "This link was used before.")
		require.NotContains(t, page, "Not confirmed")

		code, page = s.bare(http.MethodPost, "/confirm/bm90aGluZw.unknown", "", nil)
		require.Equal(t, http.StatusNotFound, code)
		require.Contains(t, page, "This link confirms nothing.")

		s.act("consent", map[string]string{"number": rosa, "published": "promotional-2026-01", "document": "scan-4"})
		late := s.link(rosa)
		s.act("clock", map[string]string{"forward": "200h"})
		code, page = s.bare(http.MethodPost, late, "", nil)
		require.Equal(t, http.StatusGone, code)
		require.Contains(t, page, "This link has expired.")
		require.Equal(t, "pending", status(rosa))

		// No part of a link is in the log of requests.
		for _, line := range append(s.requests("system"), s.requests("elm-street")...) {
			require.NotContains(t, line, strings.TrimPrefix(path, "/confirm/"))
		}
		require.Contains(t, s.requests("system"), "unknown POST /confirm/{link} 200 done")
	})
}
