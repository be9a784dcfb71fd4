package cookie_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/cookie"
	"github.com/enamel-go/enamel/internal/civil"
)

func TestPromise_M7_1_OnlyNecessaryCookiesBeforeAChoice(t *testing.T) {
	onBoth(t, func(t *testing.T, openBench func(testing.TB) bench) {
		t.Run("before_a_choice_and_after_a_no", func(t *testing.T) {
			b := openBench(t)
			web := b.visit(t, nil)
			page := web.get(t, "/")
			require.Equal(t, necessary, web.keeps(t), "session and security cookies are set unasked")
			require.Empty(t, page.Header.Get("Read"))
			require.NotContains(t, page.sets(), cookie.Name, "who has chosen nothing gets no id")
			require.Equal(t, necessary, web.get(t, "/").reads(), "and are read")

			web.press(t, page, "decline")
			require.Equal(t, necessary, web.get(t, "/").reads())
			require.Equal(t, necessary, web.keeps(t))
			require.NotContains(t, web.get(t, "/").body, "<form", "who said no is not asked again")
		})

		t.Run("a_yes_is_kept_as_evidence", func(t *testing.T) {
			b := openBench(t)
			web := b.visit(t, nil)
			web.press(t, web.get(t, "/"), "accept")
			require.Equal(t, whole, web.get(t, "/").reads())

			visitor := web.carries(t).Choice.Visitor
			b.Clock.Pass(time.Minute)
			page, err := b.Choices(t.Context(), staff, cookie.Query{Practice: practice, Visitor: visitor})
			require.NoError(t, err)
			require.Len(t, page.Choices, 1)
			require.Empty(t, cmp.Diff(cookie.Choice{
				ID: page.Choices[0].ID, Practice: practice, Visitor: visitor, Allowed: cookie.Optional(), At: noon, Recorded: noon,
				Actor: audit.Actor{Kind: audit.System, ID: "cookies"}, Wording: web.site.Wording("en"), Language: "en",
				Shown: register(t).Fingerprint(),
			}, page.Choices[0]))
			for _, said := range []string{"You decide", "Counts visits.", "Allow all", "Decline all"} {
				require.Contains(t, page.Choices[0].Wording, said)
			}
			entries := b.Logged(t, practice)
			require.Len(t, entries, 2)
			require.Equal(t, "consent.cookie.choose", entries[0].Action)
			require.Equal(t, visitor, entries[0].Object.ID)
			require.Equal(t, "analytics, preference", entries[0].Details["allowed"])
			require.Equal(t, "consent.cookie.read", entries[1].Action)
		})

		t.Run("each_category_by_itself", func(t *testing.T) {
			b := openBench(t)
			web := b.visit(t, nil)
			page := web.get(t, "/")
			web.press(t, page, "save", cookie.Preference)
			require.Equal(t, []string{"guard", "sid", "theme"}, web.get(t, "/").reads())
			web.press(t, web.get(t, "/cookies"), "save", cookie.Analytics)
			require.Equal(t, necessary, web.keeps(t), "what is allowed no more is removed")
			web.get(t, "/")
			require.Equal(t, []string{"ab_new", "guard", "sid", "visits"}, web.get(t, "/").reads())
			require.Len(t, b.given(t, web.carries(t).Choice.Visitor), 2, "both are the same visitor's")
		})

		t.Run("refuses_an_altered_choice", func(t *testing.T) {
			web := openBench(t).visit(t, nil)
			web.press(t, web.get(t, "/"), "decline")
			at := slices.IndexFunc(web.jar(t), func(c *http.Cookie) bool { return c.Name == cookie.Name })
			genuine := web.jar(t)[at].Value
			said, code, _ := strings.Cut(genuine, ".")
			web.plant(t, cookie.Name, said[:len(said)-2]+"AA."+code)
			require.Nil(t, web.carries(t).Choice)
			require.Equal(t, necessary, web.get(t, "/").reads())
			require.Contains(t, web.get(t, "/").body, `value="accept"`, "the visitor is asked again")
		})

		t.Run("refuses_to_ask_about_necessary_cookies", func(t *testing.T) {
			b := openBench(t)
			for _, c := range []cookie.Category{cookie.Session, cookie.Security, "other"} {
				_, err := b.Choose(t.Context(), staff, cookie.Choosing{
					Practice: practice, Visitor: "v-1", Allowed: []cookie.Category{c}, Wording: "w", Language: "en", Shown: "s",
				})
				require.ErrorIs(t, err, cookie.ErrInvalid)
			}
			require.Empty(t, b.given(t, "v-1"))
			for _, e := range b.Logged(t, practice) {
				require.Equal(t, audit.Refused, e.Outcome)
			}
			require.Len(t, b.Logged(t, practice), 3)
		})

		t.Run("refuses_a_cookie_without_category_or_purpose", func(t *testing.T) {
			_, err := cookie.NewRegister(cookie.Cookie{Name: "visits", Purpose: "Counts visits."})
			require.ErrorIs(t, err, cookie.ErrInvalid)
			_, err = cookie.NewRegister(cookie.Cookie{Name: "visits", Category: cookie.Analytics})
			require.ErrorIs(t, err, cookie.ErrInvalid)
		})

		t.Run("without_rule", func(t *testing.T) {
			rules := cookie.Promised()
			at := slices.IndexFunc(rules, func(r cookie.Rule) bool { return r.Check == cookie.CheckNecessary })
			rules[at].Categories = cookie.Categories()
			wide, err := cookie.NewLaw(rules)
			require.NoError(t, err)
			web := openBench(t).visit(t, &cookie.SiteOptions{Law: wide})
			web.get(t, "/")
			require.Equal(t, whole, web.keeps(t), "all are set unasked when all are called necessary")
		})
	})
}

