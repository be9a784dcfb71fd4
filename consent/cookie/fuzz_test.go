package cookie_test

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent/cookie"
)

// FuzzChoice brings whatever a browser may bring as its choice, and what the site gave with one byte altered: neither is
// a choice. The key is each process's own, so that no process takes another's choice for a forged one that was taken.
func FuzzChoice(f *testing.F) {
	b := onMemory(f)
	own := make([]byte, 32)
	_, _ = rand.Read(own)
	site, err := cookie.NewSite(practice, register(f), b.Service, own, nil)
	require.NoError(f, err)
	r, w := httptest.NewRequest(http.MethodPost, "/cookies", nil), httptest.NewRecorder()
	r.PostForm = url.Values{"choice": {"decline"}}
	site.Handler().ServeHTTP(w, r)
	given := w.Result().Cookies()
	require.Len(f, given, 1)
	genuine := given[0].Value
	require.NotNil(f, site.State(carrying(genuine)).Choice)

	f.Add("", 0, byte(1))
	f.Add("e30.AAAA", len(genuine)-1, byte(3))
	f.Add("eyJhIjpbImFuYWx5dGljcyJdfQ.", 40, byte('.'))
	f.Fuzz(func(t *testing.T, value string, at int, flip byte) {
		require.Nil(t, site.State(carrying(value)).Choice)
		altered := []byte(genuine)
		altered[uint(at)%uint(len(altered))] ^= flip
		if flip != 0 {
			require.Nil(t, site.State(carrying(string(altered))).Choice)
		}
	})
}

// FuzzCookies sends any cookies and has the handler set any: what is read and set is registered and necessary.
func FuzzCookies(f *testing.F) {
	site := onMemory(f).site(f, nil)
	for _, seed := range [][2]string{
		{"sid=1; visits=2", "sid=1; Path=/"},
		{"sid", "visits=1; Max-Age=0"},
		{"=sid; sid=\"a;b\"", "sid=1; Domain=example.com; domain="},
		{"guard=1,sid=2", "sid=1;samesite=none;SameSite=lax"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, sent, set string) {
		r, w := httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder()
		r.Header["Cookie"] = []string{sent}
		site.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, c := range r.Cookies() {
				require.Contains(t, append(necessary, cookie.Name), c.Name)
			}
			w.Header()["Set-Cookie"] = []string{set}
		})).ServeHTTP(w, r)
		for _, line := range w.Header()["Set-Cookie"] {
			c, err := http.ParseSetCookie(line)
			require.NoError(t, err)
			if c.MaxAge < 0 || !c.Expires.IsZero() && c.Expires.Before(noon) {
				continue // it removes a cookie
			}
			require.Contains(t, append(necessary, cookie.Name), c.Name)
			require.Empty(t, c.Domain)
			require.Contains(t, []http.SameSite{http.SameSiteLaxMode, http.SameSiteStrictMode}, c.SameSite)
		}
	})
}
