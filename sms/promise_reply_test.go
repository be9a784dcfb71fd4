package sms_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// An answer to a reminder reaches the appointment that it is for, and none that was moved or cancelled.
func TestPromise_M2_2_AnAnswerFindsItsAppointment(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		a := w.answers()
		three := w.now.Now().Add(4 * time.Hour)
		token := w.remind(a, "a-1", "p-204", patient, three)
		for _, body := range []string{token, strings.ToLower(token) + "!", "C " + token[1:], "c", "CONFIRM", "Confirmed.", "Yes", "y1", "1", "Sí", "oui", "“C”"} {
			m := w.say(body)
			require.Equal(t, "a-1", a.heard(), body)
			require.Equal(t, "confirm", m.Word)
			require.Equal(t, "p-204", m.Patient)
			require.Equal(t, "a-1", m.Subject)
			require.Empty(t, w.kinds(), body)
			require.Empty(t, w.left(), "a confirmation is not answered")
		}
		t.Run("the message names it, so that hearing it twice is harmless", func(t *testing.T) {
			w.say("C")
			require.Regexp(t, `^a-1 1 by carrier-in-\d+$`, a.confirmed[0])
			a.heard()
		})
		t.Run("refuses_what_may_mean_something_else", func(t *testing.T) {
			other := "C10"
			if token == other {
				other = "C11"
			}
			for _, body := range []string{other, "C1000", "2", "yes but can I come later?", "no", "C C", "1 2", "yes 3", "yes?", "нет, yes", "C 不"} {
				m := w.say(body)
				require.Empty(t, a.heard(), body)
				require.Empty(t, m.Subject)
				require.Equal(t, "reply", w.kinds(), "%s: a person answers", body)
			}
		})
		t.Run("refuses_an_appointment_that_was_moved", func(t *testing.T) {
			v := a.visits["a-1"]
			v.Version = "2"
			a.visits["a-1"] = v
			w.say(token)
			w.say("yes")
			require.Empty(t, a.heard())
			require.Equal(t, "reply reply", w.kinds())
			v.Version, v.Active = "1", false
			a.visits["a-1"] = v
			w.say("yes")
			require.Empty(t, a.heard())
			require.Equal(t, "reply", w.kinds())
			v.Active = true
			a.visits["a-1"] = v
		})
		t.Run("refuses_after_it_has_begun", func(t *testing.T) {
			v := a.visits["a-1"]
			v.Start = w.now.Now()
			a.visits["a-1"] = v
			w.say("C")
			require.Empty(t, a.heard())
			require.Equal(t, "reply", w.kinds())
			v.Start = three
			a.visits["a-1"] = v
		})
		t.Run("refuses_a_yes_to_what_was_asked_since", func(t *testing.T) {
			w.say("can I come later?")
			w.kinds()
			x := w.text("later")
			x.Category, x.Body = consent.Conversational, "Elm Street Dental: would 5:00 PM do instead? Reply STOP to end texts."
			w.enqueue(x)
			require.Len(t, w.left(), 1)
			for _, body := range []string{"yes", "Sí", "1"} {
				w.say(body)
				require.Empty(t, a.heard(), "%s: it may be an answer to that", body)
				require.Equal(t, "reply", w.kinds(), body)
			}
			for _, body := range []string{token, "confirm", "C"} {
				w.say(body)
				require.Equal(t, "a-1", a.heard(), body)
			}
			w.say("HELP")
			require.Len(t, w.left(), 1)
			first := a.visits["a-1"]
			delete(a.visits, "a-1")
			w.remind(a, "a-9", "p-204", patient, three.Add(time.Hour)) // the last that was said
			w.say("HELP")
			require.Len(t, w.left(), 1, "an answer of a machine's asks nothing")
			w.say("yes")
			require.Equal(t, "a-9", a.heard())
			delete(a.visits, "a-9")
			a.visits["a-1"] = first
		})
		t.Run("what the schedule does not hear, a person does", func(t *testing.T) {
			a.fails = errors.New("away")
			m := w.say("C")
			require.Empty(t, m.Word)
			tasks := w.open()
			require.Len(t, tasks, 1)
			require.Equal(t, "a-1", tasks[0].Subject)
			a.fails = nil
			w.kinds()
			delete(a.visits, "a-1")
			w.say("C")
			require.Equal(t, "reply", w.kinds())
		})
		t.Run("without_rule", func(t *testing.T) {
			w.texts, _ = sms.New(w.store, w.consents, w.log, &sms.Options{Now: w.now.Now})
			w.say(token)
			require.Equal(t, "reply", w.kinds(), "without a schedule that hears it nothing is confirmed")
		})
	})
}