// signals are the ways in which a browser asks not to be followed.
func signals() map[string]http.Header {
	return map[string]http.Header{
		"dnt":  {"Dnt": {"1"}},
		"gpc":  {"Sec-Gpc": {"1"}},
		"both": {"Dnt": {"1"}, "Sec-Gpc": {"1"}},
	}
}

func TestPromise_M7_2_SignalsBeatAYesAndAYesIsWithdrawnAsEasily(t *testing.T) {
	onBoth(t, func(t *testing.T, openBench func(testing.TB) bench) {
		for name, sent := range signals() {
			t.Run("an_older_yes_under_"+name, func(t *testing.T) {
				b := openBench(t)
				web := b.visit(t, nil)
				web.press(t, web.get(t, "/"), "accept")
				require.Equal(t, whole, web.get(t, "/").reads())

				web.signals = sent
				page := web.get(t, "/")
				require.Equal(t, necessary, page.reads(), "nothing optional is read")
				require.Equal(t, necessary, web.keeps(t), "nor set, and what was there is removed")
				for _, c := range cookie.Optional() {
					require.False(t, web.carries(t).Allows(c), "nor is anything done for %s without a cookie", c)
				}
				require.Contains(t, page.body, "asks not to be tracked", "the visitor sees that it is honoured")
				require.NotContains(t, page.body, `value="accept"`, "and is not asked")

				web.signals = http.Header{}
				web.get(t, "/")
				require.Equal(t, whole, web.keeps(t), "the older yes counts again when the signal has ended")
			})

			t.Run("refuses_a_yes_under_"+name, func(t *testing.T) {
				b := openBench(t)
				web := b.visit(t, nil)
				page := web.get(t, "/")
				web.signals = sent
				for _, button := range []string{"accept", "save"} {
					refused := web.press(t, page, button, cookie.Analytics)
					require.Equal(t, http.StatusConflict, refused.StatusCode)
					require.Contains(t, refused.body, "asks not to be tracked")
				}
				require.Nil(t, web.carries(t).Choice)
				_, err := b.Choose(t.Context(), staff, cookie.Choosing{
					Practice: practice, Visitor: "v-1", Allowed: cookie.Optional(), Wording: "w", Language: "en", Shown: "s",
					Signals: cookie.SignalsOf(sent),
				})
				require.ErrorIs(t, err, cookie.ErrSignal)
				require.Empty(t, b.given(t, "v-1"))
				require.Len(t, b.Logged(t, practice, "consent.cookie.choose"), 3)
				for _, e := range b.Logged(t, practice) {
					require.Equal(t, audit.Refused, e.Outcome)
				}
				require.Equal(t, http.StatusOK, web.press(t, page, "decline").StatusCode, "a no is never refused")
			})
		}

		t.Run("withdrawn_in_one_step", func(t *testing.T) {
			b := openBench(t)
			web := b.visit(t, nil)
			page := web.get(t, "/")
			asked := len(b.Logged(t, practice))
			web.press(t, page, "accept") // one button on any page gives
			require.Len(t, b.Logged(t, practice), asked+1)
			page = web.get(t, "/")
			require.Equal(t, whole, web.keeps(t))

			b.Clock.Pass(time.Minute)
			web.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			done := web.press(t, page, "withdraw") // and one button on any page takes back
			require.Equal(t, http.StatusSeeOther, done.StatusCode)
			require.Equal(t, necessary, web.keeps(t), "the cookies go with the same answer")
			require.Equal(t, necessary, web.get(t, "/").reads())
			require.NotContains(t, web.get(t, "/").body, "<form", "nobody asks whether they are sure")

			given := b.given(t, web.carries(t).Choice.Visitor)
			require.Len(t, given, 2)
			require.Equal(t, []bool{false, true}, []bool{given[0].Withdrawn, given[1].Withdrawn})
			require.Equal(t, noon.Add(time.Minute), given[1].Recorded)
			require.Len(t, b.Logged(t, practice, "consent.cookie.withdraw"), 1)
		})

		t.Run("withdrawn_without_ever_having_chosen", func(t *testing.T) {
			b := openBench(t)
			_, err := b.Withdraw(t.Context(), staff, cookie.Withdrawal{Practice: practice, Visitor: "v-1", At: noon.Add(time.Hour)})
			require.NoError(t, err, "it is refused neither for what was chosen nor for its time")
			require.Len(t, b.given(t, "v-1"), 1)
		})

		t.Run("yes_and_no_look_alike", func(t *testing.T) {
			web := openBench(t).visit(t, nil)
			for _, page := range []answer{web.get(t, "/"), web.get(t, "/cookies")} {
				shape := map[string]string{}
				for _, m := range regexp.MustCompile(`<button class="([^"]*)" type="submit" name="choice" value="(\w+)">`).FindAllStringSubmatch(page.body, -1) {
					shape[m[2]] = m[1]
				}
				require.Contains(t, shape, "accept")
				require.Contains(t, shape, "decline")
				require.Equal(t, shape["accept"], shape["decline"], "one element, one class")
				require.Equal(t, strings.Count(page.body, "<button"), len(shape), "no other button stands beside them")
				require.NotContains(t, page.body, "checked", "nothing is ticked beforehand")
				require.NotContains(t, page.body, "style", "nothing is made bigger or brighter")
				require.NotContains(t, page.body, "<script", "it works without scripts")
			}
			require.Contains(t, web.get(t, "/").body, `<a class="cookie-link" href="/cookies">`)
			web.press(t, web.get(t, "/"), "decline")
			require.Contains(t, web.get(t, "/").body, `<a class="cookie-link" href="/cookies">`, "the way to change is always there")
		})

		t.Run("says_that_gpc_is_honoured", func(t *testing.T) {
			h, err := cookie.GPC(civil.Date{Year: 2026, Month: 3, Day: 2})
			require.NoError(t, err)
			b := openBench(t)
			mux := http.NewServeMux()
			mux.Handle(cookie.GPCPath, h)
			said := open(t, b.site(t, nil), mux).get(t, "/.well-known/gpc.json")
			require.Equal(t, "application/json", said.Header.Get("Content-Type"))
			require.JSONEq(t, `{"gpc": true, "lastUpdate": "2026-03-02"}`, said.body)
		})

		t.Run("without_rule", func(t *testing.T) {
			for name, sent := range signals() {
				web := openBench(t).visit(t, &cookie.SiteOptions{Law: law(t, "gpc", "dnt")})
				web.press(t, web.get(t, "/"), "accept")
				web.signals = sent
				require.Equal(t, whole, web.get(t, "/").reads(), "nothing else stops them under %s", name)
			}
		})
	})
}

