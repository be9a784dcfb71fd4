package cookie

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
)

// agent is who acts for a browser in the log. Who sits before it is not known; its id is the entry's object.
const agent = "cookies"

// Handler returns what stands at SiteOptions.Path: a page on which a visitor chooses, changes and withdraws, and what
// takes the forms of the page and of [Site.Banner]. A form that another site sends is refused with 403 Forbidden. The
// choice is recorded before the browser gets it; when that fails the visitor is told, and what was allowed before is not
// allowed any more, for the failed act may have been to withdraw it. Optional cookies that are not allowed are removed
// from the browser with the same answer.
func (s *Site) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			s.page(w, r, s.spoken(s.language(r)), nil)
		case http.MethodPost:
			s.answer(w, r)
		default:
			w.Header().Set("Allow", "GET, HEAD, POST")
			http.Error(w, "The page of the cookie notice takes GET and POST.", http.StatusMethodNotAllowed)
		}
	})
}

// page shows the notice, and says why where an answer to it was refused.
func (s *Site) page(w http.ResponseWriter, r *http.Request, language string, refused error) {
	v := s.view(r, language)
	v.Changed = errors.Is(refused, ErrChanged)
	var b strings.Builder
	if err := templates.ExecuteTemplate(&b, "page", v); err != nil {
		http.Error(w, "The cookie notice cannot be shown now.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if refused != nil {
		w.WriteHeader(http.StatusConflict)
	}
	_, _ = io.WriteString(w, b.String()) // a visitor who has gone reads nothing
}

// answer takes a form.
func (s *Site) answer(w http.ResponseWriter, r *http.Request) {
	if err := s.origin.Check(r); err != nil {
		http.Error(w, "This form was not sent by this site, so nothing was changed.", http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "This form could not be read, so nothing was changed.", http.StatusBadRequest)
		return
	}
	c, err := s.take(r)
	switch {
	case errors.Is(err, ErrChanged), errors.Is(err, ErrSignal):
		s.page(w, r, s.spoken(r.PostForm.Get("language")), err)
		return
	case errors.Is(err, ErrInvalid):
		http.Error(w, "This form could not be read, so nothing was changed.", http.StatusBadRequest)
		return
	case err != nil:
		s.logger.ErrorContext(r.Context(), "a choice of cookies could not be recorded", slog.String("error", err.Error()))
		s.forget(w, r)
		http.Error(w, "Your choice could not be recorded, so no optional cookies are used. Please try again.", http.StatusServiceUnavailable)
		return
	}
	s.give(w, r, c)
	back := r.PostForm.Get("back")
	if !local(back) {
		back = s.path
	}
	http.Redirect(w, r, back, http.StatusSeeOther)
}

// take records what a form says.
func (s *Site) take(r *http.Request) (Choice, error) {
	by := audit.Actor{Kind: audit.System, ID: agent}
	c := Choosing{Practice: s.practice, Visitor: rand.Text(), Signals: SignalsOf(r.Header)}
	if brought := s.carried(r.Header); brought != nil {
		c.Visitor = brought.Visitor
	}
	if r.PostForm.Get("choice") == "withdraw" {
		return s.choices.Withdraw(r.Context(), by, Withdrawal{Practice: c.Practice, Visitor: c.Visitor, Signals: c.Signals})
	}
	allowed, err := s.chosen(r.PostForm)
	language := s.spoken(r.PostForm.Get("language"))
	wording := s.Wording(language)
	if r.PostForm.Get("wording") == hash(wording) {
		c.Wording, c.Language, c.Shown = wording, language, s.register.print
	} else if err == nil && len(allowed) > 0 {
		err = ErrChanged
	}
	c.Allowed = allowed
	if err != nil {
		return Choice{}, s.choices.log.Refuse(r.Context(), entry(choose, Choice{
			Practice: c.Practice, Visitor: c.Visitor, Allowed: c.Allowed, Signals: c.Signals, Actor: by,
		}), err)
	}
	return s.choices.Choose(r.Context(), by, c)
}

// chosen returns what a form allows.
func (s *Site) chosen(f url.Values) ([]Category, error) {
	offered := s.register.optional()
	switch f.Get("choice") {
	case "accept":
		return offered, nil
	case "decline":
		return nil, nil
	case "save":
		ticked := make([]Category, len(f["category"]))
		for i, c := range f["category"] {
			ticked[i] = Category(c)
			if !slices.Contains(offered, ticked[i]) {
				return nil, fmt.Errorf("%w: the form allows a category that was not offered", ErrInvalid)
			}
		}
		return ordered(ticked), nil
	}
	return nil, fmt.Errorf("%w: the form says neither accept, decline, save nor withdraw", ErrInvalid)
}

// Give has the browser that made a request carry a choice from now on, and remove what the choice does not allow: for
// forms of your own, after [Service.Choose] or [Service.Withdraw] has recorded it. A choice of another practice is
// refused. Call it before the answer begins.
func (s *Site) Give(w http.ResponseWriter, r *http.Request, c Choice) error {
	if c.Practice != s.practice {
		return fmt.Errorf("%w: the choice was made at another practice", ErrInvalid)
	}
	if err := c.valid(); err != nil {
		return err
	}
	s.give(w, r, c)
	return nil
}

func (s *Site) give(w http.ResponseWriter, r *http.Request, c Choice) {
	http.SetCookie(w, s.signer.cookie(c))
	var expired removals
	for p := range pairs(r.Header) {
		if q := s.register.question(Facts{Name: p.name}); q.optional() && !slices.Contains(c.Allowed, q.cookie.Category) {
			expired.add(q.cookie, p.name)
		}
	}
	for _, line := range expired.lines {
		w.Header().Add("Set-Cookie", line)
	}
}

// forget ends what the browser's choice allows, and keeps the visitor's id: what they choose next belongs to what they
// chose before. A browser that brings no choice has nothing to forget.
func (s *Site) forget(w http.ResponseWriter, r *http.Request) {
	if c := s.carried(r.Header); c != nil {
		c.Allowed, c.At = nil, time.Time{}
		s.give(w, r, *c)
	}
}
