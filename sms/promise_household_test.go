package sms_test

import (
	"context"
	"encoding/json"
	"errors"
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

// listening keeps what is asked of who shares a phone, and fails when it is told to, for one number or for all.
type listening struct {
	*records.Service
	asked [][]string
	fails error
	of    string
}

func (l *listening) FirstNames(ctx context.Context, practice string, numbers []string) (map[string][]string, error) {
	if l.asked = append(l.asked, numbers); l.fails != nil && (l.of == "" || slices.Contains(numbers, l.of)) {
		return nil, l.fails
	}
	return l.Service.FirstNames(ctx, practice, numbers)
}

// call enrols a patient by the given name, which is the id too.
func (w *world) call(charts *records.Service, given, number string) {
	w.t.Helper()
	_, err := charts.SavePatient(w.t.Context(), staff, records.Save{Patient: records.Patient{
		Practice: practice, ID: given, Name: records.Name{Family: "Doe", Given: given},
		Phones: []records.Phone{{Number: number, Use: records.Mobile}},
	}})
	require.NoError(w.t, err)
}

// Whoever holds a family's phone reads what comes to it. So no text says there which of its patients it is about, however it came
// to be written; a phone of one patient's own may be told the name.
func TestPromise_D5_1_NoTextNamesOneOfAFamily(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		const alone = "+16155550101"
		w.grant(consent.Transactional)
		w.paper(patient, consent.Conversational)
		w.paper(alone, consent.Transactional)
		shared := &listening{Service: w.charts()}
		for _, given := range []string{"Emma", "Will", "Mary Ann"} {
			w.call(shared.Service, given, patient)
		}
		w.call(shared.Service, "Ida", alone)
		asks := func(o *sms.DispatcherOptions) { o.Households, o.Broadcasts = shared, &booked{} }
		w.receive(patient, "Is she next?")
		says := func(id, words string) sms.Text {
			x := w.text(id)
			x.Body = "Elm Street Dental: " + words + " Reply STOP to end texts."
			return x
		}
		refused := func(t *testing.T, x sms.Text, name string) sms.Tracked {
			t.Helper()
			got := w.leaves(x, asks)
			require.Equal(t, sms.Refused, got.State, x.Body)
			require.Equal(t, "person", got.Decision.Rule)
			require.Equal(t, "It says which patient it is about, and a phone may be shared. (“"+name+"”)", got.Decision.Reason)
			return got
		}
		t.Run("refuses_a_reply_that_does", func(t *testing.T) {
			x := says("reply", "yes, Emma is next.")
			x.Category = consent.Conversational
			refused(t, x, "Emma")
		})
		t.Run("refuses_however_it_is_written", func(t *testing.T) {
			for words, name := range map[string]string{
				"emma can come at 3.": "emma", "EMMAS visit is at 3.": "EMMAS", "it is for Émma.": "Émma", "Mary’s visit is at 3.": "Mary’s",
				"Ann comes first.": "Ann", "it is for Mary-Ann.": "Mary-Ann", "Will, see you at 3.": "Will", "it is for Will.": "Will",
			} {
				refused(t, says(words, words), name)
			}
		})
		t.Run("refuses_it_about_the_very_patient", func(t *testing.T) {
			x := says("about", "see you at 3, Emma.")
			x.Patient = "Emma"
			refused(t, x, "Emma")
		})
		t.Run("refuses_a_broadcast_that_does", func(t *testing.T) {
			x := says("broadcast", "our office is closed. Emma says hello.")
			x.Broadcast = "b-1"
			refused(t, x, "Emma")
		})
		t.Run("what names nobody leaves", func(t *testing.T) {
			for _, words := range []string{
				"we will see you at 3.", "Will you come?", "your visit with Dr. Emma Lee is at 3.", "Emmanuel Street is closed.", "see Ida.",
			} {
				require.Equal(t, sms.Sent, w.leaves(says(words, words), asks).State, words)
			}
		})
		t.Run("one patient's own phone may be told", func(t *testing.T) {
			x := says("alone", "see you at 3, Ida.")
			x.To = alone
			require.Equal(t, sms.Sent, w.leaves(x, asks).State)
			x = says("to nobody's", "hello Emma.")
			x.To = "+16155550102"
			w.paper(x.To, consent.Transactional)
			require.Equal(t, sms.Sent, w.leaves(x, asks).State)
		})
		t.Run("it is known beforehand, and replays without asking", func(t *testing.T) {
			x := says("before", "Emma is next.")
			d, err := w.dispatcher(asks).Decide(t.Context(), x)
			require.NoError(t, err)
			require.Equal(t, "person", d.Rule)
			kept := refused(t, x, "Emma")
			again, err := law(t).Replay(kept)
			require.NoError(t, err)
			require.Equal(t, kept.Decision.Reason, again.Reason)
			raw, err := json.Marshal(kept.Decision)
			require.NoError(t, err)
			require.Contains(t, string(raw), "Emma")
			require.NotContains(t, string(raw), "Mary", "who else has the phone is no fact of a decision")
		})
		t.Run("that texts read the names is on record", func(t *testing.T) {
			read := map[string]bool{}
			for _, e := range w.actions("records.patient.find") {
				require.Equal(t, audit.Actor{Kind: audit.System, ID: "texts"}, e.Actor)
				read[e.Patient] = true
			}
			require.Equal(t, map[string]bool{"Emma": true, "Will": true, "Mary Ann": true, "Ida": true, "": true}, read)
		})
		t.Run("one question for texts that leave together, and none for a reminder", func(t *testing.T) {
			shared.asked = nil
			before := len(w.actions("records.patient.find"))
			for _, id := range []string{"one", "two", "three"} {
				w.enqueue(w.text(id))
			}
			x := w.text("four")
			x.To = alone
			w.enqueue(x)
			w.step(w.dispatcher(asks))
			require.Len(t, shared.asked, 1)
			require.ElementsMatch(t, []string{patient, alone}, shared.asked[0])
			require.Len(t, w.actions("records.patient.find"), before+4, "each patient is read once")
			require.Len(t, w.carrier.bodies(), 4)
			f := &family{world: w, charts: shared.Service, planner: w.planner(shared.Service)}
			f.visit("a-1", "Emma", w.now.Now().Add(20*time.Hour))
			w.step(w.dispatcher(asks))
			require.Len(t, w.carrier.bodies(), 1)
			require.Len(t, shared.asked, 1)
		})
		t.Run("one that cannot be asked about holds up no other", func(t *testing.T) {
			shared.fails, shared.of = errors.New("the chart is torn"), alone
			waits, named, leaves := says("torn", "hello Ida."), says("named", "Emma is next."), says("leaves", "see you at 3.")
			waits.To = alone
			for _, x := range []sms.Text{waits, named, leaves} {
				w.enqueue(x)
			}
			_, err := w.dispatcher(asks).Step(t.Context())
			require.ErrorIs(t, err, shared.fails)
			require.Equal(t, sms.Queued, w.tracked(waits.Key()).State)
			require.Equal(t, "person", w.tracked(named.Key()).Decision.Rule)
			require.Equal(t, []string{leaves.Body}, w.carrier.bodies())
			shared.fails, shared.of = nil, ""
			w.now.Add(time.Minute)
			w.step(w.dispatcher(asks))
			require.Equal(t, []string{waits.Body}, w.carrier.bodies())
		})
		t.Run("what cannot be asked waits", func(t *testing.T) {
			shared.fails = errors.New("the charts are down")
			k := w.enqueue(says("waits", "see you at 3."))
			_, err := w.dispatcher(asks).Step(t.Context())
			require.ErrorIs(t, err, shared.fails)
			require.Equal(t, sms.Queued, w.tracked(k).State)
			require.Empty(t, w.carrier.bodies())
			shared.fails = nil
			w.now.Add(time.Minute)
			w.step(w.dispatcher(asks))
			require.Equal(t, sms.Sent, w.tracked(k).State)
		})
		t.Run("one who was erased holds up no other", func(t *testing.T) {
			for _, class := range []crypto.Class{crypto.Chart, crypto.Billing, crypto.Evidence} {
				require.NoError(t, w.keys.Shred(t.Context(), crypto.Subject{Practice: practice, Patient: "Mary Ann", Class: class}))
			}
			require.Equal(t, sms.Sent, w.leaves(says("after", "see you at 3."), asks).State)
			refused(t, says("still two", "see you at 3, Emma."), "Emma")
		})
		t.Run("without_rule", func(t *testing.T) {
			require.Equal(t, sms.Sent, w.leaves(says("without", "Emma is next."), asks, without("person")).State)
			require.Equal(t, sms.Sent, w.leaves(says("nobody knows", "Emma is next.")).State, "nobody is asked who shares the phone")
		})
	})
}
