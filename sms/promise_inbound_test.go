package sms_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

const pleaseCall = "Elm Street Dental: please call us about your message (214-555-0199). Texts are not private enough for it."

// said returns everything that the world tells anybody but by the one call that reads what a flagged message holds.
func (w *world) said() string {
	w.t.Helper()
	ctx := w.t.Context()
	var all strings.Builder
	texts, err := w.texts.Texts(ctx, staff, sms.Query{Practice: practice, Purpose: sms.ForDelivery})
	require.NoError(w.t, err)
	received, err := w.texts.Received(ctx, staff, sms.Query{Practice: practice, Purpose: sms.ForDelivery})
	require.NoError(w.t, err)
	thread, err := w.texts.Thread(ctx, staff, sms.ThreadQuery{Practice: practice, Number: patient, Purpose: sms.ForConversation})
	require.NoError(w.t, err)
	for _, i := range thread.Items {
		if i.Message != nil {
			fmt.Fprintf(&all, "%+v\n", *i.Message)
		} else {
			fmt.Fprintf(&all, "%+v\n", *i.Text)
		}
	}
	facts, err := w.consents.History(ctx, staff, consent.Key{Practice: practice, Number: patient})
	require.NoError(w.t, err)
	fmt.Fprintf(&all, "%+v\n%+v\n%+v\n%+v\n", texts, received, w.open(), facts)
	page, err := w.entries.Leaves(ctx, audit.Query{Practice: practice, Limit: 1000})
	require.NoError(w.t, err)
	for _, leaf := range page.Leaves {
		entry, err := w.log.Open(ctx, leaf)
		require.NoError(w.t, err)
		fmt.Fprintf(&all, "%s\n%+v\n", leaf.Bytes, entry)
	}
	if w.db == nil {
		return all.String()
	}
	var tables []string
	require.NoError(w.t, w.db.NewRaw("SELECT table_name FROM information_schema.tables WHERE table_schema = ?", w.schema).Scan(ctx, &tables))
	for _, table := range tables {
		var rows []map[string]any
		require.NoError(w.t, w.db.NewRaw("SELECT * FROM "+w.schema+"."+table).Scan(ctx, &rows))
		for _, row := range rows {
			for _, value := range row {
				fmt.Fprintf(&all, "%s\n", value)
			}
		}
	}
	return all.String()
}

