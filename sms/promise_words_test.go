package sms_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// What revokes in whatever words it is said has the effect that it means: on the ledger, on what is queued, and in the one
// answer.
func TestPromise_D4_1_StopInAnyWords(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.confirm(consent.ConfirmOff)
		number := "+12125550140"
		queue := func(id string, c consent.Category) sms.Key {
			w.paper(number, c)
			x := w.text(id)
			x.To, x.Category, x.NotBefore = number, c, w.now.Now().Add(time.Minute)
			return w.enqueue(x)
		}
		for i, said := range []struct {
			words         string
			transactional sms.State
			promotional   sms.State
			answer        string
		}{
			{"Please don't text this number any more.", sms.Refused, sms.Refused, "you are removed"},
			{"Wrong number, this is not Rosa", sms.Refused, sms.Refused, "you are removed"},
			{"no more ads please", sms.Sent, sms.Refused, "no more offers"},
			{"How do I stop these texts?", sms.Queued, sms.Queued, ""},
			{"STOP my tooth hurts", sms.Refused, sms.Refused, "you are removed"},
			{"STOP\nSent from my iPhone", sms.Refused, sms.Refused, "you are removed"},
			{"stop and call me instead", sms.Queued, sms.Queued, ""},
			{"Please don't stop texting me, I like the reminders", sms.Sent, sms.Sent, ""},
			{"I'll stop by at 4", sms.Sent, sms.Sent, ""},
		} {
			name := said.words
			if said.transactional == sms.Refused {
				name = "refuses_after_" + name
			}
			t.Run(name, func(t *testing.T) {
				number = "+1212555014" + string(rune('0'+i))
				id := "w" + string(rune('0'+i))
				visit, offer := queue(id+"-visit", consent.Transactional), queue(id+"-offer", consent.Promotional)
				w.now.Add(time.Second)
				require.True(t, w.receive(number, said.words))
				w.now.Add(2 * time.Minute)
				w.step(w.dispatcher())
				require.Equal(t, said.transactional, w.tracked(visit).State)
				require.Equal(t, said.promotional, w.tracked(offer).State)
				answers := 0
				for _, m := range w.carrier.sent {
					if m.Body != w.tracked(visit).Body {
						answers++
						require.Contains(t, m.Body, said.answer)
					}
				}
				w.carrier.bodies()
				require.Equal(t, said.answer != "", answers == 1, "answers: %d", answers)
				if said.answer == "" {
					require.Zero(t, answers)
				}
			})
		}
		t.Run("without_rule", func(t *testing.T) {
			number = "+12125550149"
			visit := queue("w9-visit", consent.Transactional)
			w.now.Add(time.Second)
			require.True(t, w.receive(number, "See you then."))
			w.now.Add(2 * time.Minute)
			w.step(w.dispatcher())
			require.Equal(t, sms.Sent, w.tracked(visit).State, "without such words nothing is stopped")
		})
	})
}

// While a person has to look whether words were a stop, reminders wait as well as offers; what nobody looked at in time is a task,
// and what is cleared leaves. An answer to what the patient wrote leaves all the same.
func TestPromise_D4_1_ADoubtHoldsReminders(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.confirm(consent.ConfirmOff)
		for _, c := range consent.Categories() {
			w.paper(patient, c)
		}
		d := w.dispatcher()
		w.now.Add(time.Second)
		w.receive(patient, "stop and call me instead")
		require.Len(t, w.open(), 1)
		require.Equal(t, w.now.Now().Add(24*time.Hour), w.open()[0].Due, "a person looks within a day")

		short := w.text("short")
		short.LastUseful = w.now.Now().Add(time.Hour)
		kept, lost := w.enqueue(w.text("kept")), w.enqueue(short)
		answer := w.text("answer")
		answer.Category = consent.Conversational
		w.enqueue(answer)
		w.step(d)
		require.Equal(t, []string{answer.Body}, w.carrier.bodies())
		require.Equal(t, sms.Queued, w.tracked(kept).State)
		require.Equal(t, "The patient said what may be a stop; a person has to look first.", w.tracked(kept).Decision.Reason)

		w.now.Add(time.Hour)
		w.step(d)
		require.Empty(t, w.carrier.bodies())
		require.Equal(t, sms.Refused, w.tracked(lost).State)
		require.Equal(t, "The patient said what may be a stop; a person has to look first. Nobody has looked while it was of use.",
			w.tracked(lost).Decision.Reason)
		tasks := map[sms.TaskKind]sms.Task{}
		for _, task := range w.open() {
			tasks[task.Kind] = task
		}
		require.Len(t, tasks, 2)
		require.Equal(t, "short", tasks[sms.TaskStale].Text)

		_, err := w.texts.Finish(t.Context(), staff, sms.Finish{Key: tasks[sms.TaskDoubt].Key(), Outcome: sms.NoStop, Reason: "Asked."})
		require.NoError(t, err)
		w.now.Add(15 * time.Minute)
		w.step(d)
		require.Equal(t, sms.Sent, w.tracked(kept).State, "without the doubt it leaves")
	})
}
