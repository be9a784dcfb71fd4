package policy

import (
	"bytes"
	_ "embed"
	"html/template"
	"log/slog"
	"net/http"
	"slices"
	"time"
)

//go:embed page.html
var pageHTML string

// pagePolicy lets the page run nothing, load nothing, send nothing and be framed by nobody.
const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// PageOptions adjusts a [Service.Page]. The zero value is ready to use.
type PageOptions struct {
	// Title is the heading. Defaults to the document's name.
	Title string
	// Logger hears of pages that could not be shown. Defaults to none.
	Logger *slog.Logger
}

// Page returns the handler of a document's public page: the version in effect with its date, upcoming ones with what will
// change, and links to all that stood before. ?version= and ?language= choose another one; without a language it is the
// first text's. Before the first version is in effect, and for a version that does not stand, it answers 404. It runs no script, loads
// nothing, and shows in no frame. O may be nil.
func (s *Service) Page(practice, document string, o *PageOptions) (http.Handler, error) {
	if err := (Key{Practice: practice, Document: document}).valid(); err != nil {
		return nil, err
	}
	title, logger := document, slog.New(slog.DiscardHandler)
	if o != nil && o.Title != "" {
		title = o.Title
	}
	if o != nil && o.Logger != nil {
		logger = o.Logger
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "This page can only be read.", http.StatusMethodNotAllowed)
			return
		}
		own, err := s.Versions(r.Context(), practice, document)
		if err != nil {
			logger.ErrorContext(r.Context(), "a policy could not be shown", slog.String("error", err.Error()))
			http.Error(w, "The policy cannot be shown just now.", http.StatusInternalServerError)
			return
		}
		view, ok := look(own, r.URL.Query().Get("version"), r.URL.Query().Get("language"), latest(s.moment(), own))
		if !ok {
			http.NotFound(w, r)
			return
		}
		view.Title = title
		var page bytes.Buffer
		if err := pageTemplate.Execute(&page, view); err != nil {
			logger.ErrorContext(r.Context(), "a policy could not be shown", slog.String("error", err.Error()))
			http.Error(w, "The policy cannot be shown just now.", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", pagePolicy)
		_, _ = page.WriteTo(w) // a client that has gone reads nothing
	}), nil
}

// view is what the page shows.
type view struct {
	Title    string
	Label    string
	Standing string // "In effect since", "Will be in effect from" or "Was in effect from"
	Date     Date
	Changes  string
	Text     Text
	Others   []Text // the other languages
	Upcoming []Fact
	All      []Fact // newest first
}

// look returns what the page shows of a version, or of the one in effect where none is named.
func look(own []Fact, version, language string, moment time.Time) (view, bool) {
	now, ok := InEffect(own, moment)
	shown := now
	if version != "" {
		var err error
		shown, err = find(own, version, moment)
		ok = err == nil
	}
	if !ok {
		return view{}, false
	}
	v := view{
		Label: shown.Version, Standing: "In effect since", Date: shown.Edition.Effective, Changes: shown.Edition.Changes,
		Text: shown.Edition.Texts[0], Upcoming: Upcoming(own, moment), All: Standing(own, moment),
	}
	slices.Reverse(v.All)
	switch {
	case shown.Edition.From.After(moment):
		v.Standing = "Will be in effect from"
	case shown.Version != now.Version:
		v.Standing = "Was in effect from"
	}
	if t, ok := shown.Edition.Text(language); ok {
		v.Text = t
	}
	v.Others = slices.DeleteFunc(slices.Clone(shown.Edition.Texts), func(t Text) bool { return t.Language == v.Text.Language })
	return v, true
}
