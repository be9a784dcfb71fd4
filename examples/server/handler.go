package main

import (
	"context"
	"embed"
	"errors"
	"log/slog"
	"net/http"
	"strings"
)

//go:embed page.css public.css icon.svg
var static embed.FS

// Limits of what is read, in bytes.
const (
	mostForm   = 64 << 10
	mostBundle = 8 << 20
)

// handler is the whole server: webhooks, which are signed, the pages for patients, and everything else, which asks for the
// token.
func (s *app) handler() http.Handler {
	inside := http.NewServeMux()
	inside.HandleFunc("GET /{$}", s.showPage)
	inside.Handle("GET /page.css", http.FileServerFS(static))
	inside.Handle("GET /icon.svg", http.FileServerFS(static))
	inside.HandleFunc("GET /api", s.showAPI)
	inside.HandleFunc("/api/", s.noSuch)
	for _, l := range s.looks {
		inside.HandleFunc("GET "+l.Path, func(w http.ResponseWriter, r *http.Request) { s.serveLook(w, r, l) })
	}
	for _, a := range s.acts {
		limit := a.limit()
		inside.Handle("POST "+a.Path, bounded(limit, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serveAPI(w, r, a) })))
		inside.Handle("POST /do/"+a.Name, bounded(limit, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serveForm(w, r, a) })))
	}
	// The address of a form that was refused, entered anew.
	inside.Handle("GET /do/", http.RedirectHandler("/", http.StatusSeeOther))
	outside := http.NewServeMux()
	s.webhooks(outside)
	s.public(outside)
	// A page of another site that posts here brings the cookie only if a browser forgets its rules; this does not.
	sameSite := http.NewCrossOriginProtection()
	outside.Handle("/", secured(s.guard.wrap(sameSite.Handler(inside))))
	return outside
}

// showAPI lists the API.
func (s *app) showAPI(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, struct {
		About string `json:"about"`
		Looks []look `json:"looks"`
		Acts  []act  `json:"acts"`
	}{
		"Every act takes one JSON object whose fields are all text, and answers what was said to the page's users. " +
			"The imports take a file as it is: a FHIR R4 bundle, a CSV table.", s.looks, s.acts,
	})
}

// noSuch answers for what the API has not got, and for a method that a path of it does not take.
func (s *app) noSuch(w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, l := range s.looks {
		if l.Path == r.URL.Path {
			allowed = append(allowed, l.Method)
		}
	}
	for _, a := range s.acts {
		if a.Path == r.URL.Path {
			allowed = append(allowed, a.Method)
		}
	}
	if len(allowed) == 0 {
		writeJSON(w, http.StatusNotFound, failure{"There is no such thing here. GET /api lists what there is."})
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	writeJSON(w, http.StatusMethodNotAllowed, failure{"This takes " + strings.Join(allowed, " and ") + " and no other method."})
}

func (s *app) serveLook(w http.ResponseWriter, r *http.Request, l look) {
	query, err := l.readQuery(r)
	var result any
	if err == nil {
		result, err = l.run(r.Context(), s, s.scene.Load(), query)
	}
	if err != nil {
		s.failJSON(w, r, err)
		return
	}
	if f, ok := result.(file); ok {
		s.serveFile(w, r, f)
		return
	}
	writeJSON(w, http.StatusOK, result)
}

func (s *app) serveAPI(w http.ResponseWriter, r *http.Request, a act) {
	if err := a.takes(r); err != nil {
		s.failJSON(w, r, err)
		return
	}
	a.patient(w)
	d, err := a.run(r.Context(), s, r.Body)
	if err != nil {
		s.failJSON(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, d)
}

// serveForm does what a form of the page asks for, and sends the browser back to the page, so that a reload does not do
// it again.
func (s *app) serveForm(w http.ResponseWriter, r *http.Request, a act) {
	a.patient(w)
	body, who, err := a.readForm(r)
	var d done
	if err == nil {
		d, err = s.repeats.do(r, func(ctx context.Context) (done, error) { return a.run(ctx, s, body) })
	}
	if err != nil {
		status, sentence, failed := explain(err)
		s.logFailure(r.Context(), failed, err)
		s.render(w, r, status, view{Who: who, Wrong: sentence, At: a.section, Form: r.PostForm})
		return
	}
	if d.who != "" {
		who = d.who
	}
	if d.show != nil {
		v := view{Who: who, Said: d.Said, At: a.section, Form: r.PostForm}
		d.show(&v)
		s.render(w, r, http.StatusOK, v)
		return
	}
	remember(w, d.Said)
	http.Redirect(w, r, pageAt(who, a.section), http.StatusSeeOther)
}

func (s *app) failJSON(w http.ResponseWriter, r *http.Request, err error) {
	status, sentence, failed := explain(err)
	s.logFailure(r.Context(), failed, err)
	writeJSON(w, status, failure{sentence})
}

func (s *app) logFailure(ctx context.Context, failed bool, err error) {
	if failed && !errors.Is(err, context.Canceled) {
		s.logger.ErrorContext(ctx, "a request failed", slog.String("error", strings.ToValidUTF8(err.Error(), "?")))
	}
}