// tracking are cookies that would follow a visitor, or of which nobody knows what they do, and what is found of each.
func tracking() map[string]string {
	return map[string]string{
		"sid=1; Path=/; Domain=example.com":                       "consent.cookie.domain",
		"sid=1; Path=/; Domain=127.0.0.1":                         "consent.cookie.domain",
		"sid=1; Path=/; SameSite=None; Secure":                    "consent.cookie.samesite",
		"visits=1; Path=/; samesite=NONE; Secure":                 "consent.cookie.samesite",
		"_ga=GA1.1.1; Path=/":                                     "consent.cookie.unregistered",
		"SID=1; Path=/":                                           "consent.cookie.unregistered",
		"visits=1; Path=/; Max-Age=99999999":                      "consent.cookie.life",
		"visits=1; Path=/; Expires=Fri, 01 Jan 2027 00:00 GM":     "consent.cookie.malformed",
		"visits=1; Path=/; Expires=Fri, 01 Jan 2027 00:00:00 GMT": "consent.cookie.life",
		"visits=1; Path=/deep":                                    "consent.cookie.path",
		"visits=1":                                                "consent.cookie.path",
		"sid=1; Domain=; Domain=example.com":                      "consent.cookie.malformed",
		"sid=1; SameSite=Lax; SameSite=None":                      "consent.cookie.malformed",
		"visits=1; Max-Age=0; Max-Age=0123456":                    "consent.cookie.malformed",
		"sid":                                                     "consent.cookie.malformed",
		"=1":                                                      "consent.cookie.malformed",
	}
}

