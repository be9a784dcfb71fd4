package sms_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms"
)

// family is a number that several patients share, with their charts and what texts them.
type family struct {
	*world
	charts  *records.Service
	planner *sms.Planner
}

// shared enrols patients on one number that has consented.
func (w *world) shared(ids ...string) *family {
	w.t.Helper()
	w.grant(consent.Transactional)
	f := &family{world: w, charts: w.charts()}
	for _, id := range ids {
		w.enrol(f.charts, id, patient, "")
	}
	f.planner = w.planner(f.charts)
	return f
}

// visit books an hour for one of them, and has it planned.
func (f *family) visit(id, who string, start time.Time) records.Appointment {
	f.t.Helper()
	a, err := f.charts.Book(f.t.Context(), staff, records.Booking{
		Practice: practice, Appointment: id, Patient: who, Clinician: "dr-1", Start: start, Zone: "America/Chicago", Duration: time.Hour,
	})
	require.NoError(f.t, err)
	f.plan(f.planner)
	return a
}

func (f *family) move(a records.Appointment, start time.Time) records.Appointment {
	f.t.Helper()
	a, err := f.charts.Move(f.t.Context(), staff, records.Move{
		Practice: practice, Appointment: a.ID, Revision: a.Revision, Start: start, Reason: "asked",
	})
	require.NoError(f.t, err)
	return a
}

func (f *family) cancel(a records.Appointment) {
	f.t.Helper()
	_, err := f.charts.Cancel(f.t.Context(), staff, records.Cancellation{
		Practice: practice, Appointment: a.ID, Revision: a.Revision, Reason: "ill",
	})
	require.NoError(f.t, err)
}

// told returns when the number was told to come, by all texts until end.
func (f *family) told(end time.Time) (all []string) {
	f.t.Helper()
	for _, body := range f.until(f.planner, f.dispatcher(), end) {
		_, when, ok := strings.Cut(body, "reminder of your ")
		require.True(f.t, ok, body)
		when, _, _ = strings.Cut(when, "M. ")
		all = append(all, when+"M")
	}
	return all
}

// states returns what has become of the texts about a patient, the newest first.
func (f *family) states(who string) (all []sms.State) {
	f.t.Helper()
	page, err := f.store.Texts(f.t.Context(), sms.Query{Practice: practice, Number: patient, Limit: 1000})
	require.NoError(f.t, err)
	for _, t := range page.Texts {
		if t.Patient == who {
			all = append(all, t.State)
		}
	}
	return all
}

