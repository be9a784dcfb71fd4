package cookie_test

import (
	"io"
	"log"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/consentmem"
	"github.com/enamel-go/enamel/consent/consentpg"
	"github.com/enamel-go/enamel/consent/cookie"
	"github.com/enamel-go/enamel/internal/pgtest"
	"github.com/enamel-go/enamel/internal/stage"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const practice = "elm-street"

var (
	noon  = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	staff = audit.Actor{Kind: audit.Staff, ID: "u-17"}
	key   = []byte("thirty-two bytes of a test's key")
)

// bench is a service with all that it stands on.
type bench struct {
	*cookie.Service
	stage.Stage
	store cookie.Store
}

func onMemory(t testing.TB) bench {
	t.Helper()
	s, entries := stage.Memory(t, noon)
	return assemble(t, s, consentmem.NewCookies(entries))
}

// layout is the tables of a bench on Postgres.
var layout = stage.NewLayout(pgtest.Tables(consentpg.Migrate))

func onPostgres(t testing.TB) bench {
	t.Helper()
	s, d := stage.Postgres(t, noon, layout)
	db, o := d.Pool(4), &consentpg.Options{Schema: d.Schema()}
	return assemble(t, s, consentpg.NewCookies(db, s.Keys, o))
}

func assemble(t testing.TB, on stage.Stage, store cookie.Store) bench {
	t.Helper()
	s, err := cookie.New(store, on.Log, &cookie.Options{Now: on.Clock.Now})
	require.NoError(t, err)
	return bench{s, on, store}
}

// onBoth runs a test on memory and on Postgres.
func onBoth(t *testing.T, test func(t *testing.T, open func(testing.TB) bench)) {
	t.Helper()
	stage.Both(t, onMemory, onPostgres, test)
}

// given returns a visitor's choices.
func (b bench) given(t testing.TB, visitor string) []cookie.Choice {
	t.Helper()
	p, err := b.store.Choices(t.Context(), cookie.Query{Practice: practice, Visitor: visitor})
	require.NoError(t, err)
	return p.Choices
}

// cookies is a register with one cookie of each category, and a family.
func cookies() []cookie.Cookie {
	return []cookie.Cookie{
		{Name: "sid", Category: cookie.Session, Purpose: "Keeps you signed in."},
		{Name: "guard", Category: cookie.Security, Purpose: "Keeps forms safe.", Lasts: time.Hour},
		{Name: "visits", Category: cookie.Analytics, Purpose: "Counts visits.", Lasts: 30 * 24 * time.Hour},
		{Name: "ab_*", Category: cookie.Analytics, Purpose: "Compares two pages.", Path: "/"},
		{Name: "theme", Category: cookie.Preference, Purpose: "Remembers light or dark.", Lasts: 90 * 24 * time.Hour},
	}
}

func register(t testing.TB) *cookie.Register {
	t.Helper()
	r, err := cookie.NewRegister(cookies()...)
	require.NoError(t, err)
	return r
}

// law returns the promised rules without those of the ids.
func law(t testing.TB, without ...string) *cookie.Law {
	t.Helper()
	l, err := cookie.NewLaw(slices.DeleteFunc(cookie.Promised(), func(r cookie.Rule) bool { return slices.Contains(without, r.ID) }))
	require.NoError(t, err)
	return l
}

func (b bench) site(t testing.TB, o *cookie.SiteOptions) *cookie.Site {
	t.Helper()
	s, err := cookie.NewSite(practice, register(t), b.Service, key, o)
	require.NoError(t, err)
	return s
}

// browser talks to a site over TLS and keeps what it is told to keep.
type browser struct {
	*http.Client
	home    string
	signals http.Header
	site    *cookie.Site
}

// visit opens a site on which every page tries to set a cookie of each category, shows the notice, and says in the header
// Read which cookies it saw.
func (b bench) visit(t testing.TB, o *cookie.SiteOptions) *browser {
	t.Helper()
	site := b.site(t, o)
	mux := http.NewServeMux()
	mux.Handle("/cookies", site.Handler())
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		for _, c := range r.Cookies() {
			w.Header().Add("Read", c.Name)
		}
		for _, c := range cookies() {
			name := strings.ReplaceAll(c.Name, "*", "new")
			http.SetCookie(w, &http.Cookie{Name: name, Value: "1", Path: "/", MaxAge: int(c.Lasts / time.Second), SameSite: http.SameSiteLaxMode})
		}
		banner, err := site.Banner(w, r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = io.WriteString(w, "<!DOCTYPE html><title>Home</title>"+string(banner))
	})
	return open(t, site, mux)
}

