package cookie_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent/cookie"
)

// TestEverySignalChoiceAndCategory says of each combination what the policy says of it, in one line.
func TestEverySignalChoiceAndCategory(t *testing.T) {
	r, l := register(t), law(t)
	yes := func(at time.Time, shown string, allowed ...cookie.Category) *cookie.Choice {
		return &cookie.Choice{ID: "c", Practice: practice, Visitor: "v", Allowed: allowed, At: at, Shown: shown}
	}
	choices := map[string]*cookie.Choice{
		"none":            nil,
		"no":              yes(noon, r.Fingerprint()),
		"analytics":       yes(noon, r.Fingerprint(), cookie.Analytics),
		"preference":      yes(noon, r.Fingerprint(), cookie.Preference),
		"all":             yes(noon, r.Fingerprint(), cookie.Optional()...),
		"all, long ago":   yes(noon.Add(-367*24*time.Hour), r.Fingerprint(), cookie.Optional()...),
		"all, of another": yes(noon, "another", cookie.Optional()...),
	}
	names := map[cookie.Category]string{
		cookie.Session: "sid", cookie.Security: "guard", cookie.Analytics: "visits", cookie.Preference: "theme",
	}
	seen := 0
	for _, signals := range []cookie.Signals{{}, {DoNotTrack: true}, {GlobalPrivacyControl: true}, {DoNotTrack: true, GlobalPrivacyControl: true}} {
		for made, choice := range choices {
			for category, name := range names {
				says := fmt.Sprintf("%s, signals %s, choice %s", category, signals, made)
				wants := category.Necessary() || !signals.Sent() && (made == "all" || made == string(category))
				got := l.Decide(r, cookie.Facts{Name: name, Choice: choice, Signals: signals}, noon)
				require.Equal(t, wants, got.Allowed, says)
				require.NotEmpty(t, got.Rule, says)
				require.NotEmpty(t, got.Why, says)
				last := got.Trail[len(got.Trail)-1]
				require.Equal(t, got.Rule, last.Rule)
				require.NotEqual(t, cookie.Pass, last.Says)
				for _, step := range got.Trail {
					require.NotEmpty(t, step.Citation, step.Rule)
					require.NotEmpty(t, step.Fact, step.Rule)
				}
				require.Empty(t, cmp.Diff(got, l.Decide(r, cookie.Facts{Name: name, Choice: choice, Signals: signals}, noon)), "it replays")
				require.False(t, l.Decide(r, cookie.Facts{Name: "unknown", Choice: choice, Signals: signals}, noon).Allowed)
				seen++
			}
		}
	}
	require.Equal(t, 4*7*4, seen)
}

func TestADecisionOfRecord(t *testing.T) {
	r := register(t)
	choice := &cookie.Choice{ID: "c-1", Allowed: cookie.Optional(), At: noon.Add(-time.Hour), Shown: r.Fingerprint()}
	got := law(t).Decide(r, cookie.Facts{Name: "visits", Choice: choice, Signals: cookie.Signals{GlobalPrivacyControl: true}}, noon)
	const policy = "MyDentalPMS Privacy Policy, section 7"
	require.Empty(t, cmp.Diff(cookie.Decision{
		Rule: "gpc", Why: "The browser sends Global Privacy Control.", Trail: []cookie.Step{
			{Rule: "register", Version: 1, Citation: policy, Fact: "it is in the register", Says: cookie.Pass},
			{Rule: "host", Version: 1, Citation: policy, Fact: "it is read", Says: cookie.Pass},
			{Rule: "site", Version: 1, Citation: policy, Fact: "it is read", Says: cookie.Pass},
			{Rule: "necessary", Version: 1, Citation: policy, Fact: "its category is analytics", Says: cookie.Pass},
			{
				Rule: "gpc", Version: 1, Citation: policy + "; Cal. Civ. Code 1798.135(e); 11 CCR 7025", Fact: "signals: GPC",
				Says: cookie.Refuse, Reason: "The browser sends Global Privacy Control.",
			},
		},
	}, got))
}

func TestRulesHaveDates(t *testing.T) {
	rules := cookie.Promised()
	at := slices.IndexFunc(rules, func(r cookie.Rule) bool { return r.Check == cookie.CheckDNT })
	rules[at].Effective = noon
	l, err := cookie.NewLaw(rules)
	require.NoError(t, err)
	r := register(t)
	f := cookie.Facts{Name: "visits", Signals: cookie.Signals{DoNotTrack: true}, Choice: &cookie.Choice{
		Allowed: cookie.Optional(), At: noon.Add(-time.Hour), Shown: r.Fingerprint(),
	}}
	require.True(t, l.Decide(r, f, noon.Add(-time.Microsecond)).Allowed)
	require.False(t, l.Decide(r, f, noon).Allowed)
	require.False(t, (&cookie.Law{}).Decide(r, f, noon).Allowed, "what no rule allows is refused")
}

func TestNewLawRefuses(t *testing.T) {
	for _, r := range []cookie.Rule{{ID: "x", Check: "other"}, {ID: "x"}, {ID: "x", Check: cookie.CheckChoice}} {
		_, err := cookie.NewLaw([]cookie.Rule{r})
		require.ErrorIs(t, err, cookie.ErrInvalid)
	}
}