// A family's phone gets one reminder for its day, which names nobody and lists times alone; it follows each appointment, and
// speaks for nobody who may not be told.
func TestPromise_M2_2_AFamilysDayIsOneReminder(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		f := w.shared("emma", "liam", "noah")
		day := time.Date(2026, 3, 5, 0, 0, 0, 0, zone(t, "America/Chicago"))
		at := func(hour, minute int) time.Time {
			return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, day.Location())
		}
		next := func() { day = day.AddDate(0, 0, 7); w.now.Set(day.AddDate(0, 0, -2)) }
		when := func(s string) string { return strings.Replace(s, "DAY", day.Format("Monday, January 2"), 1) }

		t.Run("one text", func(t *testing.T) {
			f.visit("a-1", "emma", at(15, 0))
			f.visit("a-2", "liam", at(9, 0))
			f.visit("a-3", "noah", at(15, 0))
			f.visit("a-4", "emma", at(15, 40))
			body := "Elm Street Dental: reminder of your appointments on Thursday, March 5 at 9:00 AM, 3:00 PM and 3:40 PM. Questions: 214-555-0199. " +
				"Reply HELP for help, STOP to end texts."
			require.Equal(t, []string{body}, f.until(f.planner, f.dispatcher(), at(15, 0)))
			for _, who := range []string{"emma", "liam", "noah"} {
				sent := 0
				for _, e := range w.actions("sms.text.send") {
					if e.Patient == who {
						sent++
						require.NotEmpty(t, e.Details["appointment"])
					}
				}
				require.Positive(t, sent, "the log has it of "+who)
			}
			page, err := f.store.Texts(t.Context(), sms.Query{Practice: practice, Number: patient, States: []sms.State{sms.Sent}})
			require.NoError(t, err)
			require.Len(t, page.Texts, 1)
			require.Empty(t, page.Texts[0].Patient)
			require.Len(t, page.Texts[0].Decision.Facts.Each, 4, "the decision has what was known of each")
			again, err := law(t).Replay(page.Texts[0])
			require.NoError(t, err)
			require.Equal(t, sms.Send, again.Verdict)
		})
		t.Run("many times", func(t *testing.T) {
			next()
			for i, id := range []string{"b-1", "b-2", "b-3", "b-4", "b-5"} {
				f.visit(id, "emma", at(9+i, 0))
			}
			require.Equal(t, []string{when("appointments on DAY from 9:00 AM")}, f.told(at(9, 0)))
		})
		t.Run("days, and practices, are apart", func(t *testing.T) {
			next()
			f.visit("c-1", "emma", at(15, 0))
			f.visit("c-2", "liam", at(24+15, 0))
			require.Len(t, f.told(at(48, 0)), 2)
		})
		t.Run("one of them is moved", func(t *testing.T) {
			next()
			a := f.visit("d-1", "emma", at(15, 0))
			f.visit("d-2", "liam", at(16, 0))
			a = f.move(a, at(17, 0))
			f.plan(f.planner)
			f.move(a, at(24+9, 0)) // and nobody has planned that when the day's reminder is due
			w.now.Set(at(16, 0).AddDate(0, 0, -1))
			alone := len(f.states("emma"))
			w.step(f.dispatcher())
			require.Len(t, f.states("emma"), alone, "the planner tells of it, and nothing else does")
			bodies := w.carrier.bodies()
			require.Len(t, bodies, 1)
			require.Contains(t, bodies[0], when("appointment on DAY at 4:00 PM."))
			require.Equal(t, []string{day.AddDate(0, 0, 1).Format("appointment on Monday, January 2 at 9:00 AM")}, f.told(at(48, 0)))
		})
		t.Run("one of them is moved after it was told", func(t *testing.T) {
			next()
			a := f.visit("e-1", "emma", at(15, 0))
			f.visit("e-2", "liam", at(16, 0))
			require.Equal(t, []string{when("appointments on DAY at 3:00 PM and 4:00 PM")}, f.told(at(8, 0)))
			f.move(a, at(17, 0))
			require.Equal(t, []string{when("appointment on DAY at 5:00 PM")}, f.told(at(18, 0)))
		})
		t.Run("refuses_to_tell_of_one_that_was_cancelled", func(t *testing.T) {
			next()
			f.visit("f-1", "emma", at(15, 0))
			f.cancel(f.visit("f-2", "liam", at(9, 0)))
			f.visit("f-3", "noah", at(16, 0))
			require.Equal(t, []string{when("appointments on DAY at 3:00 PM and 4:00 PM")}, f.told(at(48, 0)))
		})
		t.Run("refuses_to_speak_for_one_who_is_muted", func(t *testing.T) {
			next()
			f.visit("g-1", "emma", at(15, 0))
			f.visit("g-2", "liam", at(16, 0))
			_, err := w.consents.Mute(t.Context(), staff, consent.Mute{Practice: practice, Number: patient, Patient: "emma"})
			require.NoError(t, err)
			require.Equal(t, []string{when("appointment on DAY at 4:00 PM")}, f.told(at(48, 0)))
			require.Equal(t, sms.Refused, f.states("emma")[0], "her own text has her own decision")
			require.Equal(t, sms.Sent, f.states("liam")[0])
			for _, e := range w.actions("sms.text.send") {
				if e.Patient == "liam" {
					require.NotContains(t, e.Reason, "This patient wants no such texts")
				}
			}
			_, err = w.consents.Unmute(t.Context(), staff, consent.Mute{Practice: practice, Number: patient, Patient: "emma"})
			require.NoError(t, err)
		})
		t.Run("refuses_all_of_them_at_once_after_a_stop", func(t *testing.T) {
			next()
			f.visit("h-1", "emma", at(15, 0))
			f.visit("h-2", "liam", at(16, 0))
			_, err := w.consents.Revoke(t.Context(), staff, consent.Revocation{Practice: practice, Number: patient, Channel: consent.ByCall, Evidence: consent.Evidence{Words: "no more", Staff: "u-17"}})
			require.NoError(t, err)
			before := len(f.states(""))
			require.Empty(t, f.told(at(48, 0)))
			require.Equal(t, sms.Refused, f.states("")[0])
			require.Len(t, f.states(""), before, "the same forbids all: nothing is taken apart")
			w.grant(consent.Transactional)
		})
		t.Run("one comes too late to be told, and becomes a task", func(t *testing.T) {
			next()
			f.visit("i-1", "emma", at(9, 0))
			f.visit("i-2", "liam", at(15, 0))
			w.now.Set(at(8, 30)) // the workers were away
			w.step(f.dispatcher())
			bodies := w.carrier.bodies()
			require.Len(t, bodies, 1)
			require.Contains(t, bodies[0], when("appointment on DAY at 3:00 PM."))
			tasks := w.open()
			require.Len(t, tasks, 1)
			require.Equal(t, sms.TaskStale, tasks[0].Kind)
			require.Equal(t, "emma", tasks[0].Patient)
			w.kinds()
		})
		t.Run("planned twice, by two planners, one of them cut off", func(t *testing.T) {
			next()
			f.visit("j-1", "emma", at(15, 0))
			other, err := sms.NewPlanner(w.texts, &forgetful{Service: f.charts}, nil)
			require.NoError(t, err)
			_, err = f.charts.Book(t.Context(), staff, records.Booking{
				Practice: practice, Appointment: "j-2", Patient: "liam", Clinician: "dr-1", Start: at(16, 0), Zone: "America/Chicago", Duration: time.Hour,
			})
			require.NoError(t, err)
			_, err = other.Step(t.Context())
			require.ErrorContains(t, err, "cut off")
			require.Equal(t, []string{when("appointments on DAY at 3:00 PM and 4:00 PM")}, f.told(at(8, 0)))
			again, err := sms.NewPlanner(w.texts, &repeated{f.charts, []string{"j-1", "j-2"}}, nil)
			require.NoError(t, err)
			_, err = again.Step(t.Context())
			require.NoError(t, err)
			require.Empty(t, f.told(at(48, 0)), "it was told before")
		})
		t.Run("refuses_to_wait_for_a_patient_who_was_erased", func(t *testing.T) {
			next()
			f.visit("k-1", "emma", at(15, 0))
			f.visit("k-2", "noah", at(16, 0))
			f.visit("k-3", "liam", at(17, 0))
			for _, class := range []crypto.Class{crypto.Chart, crypto.Billing, crypto.Evidence} {
				require.NoError(t, w.keys.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: "noah", Class: class}))
			}
			require.Equal(t, []string{when("appointments on DAY at 3:00 PM and 5:00 PM")}, f.told(at(48, 0)))
		})
		t.Run("without_rule", func(t *testing.T) {
			next()
			f.visit("l-1", "emma", at(15, 0))
			f.cancel(f.visit("l-2", "liam", at(16, 0)))
			w.now.Set(at(15, 0).AddDate(0, 0, -1))
			w.step(w.dispatcher(without("current")))
			bodies := w.carrier.bodies()
			require.Len(t, bodies, 1)
			require.Contains(t, bodies[0], "3:00 PM and 4:00 PM", "nobody asked the schedule")
		})
	})
}