// A message that speaks of health, and any picture, is kept apart until staff files or deletes it, and answered once.
func TestPromise_D1_5_HealthContentIsKeptApart(t *testing.T) {
	const secret = "planted-4711"
	worlds(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.grant(consent.Transactional)
		var logged bytes.Buffer
		step := func() []string {
			w.step(w.dispatcher(func(o *sms.DispatcherOptions) { o.Logger = slog.New(slog.NewTextHandler(&logged, nil)) }))
			return w.carrier.bodies()
		}
		const words = "my crown fell out and it hurts, " + secret
		m := w.say(words)
		require.Equal(t, sms.Health, m.Flag)
		require.Equal(t, sms.ContentHeld, m.Content)
		t.Run("refuses_to_return_it_with_the_message", func(t *testing.T) {
			require.Empty(t, m.Body)
			require.False(t, strings.Contains(w.said()+logged.String(), secret), "somebody is told of it")
		})
		t.Run("it is answered once a day", func(t *testing.T) {
			require.Equal(t, []string{pleaseCall}, step())
			w.say("it is bleeding " + secret)
			require.Empty(t, step())
			w.now.Add(24 * time.Hour)
			w.say("my tooth hurts " + secret)
			require.Equal(t, []string{pleaseCall}, step())
		})
		t.Run("it waits for a person, and for a week at most", func(t *testing.T) {
			tasks := w.open()
			require.Len(t, tasks, 3)
			require.Equal(t, sms.TaskSensitive, tasks[0].Kind)
			require.Equal(t, chicago(t, 2026, 3, 11, 0), tasks[0].Due, "the end of the seventh day")
			_, err := w.texts.Finish(ctx, staff, sms.Finish{Key: tasks[0].Key(), Outcome: sms.Handled})
			require.ErrorIs(t, err, sms.ErrInvalid, "it is not done before the content is filed or deleted")
		})
		t.Run("staff reads it, for a purpose", func(t *testing.T) {
			got, err := w.texts.Content(ctx, staff, m.Key(), sms.ForConversation)
			require.NoError(t, err)
			require.Equal(t, words, got)
			require.Len(t, w.actions("sms.content.read"), 1)
			require.Equal(t, "conversation", w.actions("sms.content.read")[0].Details["purpose"], "it is on record")
		})
		t.Run("refuses_to_show_it_without_a_purpose", func(t *testing.T) {
			for _, p := range []sms.Purpose{"", "analytics", "marketing"} {
				got, err := w.texts.Content(ctx, staff, m.Key(), p)
				require.ErrorIs(t, err, sms.ErrPurpose)
				require.Empty(t, got)
			}
			require.Equal(t, 3, w.entriesOf("sms.content.read", audit.Refused))
		})
		t.Run("it is filed once, and then it is nowhere here", func(t *testing.T) {
			got, err := w.texts.File(ctx, staff, m.Key())
			require.NoError(t, err)
			require.Equal(t, words, got)
			for range 2 {
				_, err = w.texts.File(ctx, staff, m.Key())
				require.ErrorIs(t, err, sms.ErrNotFound)
			}
			_, err = w.texts.Content(ctx, staff, m.Key(), sms.ForConversation)
			require.ErrorIs(t, err, sms.ErrNotFound)
			require.Len(t, w.open(), 2)
			require.Equal(t, 1, w.entriesOf("sms.content.file", audit.Done))
			kept, err := w.texts.Received(ctx, staff, sms.Query{Practice: practice, Number: patient, Purpose: sms.ForConversation})
			require.NoError(t, err)
			require.Equal(t, sms.ContentFiled, kept[len(kept)-1].Content, "that there was such a message remains")
		})
		t.Run("what is deleted is gone, and what nobody sees to is told of", func(t *testing.T) {
			tasks := w.open()
			require.NoError(t, w.texts.Delete(ctx, staff, tasks[0].Message, "The patient called."))
			require.ErrorIs(t, w.texts.Delete(ctx, staff, tasks[0].Message, "The patient called."), sms.ErrNotFound)
			w.now.Add(8 * 24 * time.Hour)
			alarms, err := w.texts.Alarms(ctx, staff, practice)
			require.NoError(t, err)
			require.Len(t, alarms, 1)
			require.Equal(t, tasks[1].Message, alarms[0].Message)
		})
		t.Run("a picture is not looked at", func(t *testing.T) {
			p := w.send(sms.Inbound{Body: "look at this " + secret, Media: 2})
			require.Equal(t, sms.Picture, p.Flag)
			require.Empty(t, p.Body)
			require.Equal(t, []string{pleaseCall}, step())
			p = w.send(sms.Inbound{Media: 1})
			require.Equal(t, sms.Picture, p.Flag)
			got, err := w.texts.Content(ctx, staff, p.Key(), sms.ForConversation)
			require.NoError(t, err)
			require.Empty(t, got)
		})
		t.Run("outside the hours the answer waits", func(t *testing.T) {
			w.now.Set(chicago(t, 2026, 3, 20, 22))
			w.say("my tooth hurts " + secret)
			require.Empty(t, step())
			w.now.Set(chicago(t, 2026, 3, 21, 8))
			require.Equal(t, []string{pleaseCall}, step())
		})
		t.Run("a stop in it is heard first", func(t *testing.T) {
			w.now.Add(48 * time.Hour)
			m := w.say("Stop texting me, my root canal hurts " + secret)
			require.Equal(t, "stop", m.Word)
			require.Equal(t, sms.Health, m.Flag)
			require.Contains(t, w.open()[len(w.open())-1].Message.ID, m.ID)
			sent := step()
			require.Len(t, sent, 1)
			require.Contains(t, sent[0], "you are removed")
		})
		t.Run("refuses_to_answer_after_a_stop", func(t *testing.T) {
			w.now.Add(48 * time.Hour)
			m := w.say("my tooth hurts " + secret)
			require.Equal(t, sms.Health, m.Flag)
			require.Empty(t, step())
		})
		require.False(t, strings.Contains(w.said()+logged.String(), secret), "somebody is told of it")
		t.Run("without_rule", func(t *testing.T) {
			m := w.say("see you at three, " + secret)
			require.Equal(t, sms.Unflagged, m.Flag)
			require.True(t, strings.Contains(w.said(), secret), "the search for the secret finds nothing at all")
		})
	})
}

