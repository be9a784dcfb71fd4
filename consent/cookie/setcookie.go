package cookie

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// settable returns a line of Set-Cookie as it may leave, and "" where it may not.
func (v *visit) settable(line string) string {
	name, _, _ := strings.Cut(strings.Trim(line, " \t"), "=")
	c, err := http.ParseSetCookie(line)
	if err != nil || ambiguous(line) {
		v.report(finding{strings.Trim(name, " \t"), malformed}, "Browsers would read it in different ways, or not at all.")
		return ""
	}
	if removes(c, v.now) {
		return line
	}
	q := v.question(c.Name, c)
	v.depends = v.depends || q.optional()
	d, by := v.law.judge(q, v.now)
	if !d.Allowed {
		if what := by.fault(); what != "" {
			v.report(finding{c.Name, what}, d.Why)
		}
		return ""
	}
	if c.SameSite != http.SameSiteLaxMode && c.SameSite != http.SameSiteStrictMode {
		line += "; SameSite=Lax" // the last one counts
	}
	return line
}

// removes reports whether a browser that is told this keeps nothing, whatever its clock says.
func removes(c *http.Cookie, now time.Time) bool {
	return c.MaxAge < 0 || c.MaxAge == 0 && !c.Expires.IsZero() && now.Sub(c.Expires) > 24*time.Hour
}

// ambiguous reports whether one of the attributes that are decided on is said twice, or in a form that net/http does not
// read: a browser may take another than we do.
func ambiguous(line string) bool {
	var seen []string
	for attribute := range strings.SplitSeq(line[strings.IndexByte(line+";", ';'):], ";") {
		name, value, _ := strings.Cut(attribute, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains([]string{"domain", "path", "samesite", "max-age", "expires"}, name) {
			continue
		}
		read, err := http.ParseSetCookie("a=b; " + name + "=" + value)
		if slices.Contains(seen, name) || err != nil || len(read.Unparsed) > 0 {
			return true
		}
		seen = append(seen, name)
	}
	return false
}

// Vary says in an answer's header that another choice, or other signals, would make for another answer.
func Vary(h http.Header) { vary(h, "Cookie", "DNT", "Sec-GPC") }

// vary adds what is not there yet.
func vary(h http.Header, names ...string) {
	var there []string
	for _, line := range h["Vary"] {
		for name := range strings.SplitSeq(line, ",") {
			there = append(there, http.CanonicalHeaderKey(strings.TrimSpace(name)))
		}
	}
	if slices.Contains(there, "*") {
		return
	}
	for _, name := range names {
		if !slices.Contains(there, http.CanonicalHeaderKey(name)) {
			h.Add("Vary", name)
		}
	}
}
