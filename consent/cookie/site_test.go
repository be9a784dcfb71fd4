package cookie_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/consent/cookie"
	"github.com/enamel-go/enamel/internal/stage"
)

func TestNewSiteRefuses(t *testing.T) {
	b, r := onMemory(t), register(t)
	poor := cookie.Translations()
	spanish := poor["es"]
	spanish.Withdraw = ""
	poor["es"] = spanish
	foreign := cookie.Translations()
	delete(foreign, "en")
	for name, c := range map[string]struct {
		practice string
		register *cookie.Register
		service  *cookie.Service
		key      []byte
		o        *cookie.SiteOptions
	}{
		"no practice":             {"", r, b.Service, key, nil},
		"no register":             {practice, nil, b.Service, key, nil},
		"no service":              {practice, r, nil, key, nil},
		"a short key":             {practice, r, b.Service, key[:31], nil},
		"a short older key":       {practice, r, b.Service, key, &cookie.SiteOptions{Older: [][]byte{{}}}},
		"a path of another host":  {practice, r, b.Service, key, &cookie.SiteOptions{Path: "//evil.example/cookies"}},
		"a text that is missing":  {practice, r, b.Service, key, &cookie.SiteOptions{Texts: poor}},
		"no English":              {practice, r, b.Service, key, &cookie.SiteOptions{Texts: foreign}},
		"a path that is relative": {practice, r, b.Service, key, &cookie.SiteOptions{Path: "cookies"}},
	} {
		s, err := cookie.NewSite(c.practice, c.register, c.service, c.key, c.o)
		require.ErrorIs(t, err, cookie.ErrInvalid, name)
		require.Nil(t, s, name)
	}
}

func TestAPrintedSiteHasNoKey(t *testing.T) {
	for _, form := range []string{"%v", "%+v", "%#v"} {
		printed := fmt.Sprintf(form, onMemory(t).site(t, nil))
		require.NotContains(t, printed, string(key))
		require.NotContains(t, printed, strings.Trim(fmt.Sprintf(form, key), "[]byte{}"))
	}
}

// choiceOf returns the value of the cookie that a yes on a site gives.
func choiceOf(t *testing.T, b bench, o *cookie.SiteOptions) (value string, web *browser) {
	t.Helper()
	web = b.visit(t, o)
	web.press(t, web.get(t, "/"), "accept")
	for _, c := range web.jar(t) {
		if c.Name == cookie.Name {
			value = c.Value
		}
	}
	require.NotEmpty(t, value)
	return value, web
}

func carrying(values ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, v := range values {
		r.Header.Add("Cookie", cookie.Name+"="+v)
	}
	return r
}

func TestWhoseChoiceItIs(t *testing.T) {
	b := onMemory(t)
	value, web := choiceOf(t, b, nil)
	require.NotNil(t, web.site.State(carrying(value)).Choice)
	require.Nil(t, web.site.State(carrying(value, value)).Choice, "of two none is the browser's own")

	other, err := cookie.NewSite("oak-street", register(t), b.Service, key, nil)
	require.NoError(t, err)
	require.Nil(t, other.State(carrying(value)).Choice, "another practice's")

	anew := bytes.Repeat([]byte("k"), 32)
	changed, err := cookie.NewSite(practice, register(t), b.Service, anew, nil)
	require.NoError(t, err)
	require.Nil(t, changed.State(carrying(value)).Choice, "of a key that is no longer ours")
	kept, err := cookie.NewSite(practice, register(t), b.Service, anew, &cookie.SiteOptions{Older: [][]byte{key}})
	require.NoError(t, err)
	require.Equal(t, web.site.State(carrying(value)), kept.State(carrying(value)), "of an older key")
}

func TestWhenAVisitorIsAskedAgain(t *testing.T) {
	b := onMemory(t)
	yes, web := choiceOf(t, b, nil)
	web.press(t, web.get(t, "/"), "withdraw")
	no := web.jar(t)[slices.IndexFunc(web.jar(t), func(c *http.Cookie) bool { return c.Name == cookie.Name })].Value
	state := func(value string) cookie.State { return web.site.State(carrying(value)) }
	require.Equal(t, cookie.Optional(), state(yes).Allowed)
	require.False(t, state(yes).Ask)
	require.False(t, state(no).Ask)

	r, err := cookie.NewRegister(append(cookies(), cookie.Cookie{Name: "heat", Category: cookie.Analytics, Purpose: "Records moves."})...)
	require.NoError(t, err)
	more, err := cookie.NewSite(practice, r, b.Service, key, nil)
	require.NoError(t, err)
	require.True(t, more.State(carrying(yes)).Ask, "a yes is none to a cookie that was not shown")
	require.Empty(t, more.State(carrying(yes)).Allowed)
	require.False(t, more.State(carrying(no)).Ask, "a no is one to every cookie")

	b.Clock.Pass(366 * 24 * time.Hour)
	require.False(t, state(no).Ask)
	b.Clock.Pass(time.Second)
	require.True(t, state(no).Ask, "after a year")
	require.True(t, state(yes).Ask)
	require.Empty(t, state(yes).Allowed)

	bare, err := cookie.NewRegister(cookies()[:2]...)
	require.NoError(t, err)
	silent, err := cookie.NewSite(practice, bare, b.Service, key, nil)
	require.NoError(t, err)
	require.False(t, silent.State(carrying()).Ask, "a site without optional cookies asks nobody")
	require.True(t, silent.State(carrying()).Allows(cookie.Session))
	require.False(t, silent.State(carrying()).Allows(cookie.Analytics))
}

