package sms_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms"
)

// enrol keeps a patient with one phone, whose address is in a zone.
func (w *world) enrol(charts *records.Service, id, number, zone string) records.Patient {
	w.t.Helper()
	saved, err := charts.SavePatient(w.t.Context(), staff, records.Save{Patient: records.Patient{
		Practice: practice, ID: id, Name: records.Name{Family: "Doe", Given: "Jane"}, Zone: zone,
		Birth: records.Date{Year: 1980, Month: 5, Day: 17}, Phones: []records.Phone{{Number: number, Use: records.Mobile}},
	}})
	require.NoError(w.t, err)
	return saved.Patient
}

// book books an hour for the patient p-204.
func (w *world) book(charts *records.Service, id string, start time.Time) records.Appointment {
	w.t.Helper()
	a, err := charts.Book(w.t.Context(), staff, records.Booking{
		Practice: practice, Appointment: id, Patient: "p-204", Clinician: "dr-1",
		Start: start, Zone: "America/Chicago", Duration: time.Hour,
	})
	require.NoError(w.t, err)
	return a
}

// until lets planner and dispatcher work, every three hours, and returns what reached the provider.
func (w *world) until(p *sms.Planner, d *sms.Dispatcher, end time.Time) []string {
	w.t.Helper()
	var bodies []string
	for ; w.now.Now().Before(end); w.now.Add(3 * time.Hour) {
		w.plan(p)
		w.step(d)
		bodies = append(bodies, w.carrier.bodies()...)
	}
	return bodies
}

// forgetful is a schedule that is not told, once, that a reminder is planned: its caller was cut off.
type forgetful struct {
	*records.Service
	forgot bool
}

func (f *forgetful) Planned(ctx context.Context, practice, appointment, version string) error {
	if !f.forgot {
		f.forgot = true
		return errors.New("cut off")
	}
	return f.Service.Planned(ctx, practice, appointment, version)
}