// On a family's phone an answer that may be meant for more than one appointment is asked back, once, by the times alone.
func TestPromise_M2_2_AFamilysAnswerIsAskedBack(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		a := w.answers()
		zone := chicago(t, 2026, 3, 3, 15)
		first := w.remind(a, "a-1", "emma", patient, zone)
		second := w.remind(a, "a-2", "liam", patient, zone.Add(40*time.Minute))
		require.NotEqual(t, first, second)
		const question = "Elm Street Dental: which appointment do you mean? Reply 1 for 3:00 PM, 2 for 3:40 PM, 3 for all. Questions: 214-555-0199."
		ask := func() sms.Task {
			t.Helper()
			m := w.say("yes")
			require.Empty(t, m.Patient)
			require.Equal(t, []string{question}, w.left())
			tasks := w.open()
			require.Len(t, tasks, 1)
			require.Equal(t, sms.TaskAnswer, tasks[0].Kind)
			require.Equal(t, zone, tasks[0].Due)
			require.Empty(t, tasks[0].Patient)
			return tasks[0]
		}
		t.Run("the token needs no question", func(t *testing.T) {
			w.say(second)
			require.Equal(t, "a-2", a.heard())
			require.Empty(t, w.open())
		})
		task := ask()
		require.Equal(t, []sms.Option{{Subject: "a-1", Version: "1", Patient: "emma"}, {Subject: "a-2", Version: "1", Patient: "liam"}}, task.Options)
		t.Run("refuses_to_ask_twice", func(t *testing.T) {
			w.say("Yes!")
			w.say("C")
			require.Empty(t, w.left())
			require.Empty(t, a.heard())
			require.Len(t, w.open(), 1)
		})
		t.Run("refuses_a_choice_that_was_not_offered", func(t *testing.T) {
			w.say("4")
			require.Empty(t, a.heard())
			require.Len(t, w.open(), 2)
			for _, reply := range w.open() {
				if reply.Kind == sms.TaskReply {
					_, err := w.texts.Finish(t.Context(), staff, sms.Finish{Key: reply.Key(), Outcome: sms.Handled})
					require.NoError(t, err)
				}
			}
		})
		t.Run("the choice resolves it", func(t *testing.T) {
			m := w.say("2")
			require.Equal(t, "a-2", a.heard())
			require.Equal(t, "liam", m.Patient)
			require.Empty(t, w.open())
			done, err := w.store.Task(t.Context(), task.Key())
			require.NoError(t, err)
			require.Equal(t, sms.Handled, done.Outcome)
		})
		t.Run("so does the choice of all", func(t *testing.T) {
			ask()
			m := w.say("3")
			require.Equal(t, "a-1 a-2", a.heard())
			require.Empty(t, m.Patient, "of several patients it is nobody's in particular")
			require.Equal(t, "confirm", m.Word)
			require.Empty(t, w.open())
		})
		t.Run("and a person who is faster loses no message", func(t *testing.T) {
			task := ask()
			a.meanwhile = func() {
				done, err := w.texts.Finish(t.Context(), staff, sms.Finish{Key: task.Key(), Outcome: sms.Handled})
				require.NoError(t, err)
				require.True(t, done)
			}
			m := w.say("2")
			require.Equal(t, "a-2", a.heard())
			require.Equal(t, "confirm", m.Word)
			require.Empty(t, w.open())
		})
		t.Run("so does the token", func(t *testing.T) {
			ask()
			w.say(first)
			require.Equal(t, "a-1", a.heard())
			require.Empty(t, w.open())
		})
		t.Run("refuses_a_choice_of_what_was_moved_since", func(t *testing.T) {
			ask()
			v := a.visits["a-2"]
			v.Version = "2"
			a.visits["a-2"] = v
			w.say("2")
			require.Empty(t, a.heard())
			require.Equal(t, "reply", string(w.open()[len(w.open())-1].Kind))
			w.kinds()
			v.Version = "1"
			a.visits["a-2"] = v
		})
		t.Run("a person who was faster has the last word", func(t *testing.T) {
			ask()
			w.kinds()
			m := w.say("2")
			require.Empty(t, a.heard(), "nobody was asked any more")
			require.Empty(t, m.Subject)
			w.kinds()
		})
		t.Run("refuses_to_guess_where_the_schedule_cannot_tell", func(t *testing.T) {
			a.silent = "a-2"
			w.say("yes")
			require.Empty(t, a.heard(), "it may have been meant for the other one")
			require.Empty(t, w.left())
			require.Equal(t, "reply", w.kinds())
			w.say(first)
			require.Equal(t, "a-1", a.heard(), "the token says which")
			w.say(second)
			require.Empty(t, a.heard())
			require.Equal(t, "reply", w.kinds())
			a.silent = ""
			ask()
			a.silent = "a-2"
			w.say("3")
			require.Empty(t, a.heard(), "not half of all")
			w.kinds()
			a.silent = ""
		})
		t.Run("refuses_to_tell_by_names_what_times_do_not", func(t *testing.T) {
			w.remind(a, "a-3", "noah", patient, zone)
			w.say("yes")
			require.Empty(t, w.left())
			require.Equal(t, "answer", w.kinds())
			delete(a.visits, "a-3")
		})
		t.Run("on different days the days are told", func(t *testing.T) {
			w.now.Set(chicago(t, 2026, 3, 3, 16))
			delete(a.visits, "a-2")
			w.remind(a, "a-4", "emma", patient, chicago(t, 2026, 3, 4, 15))
			delete(a.visits, "a-1")
			w.now.Add(time.Hour)
			w.remind(a, "a-5", "liam", patient, chicago(t, 2026, 3, 4, 16))
			w.now.Set(chicago(t, 2026, 3, 3, 18))
			v := a.visits["a-5"]
			v.Start = chicago(t, 2026, 3, 5, 9)
			a.visits["a-5"] = v
			w.say("yes")
			require.Equal(t, []string{
				"Elm Street Dental: which appointment do you mean? Reply 1 for Wed, Mar 4 at 3:00 PM, 2 for Thu, Mar 5 at 9:00 AM, 3 for all. Questions: 214-555-0199.",
			}, w.left())
			w.kinds()
		})
		t.Run("without_rule", func(t *testing.T) {
			delete(a.visits, "a-5")
			w.say("yes")
			require.Equal(t, "a-4", a.heard(), "of one appointment nobody is asked")
		})
	})
}