// Whether an appointment comes to the day's reminder before that leaves or after, each is told once.
func TestPromise_M2_2_EachIsToldOnceWhileRemindersLeave(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		const families = 12
		charts := w.charts()
		planner := w.planner(charts)
		three, number := chicago(t, 2026, 3, 4, 15), func(i int) string { return fmt.Sprintf("+121255502%02d", i) }
		book := func(i int, id string, start time.Time) {
			_, err := charts.Book(t.Context(), staff, records.Booking{
				Practice: practice, Appointment: fmt.Sprintf("%s-%d", id, i), Patient: fmt.Sprintf("p-%d", i), Clinician: "dr-1",
				Start: start, Zone: "America/Chicago", Duration: time.Hour,
			})
			require.NoError(t, err)
		}
		for i := range families {
			w.paper(number(i), consent.Transactional)
			w.enrol(charts, fmt.Sprintf("p-%d", i), number(i), "")
			book(i, "a", three)
		}
		w.plan(planner)
		w.now.Set(three.AddDate(0, 0, -1)) // the reminders of all are due
		for i := range families {
			book(i, "b", three.Add(time.Minute))
		}
		var group sync.WaitGroup
		for range 2 {
			d := w.dispatcher(func(o *sms.DispatcherOptions) { o.Concurrency = 10 })
			group.Go(func() {
				for range 6 {
					_, err := d.Step(t.Context())
					assert.NoError(t, err)
				}
			})
			p, err := sms.NewPlanner(w.texts, charts, nil)
			require.NoError(t, err)
			group.Go(func() {
				_, err := p.Step(t.Context())
				assert.NoError(t, err)
			})
		}
		group.Wait()
		w.plan(planner)
		w.now.Add(time.Minute)
		w.step(w.dispatcher())
		told := map[string]int{}
		for _, m := range w.carrier.sent {
			for _, at := range []string{"3:00 PM", "3:01 PM"} {
				told[m.To+at] += strings.Count(m.Body, at)
			}
		}
		require.Len(t, told, 2*families)
		for at, times := range told {
			require.Equal(t, 1, times, at)
		}
		t.Run("refuses_to_tell_it_again", func(t *testing.T) {
			w.carrier.bodies()
			w.now.Set(three)
			w.plan(planner)
			w.step(w.dispatcher())
			require.Empty(t, w.carrier.bodies())
		})
	})
}

