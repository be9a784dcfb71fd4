package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/base64"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/enamel-go/enamel/examples/internal/world"
	"github.com/enamel-go/enamel/sms"
)

//go:embed templates/*.html
var templates embed.FS

// view is everything that the page shows.
type view struct {
	Practice string
	Durable  bool
	Now      time.Time
	Next     time.Time  // when the next text is due; zero: none waits
	Said     string     // what the last act came to
	Wrong    string     // why it was refused
	At       string     // the section it belongs to
	Who      string     // the id of the patient that is shown
	Fresh    bool       // nothing was done or chosen yet
	Form     url.Values // what was typed into a form that was refused: nobody types it twice

	People     []personView
	Person     personView
	Found      []personView
	Purpose    string // what the conversation is read for; empty: it is not read
	Find       string // what was looked for
	Born       string
	Texts      []textView
	Days       []dayView
	Thread     []bubble
	Ledger     []factView
	Alarms     []alarmView
	Suppressed suppressedView
	Packs      []packView
	Settings   settingsView
	Office     practiceView
	Wordings   []wordingView
	Tomorrow   string // ten o'clock, as a form's field takes it
	Keys       keysView
	Log        logView
	Browser    browserView
	Acting     actingView
	Policies   policiesView
	Due        dueView // of whoever uses the page

	Tasks         []taskView
	Content       *contentView      // what a flagged message holds, as it was just read or filed
	Conversation  *conversationView // of the patient that is shown, when it was asked for with a purpose
	Links         []linkView        // of the patient that is shown
	Casts         []castView
	Templates     []templateView
	Previewed     *previewView // a text that was just made of a template, or a wording that was screened
	Tried         *triedView   // a text that was just tried
	Replayed      *replayView  // the decisions on a text that were just made again
	Registrations registrationsView
	Network       networkView
}

type logView struct {
	Entries    []entryView
	Looks      bool // with looks
	Passed     int  // how many looks were passed over
	Checkpoint *checkpointView
	Report     *reportView
}

// showPage shows the page, after what is due just now has had a moment to leave.
func (s *app) showPage(w http.ResponseWriter, r *http.Request) {
	if err := s.scene.Load().Settle(r.Context(), time.Second); err != nil {
		s.logFailure(r.Context(), true, err)
	}
	v := view{Who: r.URL.Query().Get("who"), Fresh: r.URL.RawQuery == "", Said: recall(w, r)}
	v.Browser.Visits = s.countVisit(w, r)
	s.render(w, r, http.StatusOK, v)
}