// A question that nobody answered is about its own day alone.
func TestPromise_M2_2_AnOldQuestionIsNotAskedAgain(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		a := w.answers()
		for week, ids := range [][]string{{"a-1", "a-2"}, {"b-1", "b-2"}} {
			day := chicago(t, 2026, 3, 3+7*week, 15)
			w.now.Set(day.Add(-20 * time.Hour))
			w.remind(a, ids[0], "emma", patient, day)
			w.remind(a, ids[1], "liam", patient, day.Add(40*time.Minute))
			w.say("yes")
			require.Equal(t, []string{
				"Elm Street Dental: which appointment do you mean? Reply 1 for 3:00 PM, 2 for 3:40 PM, 3 for all. Questions: 214-555-0199.",
			}, w.left())
			require.Len(t, w.open(), 1+week)
			w.say("yes")
			require.Empty(t, w.left(), "once")
			require.Len(t, w.open(), 1+week)
		}
		w.say("1")
		require.Equal(t, "b-1", a.heard())
		require.Equal(t, "answer", w.kinds(), "the old one waits for a person as before")

		w.remind(a, "b-3", "noah", patient, chicago(t, 2026, 3, 10, 15)) // which no time tells from the first
		for range 2 {
			w.say("yes")
			require.Empty(t, w.left())
			require.Len(t, w.open(), 1, "one task for what is not asked back, too")
		}
	})
}