func TestSetForLongerThanShown(t *testing.T) {
	r, l := register(t), law(t)
	f := cookie.Facts{Name: "visits", Choice: &cookie.Choice{Allowed: cookie.Optional(), At: noon, Shown: r.Fingerprint()}}
	const month = 30 * 24 * 3600
	for name, c := range map[string]struct {
		set   http.Cookie
		wants bool
	}{
		"as long as shown":         {http.Cookie{Path: "/", MaxAge: month}, true},
		"until closed":             {http.Cookie{Path: "/"}, true},
		"two minutes longer":       {http.Cookie{Path: "/", MaxAge: month + 120}, false},
		"for ever":                 {http.Cookie{Path: "/", MaxAge: 1<<62 - 1}, false},
		"as long as shown, a date": {http.Cookie{Path: "/", Expires: noon.Add(month * time.Second)}, true},
		"longer, a date":           {http.Cookie{Path: "/", Expires: noon.AddDate(9000, 0, 0)}, false},
		"under another path":       {http.Cookie{Path: "/other", MaxAge: month}, false},
	} {
		f.Set = &c.set
		require.Equal(t, c.wants, l.Decide(r, f, noon).Allowed, name)
	}
}

func TestSignals(t *testing.T) {
	for name, c := range map[string]struct {
		header http.Header
		wants  string
	}{
		"nothing":         {http.Header{}, "none"},
		"a zero":          {http.Header{"Dnt": {"0"}, "Sec-Gpc": {"0"}}, "none"},
		"another word":    {http.Header{"Dnt": {"null"}, "Sec-Gpc": {"10"}}, "none"},
		"dnt":             {http.Header{"Dnt": {" 1"}}, "DNT"},
		"gpc, twice":      {http.Header{"Sec-Gpc": {"0", "1"}}, "GPC"},
		"joined by proxy": {http.Header{"Dnt": {"0, 1"}, "Sec-Gpc": {"1,1"}}, "DNT, GPC"},
	} {
		require.Equal(t, c.wants, cookie.SignalsOf(c.header).String(), name)
	}
}

func TestRegister(t *testing.T) {
	r, err := cookie.NewRegister(
		cookie.Cookie{Name: "a*", Category: cookie.Analytics, Purpose: "One."},
		cookie.Cookie{Name: "ab*", Category: cookie.Session, Purpose: "Two."},
		cookie.Cookie{Name: "abc", Category: cookie.Preference, Purpose: "Three.", Path: "/app"},
	)
	require.NoError(t, err)
	for name, wants := range map[string]cookie.Category{
		"a": cookie.Analytics, "ax": cookie.Analytics, "ab": cookie.Session, "abx": cookie.Session, "abc": cookie.Preference,
		cookie.Name: cookie.Session, "A": "", "": "", "b": "",
	} {
		c, known := r.Find(name)
		require.Equal(t, wants != "", known, name)
		require.Equal(t, wants, c.Category, name)
	}
	require.Len(t, r.Cookies(), 4)
	r.Cookies()[0].Translated["es"] = "changed"
	require.NotEqual(t, "changed", r.Cookies()[0].Translated["es"], "the register is its own")

	good := cookie.Cookie{Name: "a", Category: cookie.Analytics, Purpose: "One."}
	for name, spoil := range map[string]func(*cookie.Cookie){
		"no name":             func(c *cookie.Cookie) { c.Name = "" },
		"every name":          func(c *cookie.Cookie) { c.Name = "*" },
		"a star within":       func(c *cookie.Cookie) { c.Name = "a*b" },
		"a blank within":      func(c *cookie.Cookie) { c.Name = "a b" },
		"no category":         func(c *cookie.Cookie) { c.Category = "" },
		"another category":    func(c *cookie.Cookie) { c.Category = "marketing" },
		"no purpose":          func(c *cookie.Cookie) { c.Purpose = " " },
		"an empty purpose":    func(c *cookie.Cookie) { c.Translated = map[string]string{"es": ""} },
		"too long":            func(c *cookie.Cookie) { c.Lasts = 401 * 24 * time.Hour },
		"less than no time":   func(c *cookie.Cookie) { c.Lasts = -1 },
		"a path without root": func(c *cookie.Cookie) { c.Path = "app" },
		"a path that breaks":  func(c *cookie.Cookie) { c.Path = "/a; Domain=example.com" },
		"a host's own path":   func(c *cookie.Cookie) { c.Name, c.Path = "__Host-a", "/app" },
		"the choice's name":   func(c *cookie.Cookie) { c.Name = cookie.Name },
	} {
		c := good
		spoil(&c)
		_, err := cookie.NewRegister(c)
		require.ErrorIs(t, err, cookie.ErrInvalid, name)
	}
	_, err = cookie.NewRegister(good, good)
	require.ErrorIs(t, err, cookie.ErrInvalid)
}

func TestFingerprint(t *testing.T) {
	of := func(change func([]cookie.Cookie) []cookie.Cookie) string {
		r, err := cookie.NewRegister(change(cookies())...)
		require.NoError(t, err)
		return r.Fingerprint()
	}
	same := register(t).Fingerprint()
	require.Equal(t, same, of(func(c []cookie.Cookie) []cookie.Cookie { slices.Reverse(c); return c }), "the order is nothing")
	require.Equal(t, same, of(func(c []cookie.Cookie) []cookie.Cookie { c[0].Purpose = "Another."; return c }), "nor is what is necessary")
	require.NotEqual(t, same, of(func(c []cookie.Cookie) []cookie.Cookie { c[2].Purpose = "Another."; return c }))
	require.NotEqual(t, same, of(func(c []cookie.Cookie) []cookie.Cookie { c[2].Lasts++; return c }))
	require.NotEqual(t, same, of(func(c []cookie.Cookie) []cookie.Cookie { c[2].Category = cookie.Preference; return c }))
	require.NotEqual(t, same, of(func(c []cookie.Cookie) []cookie.Cookie { return c[:4] }))
}
