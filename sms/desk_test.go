package sms_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/sms"
)

// agenda is a schedule that hears answers.
type agenda struct {
	visits    map[string]sms.Visit
	confirmed []string
	fails     error
	silent    string // the appointment that it cannot tell of now
	meanwhile func() // happens while it is told, once
}

func (a *agenda) Changed(context.Context, int) ([]sms.Visit, error)     { return nil, nil }
func (a *agenda) Planned(context.Context, string, string, string) error { return nil }
func (a *agenda) Current(_ context.Context, _, id, version string) (bool, error) {
	return a.visits[id].Active && a.visits[id].Version == version, nil
}

func (a *agenda) Visit(_ context.Context, _, id string) (sms.Visit, error) {
	v, ok := a.visits[id]
	if id == a.silent {
		return v, errUnknown
	}
	if !ok {
		return v, sms.ErrNotFound
	}
	return v, nil
}

func (a *agenda) Confirm(_ context.Context, _, id, version, message string) error {
	if meanwhile := a.meanwhile; meanwhile != nil {
		a.meanwhile = nil
		meanwhile()
	}
	if a.fails == nil {
		a.confirmed = append(a.confirmed, id+" "+version+" by "+message)
	}
	return a.fails
}

// heard returns the appointments that were confirmed since the last call.
func (a *agenda) heard() string {
	var ids []string
	for _, c := range a.confirmed {
		id, _, _ := strings.Cut(c, " ")
		ids = append(ids, id)
	}
	a.confirmed = nil
	return strings.Join(ids, " ")
}

// answers gives the world a schedule that hears answers, and reminders that offer them.
func (w *world) answers() *agenda {
	w.t.Helper()
	a := &agenda{visits: map[string]sms.Visit{}}
	var err error
	w.texts, err = sms.New(w.store, w.consents, w.log, &sms.Options{Now: w.now.Now, Answers: a})
	require.NoError(w.t, err)
	w.schedule = a
	return a
}

// remind keeps an appointment, and lets its reminder reach the number. It returns what the reminder offers as its answer.
func (w *world) remind(a *agenda, id, patient, number string, start time.Time) string {
	w.t.Helper()
	v := sms.Visit{
		Practice: practice, Appointment: id, Version: "1", Patient: patient, Number: number, Zone: "America/Chicago",
		Start: start, Active: true,
	}
	a.visits[id] = v
	p, err := sms.NewPlanner(w.texts, &diary{visit: v}, nil)
	require.NoError(w.t, err)
	w.plan(p)
	w.step(w.dispatcher())
	bodies := w.carrier.bodies()
	require.Len(w.t, bodies, 1, "the reminder of %s", id)
	_, offer, ok := strings.Cut(bodies[0], "Reply ")
	require.True(w.t, ok, bodies[0])
	token, _, _ := strings.Cut(offer, " to confirm.")
	require.Regexp(w.t, `^C\d\d$`, token)
	return token
}

// send lets a message come in, and returns it as it is kept.
func (w *world) send(in sms.Inbound) sms.Received {
	w.t.Helper()
	w.now.Add(time.Second)
	w.received++
	in.Provider, in.ID = "carrier", fmt.Sprintf("in-%d", w.received)
	if in.From == "" {
		in.From = patient
	}
	if in.To == "" {
		in.To = office
	}
	fresh, err := w.texts.Receive(w.t.Context(), practice, in)
	require.NoError(w.t, err)
	require.True(w.t, fresh)
	kept, err := w.store.Received(w.t.Context(), sms.Query{Practice: practice, Number: in.From, Limit: 1})
	require.NoError(w.t, err)
	require.Equal(w.t, in.ID, kept[0].ID)
	return kept[0]
}

func (w *world) say(body string) sms.Received { return w.send(sms.Inbound{Body: body}) }

// left returns the bodies that leave now.
func (w *world) left() []string {
	w.t.Helper()
	w.step(w.dispatcher())
	return w.carrier.bodies()
}

// open returns the open tasks.
func (w *world) open() []sms.Task {
	w.t.Helper()
	page, err := w.texts.Tasks(w.t.Context(), staff, sms.TaskQuery{Practice: practice, Limit: 1000})
	require.NoError(w.t, err)
	return page.Tasks
}

