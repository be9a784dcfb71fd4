package sms_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms"
)

// What a patient puts right by text is seen to within its clock, about the right patient of a family's phone, and the next
// text shows the corrected fact. The policy's thirty days are stricter than the law's sixty (45 CFR 164.526(b)(2)).
func TestPromise_D4_2_TheNextTextShowsTheCorrectedFact(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		f := w.shared("emma", "liam")
		day := time.Date(2026, 3, 5, 0, 0, 0, 0, zone(t, "America/Chicago"))
		at := func(days, hour int) time.Time { return day.AddDate(0, 0, days).Add(time.Duration(hour) * time.Hour) }
		emma := f.visit("a-1", "emma", at(0, 9))
		f.visit("a-2", "liam", at(0, 15))
		require.Equal(t, []string{"appointments on Thursday, March 5 at 9:00 AM and 3:00 PM"}, f.told(at(-1, 12)))

		m := w.say("wrong time, I said half past ten")
		require.Equal(t, "correct", m.Word)
		require.Empty(t, m.Patient)
		tasks := w.open()
		require.Len(t, tasks, 1)
		task := tasks[0]
		require.Equal(t, sms.TaskCorrection, task.Kind)
		require.Empty(t, task.Patient, "nobody guesses which of them")
		require.False(t, task.Due.After(m.At.AddDate(0, 0, 31)), "the clock runs from its receipt")
		require.True(t, task.Due.Before(m.At.AddDate(0, 0, 60)))
		t.Run("refuses_an_end_that_says_of_nobody", func(t *testing.T) {
			_, err := w.texts.Finish(t.Context(), staff, sms.Finish{Key: task.Key(), Outcome: sms.Handled})
			require.ErrorIs(t, err, sms.ErrInvalid)
			require.Len(t, w.open(), 1)
		})
		f.move(emma, at(0, 10).Add(30*time.Minute))
		done, err := w.texts.Finish(t.Context(), staff, sms.Finish{Key: task.Key(), Outcome: sms.Handled, Patient: "emma", Reason: "moved to half past ten"})
		require.NoError(t, err)
		require.True(t, done)
		require.True(t, slices.ContainsFunc(w.actions("sms.task.finish"), func(e audit.Entry) bool {
			return e.Patient == "emma" && e.Object.ID == task.ID
		}), "the entry says whom it was about")
		require.Equal(t, []string{"appointment on Thursday, March 5 at 10:30 AM"}, f.told(at(1, 0)), "once, and of her alone")

		t.Run("a number that is put right is the next text's", func(t *testing.T) {
			const private = "+12125550177"
			w.say("My new number is 212-555-0177")
			task := w.open()[0]
			require.Equal(t, sms.TaskCorrection, task.Kind)
			p, err := f.charts.Patient(t.Context(), staff, records.Key{Practice: practice, ID: "liam"})
			require.NoError(t, err)
			f.visit("b-1", "emma", at(7, 9))
			f.visit("b-2", "liam", at(7, 15))
			p.Phones = []records.Phone{{Number: private, Use: records.Mobile}}
			_, err = f.charts.SavePatient(t.Context(), staff, records.Save{Patient: p})
			require.NoError(t, err)
			w.paper(private, "transactional")
			_, err = w.texts.Finish(t.Context(), staff, sms.Finish{Key: task.Key(), Outcome: sms.Handled, Patient: "liam"})
			require.NoError(t, err)
			w.plan(f.planner)
			w.now.Set(at(6, 15))
			w.step(f.dispatcher())
			to := map[string]string{}
			for _, m := range w.carrier.sent {
				to[m.To] += m.Body
			}
			w.carrier.bodies()
			require.Contains(t, to[private], "appointment on Thursday, March 12 at 3:00 PM.")
			require.Contains(t, to[patient], "appointment on Thursday, March 12 at 9:00 AM.")
			require.NotContains(t, to[patient], "3:00 PM")
		})
		t.Run("refuses_to_forget_the_clock", func(t *testing.T) {
			w.say("my birthday is wrong")
			late := w.open()[0].Due
			w.now.Set(late.Add(-time.Minute))
			alarms, err := w.texts.Alarms(t.Context(), staff, practice)
			require.NoError(t, err)
			require.Empty(t, alarms)
			w.now.Set(late)
			alarms, err = w.texts.Alarms(t.Context(), staff, practice)
			require.NoError(t, err)
			require.Len(t, alarms, 1)
			w.kinds()
		})
		t.Run("without_rule", func(t *testing.T) {
			w.now.Set(at(40, 9))
			a := f.visit("c-1", "emma", at(42, 9))
			f.move(a, at(42, 10))
			w.now.Set(at(41, 9))
			w.step(w.dispatcher(without("current")))
			bodies := w.carrier.bodies()
			require.Len(t, bodies, 1)
			require.Contains(t, bodies[0], "9:00 AM", "what was wrong, where nobody asks the schedule")
		})
	})
}