func TestTheNoticeInEachLanguage(t *testing.T) {
	b := onMemory(t)
	site := b.site(t, nil)
	for accept, language := range map[string]string{
		"": "en", "de": "en", "es-MX,es;q=0.9": "es", "de, FR-ca;q=0.7, en": "fr", "en;q=1, es": "en", "*": "en",
	} {
		r := httptest.NewRequest(http.MethodGet, "/deep?page=2", nil)
		r.Header.Set("Accept-Language", accept)
		banner, err := site.Banner(httptest.NewRecorder(), r)
		require.NoError(t, err)
		shown := html.UnescapeString(string(banner))
		require.Contains(t, shown, `lang="`+language+`"`, accept)
		require.Contains(t, shown, `name="back" value="/deep?page=2"`)
		for line := range strings.Lines(site.Wording(language)) {
			for _, part := range strings.Split(strings.TrimSuffix(line, "\n"), ": ") {
				require.Contains(t, shown, part, "what was shown is all that the evidence holds")
			}
		}
		said := cookie.Translations()[language]
		for _, text := range []string{said.Title, said.Intro, said.Follow, said.Necessary, said.Analytics, said.Preference, said.Accept, said.Decline, said.Save, said.Details} {
			require.Contains(t, site.Wording(language), text, "the evidence holds what was shown")
		}
	}
	require.Equal(t, site.Wording("en"), site.Wording("de"))
	require.NotEqual(t, site.Wording("en"), site.Wording("es"))
	require.NotContains(t, strings.Join([]string{site.Wording("es"), site.Wording("fr")}, ""), "you allowed")

	fixed := b.site(t, &cookie.SiteOptions{Language: func(*http.Request) string { return "fr" }})
	banner, err := fixed.Banner(httptest.NewRecorder(), carrying())
	require.NoError(t, err)
	require.Contains(t, string(banner), "Tout refuser")
}

func TestTheFormOfAnotherNotice(t *testing.T) {
	b := onMemory(t)
	web := b.visit(t, nil)
	form := url.Values{"choice": {"accept"}, "wording": {"0000"}, "language": {"es"}}
	again := web.do(t, http.MethodPost, "/cookies", form)
	require.Equal(t, http.StatusConflict, again.StatusCode)
	require.Contains(t, again.body, cookie.Translations()["es"].Changed)
	require.Contains(t, again.body, `value="decline"`, "the visitor is asked again at once")
	require.Nil(t, web.carries(t).Choice)
	require.Equal(t, cookie.ErrChanged.Error(), b.Logged(t, practice)[0].Reason)

	form.Set("choice", "decline")
	require.Equal(t, http.StatusOK, web.do(t, http.MethodPost, "/cookies", form).StatusCode, "a no is one to every notice")
	require.Empty(t, web.carries(t).Allowed)
	require.NotNil(t, web.carries(t).Choice)
}

func TestFormsThatAreNone(t *testing.T) {
	b := onMemory(t)
	web := b.visit(t, nil)
	for _, form := range []url.Values{
		{},
		{"choice": {"perhaps"}},
		{"choice": {"save"}, "category": {"session"}},
		{"choice": {"save"}, "category": {"analytics", "other"}},
		{"choice": {strings.Repeat("x", 65<<10)}},
	} {
		require.Equal(t, http.StatusBadRequest, web.do(t, http.MethodPost, "/cookies", form).StatusCode)
	}
	require.Nil(t, web.carries(t).Choice)
	require.Len(t, b.Logged(t, practice), 4, "what cannot even be read is no refused choice")
	got := web.do(t, http.MethodPut, "/cookies", nil)
	require.Equal(t, http.StatusMethodNotAllowed, got.StatusCode)
	require.Equal(t, "GET, HEAD, POST", got.Header.Get("Allow"))
}

func TestBackStaysOnTheHost(t *testing.T) {
	web := onMemory(t).visit(t, nil)
	web.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for back, wants := range map[string]string{
		"/deep?page=2": "/deep?page=2", "": "/cookies", "//evil.example": "/cookies", "https://evil.example/": "/cookies",
		`/\evil.example`: "/cookies", "/\t/evil.example": "/cookies", "deep": "/cookies", "javascript:alert(1)": "/cookies",
		"///evil.example": "/cookies", "/\x7f/evil.example": "/cookies", "/ /evil.example": "/cookies", "/%zz": "/cookies",
	} {
		got := web.do(t, http.MethodPost, "/cookies", url.Values{"choice": {"decline"}, "back": {back}})
		require.Equal(t, wants, got.Header.Get("Location"), back)
		require.Equal(t, http.StatusSeeOther, got.StatusCode)
		require.Equal(t, "no-store", got.Header.Get("Cache-Control"))
	}
}

