package main

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// sessionCookie carries the session of whoever opened the printed address. The prefix makes browsers keep it to this host.
const sessionCookie = "__Host-enamel"

// guard stands before everything but the webhooks, which are signed, and the pages for patients. It knows one token, which is printed at the start.
type guard struct {
	token   string
	session string // what the cookie holds: not the token, so that a cookie is no key for curl
}

func newGuard(token string) *guard {
	if token == "" {
		token = rand.Text()
	}
	return &guard{token: token, session: rand.Text()}
}

// same compares in a time that says nothing of where two secrets differ, nor how long they are.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// wrap lets through who has the token, and turns the printed address into a cookie.
func (g *guard) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ours(r.Host) {
			g.refuse(w, r, http.StatusMisdirectedRequest, "This server answers to its loopback address alone.")
			return
		}
		if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
			if !same(token, g.token) {
				g.refuse(w, r, http.StatusUnauthorized, "This is not the access token that the server printed when it started.")
				return
			}
			next.ServeHTTP(w, r)
			return
		}
		if token := r.URL.Query().Get("token"); token != "" && r.Method == http.MethodGet {
			if !same(token, g.token) {
				g.refuse(w, r, http.StatusUnauthorized, "This address carries an old token. The server makes a new one each time it starts and prints it.")
				return
			}
			http.SetCookie(w, &http.Cookie{
				Name: sessionCookie, Value: g.session, Path: "/", Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
			})
			http.Redirect(w, r, r.URL.Path, http.StatusSeeOther) // the token leaves the address bar
			return
		}
		if c, err := r.Cookie(sessionCookie); err == nil && same(c.Value, g.session) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("WWW-Authenticate", `Bearer realm="enamel"`)
		g.refuse(w, r, http.StatusUnauthorized, "Open the address that the server printed when it started, or send its token in the header Authorization: Bearer.")
	})
}

func (g *guard) refuse(w http.ResponseWriter, r *http.Request, status int, sentence string) {
	if strings.HasPrefix(r.URL.Path, "/api") {
		writeJSON(w, status, failure{Error: sentence})
		return
	}
	http.Error(w, sentence, status)
}

// ours reports whether a request was meant for a loopback address: a name that somebody points at this machine is not.
func ours(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	if name == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(name, "[]"))
	return err == nil && ip.IsLoopback()
}

// secured adds the headers that keep a browser to this page: no script, no foreign host, no frame, no cache.
func secured(next http.Handler) http.Handler {
	const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// bounded refuses a longer body. Handlers say so when they read past it.
func bounded(limit int64, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength > limit {
			tooLarge(w, r, limit)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		next.ServeHTTP(w, r)
	})
}

func tooLarge(w http.ResponseWriter, r *http.Request, limit int64) {
	if strings.HasPrefix(r.URL.Path, "/api") {
		writeJSON(w, http.StatusRequestEntityTooLarge, failure{Error: tooLargeSentence(limit)})
		return
	}
	http.Error(w, tooLargeSentence(limit), http.StatusRequestEntityTooLarge)
}

func tooLargeSentence(limit int64) string {
	return fmt.Sprintf("What was sent is too large: at most %d KB are taken here.", limit>>10)
}
