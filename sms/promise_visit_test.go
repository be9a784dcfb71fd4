package sms_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms"
)

// Reminders follow the appointment: moved means exactly one, with the new time; cancelled means none.
func TestPromise_M2_2_RemindersFollowTheAppointment(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		charts := w.charts()
		chicago := zone(t, "America/Chicago")
		n := 0
		book := func(t *testing.T, start time.Time) records.Appointment {
			t.Helper()
			n++
			a, err := charts.Book(t.Context(), staff, records.Booking{
				Practice: practice, Appointment: string(rune('a' + n)), Patient: "p-204", Clinician: "dr-1",
				Start: start, Zone: "America/Chicago", Duration: time.Hour,
			})
			require.NoError(t, err)
			return a
		}
		_, err := charts.SavePatient(t.Context(), staff, records.Save{Patient: records.Patient{
			Practice: practice, ID: "p-204", Name: records.Name{Family: "Doe", Given: "Jane"},
			Birth: records.Date{Year: 1980, Month: 5, Day: 17}, Phones: []records.Phone{{Number: patient, Use: records.Mobile}},
		}})
		require.NoError(t, err)
		p := w.planner(charts)
		d := w.dispatcher()
		until := func(end time.Time) []string { // a day's work, hour by hour
			var bodies []string
			for ; w.now.Now().Before(end); w.now.Add(time.Hour) {
				w.plan(p)
				w.step(d)
				bodies = append(bodies, w.carrier.bodies()...)
			}
			return bodies
		}
		at := func(day, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, chicago) }

		t.Run("moved before the reminder was due", func(t *testing.T) {
			a := book(t, at(10, 15))
			w.plan(p)
			a, err := charts.Move(t.Context(), staff, records.Move{
				Practice: practice, Appointment: a.ID, Revision: a.Revision, Start: at(11, 9), Reason: "the patient asked",
			})
			require.NoError(t, err)
			bodies := until(a.Start)
			require.Len(t, bodies, 1)
			require.Contains(t, bodies[0], "Wednesday, March 11 at 9:00 AM")
		})
		t.Run("moved while the planner was away", func(t *testing.T) {
			a := book(t, at(17, 15))
			w.plan(p)
			w.now.Set(at(16, 14))
			a, err := charts.Move(t.Context(), staff, records.Move{
				Practice: practice, Appointment: a.ID, Revision: a.Revision, Start: at(18, 9), Reason: "the dentist is ill",
			})
			require.NoError(t, err)
			w.now.Set(at(16, 16)) // the old reminder is due, and nobody has planned the new one yet
			w.step(d)
			require.Empty(t, w.carrier.bodies())
			bodies := until(a.Start)
			require.Len(t, bodies, 1)
			require.Contains(t, bodies[0], "Wednesday, March 18 at 9:00 AM")
		})
		t.Run("refuses_the_reminder_of_a_cancelled_appointment", func(t *testing.T) {
			a := book(t, at(24, 15))
			w.plan(p)
			_, err := charts.Cancel(t.Context(), staff, records.Cancellation{
				Practice: practice, Appointment: a.ID, Revision: a.Revision, Reason: "the patient called it off",
			})
			require.NoError(t, err)
			require.Empty(t, until(at(24, 15)))
			page, err := w.texts.Texts(t.Context(), staff, sms.Query{Practice: practice, Limit: 1})
			require.NoError(t, err)
			require.Equal(t, sms.Refused, page.Texts[0].State)
			require.Contains(t, page.Texts[0].Decision.Reason, "moved or cancelled")
		})
		t.Run("refuses_the_old_number_after_it_changed", func(t *testing.T) {
			a := book(t, at(31, 15))
			w.plan(p)
			kept, err := charts.Patient(t.Context(), staff, records.Key{Practice: practice, ID: "p-204"})
			require.NoError(t, err)
			kept.Phones = []records.Phone{{Number: "+12125550177", Use: records.Mobile}}
			_, err = charts.SavePatient(t.Context(), staff, records.Save{Patient: kept})
			require.NoError(t, err)
			require.Empty(t, until(a.Start), "the new number has not consented, and the old one is not hers any more")
		})
		t.Run("without_rule", func(t *testing.T) {
			w.paper("+12125550177", consent.Transactional)
			a := book(t, time.Date(2026, 4, 7, 15, 0, 0, 0, chicago))
			w.plan(p)
			_, err := charts.Cancel(t.Context(), staff, records.Cancellation{
				Practice: practice, Appointment: a.ID, Revision: a.Revision, Reason: "the patient called it off",
			})
			require.NoError(t, err)
			w.now.Set(a.Start.Add(-24 * time.Hour))
			w.step(w.dispatcher(without("current")))
			require.Len(t, w.carrier.bodies(), 1)
		})
	})
}