// Reminders follow the appointment: moved means exactly one, with the new time; cancelled means none.
func TestPromise_M2_2_RemindersFollowTheAppointment(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		charts := w.charts()
		chicago := zone(t, "America/Chicago")
		w.enrol(charts, "p-204", patient, "")
		p := w.planner(charts)
		d := w.dispatcher()
		at := func(month time.Month, day, hour int) time.Time {
			return time.Date(2026, month, day, hour, 0, 0, 0, chicago)
		}
		move := func(t *testing.T, a records.Appointment, start time.Time) records.Appointment {
			t.Helper()
			a, err := charts.Move(t.Context(), staff, records.Move{
				Practice: practice, Appointment: a.ID, Revision: a.Revision, Start: start, Reason: "the patient asked",
			})
			require.NoError(t, err)
			return a
		}
		cancel := func(t *testing.T, a records.Appointment) {
			t.Helper()
			_, err := charts.Cancel(t.Context(), staff, records.Cancellation{
				Practice: practice, Appointment: a.ID, Revision: a.Revision, Reason: "the patient called it off",
			})
			require.NoError(t, err)
		}
		one := func(t *testing.T, bodies []string, when string) {
			t.Helper()
			require.Len(t, bodies, 1)
			require.Contains(t, bodies[0], when)
		}

		t.Run("never moved", func(t *testing.T) {
			w.book(charts, "a-0", at(3, 5, 15))
			one(t, w.until(p, d, at(3, 5, 15)), "Thursday, March 5 at 3:00 PM")
		})
		t.Run("planned twice, by two planners, one of them cut off", func(t *testing.T) {
			w.book(charts, "a-1", at(3, 7, 15))
			other, err := sms.NewPlanner(w.texts, &forgetful{Service: charts}, nil)
			require.NoError(t, err)
			_, err = other.Step(t.Context())
			require.ErrorContains(t, err, "cut off")
			w.plan(p)
			one(t, w.until(p, d, at(3, 7, 15)), "Saturday, March 7 at 3:00 PM")
		})
		t.Run("moved before the reminder was due", func(t *testing.T) {
			a := w.book(charts, "a-2", at(3, 10, 15))
			w.plan(p)
			move(t, a, at(3, 11, 9))
			one(t, w.until(p, d, at(3, 11, 9)), "Wednesday, March 11 at 9:00 AM")
		})
		t.Run("moved there and back", func(t *testing.T) {
			a := w.book(charts, "a-3", at(3, 13, 15))
			w.plan(p)
			a = move(t, a, at(3, 14, 9))
			w.plan(p)
			move(t, a, at(3, 13, 15))
			one(t, w.until(p, d, at(3, 14, 9)), "Friday, March 13 at 3:00 PM")
		})
		t.Run("moved while the planner was away", func(t *testing.T) {
			a := w.book(charts, "a-4", at(3, 17, 15))
			w.plan(p)
			w.now.Set(at(3, 16, 14))
			move(t, a, at(3, 18, 9))
			w.now.Set(at(3, 16, 16)) // the old reminder is due, and nobody has planned the new one yet
			w.step(d)
			require.Empty(t, w.carrier.bodies())
			one(t, w.until(p, d, at(3, 18, 9)), "Wednesday, March 18 at 9:00 AM")
		})
		t.Run("moved after the reminder had left", func(t *testing.T) {
			a := w.book(charts, "a-5", at(3, 20, 15))
			one(t, w.until(p, d, at(3, 20, 10)), "Friday, March 20 at 3:00 PM")
			move(t, a, at(3, 23, 9))
			one(t, w.until(p, d, at(3, 23, 9)), "Monday, March 23 at 9:00 AM")
		})
		t.Run("refuses_the_reminder_of_a_cancelled_appointment", func(t *testing.T) {
			a := w.book(charts, "a-6", at(3, 26, 15))
			w.plan(p)
			cancel(t, a)
			require.Empty(t, w.until(p, d, at(3, 26, 15)))
			page, err := w.texts.Texts(t.Context(), staff, sms.Query{Practice: practice, Purpose: sms.ForDelivery, Limit: 1})
			require.NoError(t, err)
			require.Equal(t, sms.Refused, page.Texts[0].State)
			require.Contains(t, page.Texts[0].Decision.Reason, "moved or cancelled")
		})
		t.Run("refuses_the_reminder_of_one_cancelled_while_the_planner_was_away", func(t *testing.T) {
			a := w.book(charts, "a-7", at(3, 28, 15))
			w.plan(p)
			w.now.Set(at(3, 27, 16))
			cancel(t, a)
			w.step(d)
			require.Empty(t, w.carrier.bodies())
			require.Empty(t, w.until(p, d, at(3, 28, 15)))
		})
		t.Run("with another clinician, before it was told and after", func(t *testing.T) {
			a := w.book(charts, "a-10", at(3, 30, 9))
			with := func(clinician string) {
				var err error
				a, err = charts.Move(t.Context(), staff, records.Move{
					Practice: practice, Appointment: a.ID, Revision: a.Revision, Start: a.Start, Clinician: clinician, Reason: "somebody is ill",
				})
				require.NoError(t, err)
			}
			with("dr-2")
			one(t, w.until(p, d, at(3, 29, 15)), "Monday, March 30 at 9:00 AM")
			with("dr-3")
			require.Empty(t, w.until(p, d, at(3, 30, 9)), "it was told, and nothing that it says has changed")
		})
		t.Run("refuses_the_old_number_after_it_changed", func(t *testing.T) {
			a := w.book(charts, "a-8", at(3, 31, 15))
			w.plan(p)
			kept, err := charts.Patient(t.Context(), staff, records.Key{Practice: practice, ID: "p-204"})
			require.NoError(t, err)
			kept.Phones = []records.Phone{{Number: "+12125550177", Use: records.Mobile}}
			_, err = charts.SavePatient(t.Context(), staff, records.Save{Patient: kept})
			require.NoError(t, err)
			require.Empty(t, w.until(p, d, a.Start), "the new number has not consented, and the old one is not hers any more")
		})
		t.Run("without_rule", func(t *testing.T) {
			w.paper("+12125550177", consent.Transactional)
			a := w.book(charts, "a-9", at(4, 7, 15))
			w.plan(p)
			cancel(t, a)
			w.now.Set(a.Start.Add(-24 * time.Hour))
			w.step(w.dispatcher(without("current")))
			require.Len(t, w.carrier.bodies(), 1)
		})
	})
}