// A message that a provider delivers once more confirms nothing that the number was told of since.
func TestPromise_M2_2_AnAnswerThatComesTwiceConfirmsOnce(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		a := w.answers()
		w.remind(a, "a-1", "emma", patient, w.now.Now().Add(4*time.Hour))
		in := sms.Inbound{Provider: "carrier", ID: "once", From: patient, To: office, Body: "confirm"}
		deliver := func() bool {
			fresh, err := w.texts.Receive(t.Context(), practice, in)
			require.NoError(t, err)
			return fresh
		}
		require.True(t, deliver())
		require.Equal(t, "a-1", a.heard())
		delete(a.visits, "a-1") // it is over
		w.remind(a, "a-2", "liam", patient, w.now.Now().Add(5*time.Hour))
		for range 2 {
			w.say("Thank you")
			t.Run("refuses_what_is_known", func(t *testing.T) {
				require.False(t, deliver())
				require.Empty(t, a.heard())
				require.Empty(t, w.kinds())
			})
		}
		t.Run("without_rule", func(t *testing.T) {
			in.ID = "another"
			require.True(t, deliver())
			require.Equal(t, "a-2", a.heard())
		})
	})
}

// However much was written to a family's phone since the first of its reminders, an answer that may be meant for that one is
// asked back, and what is written there is nobody's in particular.
func TestPromise_M2_2_AnAnswerFindsItsAppointmentBehindManyTexts(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		a := w.answers()
		three := chicago(t, 2026, 3, 3, 15)
		old := w.remind(a, "a-1", "liam", patient, three)
		w.now.Add(time.Second)
		var many sms.Change
		for i := range 150 {
			x := w.text(fmt.Sprintf("later-%d", i))
			x.Kind, x.Patient, x.From, x.Provider, x.Created = sms.Ordinary, "emma", office, "carrier", w.now.Now()
			x.NotBefore, x.LastUseful = noon.AddDate(0, 1, 0), noon.AddDate(0, 2, 0)
			many.Texts = append(many.Texts, x)
		}
		written, err := w.store.Apply(t.Context(), many)
		require.NoError(t, err)
		require.True(t, written)
		w.now.Add(time.Second)
		w.remind(a, "a-2", "emma", patient, three.Add(40*time.Minute))

		t.Run("refuses_to_choose", func(t *testing.T) {
			m := w.say("confirm")
			require.Empty(t, a.heard(), "it may be meant for the other one")
			require.Empty(t, m.Patient)
			require.Equal(t, []string{
				"Elm Street Dental: which appointment do you mean? Reply 1 for 3:00 PM, 2 for 3:40 PM, 3 for all. Questions: 214-555-0199.",
			}, w.left())
			w.kinds()
		})
		t.Run("refuses_to_say_whose_correction_it_is", func(t *testing.T) {
			require.Empty(t, w.say("My birthday is wrong").Patient)
			tasks := w.open()
			require.Len(t, tasks, 1)
			require.Equal(t, sms.TaskCorrection, tasks[0].Kind)
			require.Empty(t, tasks[0].Patient)
			w.kinds()
		})
		w.say(old)
		require.Equal(t, "a-1", a.heard())
		t.Run("without_rule", func(t *testing.T) {
			delete(a.visits, "a-1")
			w.say("confirm")
			require.Equal(t, "a-2", a.heard(), "of one appointment nobody is asked")
		})
	})
}

