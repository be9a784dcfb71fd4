package sms_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/records"
	"github.com/enamel-go/enamel/sms"
)

// After a STOP nothing but a later written consent, or the patient's own START within what was written before, brings
// texts back.
func TestPromise_D4_4_NoTextsUntilTheyOptInAgain(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.paper(patient, consent.Promotional)
		charts := w.charts()
		w.enrol(charts, "p-204", patient, "")
		planner := w.planner(charts)
		w.now.Add(time.Minute)
		w.receive(patient, "STOP")
		w.step(w.dispatcher())
		w.carrier.bodies()
		still := func(t *testing.T) {
			t.Helper()
			for _, c := range consent.Categories() {
				require.False(t, w.fresh(patient, c), "%s", c)
			}
		}
		t.Run("refuses_an_import", func(t *testing.T) {
			for _, c := range consent.Categories() {
				_, err := w.consents.Grant(t.Context(), audit.Actor{Kind: audit.System, ID: "import"}, consent.Grant{
					Practice: practice, Number: patient, Category: c, Basis: consent.Import,
				})
				require.NoError(t, err)
			}
			still(t)
		})
		t.Run("refuses_a_form_signed_before", func(t *testing.T) {
			for _, c := range []consent.Category{consent.Transactional, consent.Promotional} {
				_, err := w.consents.Grant(t.Context(), staff, consent.Grant{
					Practice: practice, Number: patient, Category: c, Basis: consent.OfficeDocument, At: noon,
					Evidence: consent.Evidence{Wording: shown, Language: "en", Document: "scan-0", Staff: "u-1"},
				})
				require.NoError(t, err)
			}
			still(t)
		})
		t.Run("refuses_a_new_sender", func(t *testing.T) {
			w.expand()
			w.now.Add(time.Minute)
			x := w.text("new sender")
			x.From = annex
			k := w.enqueue(x)
			w.step(w.dispatcher())
			require.Empty(t, w.carrier.bodies())
			require.Equal(t, sms.Refused, w.tracked(k).State)
			still(t)
		})
		t.Run("refuses_a_new_appointment", func(t *testing.T) {
			w.book(charts, "a-1", w.now.Now().Add(48*time.Hour))
			require.Empty(t, w.until(planner, w.dispatcher(), w.now.Now().Add(48*time.Hour)))
			w.now.Set(noon.AddDate(0, 0, 3))
			still(t)
		})
		t.Run("refuses_what_staff_change_in_the_chart", func(t *testing.T) {
			// Another patient on the phone, and the number taken away and given back.
			w.enrol(charts, "p-205", patient, "")
			kept, err := charts.Patient(t.Context(), staff, records.Key{Practice: practice, ID: "p-204"})
			require.NoError(t, err)
			phones := slices.Clone(kept.Phones)
			kept.Phones = nil
			saved, err := charts.SavePatient(t.Context(), staff, records.Save{Patient: kept})
			require.NoError(t, err)
			kept = saved.Patient
			kept.Phones = phones
			_, err = charts.SavePatient(t.Context(), staff, records.Save{Patient: kept})
			require.NoError(t, err)
			still(t)
		})
		t.Run("refuses_after_the_patient_was_erased", func(t *testing.T) {
			for _, id := range []string{"p-204", "p-205"} {
				for _, class := range []crypto.Class{crypto.Chart, crypto.Billing, crypto.Evidence} {
					require.NoError(t, w.keys.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: id, Class: class}))
				}
			}
			still(t)
			state, err := w.consents.State(t.Context(), staff, consent.Key{Practice: practice, Number: patient})
			require.NoError(t, err)
			require.Equal(t, consent.Stopped, state.Transactional.Status)
		})
		t.Run("refuses_a_start_by_staff", func(t *testing.T) {
			for _, e := range []consent.Evidence{{}, {Words: "START", Message: "m-1"}} {
				_, err := w.consents.Restart(t.Context(), staff, consent.Restart{Practice: practice, Number: patient, Evidence: e})
				require.ErrorIs(t, err, consent.ErrInvalid)
			}
			still(t)
		})
		t.Run("the patient's START revives what was written, never promotions", func(t *testing.T) {
			w.now.Add(time.Minute)
			w.receive(patient, "START")
			w.step(w.dispatcher())
			bodies := w.carrier.bodies()
			require.Len(t, bodies, 1)
			require.Contains(t, bodies[0], "again")
			p, err := w.consents.Permission(t.Context(), consent.Key{Practice: practice, Number: patient}, consent.Use{Category: consent.Conversational, Sender: office})
			require.NoError(t, err)
			require.Equal(t, consent.Stopped, p.Status, "nothing was ever written for it")
			require.True(t, w.fresh(patient, consent.Transactional))
			require.False(t, w.fresh(patient, consent.Promotional))
			require.True(t, w.fresh(patient, consent.Conversational), "who agreed again, and then writes first, is answered")
		})
		t.Run("a later written grant does", func(t *testing.T) {
			w.now.Add(time.Minute)
			w.receive(patient, "STOP")
			w.step(w.dispatcher())
			w.carrier.bodies()
			still(t)
			w.paper(patient, consent.Promotional)
			require.True(t, w.fresh(patient, consent.Promotional))
			require.False(t, w.fresh(patient, consent.Transactional), "for its category alone")
		})
		t.Run("without_rule", func(t *testing.T) {
			w.now.Add(time.Minute)
			w.receive(patient, "STOP")
			w.step(w.dispatcher())
			still(t)
			for _, c := range consent.Categories() {
				require.True(t, w.fresh(patient, c, without("consent")))
			}
		})
	})
}