// broken is a store that keeps nothing more.
type broken struct {
	cookie.Store
	now bool
}

func (b *broken) Apply(ctx context.Context, c cookie.Change) (bool, error) {
	if b.now {
		return false, errors.New("planted: the disk is full")
	}
	return b.Store.Apply(ctx, c)
}

func TestAWithdrawalThatCannotBeRecordedHoldsAllTheSame(t *testing.T) {
	b := onMemory(t)
	store := &broken{Store: b.store}
	b.Service = b.WithStore(store)
	var heard bytes.Buffer
	_, web := choiceOf(t, b, &cookie.SiteOptions{Logger: slog.New(slog.NewTextHandler(&heard, nil))})
	page := web.get(t, "/")
	require.Equal(t, whole, web.keeps(t))
	visitor := web.carries(t).Choice.Visitor

	store.now = true
	got := web.press(t, page, "withdraw")
	require.Equal(t, http.StatusServiceUnavailable, got.StatusCode)
	require.Contains(t, heard.String(), "could not be recorded")
	require.Equal(t, necessary, web.keeps(t))
	require.True(t, web.carries(t).Ask)
	require.Empty(t, web.carries(t).Allowed)
	require.Equal(t, visitor, web.carries(t).Choice.Visitor, "the next choice belongs to the same visitor")
}

func TestAFormOfOnesOwn(t *testing.T) {
	b := onMemory(t)
	site := b.site(t, nil)
	c, err := b.Choose(t.Context(), staff, cookie.Choosing{
		Practice: practice, Visitor: "v-1", Allowed: []cookie.Category{cookie.Analytics}, Wording: site.Wording("en"), Language: "en",
		Shown: register(t).Fingerprint(),
	})
	require.NoError(t, err)
	r, w := httptest.NewRequest(http.MethodPost, "/own", nil), httptest.NewRecorder()
	r.Header.Set("Cookie", "sid=1; visits=1; theme=1")
	require.NoError(t, site.Give(w, r, c))
	set := answer{Response: w.Result()}.sets()
	require.Len(t, set, 2)
	require.Negative(t, set["theme"].MaxAge)
	require.Equal(t, c.Allowed, site.State(carrying(set[cookie.Name].Value)).Allowed)

	c.Practice = "oak-street"
	w = httptest.NewRecorder()
	require.ErrorIs(t, site.Give(w, r, c), cookie.ErrInvalid)
	require.ErrorIs(t, site.Give(w, r, cookie.Choice{Practice: practice}), cookie.ErrInvalid)
	require.Empty(t, w.Header())
}

func TestFindingsAreFew(t *testing.T) {
	b := onMemory(t)
	n := 0
	web := open(t, b.site(t, nil), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 60 {
			n++
			w.Header().Add("Set-Cookie", fmt.Sprintf("track%d=1; Path=/", n))
		}
	}))
	for range 3 {
		require.Empty(t, web.get(t, "/").Header.Values("Set-Cookie"))
	}
	require.Len(t, b.Logged(t, practice), 100)
}

// once is a log's store that fails once.
type once struct {
	audit.Store
	failed bool
}

func (o *once) Append(ctx context.Context, leaves ...audit.Leaf) error {
	if !o.failed {
		o.failed = true
		return errors.New("planted: the log is full")
	}
	return o.Store.Append(ctx, leaves...)
}

func TestAFindingThatCouldNotBeRecordedIsTriedAgain(t *testing.T) {
	entries := auditmem.New()
	b := assemble(t, stage.On(t, noon, &once{Store: entries}), onMemory(t).store)
	var heard bytes.Buffer
	web := open(t, b.site(t, &cookie.SiteOptions{Logger: slog.New(slog.NewTextHandler(&heard, nil))}), http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "_ga=1; Path=/")
	}))
	require.Empty(t, web.get(t, "/").Header.Values("Set-Cookie"))
	require.Contains(t, heard.String(), "could not be recorded")
	require.Empty(t, b.Logged(t, practice))
	for range 2 {
		require.Empty(t, web.get(t, "/").Header.Values("Set-Cookie"))
	}
	require.Len(t, b.Logged(t, practice), 1)
}

func TestGPC(t *testing.T) {
	_, err := cookie.GPC(cookie.Date{Year: 2026, Month: 2, Day: 30})
	require.ErrorIs(t, err, cookie.ErrInvalid)
	h, err := cookie.GPC(cookie.Date{Year: 2026, Month: 2, Day: 28})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, cookie.GPCPath, nil))
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
}