func TestPromise_M7_3_NobodyIsFollowedToOtherWebsites(t *testing.T) {
	onBoth(t, func(t *testing.T, openBench func(testing.TB) bench) {
		serve := func(t *testing.T, b bench, o *cookie.SiteOptions, lines ...string) *browser {
			site := b.site(t, o)
			mux := http.NewServeMux()
			mux.Handle("/cookies", site.Handler())
			mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.Header()["Set-Cookie"] = lines })
			return open(t, site, mux)
		}

		t.Run("refuses_each_and_raises_a_finding_once", func(t *testing.T) {
			for line, action := range tracking() {
				b := openBench(t)
				web := serve(t, b, nil, line)
				web.press(t, web.get(t, "/cookies"), "accept") // whatever the visitor allows
				for range 3 {
					require.Empty(t, web.get(t, "/").Header.Values("Set-Cookie"), line)
				}
				findings := b.Logged(t, practice, action)
				require.Len(t, findings, 1, "%s: %v", line, b.Logged(t, practice))
				require.Equal(t, audit.Refused, findings[0].Outcome)
				require.NotEmpty(t, findings[0].Reason)
				name, _, _ := strings.Cut(line, "=")
				require.Equal(t, name, findings[0].Object.ID)
				require.Len(t, b.Logged(t, practice), 2, "beside the choice nothing else was found")
			}
		})

		t.Run("refuses_to_read_what_is_not_registered", func(t *testing.T) {
			b := openBench(t)
			web := b.visit(t, nil)
			web.press(t, web.get(t, "/"), "accept")
			web.plant(t, "_ga", "GA1.1.1")
			require.Equal(t, whole, web.get(t, "/").reads())
			require.Empty(t, b.Logged(t, practice, "consent.cookie.unregistered"), "what a browser sends is nothing that the site did")
		})

		t.Run("silence_on_samesite_is_lax", func(t *testing.T) {
			b := openBench(t)
			web := serve(t, b, nil, "sid=1; Path=/", "guard=1; SameSite=bogus")
			require.Equal(t, []string{"sid=1; Path=/; SameSite=Lax", "guard=1; SameSite=bogus; SameSite=Lax"}, web.get(t, "/").Header.Values("Set-Cookie"))
		})

		t.Run("the_choice_itself_stays_on_its_host", func(t *testing.T) {
			b := openBench(t)
			web := b.visit(t, nil)
			web.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			c := web.press(t, web.get(t, "/"), "accept").sets()[cookie.Name]
			require.NotNil(t, c)
			require.True(t, c.Secure && c.HttpOnly && c.Path == "/" && c.Domain == "" && c.SameSite == http.SameSiteLaxMode)
			require.True(t, strings.HasPrefix(c.Name, "__Host-"))
		})

		t.Run("the_notice_loads_nothing", func(t *testing.T) {
			web := openBench(t).visit(t, nil)
			pages := []answer{web.get(t, "/"), web.get(t, "/cookies")}
			web.press(t, pages[0], "accept")
			pages = append(pages, web.get(t, "/"), web.get(t, "/cookies"))
			for _, page := range pages {
				require.NotRegexp(t, `(?i)\bsrc\s*=|<link|<img|<iframe|url\(|@import|https?:|"//`, page.body)
			}
		})

		t.Run("without_rule", func(t *testing.T) {
			b := openBench(t)
			parent, none := "sid=1; Path=/; Domain=example.com; SameSite=Lax", "sid=1; Path=/; SameSite=None; Secure"
			web := serve(t, b, &cookie.SiteOptions{Law: law(t, "host")}, parent)
			require.Equal(t, []string{parent}, web.get(t, "/").Header.Values("Set-Cookie"))
			web = serve(t, b, &cookie.SiteOptions{Law: law(t, "site")}, none)
			require.NotEmpty(t, web.get(t, "/").Header.Values("Set-Cookie"))
			web = serve(t, b, &cookie.SiteOptions{Law: law(t, "register")}, "_ga=1; Path=/")
			web.get(t, "/")
			require.Empty(t, b.Logged(t, practice), "nobody hears of a cookie that no register names")
		})
	})
}
