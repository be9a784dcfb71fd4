package main

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

var noticeHash = regexp.MustCompile(`name="wording" value="([0-9a-f]+)"`)

// jar returns the cookies that a browser keeps for the site, by their names.
func (s *site) jar(b *http.Client) map[string]string {
	s.t.Helper()
	home, err := url.Parse(s.address())
	require.NoError(s.t, err)
	kept := map[string]string{}
	for _, c := range b.Jar.Cookies(home) {
		kept[c.Name] = c.Value
	}
	return kept
}

// answerNotice sends the form of the cookie notice.
func (s *site) answerNotice(b *http.Client, fields url.Values, edit func(*http.Request)) (int, string) {
	s.t.Helper()
	was := s.client
	s.client = b
	defer func() { s.client = was }()
	return s.bare(http.MethodPost, "/cookies", fields.Encode(), func(r *http.Request) {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if edit != nil {
			edit(r)
		}
	})
}

// Nothing is counted before it is chosen, nor while the browser asks for it not to be, nor after it was taken back.
func TestCookiesByChoiceAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, s *site) {
		b := s.browser()
		_, page := s.visit(b, "/")
		says(t, page, "Visits of this browser are not counted.")
		require.NotContains(t, s.jar(b), visitCookie)
		found := noticeHash.FindStringSubmatch(page)
		require.Len(t, found, 2, "the notice is on the page")
		yes := url.Values{"choice": {"accept"}, "language": {"en"}, "wording": {found[1]}, "back": {"/"}}

		// A page of another site chooses nothing, nor does a notice that is not shown.
		status, _ := s.answerNotice(b, yes, func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") })
		require.Equal(t, http.StatusForbidden, status)
		status, _ = s.answerNotice(b, url.Values{"choice": {"accept"}, "language": {"en"}, "wording": {"00"}}, nil)
		require.Equal(t, http.StatusConflict, status)
		for _, signal := range []string{"DNT", "Sec-GPC"} {
			status, _ = s.answerNotice(b, yes, func(r *http.Request) { r.Header.Set(signal, "1") })
			require.Equal(t, http.StatusConflict, status)
		}
		require.NotContains(t, s.jar(b), visitCookie)

		_, page = s.answerNotice(b, yes, nil) // which leads back to the page
		says(t, page, "opened the page 1 times")
		says(t, page, "allowed: analytics")
		require.Equal(t, "1", s.jar(b)[visitCookie])
		_, page = s.visit(b, "/")
		says(t, page, "opened the page 2 times")

		// A signal beats the yes, and the cookie goes.
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.address()+"/", nil)
		require.NoError(t, err)
		req.Header.Set("DNT", "1")
		res, err := b.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.NotContains(t, s.jar(b), visitCookie)

		_, page = s.visit(b, "/")
		says(t, page, "opened the page 1 times")
		_, page = s.answerNotice(b, url.Values{"choice": {"withdraw"}, "back": {"/"}}, nil)
		says(t, page, "Visits of this browser are not counted.")
		says(t, page, "withdrawn")
		require.NotContains(t, s.jar(b), visitCookie)
		require.Contains(t, s.jar(b), sessionCookie, "which the site needs")
	})
}

func TestWhatIsKeptInABrowser(t *testing.T) {
	t.Parallel()
	s := openSite(t, config{})
	v := get[cookiesView](s, "cookies")
	on, kept := map[string]bool{}, map[string]string{}
	for _, c := range v.Cookies {
		on[c.Name], kept[c.Name] = c.Always, c.Kept
	}
	require.Equal(t, []string{"until the browser is closed", "one minute", "30 days"}, []string{kept[sessionCookie], kept[said], kept[visitCookie]})
	require.Equal(t, map[string]bool{sessionCookie: true, said: true, visitCookie: false, "__Host-cookie-choice": true}, on)
	require.NotEmpty(t, v.Rules)
	require.Empty(t, v.Choices)
	status, body := s.bare(http.MethodGet, "/.well-known/gpc.json", "", nil)
	require.Equal(t, http.StatusOK, status)
	require.JSONEq(t, `{"gpc":true,"lastUpdate":"2026-01-01"}`, body)
	status, body = s.bare(http.MethodGet, "/cookies", "", func(r *http.Request) { r.Header.Set("Accept-Language", "es") })
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, `lang="es"`)
	require.Contains(t, body, visitCookie)
}
