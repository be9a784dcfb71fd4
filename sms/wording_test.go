package sms_test

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/template"
)

// words are a practice's own, from a template.
type words struct {
	of     *template.Template
	answer error
	say    string // instead
	silent bool   // as whoever leaves it to the library
}

func (w *words) Reminder(_ context.Context, r sms.Reminder) (string, error) {
	if w.say != "" || w.answer != nil || w.silent {
		return w.say, w.answer
	}
	values := template.Values{"date": r.Date, "times": strings.Join(r.Times, ",")}
	if r.Answer != "" {
		values["answer"] = r.Answer
	}
	return w.of.Render(w.of.Language(r.Language, template.English), template.Setting{Practice: r.Sender.Name}, values)
}

// A reminder is in the practice's own words and in the patient's language, also where it tells of a family's day and is taken
// apart again.
func TestRemindersInThePracticesWords(t *testing.T) {
	made, err := template.New(template.Source{ID: "reminder", Version: 1, Category: consent.Transactional, Bodies: map[template.Language]string{
		template.English: "{{practice}}: see you {{date}} at {{times}}. STOP to end texts.",
		template.Spanish: "{{practice}}: le esperamos el {{date}} a las {{times}}. Responda ALTO para no recibir textos.",
	}})
	require.NoError(t, err)
	const (
		one   = "Elm Street Dental: le esperamos el jue 11 de jun a las 3:00 PM. Responda ALTO para no recibir textos."
		two   = "Elm Street Dental: le esperamos el jue 11 de jun a las 3:00 PM y 4:00 PM. Responda ALTO para no recibir textos."
		mixed = "Elm Street Dental: see you Thu, Jun 11 at 3:00 PM and 4:00 PM. STOP to end texts."
		ours  = "Elm Street Dental: reminder of your appointment on Thursday, June 11 at 3:00 PM. Questions: 214-555-0199. Reply HELP for help, STOP to end texts."
	)
	single := func(f *family, day time.Time) { f.visit("a-1", "emma", day) }
	both := func(f *family, day time.Time) {
		f.visit("a-1", "emma", day)
		f.now.Add(time.Second)
		f.visit("a-2", "liam", day.Add(time.Hour))
	}
	for name, c := range map[string]struct {
		spanish []string // who reads it
		visits  func(f *family, day time.Time)
		own     words
		want    []string
		heard   string
	}{
		"one patient":       {[]string{"emma"}, single, words{}, []string{one}, ""},
		"a family":          {[]string{"emma", "liam"}, both, words{}, []string{two}, ""},
		"several languages": {[]string{"emma"}, both, words{}, []string{mixed}, ""},
		"and it is taken apart": {[]string{"emma"}, func(f *family, day time.Time) {
			both(f, day)
			_, err := f.charts.Cancel(f.t.Context(), staff, records.Cancellation{Practice: practice, Appointment: "a-2", Revision: 1, Reason: "ill"})
			require.NoError(f.t, err)
		}, words{}, []string{one}, ""},
		"refuses_words_that_are_an_error": {nil, single, words{answer: errors.New("no such template")}, []string{ours}, "no such template"},
		"no words":                        {nil, single, words{silent: true}, []string{ours}, ""},
		"refuses_words_of_health": {
			nil, single,
			words{say: "Elm Street Dental: your root canal is tomorrow. STOP to end texts."},
			[]string{ours},
			"does not pass the screen: health",
		},
		"refuses_words_of_nobody":     {nil, single, words{say: "See you. STOP to end texts."}, []string{ours}, "nameless"},
		"refuses_words_without_end":   {nil, single, words{say: "Elm Street Dental: see you."}, []string{ours}, "endless"},
		"refuses_words_without_bound": {nil, single, words{say: "Elm Street Dental: STOP to end texts." + strings.Repeat("x", 1600)}, []string{ours}, "longer"},
		"without_rule":                {nil, single, words{say: "Elm Street Dental: see you. STOP to end texts."}, []string{"Elm Street Dental: see you. STOP to end texts."}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			worlds(t, func(t *testing.T, w *world) {
				own, heard := c.own, &strings.Builder{}
				own.of = made
				logger := slog.New(slog.NewTextHandler(heard, nil))
				f := w.shared()
				for _, id := range []string{"emma", "liam"} {
					language := ""
					for _, who := range c.spanish {
						if who == id {
							language = "es-US"
						}
					}
					_, err := f.charts.SavePatient(t.Context(), staff, records.Save{Patient: records.Patient{
						Practice: practice, ID: id, Name: records.Name{Given: id}, Phones: []records.Phone{{Number: patient}}, Language: language,
					}})
					require.NoError(t, err)
				}
				f.planner, err = sms.NewPlanner(w.texts, f.charts, &sms.PlannerOptions{Wording: &own, Logger: logger})
				require.NoError(t, err)
				day := chicago(t, 2026, 6, 11, 15)
				c.visits(f, day)
				w.now.Set(day.AddDate(0, 0, -1))
				d := w.dispatcher(func(o *sms.DispatcherOptions) { o.Schedule, o.Wording, o.Logger = f.charts, &own, logger })
				w.step(d)
				w.step(d)
				require.Equal(t, c.want, w.carrier.bodies())
				require.Equal(t, c.heard != "", heard.Len() > 0, heard.String())
				require.Contains(t, heard.String(), c.heard)
			})
		})
	}
}