// With the chart's own transaction both happen or neither.
func TestContentIsFiledWithTheChart(t *testing.T) {
	w := onPostgres(t)
	m := w.say("my tooth hurts")
	tx, err := w.db.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	got, err := w.texts.WithStore(w.within(tx)).File(t.Context(), staff, m.Key())
	require.NoError(t, err)
	require.Equal(t, "my tooth hurts", got)
	require.NoError(t, tx.Rollback())
	require.Equal(t, 1, w.entriesOf("sms.content.read", audit.Done), "that it was seen stays on record")
	got, err = w.texts.Content(t.Context(), staff, m.Key(), sms.ForConversation)
	require.NoError(t, err)
	require.Equal(t, "my tooth hurts", got)
}

// The patient's own text is what permits the answer to it, until the end of the next day.
func TestPromise_D1_3_ThePatientsTextPermitsTheAnswer(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		reply := func(id string) sms.Tracked {
			x := w.text(id)
			x.Category, x.LastUseful = consent.Conversational, w.now.Now().Add(time.Hour)
			k := w.enqueue(x)
			w.left()
			return w.tracked(k)
		}
		t.Run("refuses_before_the_patient_wrote", func(t *testing.T) {
			got := reply("first")
			require.Equal(t, sms.Refused, got.State)
			require.Contains(t, got.Decision.Reason, "until the end of the next day")
		})
		t.Run("refuses_after_a_word_to_a_machine", func(t *testing.T) {
			w.say("HELP")
			w.left()
			require.Equal(t, sms.Refused, reply("help").State)
		})
		w.say("Can I come at five?")
		require.Equal(t, sms.Sent, reply("answer").State)
		w.now.Set(chicago(t, 2026, 3, 4, 20))
		require.Equal(t, sms.Sent, reply("the next day").State)
		t.Run("refuses_once_that_is_over", func(t *testing.T) {
			w.now.Set(chicago(t, 2026, 3, 5, 9))
			got := reply("the day after")
			require.Equal(t, sms.Refused, got.State)
			require.Contains(t, got.Decision.Reason, "until the end of the next day, and that is over")
		})
		t.Run("refuses_after_a_stop", func(t *testing.T) {
			w.say("So may I?")
			require.Equal(t, sms.Sent, reply("again").State)
			w.say("STOP")
			w.left()
			require.Equal(t, sms.Refused, reply("stopped").State)
		})
		t.Run("without_rule", func(t *testing.T) {
			facts, err := w.consents.History(t.Context(), staff, consent.Key{Practice: practice, Number: patient})
			require.NoError(t, err)
			require.Equal(t, consent.OwnText, facts[0].Basis)
			p := consent.Decide(consent.Key{Practice: practice, Number: patient}, nil, consent.Promised(), w.now.Now(), consent.Use{Category: consent.Conversational})
			require.Equal(t, consent.None, p.Status, "without the fact that the message left nothing permits the answer")
		})
	})
}

