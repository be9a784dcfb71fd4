package cookie

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/internal/form"
)

// longest is how long browsers keep a cookie at most (draft-ietf-httpbis-rfc6265bis, section 5.5).
const longest = 400 * 24 * time.Hour

// Cookie is one cookie, or one family of them, that a site may set. It has no Domain and no SameSite: cookies go to the
// host that set them, and are never sent along from another site.
type Cookie struct {
	// Name is the exact name, or how names begin, followed by an asterisk: "_pk_id.*". Case counts.
	Name     string
	Category Category
	// Purpose says in one plain sentence, in English, what the cookie is for. Visitors read it.
	Purpose string
	// Translated has the purpose in other languages, by their tags: "es", "fr". Where one is missing English is shown.
	Translated map[string]string
	// Lasts is how long a browser keeps it at most, up to 400 days. Zero: until the browser is closed.
	Lasts time.Duration
	// Path is below which path a browser sends it. Defaults to "/".
	Path string
}

// purpose returns the purpose in a language.
func (c Cookie) purpose(language string) string {
	if p := c.Translated[language]; p != "" {
		return p
	}
	return c.Purpose
}

// valid refuses what no browser would keep, and what no visitor could judge.
func (c Cookie) valid() error {
	name, family := strings.CutSuffix(c.Name, "*")
	refuse := func(why string) error { return fmt.Errorf("%w: the cookie %q %s", ErrInvalid, c.Name, why) }
	if (&http.Cookie{Name: name}).Valid() != nil || strings.Contains(name, "*") {
		if family && name == "" {
			return refuse("stands for every name")
		}
		return refuse("has no name that a cookie can have")
	}
	if !c.Category.valid() {
		return refuse("is of none of the categories session, security, analytics, preference")
	}
	if form.Fit(c.Purpose, 500) == "" {
		return refuse("has no purpose of at most 500 bytes")
	}
	for _, p := range c.Translated {
		if form.Fit(p, 500) == "" {
			return refuse("has a translated purpose that is empty or longer than 500 bytes")
		}
	}
	if c.Lasts < 0 || c.Lasts > longest {
		return refuse("lasts longer than 400 days, or less than no time")
	}
	if (&http.Cookie{Name: "a", Path: c.Path}).Valid() != nil || c.Path[0] != '/' {
		return refuse("has a path that does not begin with a slash, or that no cookie can have")
	}
	if strings.HasPrefix(name, "__Host-") && c.Path != "/" {
		return refuse("begins with __Host- and has a path of its own, so that no browser keeps it")
	}
	return nil
}

// Register is all cookies that a site may set. It is immutable and may be used concurrently.
type Register struct {
	exact    map[string]Cookie
	families []Cookie // the longest beginning first
	listed   []Cookie
	print    string
}

// NewRegister returns a register of the cookies, and of the one that keeps a visitor's choice, [Name]. It refuses a
// cookie without category or purpose, and two of one name.
func NewRegister(cookies ...Cookie) (*Register, error) {
	r := &Register{exact: map[string]Cookie{}}
	seen := map[string]bool{}
	for _, c := range append([]Cookie{ours()}, cookies...) {
		if c.Path == "" {
			c.Path = "/"
		}
		if err := c.valid(); err != nil {
			return nil, err
		}
		if seen[c.Name] {
			return nil, fmt.Errorf("%w: the cookie %q is registered twice", ErrInvalid, c.Name)
		}
		seen[c.Name] = true
		c = c.clone()
		r.listed = append(r.listed, c)
		if strings.HasSuffix(c.Name, "*") {
			r.families = append(r.families, c)
		} else {
			r.exact[c.Name] = c
		}
	}
	slices.SortFunc(r.families, func(a, b Cookie) int { return len(b.Name) - len(a.Name) })
	r.print = fingerprint(r.listed)
	return r, nil
}

// Find returns the cookie that a name belongs to: the one of exactly that name, or else the family with the longest
// beginning.
func (r *Register) Find(name string) (Cookie, bool) {
	c, known := r.find(name)
	return c.clone(), known
}

func (r *Register) find(name string) (Cookie, bool) {
	if c, known := r.exact[name]; known {
		return c, true
	}
	for _, f := range r.families {
		if strings.HasPrefix(name, f.Name[:len(f.Name)-1]) {
			return f, true
		}
	}
	return Cookie{}, false
}

// Cookies returns all of them in the order in which they were given, for a page that lists them.
func (r *Register) Cookies() []Cookie {
	all := slices.Clone(r.listed)
	for i := range all {
		all[i] = all[i].clone()
	}
	return all
}

// Fingerprint returns the SHA-256 in hexadecimal of what a visitor is asked about: the name, category, purpose and life
// of each cookie that is not necessary. A yes to other cookies than these is a yes to something else.
func (r *Register) Fingerprint() string { return r.print }

// optional returns the categories that some cookie is of and that a visitor chooses.
func (r *Register) optional() []Category {
	return slices.DeleteFunc(Optional(), func(c Category) bool {
		return !slices.ContainsFunc(r.listed, func(k Cookie) bool { return k.Category == c })
	})
}

// question adds to the facts what the register says.
func (r *Register) question(f Facts) question {
	c, known := r.find(f.Name)
	return question{Facts: f, cookie: c, known: known, print: r.print}
}

// fingerprint does not depend on the order of the cookies.
func fingerprint(cookies []Cookie) string {
	var lines []string
	for _, c := range cookies {
		if !c.Category.Necessary() {
			lines = append(lines, fmt.Sprintf("%q %q %q %d\n", c.Name, c.Category, c.Purpose, c.Lasts))
		}
	}
	slices.Sort(lines)
	return hash(strings.Join(lines, ""))
}

// clone returns a copy that shares no memory with c.
func (c Cookie) clone() Cookie {
	c.Translated = maps.Clone(c.Translated)
	return c
}