// repeated is a schedule that reports visits once more.
type repeated struct {
	*records.Service
	ids []string
}

func (r *repeated) Changed(ctx context.Context, _ int) (visits []sms.Visit, err error) {
	for _, id := range r.ids {
		v, err := r.Visit(ctx, practice, id)
		if err != nil {
			return nil, err
		}
		visits = append(visits, v)
	}
	return visits, nil
}

// The token of a family's one reminder confirms all that it told of; a plain yes is asked back.
func TestPromise_M2_2_AFamilysReminderIsConfirmedWhole(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		a := w.answers()
		d := &diary{}
		planner, err := sms.NewPlanner(w.texts, d, nil)
		require.NoError(t, err)
		for id, start := range map[string]time.Time{"a-1": chicago(t, 2026, 3, 4, 9), "a-2": chicago(t, 2026, 3, 4, 10)} {
			v := visit(start)
			v.Appointment, v.Patient = id, "of "+id
			a.visits[id], d.visit, d.planned = v, v, ""
			w.plan(planner)
		}
		w.now.Set(chicago(t, 2026, 3, 3, 16))
		sent := w.left()
		require.Len(t, sent, 1)
		require.Regexp(t, ` at 9:00 AM and 10:00 AM\. Reply C\d\d to confirm\. `, sent[0])
		_, token, _ := strings.Cut(sent[0], "Reply ")
		token = token[:3]

		m := w.say(token)
		require.ElementsMatch(t, []string{"a-1", "a-2"}, strings.Fields(a.heard()))
		require.Equal(t, "confirm", m.Word)
		require.Empty(t, m.Patient)
		require.Empty(t, w.kinds())
		t.Run("refuses_to_guess_what_yes_means", func(t *testing.T) {
			w.say("yes")
			require.Empty(t, a.heard())
			require.Contains(t, w.left()[0], "1 for 9:00 AM, 2 for 10:00 AM, 3 for all.")
			w.say("1")
			require.Equal(t, "a-1", a.heard())
		})
		t.Run("refuses_what_was_moved_since", func(t *testing.T) {
			v := a.visits["a-2"]
			v.Version = "2"
			a.visits["a-2"] = v
			m := w.say(token)
			require.Equal(t, "a-1", a.heard())
			require.Equal(t, "of a-1", m.Patient)
		})
		t.Run("whose message it is nobody guesses", func(t *testing.T) {
			w.say("My name is spelled wrong")
			tasks := w.open()
			require.Len(t, tasks, 1)
			require.Equal(t, sms.TaskCorrection, tasks[0].Kind)
			require.Empty(t, tasks[0].Patient)
			w.kinds()
		})
		t.Run("a request shows it to both of them, and to no other", func(t *testing.T) {
			for who, texts := range map[string]int{"of a-1": 1, "of a-2": 1, "somebody else": 0} {
				thread, err := w.texts.Thread(t.Context(), staff, sms.ThreadQuery{Practice: practice, Number: patient, Patient: who, Purpose: sms.ForRequest})
				require.NoError(t, err)
				found := 0
				for _, i := range thread.Items {
					if i.Text != nil && strings.Contains(i.Text.Body, "reminder") && i.Text.State == sms.Sent {
						found++
					}
				}
				require.Equal(t, texts, found, who)
			}
		})
		t.Run("without_rule", func(t *testing.T) {
			delete(a.visits, "a-2")
			w.say("yes")
			require.Equal(t, "a-1", a.heard(), "of one appointment nobody is asked")
		})
	})
}