// render writes the page with the status of what led to it.
func (s *app) render(w http.ResponseWriter, r *http.Request, status int, v view) {
	q := r.URL.Query()
	v.Purpose, v.Find, v.Born, v.Log.Looks = q.Get("purpose"), q.Get("find"), q.Get("born"), q.Get("looks") == "yes"
	browser, err := s.stands(w, r, v.Browser.Visits)
	if v.Browser = browser; err == nil {
		err = s.fill(r.Context(), &v)
	}
	if err != nil {
		code, sentence, failed := explain(err)
		s.logFailure(r.Context(), failed, err)
		http.Error(w, sentence, code)
		return
	}
	var out bytes.Buffer
	if err := s.page.ExecuteTemplate(&out, "page.html", v); err != nil {
		s.logger.ErrorContext(r.Context(), "the page cannot be written", slog.String("error", err.Error()))
		http.Error(w, "The page cannot be shown. The server's log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = out.WriteTo(w) // the browser may be gone
}

// fill reads what the page shows. Each look leaves its entries, so the log is read last.
func (s *app) fill(ctx context.Context, v *view) error {
	sc := s.scene.Load()
	v.Practice, v.Durable, v.Now = world.Sender().Name, sc.Durable, sc.Clock.Now()
	next, found, err := sc.Next(ctx)
	if err != nil {
		return err
	}
	if found {
		v.Next = next
	}
	if v.People, err = roster(ctx, sc); err != nil {
		return err
	}
	v.Person, _ = person(v.People, v.Who)
	v.Who = v.Person.ID
	if v.Find != "" {
		// A question that cannot be asked leaves the rest of the page as it is.
		if v.Found, err = find(ctx, sc, v.Find, v.Born); err != nil {
			var failed bool
			if _, v.Wrong, failed = explain(err); failed {
				return err
			}
		}
	}
	if v.Texts, err = texts(ctx, sc, v.People, ""); err != nil {
		return err
	}
	from, until := fortnight(v.Now)
	all, err := visits(ctx, sc, v.People, from, until)
	if err != nil {
		return err
	}
	v.Days = days(all, v.Now)
	tomorrow, err := world.Day(v.Now, 1, 10*time.Hour)
	if err != nil {
		return err
	}
	v.Tomorrow = tomorrow.Format("2006-01-02T15:04")
	if v.Person.Number != "" {
		v.Thread = thread(sc, v.Person.Number)
		slices.Reverse(v.Thread)
		if err := fillConversation(ctx, sc, v); err != nil {
			return err
		}
		if v.Ledger, err = ledger(ctx, sc, v.Person.Number, v.Person.ID); err != nil {
			return err
		}
	}
	if v.Alarms, err = alarms(ctx, sc); err != nil {
		return err
	}
	if v.Suppressed, err = suppressed(ctx, sc, ""); err != nil {
		return err
	}
	if v.Packs, err = packs(ctx, sc); err != nil {
		return err
	}
	if v.Acting, err = acting(ctx, sc, v.Who); err != nil {
		return err
	}
	if err := fillPractice(ctx, sc, v); err != nil {
		return err
	}
	if v.Keys, err = keys(ctx, sc); err != nil {
		return err
	}
	if err := fillTexting(ctx, sc, v); err != nil {
		return err
	}
	quiet(v.Texts, v.Person.Number, v.Who)
	return s.fillLog(ctx, sc, v)
}

// fillPractice reads what the practice has chosen and published.
func fillPractice(ctx context.Context, s *scene, v *view) (err error) {
	if v.Settings, err = settings(ctx, s); err != nil {
		return err
	}
	if v.Office, err = office(ctx, s); err != nil {
		return err
	}
	if v.Wordings, err = wordings(ctx, s); err != nil {
		return err
	}
	if v.Policies, err = policies(ctx, s); err != nil {
		return err
	}
	v.Due, err = usePage(ctx, s)
	return err
}

// fillConversation reads the conversation with the patient that is shown, where somebody said what for.
func fillConversation(ctx context.Context, s *scene, v *view) error {
	if v.Purpose == "" {
		return nil
	}
	read, err := conversation(ctx, s, sms.ThreadQuery{
		Practice: world.Practice, Number: v.Person.Number, Patient: v.Person.ID, Purpose: sms.Purpose(v.Purpose),
	})
	if err != nil {
		var failed bool
		if _, v.Wrong, failed = explain(err); failed {
			return err
		}
		return nil
	}
	v.Conversation = &read
	return nil
}

// fillTexting reads what stands around the texts: their templates, what is registered, and how the network behaves.
func fillTexting(ctx context.Context, s *scene, v *view) (err error) {
	if v.Tasks, err = tasks(ctx, s, v.People); err != nil {
		return err
	}
	if v.Links, err = links(ctx, s, v.Who); err != nil {
		return err
	}
	if v.Casts, err = casts(ctx, s); err != nil {
		return err
	}
	if v.Templates, err = templatesOfTexts(); err != nil {
		return err
	}
	if v.Registrations, err = registrations(ctx, s, v.Texts); err != nil {
		return err
	}
	v.Network, err = networkNow(ctx, s)
	return err
}

func (s *app) fillLog(ctx context.Context, sc *scene, v *view) (err error) {
	if v.Log.Entries, v.Log.Passed, err = journal(ctx, sc, 25, v.Log.Looks); err != nil {
		return err
	}
	for i, e := range v.Log.Entries {
		if p, known := person(v.People, e.Patient); known && e.Patient != "" {
			v.Log.Entries[i].Name = p.Name
		}
	}
	if v.Log.Checkpoint, err = checkpoint(ctx, sc); err != nil {
		return err
	}
	v.Log.Report = sc.lastReport()
	return nil
}

// parseTemplates reads the embedded templates.
func parseTemplates() (*template.Template, error) {
	return template.New("").Funcs(template.FuncMap{
		"of": typed, "lines": lines, "campaign": anotherCampaign, "tollfree": anotherTollFree, "group": group, "spoken": spoken, "soon": soon, "answers": answers, "list": list, "kept": kept, "once": once,
	}).ParseFS(templates, "templates/*.html")
}

// Day is tomorrow, as a form's field takes a day.
func (v view) Day() string { return v.Tomorrow[:len("2006-01-02")] }

// typed is what was typed into the form of a section that was refused or answered at once; other sections' forms have fields
// of the same names.
func typed(v view, section string) url.Values {
	if v.At == section {
		return v.Form
	}
	return nil
}

// kept is what was typed into a field, or what it holds at first.
func kept(form url.Values, name, first string) string {
	if form.Has(name) {
		return form.Get(name)
	}
	return first
}

// list makes a list of what a template passes on to another.
func list(items ...any) []any { return items }

// pageAt is the page's address, at a section, with the same patient.
func pageAt(who, section string) string {
	u := url.URL{Path: "/", Fragment: section}
	if who != "" {
		u.RawQuery = url.Values{"who": {who}}.Encode()
	}
	return u.String()
}

// said carries one sentence over to the page that follows.
const said = "__Host-said"

func remember(w http.ResponseWriter, sentence string) {
	http.SetCookie(w, &http.Cookie{
		Name: said, Value: base64.RawURLEncoding.EncodeToString([]byte(sentence)), Path: "/", MaxAge: 60,
		Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
}

func recall(w http.ResponseWriter, r *http.Request) string {
	c, err := r.Cookie(said)
	if err != nil {
		return ""
	}
	http.SetCookie(w, &http.Cookie{
		Name: said, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	})
	sentence, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return ""
	}
	return string(sentence)
}