// kinds returns the kinds of the open tasks, and finishes them.
func (w *world) kinds() string {
	w.t.Helper()
	var kinds []string
	for _, task := range w.open() {
		kinds = append(kinds, string(task.Kind))
		outcome := map[sms.TaskKind]sms.Outcome{sms.TaskReview: sms.WasSent, sms.TaskDoubt: sms.NoStop}[task.Kind]
		if outcome == "" {
			outcome = sms.Handled
		}
		if task.Kind == sms.TaskSensitive {
			require.NoError(w.t, w.texts.Delete(w.t.Context(), staff, task.Message, "Not needed."))
			continue
		}
		done, err := w.texts.Finish(w.t.Context(), staff, sms.Finish{Key: task.Key(), Outcome: outcome, Patient: cmpOr(task.Patient, "p-204")})
		require.NoError(w.t, err)
		require.True(w.t, done)
	}
	return strings.Join(kinds, " ")
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func chicago(t testing.TB, year int, month time.Month, day, hour int) time.Time {
	zone, err := time.LoadLocation("America/Chicago")
	require.NoError(t, err)
	return time.Date(year, month, day, hour, 0, 0, 0, zone).UTC()
}

func TestWhatComesInAndNeedsAPerson(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		for body, want := range map[string]string{
			"Can I come an hour later?":             "reply",
			"R":                                     "reply",
			"yes":                                   "reply", // nobody hears confirmations here
			"Thanks!":                               "",
			"Liked “Elm Street Dental: see you”":    "",
			"ok?":                                   "reply",
			"请给我打电话":                                "doubt",
			"ok, но можно позже":                    "doubt",
			"👍":                                     "",
			"ok, thank you":                         "",
			"How do I stop these texts?":            "doubt",
			"HELP":                                  "",
			"My name is spelled wrong":              "correction",
			"I changed my number":                   "doubt correction",
			"my tooth hurts":                        "sensitive",
			"wrong birth date, and my tooth hurts!": "sensitive correction",
		} {
			m := w.say(body)
			var kinds []string
			for _, task := range w.open() {
				kinds = append(kinds, string(task.Kind))
				require.Equal(t, m.Key(), task.Message, body)
				require.Equal(t, patient, task.Number)
				require.Equal(t, m.At, task.Opened)
				due := map[sms.TaskKind]time.Time{
					sms.TaskReply: chicago(t, 2026, 3, 5, 0), sms.TaskDoubt: m.At.Add(24 * time.Hour),
					sms.TaskCorrection: chicago(t, 2026, 4, 3, 0), sms.TaskSensitive: chicago(t, 2026, 3, 11, 0),
				}[task.Kind]
				require.Equal(t, due, task.Due, "%s: %s", body, task.Kind)
			}
			require.Equal(t, want, strings.Join(kinds, " "), body)
			w.kinds()
			require.Empty(t, w.open(), body)
		}
	})
}

func TestTextsThatNeedAPerson(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		last := w.now.Now().Add(48 * time.Hour)
		one := func(id string) sms.Task {
			t.Helper()
			tasks := w.open()
			require.Len(t, tasks, 1)
			require.Equal(t, "text-"+id, tasks[0].ID)
			require.Equal(t, last, tasks[0].Due)
			return tasks[0]
		}
		finish := func(task sms.Task, o sms.Outcome) {
			t.Helper()
			done, err := w.texts.Finish(t.Context(), staff, sms.Finish{Key: task.Key(), Outcome: o, Reason: "We called."})
			require.NoError(t, err)
			require.True(t, done)
			done, err = w.texts.Finish(t.Context(), staff, sms.Finish{Key: task.Key(), Outcome: o, Reason: "We called."})
			if err == nil {
				require.False(t, done)
			}
			require.Empty(t, w.open())
		}
		t.Run("failed, and put back, and failed again", func(t *testing.T) {
			w.carrier.answer = func(sms.Message) error { return &sms.SendError{Stage: sms.AtSend, Class: sms.Filtered} }
			k := w.enqueue(w.text("failed"))
			w.left()
			require.Equal(t, sms.TaskFailed, one("failed").Kind)
			finish(one("failed"), sms.Handled)
			w.now.Add(time.Second)
			done, err := w.texts.Requeue(t.Context(), staff, k, "The wording was changed.")
			require.NoError(t, err)
			require.True(t, done)
			w.left()
			finish(one("failed"), sms.Needless)
		})
		t.Run("nobody knows", func(t *testing.T) {
			w.carrier.answer = func(sms.Message) error { return errors.New("lost") }
			w.carrier.find = func(sms.Message) (sms.Receipt, bool, error) {
				return sms.Receipt{}, false, &sms.SendError{Stage: sms.AtLookup, Class: sms.Unknown}
			}
			for i, o := range []sms.Outcome{sms.WasSent, sms.NotSent} {
				x := w.text(fmt.Sprint("doubtful-", i))
				x.LastUseful = last
				k := w.enqueue(x)
				d := w.dispatcher(func(o *sms.DispatcherOptions) { o.Wait = time.Nanosecond })
				w.step(d)
				require.Equal(t, sms.Review, w.tracked(k).State)
				require.Equal(t, sms.TaskReview, one(k.ID).Kind)
				_, err := w.texts.Finish(t.Context(), staff, sms.Finish{Key: one(k.ID).Key(), Outcome: sms.Handled})
				require.ErrorIs(t, err, sms.ErrInvalid)
				finish(one(k.ID), o)
				require.Equal(t, map[sms.Outcome]sms.State{sms.WasSent: sms.Sent, sms.NotSent: sms.Failed}[o], w.tracked(k).State)
			}
			w.carrier.answer, w.carrier.find = nil, nil
			w.carrier.bodies()
		})
		t.Run("stale", func(t *testing.T) {
			w.now.Set(chicago(t, 2026, 3, 4, 22))
			last = chicago(t, 2026, 3, 5, 7)
			x := w.text("stale")
			x.LastUseful = last
			w.enqueue(x)
			require.Empty(t, w.left())
			require.Equal(t, sms.TaskStale, one("stale").Kind)
			alarms, err := w.texts.Alarms(t.Context(), staff, practice)
			require.NoError(t, err)
			require.Empty(t, alarms)
			w.now.Set(last)
			alarms, err = w.texts.Alarms(t.Context(), staff, practice)
			require.NoError(t, err)
			require.Len(t, alarms, 1)
			finish(one("stale"), sms.Handled)
		})
		t.Run("undelivered, unless it was after all", func(t *testing.T) {
			w.now.Set(chicago(t, 2026, 3, 5, 12))
			for _, end := range []sms.Status{"", sms.StatusDelivered} {
				k := w.enqueue(w.text("undelivered" + string(end)))
				require.Len(t, w.left(), 1)
				for range 2 {
					w.deliver(k, sms.StatusUndelivered)
				}
				tasks := w.open()
				require.Len(t, tasks, 1)
				require.Equal(t, k.ID, tasks[0].Text)
				require.Equal(t, sms.TaskFailed, tasks[0].Kind)
				if end == "" {
					w.kinds()
				} else {
					w.deliver(k, end)
				}
				require.Empty(t, w.open())
			}
		})
		t.Run("what was stopped needs nobody", func(t *testing.T) {
			x := w.text("stopped")
			x.NotBefore = w.now.Now().Add(time.Hour)
			k := w.enqueue(x)
			w.say("STOP")
			require.Equal(t, sms.Refused, w.tracked(k).State)
			require.Empty(t, w.open())
			_, err := w.texts.Finish(t.Context(), staff, sms.Finish{Key: sms.Key{Practice: practice, ID: "text-stopped"}, Outcome: sms.Handled})
			require.ErrorIs(t, err, sms.ErrNotFound)
		})
		require.Positive(t, w.entriesOf("sms.task.finish", audit.Done))
		require.Positive(t, w.entriesOf("sms.tasks.read", audit.Done))
		require.Positive(t, w.entriesOf("sms.task.finish", audit.Refused))
	})
}

