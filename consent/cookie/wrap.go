package cookie

import (
	"iter"
	"net/http"
	"strings"
	"time"
)

// Wrap returns a handler that has next answer, and lets through only cookies that may be used.
//
//   - Next does not see cookies that it may not read, nor any that the register does not name.
//   - What next sets leaves only where it may be set. A cookie that is set without SameSite gets Lax, because some
//     browsers take silence for None. One that removes a cookie always leaves.
//   - Optional cookies that the browser sends and that may not be read are removed from the browser, of very many the rest
//     with its next answers.
//   - The answer says that it depends on the cookies and the signals, where it does.
//
// Wrap everything that answers for the site: what an outer handler sets is not seen here. What next writes to a
// connection that it takes over is its own affair.
func (s *Site) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(r)
		res := &response{inner: w, visit: v, header: w.Header().Clone()}
		next.ServeHTTP(res, v.readable())
		res.finish() // not after a panic: nothing of the header has left then
	})
}

// visit is one request and what was decided for it.
type visit struct {
	*Site
	request *http.Request
	state   State
	now     time.Time
	left    []string // the cookies that next may read
	hidden  bool     // there are others
	depends bool     // another choice or signal would make for another answer
	expired removals // those that the browser is to remove
}

func (s *Site) visit(r *http.Request) *visit {
	v := &visit{Site: s, request: r, now: s.choices.moment()}
	v.state = s.state(r.Header, v.now)
	for p := range pairs(r.Header) {
		q := v.question(p.name, nil)
		v.depends = v.depends || q.optional()
		if d, _ := v.law.judge(q, v.now); d.Allowed {
			v.left = append(v.left, p.raw)
			continue
		}
		v.hidden = true
		if q.optional() {
			v.expired.add(q.cookie, p.name)
		}
	}
	return v
}

func (v *visit) question(name string, set *http.Cookie) question {
	return v.register.question(Facts{Name: name, Set: set, Choice: v.state.Choice, Signals: v.state.Signals})
}

// readable returns the request as next may see it.
func (v *visit) readable() *http.Request {
	if !v.hidden {
		return v.request
	}
	r := v.request.WithContext(v.request.Context()) // a copy, for the request is the caller's
	r.Header = r.Header.Clone()
	delete(r.Header, "Cookie")
	if len(v.left) > 0 {
		r.Header["Cookie"] = []string{strings.Join(v.left, "; ")}
	}
	return r
}

// removals are what makes a browser remove cookies that it sent, each once.
type removals struct {
	names map[string]bool
	lines []string // of Set-Cookie
}

// mostRemovals is how many cookies one answer removes at most. A browser need not keep more for a site (RFC 6265, 6.1), and
// anybody may send thousands.
const mostRemovals = 50

// add removes a registered cookie that the browser keeps under name. One that no browser could be told to remove is left out.
func (r *removals) add(c Cookie, name string) {
	if len(r.lines) == mostRemovals || r.names[name] {
		return
	}
	line := removal(c, name).String()
	if line == "" {
		return
	}
	if r.names == nil {
		r.names = map[string]bool{}
	}
	r.names[name] = true
	r.lines = append(r.lines, line)
}

// removal is what makes a browser remove a registered cookie that it keeps under name.
func removal(c Cookie, name string) *http.Cookie {
	return &http.Cookie{
		Name: name, Path: c.Path, MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: strings.HasPrefix(name, "__Host-") || strings.HasPrefix(name, "__Secure-"), // else no browser takes it
	}
}

// pair is one cookie as a browser sends it.
type pair struct{ name, value, raw string }

// pairs returns the cookies of a request in order, also those that net/http would not read: what cannot be read is not
// known, and so not handed on.
func pairs(h http.Header) iter.Seq[pair] {
	return func(yield func(pair) bool) {
		for _, line := range h["Cookie"] {
			for part := range strings.SplitSeq(line, ";") {
				part = strings.Trim(part, " \t")
				name, value, _ := strings.Cut(part, "=")
				if part != "" && !yield(pair{strings.Trim(name, " \t"), value, part}) {
					return
				}
			}
		}
	}
}