// Own words offer the answer that confirms, also where the text is taken apart.
func TestOwnWordsOfferTheAnswer(t *testing.T) {
	made, err := template.New(template.Source{ID: "reminder", Version: 1, Category: consent.Transactional, Bodies: map[template.Language]string{
		template.Spanish: "{{practice}}: le esperamos el {{date}} a las {{times}}. Responda {{answer}} para confirmar, ALTO para no recibir textos.",
	}})
	require.NoError(t, err)
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		a, own := w.answers(), &words{of: made}
		three := chicago(t, 2026, 6, 11, 15)
		for id, start := range map[string]time.Time{"a-1": three, "a-2": three.Add(time.Hour)} {
			v := sms.Visit{
				Practice: practice, Appointment: id, Version: "1", Patient: "p-" + id, Number: patient, Zone: "America/Chicago",
				Language: "es", Start: start, Active: true,
			}
			a.visits[id] = v
			p, err := sms.NewPlanner(w.texts, &diary{visit: v}, &sms.PlannerOptions{Wording: own})
			require.NoError(t, err)
			w.plan(p)
		}
		page, err := w.store.Texts(t.Context(), sms.Query{Practice: practice, Number: patient, States: []sms.State{sms.Queued}})
		require.NoError(t, err)
		require.Len(t, page.Texts, 1)
		offered := regexp.MustCompile(`Responda (C\d\d) para confirmar`)
		require.Regexp(t, offered, page.Texts[0].Body)

		gone := a.visits["a-2"]
		gone.Active, gone.Version = false, "2"
		a.visits["a-2"] = gone
		w.now.Set(three.AddDate(0, 0, -1))
		w.step(w.dispatcher(func(o *sms.DispatcherOptions) { o.Wording = own }))
		bodies := w.carrier.bodies()
		require.Len(t, bodies, 1)
		answer := offered.FindStringSubmatch(bodies[0])
		require.NotNil(t, answer, bodies[0])
		w.say(answer[1])
		require.Equal(t, "a-1", a.heard())
	})
}

// A worker that is told to stop while a reminder is worded leaves it to the next one, who has the practice's words for it.
func TestOwnWordsOutliveAStop(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		f := w.shared("emma", "liam")
		day := chicago(t, 2026, 6, 11, 15)
		f.visit("a-1", "emma", day)
		w.now.Add(time.Second)
		f.cancel(f.visit("a-2", "liam", day.Add(time.Hour)))
		w.now.Set(day.AddDate(0, 0, -1))
		work := func(ctx context.Context, own sms.Wording) {
			d := w.dispatcher(func(o *sms.DispatcherOptions) { o.Schedule, o.Wording = f.charts, own })
			for range 3 {
				_, _ = d.Step(ctx)
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		work(ctx, cutOff{stop})
		require.Empty(t, w.carrier.bodies())
		const own = "Elm Street Dental: see you tomorrow. STOP to end texts."
		work(t.Context(), &words{say: own})
		require.Equal(t, []string{own}, w.carrier.bodies())
	})
}

// cutOff is a wording during which its process is told to stop.
type cutOff struct{ stop func() }

func (c cutOff) Reminder(ctx context.Context, _ sms.Reminder) (string, error) {
	c.stop()
	return "", ctx.Err()
}