// A patient who asked to be reached elsewhere is reached, and answers, there: the usual number neither offers nor confirms
// the appointment.
func TestPromise_M9_5_AnAnswerFromTheUsualNumberConfirmsNothingElse(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		const private = "+12125550180"
		w.grant(consent.Transactional)
		w.paper(private, consent.Transactional)
		a := w.answers()
		secret := w.remind(a, "a-1", "p-204", private, w.now.Now().Add(4*time.Hour))
		w.remind(a, "a-2", "p-301", patient, w.now.Now().Add(5*time.Hour))
		t.Run("refuses_from_the_usual_number", func(t *testing.T) {
			w.say(secret)
			require.Empty(t, a.heard())
			require.Equal(t, "reply", w.kinds())
			w.say("yes")
			require.Equal(t, "a-2", a.heard(), "the other appointment is not even asked about")
			require.Empty(t, w.left())
		})
		w.send(sms.Inbound{From: private, Body: "yes"})
		require.Equal(t, "a-1", a.heard())
		t.Run("refuses_the_old_number_once_it_changed", func(t *testing.T) {
			v := a.visits["a-2"]
			v.Number = private
			a.visits["a-2"] = v
			w.say("yes")
			require.Empty(t, a.heard())
			w.kinds()
		})
		t.Run("without_rule", func(t *testing.T) {
			v := a.visits["a-2"]
			v.Number = patient
			a.visits["a-2"] = v
			w.say("yes")
			require.Equal(t, "a-2", a.heard())
		})
	})
}

// A patient who asked to be reached at another number than the usual one confirms from there, and from nowhere else.
func TestPromise_M9_5_AnAnswerFromTheOtherNumberConfirms(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		const private = "+12125550180"
		w.grant(consent.Transactional)
		w.paper(private, consent.Transactional)
		a, asked := w.answers(), channels{"p-204": private}
		served := func(c sms.Channels) {
			var err error
			w.texts, err = sms.New(w.store, w.consents, w.log, &sms.Options{Now: w.now.Now, Answers: a, Channels: c})
			require.NoError(t, err)
		}
		served(asked)
		token := w.remind(a, "a-1", "p-204", patient, w.now.Now().Add(4*time.Hour))
		require.Equal(t, private, w.newest(private).To)
		from := func(number, body string) sms.Received { return w.send(sms.Inbound{From: number, Body: body}) }
		for _, body := range []string{token, "yes"} {
			m := from(private, body)
			require.Equal(t, "a-1", a.heard(), body)
			require.Equal(t, "confirm", m.Word)
			require.Equal(t, "p-204", m.Patient)
			require.Empty(t, w.kinds())
		}
		refused := func(number string) {
			t.Helper()
			m := from(number, token)
			require.Empty(t, a.heard())
			require.Empty(t, m.Subject)
			require.Equal(t, "reply", w.kinds(), "a person looks")
		}
		t.Run("refuses_from_the_usual_number", func(t *testing.T) { refused(patient) })
		t.Run("refuses_a_number_that_was_asked_for_before", func(t *testing.T) {
			for _, now := range []string{"+12125550181", ""} {
				asked["p-204"] = now
				refused(private)
			}
			delete(asked, "p-204")
			refused(private)
			asked["p-204"] = private
		})
		t.Run("refuses_when_nobody_can_tell", func(t *testing.T) {
			served(unknown{})
			refused(private)
			served(asked)
		})
		t.Run("one of a family's by itself", func(t *testing.T) {
			w.remind(a, "a-2", "p-301", patient, w.now.Now().Add(5*time.Hour))
			from(patient, "yes")
			require.Equal(t, "a-2", a.heard())
			from(private, "yes")
			require.Equal(t, "a-1", a.heard())
		})
		t.Run("without_rule", func(t *testing.T) {
			served(nil)
			refused(private)
		})
	})
}

// The reminder offers an answer that no network takes for a word of its own, and no name.
func TestAReminderOffersItsAnswer(t *testing.T) {
	w := inMemory(t)
	w.grant(consent.Transactional)
	a := w.answers()
	v := visit(noon.Add(4 * time.Hour))
	a.visits[v.Appointment] = v
	w.plan(w.planner(&diary{visit: v}))
	sent := w.left()
	require.Len(t, sent, 1)
	require.Regexp(t, `^Elm Street Dental: reminder of your appointment on Tuesday, March 3 at 4:00 PM\. Reply C\d\d to confirm\. Questions: 214-555-0199\. `+
		`Reply HELP for help, STOP to end texts\.$`, sent[0])
}