// open serves a handler inside the site's wrap.
func open(t testing.TB, site *cookie.Site, h http.Handler) *browser {
	t.Helper()
	server := httptest.NewUnstartedServer(site.Wrap(h))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // what handlers do wrong is what some tests are about
	server.StartTLS()
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client := server.Client()
	client.Jar = jar
	return &browser{client, server.URL, http.Header{}, site}
}

// answer is a response that was read to its end.
type answer struct {
	*http.Response
	body string
}

func (b *browser) do(t testing.TB, method, path string, form url.Values) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, b.home+path, strings.NewReader(form.Encode()))
	require.NoError(t, err)
	for name, values := range b.signals {
		r.Header[name] = values
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", b.home)
	}
	res, err := b.Do(r)
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	return answer{res, string(body)}
}

func (b *browser) get(t testing.TB, path string) answer {
	t.Helper()
	return b.do(t, http.MethodGet, path, nil)
}

// press sends the form of a page with one of its buttons, as a browser does: with the page's hidden fields.
func (b *browser) press(t testing.TB, page answer, button string, ticked ...cookie.Category) answer {
	t.Helper()
	at := strings.Index(page.body, `value="`+button+`"`)
	require.GreaterOrEqual(t, at, 0, "the page has no button %q:\n%s", button, page.body)
	form := url.Values{"choice": {button}}
	for field := range strings.SplitSeq(page.body[strings.LastIndex(page.body[:at], "<form"):at], `<input type="hidden" `) {
		if name, ok := strings.CutPrefix(field, `name="`); ok {
			name, rest, _ := strings.Cut(name, `" value="`)
			value, _, _ := strings.Cut(rest, `"`)
			form.Set(name, value)
		}
	}
	for _, c := range ticked {
		form.Add("category", string(c))
	}
	return b.do(t, http.MethodPost, "/cookies", form)
}

// keeps returns the names of the cookies that the browser has, but for the choice itself.
func (b *browser) keeps(t testing.TB) []string {
	t.Helper()
	var names []string
	for _, c := range b.jar(t) {
		if c.Name != cookie.Name {
			names = append(names, c.Name)
		}
	}
	slices.Sort(names)
	return names
}

func (b *browser) jar(t testing.TB) []*http.Cookie {
	t.Helper()
	home, err := url.Parse(b.home)
	require.NoError(t, err)
	return b.Jar.Cookies(home)
}

// plant puts a cookie into the browser.
func (b *browser) plant(t testing.TB, name, value string) {
	t.Helper()
	home, err := url.Parse(b.home)
	require.NoError(t, err)
	b.Jar.SetCookies(home, []*http.Cookie{{Name: name, Value: value, Path: "/", Secure: true}})
}

// carries returns the choice that the browser brings, as a page of the site reads it.
func (b *browser) carries(t testing.TB) cookie.State {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header = b.signals.Clone()
	for _, c := range b.jar(t) {
		r.AddCookie(c)
	}
	return b.site.State(r)
}

// reads returns which cookies a page saw, but for the choice itself.
func (a answer) reads() []string {
	names := slices.DeleteFunc(slices.Clone(a.Header["Read"]), func(n string) bool { return n == cookie.Name })
	slices.Sort(names)
	return names
}

// sets returns the answer's cookies by name.
func (a answer) sets() map[string]*http.Cookie {
	all := map[string]*http.Cookie{}
	for _, c := range a.Cookies() {
		all[c.Name] = c
	}
	return all
}

var (
	necessary = []string{"guard", "sid"}
	whole     = []string{"ab_new", "guard", "sid", "theme", "visits"}
)