// A practice that has not accepted its duty keeps messages, and may not answer them.
func TestAMessageIsKeptWhereNoConsentCanBe(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		require.NoError(t, w.texts.Register(t.Context(), staff, sms.Sender{
			Practice: "oak-street", Number: "+12145550150", Provider: "carrier", Name: "Oak", Contact: "c", Frequency: "f", Zone: "America/Chicago",
		}))
		fresh, err := w.texts.Receive(t.Context(), "oak-street", sms.Inbound{
			Provider: "carrier", ID: "m", From: patient, To: "+12145550150", Body: "Can I come at five?",
		})
		require.NoError(t, err)
		require.True(t, fresh)
		state, err := w.consents.State(t.Context(), staff, consent.Key{Practice: "oak-street", Number: patient})
		require.NoError(t, err)
		require.Equal(t, consent.None, state.Conversational.Status)
	})
}

// What the patient says is wrong reaches the practice with a clock, for the right patient.
func TestPromise_D4_2_ACorrectionReachesThePractice(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		about := func(id, who, to string) {
			if to != patient {
				w.paper(to, consent.Transactional)
			}
			x := w.text(id)
			x.Patient, x.To = who, to
			w.enqueue(x)
			require.Len(t, w.left(), 1)
		}
		one := func(number, body string) sms.Task {
			t.Helper()
			m := w.send(sms.Inbound{From: number, Body: body})
			require.Equal(t, "correct", m.Word, body)
			tasks := w.open()
			require.Len(t, tasks, 1, body)
			require.Equal(t, sms.TaskCorrection, tasks[0].Kind)
			return tasks[0]
		}
		about("a", "p-204", patient)
		for _, body := range []string{
			"You have my name wrong", "wrong date, I said Tuesday", "My new number is 615-555-0177", "That's not my appointment",
			"please correct my address", "My email has changed", "it is misspelled: incorrect last name",
			"Mi nombre está mal escrito", "Mi nuevo número es 615-555-0177", "esa cita no es mía", "Ce n'est pas mon rendez-vous",
			"mon nouveau numéro est le 615-555-0177", "J'ai changé d'adresse, mauvaise adresse",
		} {
			task := one(patient, body)
			require.Equal(t, "p-204", task.Patient)
			require.Equal(t, chicago(t, 2026, 4, 3, 0), task.Due, "within thirty days of its receipt")
			w.kinds()
		}
		const family = "+12125550170"
		about("b", "p-301", family)
		about("c", "p-302", family)
		t.Run("refuses_to_guess_on_a_familys_phone", func(t *testing.T) {
			task := one(family, "wrong birthday")
			require.Empty(t, task.Patient)
			f := sms.Finish{Key: task.Key(), Outcome: sms.Handled}
			_, err := w.texts.Finish(t.Context(), staff, f)
			require.ErrorIs(t, err, sms.ErrInvalid)
			require.Len(t, w.open(), 1)
			f.Patient = "p-302"
			done, err := w.texts.Finish(t.Context(), staff, f)
			require.NoError(t, err)
			require.True(t, done)
			require.True(t, slices.ContainsFunc(w.actions("sms.task.finish"), func(e audit.Entry) bool {
				return e.Patient == "p-302" && e.Object.ID == task.ID
			}), "the entry says whom it was about")
		})
		t.Run("refuses_another_patient_than_the_tasks", func(t *testing.T) {
			task := one(patient, "wrong address")
			_, err := w.texts.Finish(t.Context(), staff, sms.Finish{Key: task.Key(), Outcome: sms.Handled, Patient: "p-301"})
			require.ErrorIs(t, err, sms.ErrInvalid)
			w.kinds()
		})
		t.Run("a stranger's word is a stop", func(t *testing.T) {
			m := w.send(sms.Inbound{From: "+12125550171", Body: "wrong number"})
			require.Equal(t, "stranger", m.Word)
			require.Empty(t, w.open())
		})
		t.Run("without_rule", func(t *testing.T) {
			for _, body := range []string{"Can I change my appointment?", "What is your new address?", "Is this the right number for Dr. Lee?", "Which date was that?"} {
				w.say(body)
				require.Equal(t, "reply", w.kinds(), "%s: a message that is none waits for an answer", body)
			}
		})
	})
}