// The hours hold of every place that one of a family may be in, by address first.
func TestAFamilysHoursAreThoseOfAll(t *testing.T) {
	w := inMemory(t)
	f := w.shared("emma", "liam")
	for who, place := range map[string]records.Address{"emma": {State: "FL", Country: "US"}, "liam": {State: "Hawaii", Country: "US"}} {
		p, err := f.charts.Patient(t.Context(), staff, records.Key{Practice: practice, ID: who})
		require.NoError(t, err)
		p.Address = place
		_, err = f.charts.SavePatient(t.Context(), staff, records.Save{Patient: p})
		require.NoError(t, err)
	}
	f.visit("a-1", "emma", chicago(t, 2026, 3, 5, 9))
	f.visit("a-2", "liam", chicago(t, 2026, 3, 5, 10))
	w.now.Set(chicago(t, 2026, 3, 4, 9))
	w.step(f.dispatcher())
	require.Empty(t, w.carrier.bodies())
	page, err := w.store.Texts(t.Context(), sms.Query{Practice: practice, Number: patient, States: []sms.State{sms.Queued}})
	require.NoError(t, err)
	require.Len(t, page.Texts, 1)
	require.ElementsMatch(t, []string{"US-FL", "US-HI"}, page.Texts[0].Decision.Facts.Regions)
	require.Equal(t, []string{"America/Chicago", "America/New_York", "Pacific/Honolulu"}, page.Texts[0].Decision.Facts.Zones)
	require.Equal(t, chicago(t, 2026, 3, 4, 12), page.Texts[0].Decision.Until, "eight in Honolulu")
	w.now.Set(chicago(t, 2026, 3, 4, 12))
	w.step(f.dispatcher())
	require.Len(t, w.carrier.bodies(), 1)
}

// What is the planner's to say nobody else says.
func TestOnlyThePlannerJoinsReminders(t *testing.T) {
	w := inMemory(t)
	for _, change := range []func(*sms.Text){
		func(x *sms.Text) { x.Start = noon },
		func(x *sms.Text) { x.Clock = "America/Chicago" },
		func(x *sms.Text) { x.Subjects = []sms.Subject{{Appointment: "a-1", Version: "1"}} },
	} {
		x := w.text("t")
		change(&x)
		_, err := w.texts.Enqueue(t.Context(), staff, x)
		require.ErrorIs(t, err, sms.ErrInvalid)
	}
	require.Equal(t, 3, w.entriesOf("sms.text.enqueue", audit.Refused))
}