// A doubt is settled where it stands, at consent, with the task.
func TestADoubtIsSettledWithItsTask(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.confirm(consent.ConfirmOff)
		for i, o := range []sms.Outcome{sms.NoStop, sms.Stops} {
			number := fmt.Sprintf("+1212555016%d", i)
			w.paper(number, consent.Promotional)
			w.send(sms.Inbound{From: number, Body: "How do I stop these texts?"})
			tasks := w.open()
			require.Len(t, tasks, 1)
			for range 2 {
				_, err := w.texts.Finish(t.Context(), staff, sms.Finish{Key: tasks[0].Key(), Outcome: o})
				require.NoError(t, err)
			}
			state, err := w.consents.State(t.Context(), staff, consent.Key{Practice: practice, Number: number})
			require.NoError(t, err)
			want := map[sms.Outcome]consent.Status{sms.NoStop: consent.Active, sms.Stops: consent.Stopped}[o]
			require.Equal(t, want, state.Promotional.Status)
			require.Empty(t, w.open())
		}
		// Cleared at consent, the task is left, and can still be finished.
		w.say("How do I stop these texts?")
		alarms, err := w.consents.Alarms(t.Context(), staff, practice)
		require.NoError(t, err)
		_, err = w.consents.Clear(t.Context(), staff, consent.Clearance{Practice: practice, Number: patient, Doubt: alarms[0].Doubt.ID})
		require.NoError(t, err)
		require.Equal(t, "doubt", w.kinds())
	})
}

// A task about somebody whose record was erased meanwhile can still be finished.
func TestATaskOutlivesWhomItIsAbout(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		x := w.text("x")
		x.Patient = "p-204"
		w.enqueue(x)
		w.left()
		w.say("Can I come at five?")
		require.Equal(t, "p-204", w.open()[0].Patient)
		for _, class := range []crypto.Class{crypto.Chart, crypto.Billing, crypto.Evidence} {
			require.NoError(t, w.keys.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: "p-204", Class: class}))
		}
		w.say("Are you there?")
		require.Equal(t, "reply reply", w.kinds())
	})
}

func TestATaskThatIsNotThere(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		_, err := w.texts.Finish(t.Context(), staff, sms.Finish{Key: sms.Key{Practice: practice, ID: "reply-carrier-in-9"}, Outcome: sms.Handled})
		require.ErrorIs(t, err, sms.ErrNotFound)
		_, err = w.texts.Tasks(t.Context(), staff, sms.TaskQuery{Practice: practice, Limit: -1})
		require.ErrorIs(t, err, sms.ErrInvalid)
	})
}