// Each word is answered by one of us: the carrier, the provider, or the practice.
func TestPromise_D4_1_OneConfirmationWhoeverGivesIt(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		const free = "+18005550199"
		sender := sms.Sender{
			Practice: practice, Number: free, Provider: "carrier", Name: "Elm Street Dental",
			Contact: "214-555-0199", Frequency: "about 2 texts per visit", Zone: "America/Chicago",
		}
		require.NoError(t, w.texts.Register(t.Context(), staff, sender))
		phones := 0
		phone := func(n int) string { return fmt.Sprintf("+12125550%d", 200+n) }
		answers := func(a sms.Answering, body string) int {
			t.Helper()
			phones++ // each says it once
			sender.Answering = a
			require.NoError(t, w.texts.Register(t.Context(), staff, sender))
			w.now.Add(25 * time.Hour)
			w.send(sms.Inbound{From: phone(phones), To: free, Body: body})
			return len(w.left())
		}
		us := sms.Answering{Stop: sms.ByUs, Start: sms.ByUs}
		provider := sms.Answering{Stop: sms.ByProvider, Help: sms.ByProvider, Start: sms.ByProvider}
		carrier := sms.Answering{Stop: sms.ByCarrier, Help: sms.ByCarrier, Start: sms.ByCarrier}
		for _, c := range []struct {
			answering sms.Answering
			body      string
			want      int
		}{
			{carrier, "info", 1},
			{carrier, "unsubscribe", 1},
			{sms.Answering{}, "please stop texting me", 1},
			{sms.Answering{}, "UNSUBSCRIBE", 1},
			{sms.Answering{}, "Help", 1},
			{us, "STOP", 1},
			{us, "START", 1},
			{provider, "Please stop", 1},
			{provider, "opt out", 1},
		} {
			require.Equal(t, c.want, answers(c.answering, c.body), "%s: %+v", c.body, c.answering)
		}
		t.Run("refuses_a_second_confirmation", func(t *testing.T) {
			first := phones + 1
			for _, c := range []struct {
				answering sms.Answering
				body      string
			}{
				{sms.Answering{}, "STOP"},
				{sms.Answering{}, " stop\n"},
				{sms.Answering{}, "Unstop"},
				{provider, "STOP ALL"},
				{provider, "cancel"},
				{provider, "Info"},
				{provider, "start"},
				{carrier, "Stop"},
				{carrier, "help"},
				{carrier, "UNSTOP"},
			} {
				require.Zero(t, answers(c.answering, c.body), "%s: %+v", c.body, c.answering)
			}
			state, err := w.consents.State(t.Context(), staff, consent.Key{Practice: practice, Number: phone(first)})
			require.NoError(t, err)
			require.Equal(t, consent.Stopped, state.Transactional.Status, "it is heard all the same")
		})
		t.Run("refuses_an_answerer_that_is_none", func(t *testing.T) {
			sender.Answering = sms.Answering{Help: "somebody"}
			require.ErrorIs(t, w.texts.Register(t.Context(), staff, sender), sms.ErrInvalid)
		})
		t.Run("without_rule", func(t *testing.T) {
			w.now.Add(25 * time.Hour)
			w.send(sms.Inbound{To: office, Body: "STOP"})
			require.Len(t, w.left(), 1, "an ordinary number's STOP is ours to answer")
		})
	})
}

