package cookie

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

//go:embed banner.html
var bannerHTML string

var templates = template.Must(template.New("").Parse(bannerHTML))

// view is what the templates show.
type view struct {
	Texts    Texts
	Language string
	Path     string
	Back     string // where the visitor is
	Hash     string // of the wording
	Signals  Signals
	Ask      bool
	Changed  bool // the visitor answered to another notice
	Optional []said
	Given    []said // what the visitor has allowed, whether or not a signal beats it
	Cookies  []listed
}

type said struct {
	Category Category
	Says     string
}

type listed struct{ Name, Purpose, Life string }

// Banner returns what every page shows of the notice, as a part of its HTML: the question where nothing was chosen yet,
// with two buttons alike for yes and no and nothing ticked; that the browser's signal is honoured where one is sent, for
// then nobody is asked; a button that takes a yes back; and always a link to [Site.Handler]. It loads nothing, from here
// or elsewhere, and works without scripts; its classes begin with "cookie-".
//
// Call it before the answer begins: it adds to the answer's Vary.
func (s *Site) Banner(w http.ResponseWriter, r *http.Request) (template.HTML, error) {
	Vary(w.Header())
	vary(w.Header(), "Accept-Language")
	v := s.view(r, s.spoken(s.language(r)))
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		v.Back = r.RequestURI
	}
	var b strings.Builder
	if err := templates.ExecuteTemplate(&b, "banner", v); err != nil {
		return "", fmt.Errorf("cookie: banner: %w", err)
	}
	return template.HTML(b.String()), nil
}

// Wording returns the notice as evidence keeps it: all that a visitor reads before choosing, line by line. A language
// without texts is English.
func (s *Site) Wording(language string) string {
	language = s.spoken(language)
	t := s.texts[language]
	lines := []string{t.Title, t.Intro, t.Follow, t.Necessary}
	for _, c := range s.register.optional() {
		lines = append(lines, t.of(c))
	}
	lines = append(lines, t.Accept, t.Decline, t.Save, t.Details)
	for _, c := range s.list(language) {
		lines = append(lines, t.Name+": "+c.Name, t.Purpose+": "+c.Purpose, t.Days+": "+c.Life)
	}
	return strings.Join(lines, "\n") + "\n"
}

// spoken returns language where there are texts for it, and English otherwise.
func (s *Site) spoken(language string) string {
	if _, ok := s.texts[language]; ok {
		return language
	}
	return english
}

// view returns what is shown for a request, in a language that there are texts for.
func (s *Site) view(r *http.Request, language string) view {
	st, t := s.State(r), s.texts[language]
	v := view{
		Texts: t, Language: language, Path: s.path, Back: s.path, Hash: hash(s.Wording(language)),
		Signals: st.Signals, Ask: st.Ask, Cookies: s.list(language),
	}
	for _, c := range s.register.optional() {
		v.Optional = append(v.Optional, said{c, t.of(c)})
	}
	if st.Choice != nil {
		for _, c := range st.Choice.Allowed {
			v.Given = append(v.Given, said{c, t.of(c)})
		}
	}
	return v
}

func (s *Site) list(language string) []listed {
	var all []listed
	for _, c := range s.register.listed {
		all = append(all, listed{c.Name, c.purpose(language), s.texts[language].life(c)})
	}
	return all
}

// local reports whether a path leads nowhere but to this host, however a browser reads it.
func local(path string) bool {
	_, err := url.Parse(path) // which takes no control characters before a #
	return err == nil && strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && !strings.ContainsAny(path, ` \`)
}
