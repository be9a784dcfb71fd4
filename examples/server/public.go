package main

import (
	"bytes"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"net/url"

	"github.com/enamel-go/enamel/consent/cookie"
)

// publicView is what a page shows to somebody who has no token.
type publicView struct {
	Practice string
	Title    string
	Says     string
	Wrong    bool       // it was not done
	Form     string     // the form that is shown: confirm, report or none
	Typed    url.Values // what was typed into a form that was refused
	Banner   template.HTML
}

// public serves the pages that patients and their families open: they have no token.
func (s *app) public(mux *http.ServeMux) {
	sameSite := http.NewCrossOriginProtection()
	open := func(pattern string, h http.HandlerFunc) {
		mux.Handle(pattern, secured(loopbackOnly(sameSite.Handler(bounded(mostForm, h)))))
	}
	open("GET /cookies", func(w http.ResponseWriter, r *http.Request) { s.scene.Load().cookies.Handler().ServeHTTP(w, r) })
	open("POST /cookies", func(w http.ResponseWriter, r *http.Request) { s.scene.Load().cookies.Handler().ServeHTTP(w, r) })
	open("GET /report", s.askForReport)
	open("POST /report", s.takeReport)
	open("GET /privacy", s.privacyPage)
	open("GET "+cookie.GPCPath, s.gpc.ServeHTTP)
	open("GET /public.css", http.FileServerFS(static).ServeHTTP)
	open("GET /confirm/{link}", s.askToConfirm)
	open("POST /confirm/{link}", s.confirmByLink)
}

// loopbackOnly refuses a request that was meant for another host than ours.
func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ours(r.Host) {
			http.Error(w, "This server answers to its loopback address alone.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// show writes a public page.
func (s *app) show(w http.ResponseWriter, r *http.Request, status int, v publicView) {
	sc := s.scene.Load()
	set, err := sc.Consents.Settings(r.Context(), practice)
	if err == nil {
		v.Practice = set.Name
		v.Banner, err = sc.cookies.Banner(w, r)
	}
	if err == nil {
		var out bytes.Buffer
		if err = s.page.ExecuteTemplate(&out, "public.html", v); err == nil {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(status)
			_, _ = out.WriteTo(w) // the browser may be gone
			return
		}
	}
	s.logger.ErrorContext(r.Context(), "a public page cannot be written", slog.String("error", err.Error()))
	http.Error(w, failedSentence, http.StatusInternalServerError)
}

// client is the network address that a request came from.
func client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// browser is what a request's browser calls itself, as far as it is kept.
func browser(r *http.Request) string {
	const most = 512
	name := r.UserAgent()
	if len(name) > most {
		name = name[:most]
	}
	return name
}