// A read says whose conversation it serves, and what for.
func TestPromise_D5_5_AReadServesAConversation(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.grant(consent.Transactional)
		x := w.text("x")
		x.Patient = "p-204"
		w.enqueue(x)
		y := w.text("y")
		y.Patient = "p-205"
		w.now.Add(time.Second)
		w.enqueue(y)
		w.left()
		w.say("Can I come at five?")
		q := sms.ThreadQuery{Practice: practice, Number: patient, Purpose: sms.ForConversation}
		thread, err := w.texts.Thread(ctx, staff, q)
		require.NoError(t, err)
		require.Len(t, thread.Items, 3)
		require.Equal(t, "Can I come at five?", thread.Items[0].Message.Body)
		require.Equal(t, "y", thread.Items[1].Text.ID)
		require.Equal(t, "x", thread.Items[2].Text.ID)
		t.Run("of one patient", func(t *testing.T) {
			q := q
			q.Patient = "p-204"
			thread, err := w.texts.Thread(ctx, staff, q)
			require.NoError(t, err)
			require.Len(t, thread.Items, 2, "another patient's text is none of it")
			require.Equal(t, "x", thread.Items[1].Text.ID)
		})
		t.Run("page by page", func(t *testing.T) {
			q := q
			q.Limit = 1
			var items []sms.Item
			for range 5 {
				page, err := w.texts.Thread(ctx, staff, q)
				require.NoError(t, err)
				items = append(items, page.Items...)
				if q.After = page.Next; q.After == "" {
					break
				}
			}
			require.Equal(t, thread.Items, items)
		})
		reads := w.actions("sms.thread.read")
		require.Equal(t, "conversation", reads[0].Details["purpose"])
		require.Equal(t, patient, reads[0].Object.ID)
		t.Run("refuses_a_read_without_it", func(t *testing.T) {
			for name, change := range map[string]func(*sms.ThreadQuery){
				"no purpose":    func(q *sms.ThreadQuery) { q.Purpose = "" },
				"no number":     func(q *sms.ThreadQuery) { q.Number = "" },
				"an audience":   func(q *sms.ThreadQuery) { q.Purpose = "audience" },
				"analytics":     func(q *sms.ThreadQuery) { q.Purpose = "analytics" },
				"delivery":      func(q *sms.ThreadQuery) { q.Purpose = sms.ForDelivery },
				"no such page":  func(q *sms.ThreadQuery) { q.After = "x" },
				"a long page":   func(q *sms.ThreadQuery) { q.Limit = 501 },
				"a short code":  func(q *sms.ThreadQuery) { q.Number = "12345" },
				"a bad patient": func(q *sms.ThreadQuery) { q.Patient = "p\x00" },
			} {
				q := q
				change(&q)
				page, err := w.texts.Thread(ctx, staff, q)
				require.ErrorIs(t, err, sms.ErrInvalid, name)
				require.Empty(t, page.Items, name)
			}
			require.Equal(t, 9, w.entriesOf("sms.thread.read", audit.Refused))
			for _, q := range []sms.Query{
				{Practice: practice},
				{Practice: practice, Number: patient},
				{Practice: practice, Purpose: "analytics"},
				{Practice: practice, Purpose: sms.ForConversation},
				{Practice: practice, Purpose: sms.ForRequest},
			} {
				_, err := w.texts.Texts(ctx, staff, q)
				require.ErrorIs(t, err, sms.ErrPurpose)
				_, err = w.texts.Received(ctx, staff, q)
				require.ErrorIs(t, err, sms.ErrPurpose)
			}
			require.Equal(t, 5, w.entriesOf("sms.texts.read", audit.Refused))
			require.Equal(t, 5, w.entriesOf("sms.received.read", audit.Refused))
		})
		t.Run("refuses_when_the_read_cannot_be_recorded", func(t *testing.T) {
			log, err := audit.NewLog(deafLog{w.entries}, w.keys, nil)
			require.NoError(t, err)
			s, err := sms.New(w.store, w.consents, log, nil)
			require.NoError(t, err)
			page, err := s.Thread(ctx, staff, q)
			require.Error(t, err)
			require.Empty(t, page.Items)
		})
		t.Run("without_rule", func(t *testing.T) {
			page, err := w.store.Texts(ctx, sms.Query{Practice: practice})
			require.NoError(t, err)
			require.Len(t, page.Texts, 2, "a store asks for no purpose")
		})
	})
}

// deafLog is a log that cannot be written.
type deafLog struct{ audit.Store }

func (deafLog) Append(context.Context, ...audit.Leaf) error { return errors.New("the log is away") }
