package main

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/consent/cookie"
	"github.com/enamel-go/enamel/examples/internal/world"
)

// visitCookie counts in a browser how often the page was opened there, where its owner allows that.
const visitCookie = "visits"

// registered lists every cookie of this server. What is not in it does not leave.
func registered() (*cookie.Register, error) {
	return cookie.NewRegister(
		cookie.Cookie{Name: sessionCookie, Category: cookie.Session, Purpose: "Keeps you signed in."},
		cookie.Cookie{Name: said, Category: cookie.Session, Purpose: "Carries one sentence over to the next page.", Lasts: time.Minute},
		cookie.Cookie{Name: visitCookie, Category: cookie.Analytics, Purpose: "Counts how often you open the page.", Lasts: 30 * 24 * time.Hour},
	)
}

// watch makes the scene's keeper of cookies.
func (s *scene) watch() error {
	var err error
	if s.register, err = registered(); err != nil {
		return err
	}
	s.cookies, err = cookie.NewSite(world.Practice, s.register, s.Choices, s.CookieKey(), nil)
	return err
}

// watched has only those cookies come and go that whoever sits before the browser allows.
func (s *app) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.scene.Load().cookies.Wrap(next).ServeHTTP(w, r)
	})
}

// statement says since when the site abides by Global Privacy Control.
func statement() (http.Handler, error) {
	return cookie.GPC(cookie.Date{Year: 2026, Month: time.January, Day: 1})
}

// countVisit counts a visit in the browser, where that is allowed, and returns how many there were.
func (s *app) countVisit(w http.ResponseWriter, r *http.Request) int {
	if !s.scene.Load().cookies.State(r).Allows(cookie.Analytics) {
		return 0
	}
	n := 1
	if c, err := r.Cookie(visitCookie); err == nil {
		if before, err := strconv.Atoi(c.Value); err == nil {
			n += before
		}
	}
	http.SetCookie(w, &http.Cookie{
		Name: visitCookie, Value: strconv.Itoa(n), Path: "/", MaxAge: 30 * 24 * 3600, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
	return n
}

// cookiesView is what the server may keep in a browser, and by which rules.
type cookiesView struct {
	Cookies []cookieView `json:"cookies"`
	Rules   []cookieRule `json:"rules"`
	Choices []choiceView `json:"choices"` // of the visitor that was asked for
}

type cookieView struct {
	Name     string          `json:"name"`
	Category cookie.Category `json:"category"`
	Purpose  string          `json:"purpose"`
	Always   bool            `json:"always_on"`
	Kept     string          `json:"kept"` // for how long at most
}

type cookieRule struct {
	ID       string `json:"rule"`
	Citation string `json:"citation"`
}

// choiceView is what somebody chose, with what was shown.
type choiceView struct {
	At        time.Time         `json:"at"`
	Allowed   []cookie.Category `json:"allowed"`
	Withdrawn bool              `json:"withdrawn"`
	Signals   string            `json:"signals"`
	Language  string            `json:"language,omitempty"`
	SHA256    string            `json:"notice_sha256,omitempty"`
}

// When is when it was chosen.
func (v choiceView) When() string { return spoken(v.At) }

func lookCookies(ctx context.Context, _ *app, s *scene, q url.Values) (any, error) {
	return s.jar(ctx, q.Get("visitor"))
}

// jar returns the register and the rules, and one visitor's choices where a visitor is named.
func (s *scene) jar(ctx context.Context, visitor string) (cookiesView, error) {
	v := cookiesView{Choices: []choiceView{}}
	for _, c := range s.register.Cookies() {
		v.Cookies = append(v.Cookies, cookieView{c.Name, c.Category, c.Purpose, c.Category.Necessary(), lasts(c.Lasts)})
	}
	for _, r := range cookie.Promised() {
		v.Rules = append(v.Rules, cookieRule{r.ID, r.Citation})
	}
	if visitor == "" {
		return v, nil
	}
	page, err := s.Choices.Choices(ctx, world.Desk(), cookie.Query{Practice: world.Practice, Visitor: visitor})
	if err != nil {
		return v, err
	}
	for _, c := range page.Choices {
		allowed := append([]cookie.Category{}, c.Allowed...)
		v.Choices = append(v.Choices, choiceView{c.At, allowed, c.Withdrawn, c.Signals.String(), c.Language, c.Hash()})
	}
	return v, nil
}

// lasts says for how long a cookie is kept.
func lasts(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d == 0:
		return "until the browser is closed"
	case d < day:
		return strings.ToLower(count(int((d+time.Minute-1)/time.Minute), "minute", "minutes"))
	}
	return count(int(d/day), "day", "days")
}

// browserView is what the browser before which somebody sits stands at.
type browserView struct {
	cookiesView
	Visitor string
	Signals cookie.Signals
	Counts  bool // visits may be counted
	Visits  int
	Banner  template.HTML
}

// stands returns what a request's browser stands at.
func (s *app) stands(w http.ResponseWriter, r *http.Request, visits int) (v browserView, err error) {
	sc := s.scene.Load()
	state := sc.cookies.State(r)
	v.Signals, v.Counts, v.Visits = state.Signals, state.Allows(cookie.Analytics), visits
	if state.Choice != nil {
		v.Visitor = state.Choice.Visitor
	}
	if v.cookiesView, err = sc.jar(r.Context(), v.Visitor); err != nil {
		return v, err
	}
	v.Banner, err = sc.cookies.Banner(w, r)
	return v, err
}
