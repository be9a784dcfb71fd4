package sms_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// confirm sets which grants the practice's patients confirm.
func (w *world) confirm(setting consent.DoubleOptIn) {
	w.t.Helper()
	settings := consent.Settings{Practice: practice, DoubleOptIn: setting}
	require.NoError(w.t, w.consents.Configure(w.t.Context(), staff, settings))
}

// answers is whether texts of a category answer what the patient wrote first, which that permits by itself.
func answers(c consent.Category) bool { return c == consent.Conversational }

// fresh queues a text of a category to a number, lets it leave if it may, and reports whether it did.
func (w *world) fresh(to string, c consent.Category, adjust ...func(*sms.DispatcherOptions)) bool {
	w.t.Helper()
	w.received++ // any number that nobody else has
	w.now.Add(time.Second)
	if c == consent.Conversational {
		w.receive(to, "When is my visit?") // a conversation is the patient's to begin
	}
	x := w.text("fresh-" + strings.Repeat("i", w.received))
	x.To, x.Category = to, c
	k := w.enqueue(x)
	w.step(w.dispatcher(adjust...))
	state := w.tracked(k).State
	require.Contains(w.t, []sms.State{sms.Sent, sms.Refused}, state)
	asked := 0
	for _, body := range w.carrier.bodies() {
		if body == x.Body {
			asked++
		}
	}
	require.Equal(w.t, state == sms.Sent, asked == 1, "what is sent reaches the provider once, what is refused never")
	return state == sms.Sent
}

// By default nothing but express written consent permits a text, and a patient's own text permits the answer to it.
func TestPromise_D2_1_NothingElsePermitsAText(t *testing.T) {
	evidence := map[consent.Basis]consent.Evidence{
		consent.SignedAgreement: {Wording: shown, Language: "en", Signature: "sig-1"},
		consent.WebForm:         {Wording: shown, Language: "en", Address: "203.0.113.7", Browser: "Mozilla/5.0", Choice: consent.Separate},
		consent.OfficeDocument:  {Wording: shown, Language: "en", Document: "scan-1", Staff: "u-17"},
	}
	unwritten := []consent.Basis{consent.NumberInCare, consent.Verbal, consent.Import}
	worlds(t, func(t *testing.T, w *world) {
		w.confirm(consent.ConfirmOff)
		grant := func(t *testing.T, s *consent.Service, number string, c consent.Category, basis consent.Basis) {
			t.Helper()
			_, err := s.Grant(t.Context(), staff, consent.Grant{
				Practice: practice, Number: number, Category: c, Basis: basis, Evidence: evidence[basis],
			})
			require.NoError(t, err)
		}
		for i, basis := range []consent.Basis{consent.SignedAgreement, consent.WebForm, consent.OfficeDocument} {
			t.Run("permits_by_"+string(basis), func(t *testing.T) {
				number := "+1212555011" + string(rune('0'+i))
				for _, c := range consent.Categories() {
					require.Equal(t, answers(c), w.fresh(number, c))
					grant(t, w.consents, number, c, basis)
					require.True(t, w.fresh(number, c))
				}
			})
		}
		for i, basis := range unwritten {
			t.Run("refuses_on_"+string(basis), func(t *testing.T) {
				number := "+1212555012" + string(rune('0'+i))
				for _, c := range consent.Categories() {
					grant(t, w.consents, number, c, basis)
					require.Equal(t, answers(c), w.fresh(number, c))
				}
			})
		}
		t.Run("refuses_everything_but_the_answer_to_the_patients_own_text", func(t *testing.T) {
			const stranger = "+12125550130"
			for _, body := range []string{"HELP", "START", "STOP"} {
				w.receive(stranger, body)
				w.step(w.dispatcher())
				require.Len(t, w.carrier.bodies(), 1, body)
				for _, c := range []consent.Category{consent.Transactional, consent.Promotional} {
					require.False(t, w.fresh(stranger, c), "after %s", body)
				}
				x := w.text("after " + body)
				x.To, x.Category = stranger, consent.Conversational
				k := w.enqueue(x)
				w.step(w.dispatcher())
				require.Equal(t, sms.Refused, w.tracked(k).State, "after %s", body)
			}
			w.receive(stranger, "Can I come at five?")
			w.step(w.dispatcher())
			require.Empty(t, w.carrier.bodies(), "nothing answers by itself")
		})
		t.Run("without_rule", func(t *testing.T) {
			wide := consent.Promised()
			wide.Name = "number-in-care"
			for i, r := range wide.Rules {
				if r.Basis == consent.NumberInCare {
					wide.Rules[i].Permits = []consent.Category{consent.Transactional}
				}
			}
			gate, err := consent.New(w.facts, w.log, &consent.Options{Profile: wide, Now: w.now.Now})
			require.NoError(t, err)
			require.Equal(t, "number-in-care", gate.Profile().Name)
			require.Len(t, gate.Profile().Wider(), 1, "a vendor's wider profile shows as the promise not kept")
			const number = "+12125550140"
			grant(t, w.consents, number, consent.Transactional, consent.NumberInCare)
			x := w.text("by the number in care")
			x.To = number
			k := w.enqueue(x)
			o := &sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now}
			without("warning")(o) // whoever gave a number in care was warned of nothing
			d, err := sms.NewDispatcher(w.queue, w.store, gate, w.log, map[string]sms.Provider{"carrier": w.carrier}, o)
			require.NoError(t, err)
			w.step(d)
			require.Equal(t, sms.Sent, w.tracked(k).State)
			require.Len(t, w.carrier.bodies(), 1)
			require.False(t, w.fresh(number, consent.Transactional), "under the promised profile it never leaves")
		})
	})
}

// Where the practice's setting asks for double opt-in, nothing but the one request leaves before the patient confirms.
func TestPromise_D2_3_OneRequestAndNothingElse(t *testing.T) {
	for setting, waits := range map[consent.DoubleOptIn][]consent.Category{
		"":                         {consent.Promotional}, // the default
		consent.ConfirmOff:         nil,
		consent.ConfirmPromotional: {consent.Promotional},
		consent.ConfirmAll:         consent.Categories(),
	} {
		name := string(setting)
		if setting == "" {
			name = "default"
		}
		t.Run("setting_"+name, func(t *testing.T) {
			worlds(t, func(t *testing.T, w *world) {
				if setting != "" {
					w.confirm(setting)
				}
				waiting := func(c consent.Category) bool {
					for _, other := range waits {
						if c == other {
							return true
						}
					}
					return false
				}
				ask := consent.Ask{ID: "ask-1", Practice: practice, Number: patient}
				for _, c := range consent.Categories() {
					w.paper(patient, c)
					require.Equal(t, !waiting(c) || answers(c), w.fresh(patient, c), "%s before the request", c)
				}
				if len(waits) == 0 {
					_, err := w.texts.RequestConfirmation(t.Context(), staff, ask)
					require.ErrorIs(t, err, consent.ErrNothingPending)
					return
				}
				for range 2 { // the same call twice, for the first one may have been cut off
					_, err := w.texts.RequestConfirmation(t.Context(), staff, ask)
					require.NoError(t, err)
				}
				w.step(w.dispatcher())
				bodies := w.carrier.bodies()
				require.Len(t, bodies, 1, "one request")
				require.Contains(t, bodies[0], "reply AGREE")
				for _, c := range consent.Categories() {
					require.Equal(t, !waiting(c) || answers(c), w.fresh(patient, c), "%s before the answer", c)
				}
				t.Run("refuses_a_second_request", func(t *testing.T) {
					for range 2 {
						_, err := w.texts.RequestConfirmation(t.Context(), staff, consent.Ask{Practice: practice, Number: patient})
						require.ErrorIs(t, err, consent.ErrAsked)
						w.now.Add(24 * time.Hour)
					}
					w.step(w.dispatcher())
					require.Empty(t, w.carrier.bodies())
				})
				w.receive(patient, "AGREE")
				for _, c := range consent.Categories() {
					require.True(t, w.fresh(patient, c), "%s after the answer", c)
				}
			})
		})
	}
	worlds(t, func(t *testing.T, w *world) {
		request := func(t *testing.T, number string) {
			t.Helper()
			w.paper(number, consent.Promotional)
			_, err := w.texts.RequestConfirmation(t.Context(), staff, consent.Ask{Practice: practice, Number: number})
			require.NoError(t, err)
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 1)
		}
		t.Run("refuses_an_expired_answer", func(t *testing.T) {
			request(t, patient)
			w.now.Add(7*24*time.Hour + time.Second)
			w.receive(patient, "AGREE")
			require.False(t, w.fresh(patient, consent.Promotional))
			require.Equal(t, 1, w.entriesOf("consent.confirm", audit.Refused))
			page, err := w.store.Tasks(t.Context(), sms.TaskQuery{Practice: practice, Number: patient})
			require.NoError(t, err)
			require.Len(t, page.Tasks, 1, "a person reads it, for it may agree to something else")
			require.Equal(t, sms.TaskReply, page.Tasks[0].Kind)
		})
		t.Run("refuses_another_phones_answer", func(t *testing.T) {
			const one, other = "+12125550101", "+12125550102"
			request(t, one)
			w.receive(other, "AGREE")
			require.False(t, w.fresh(one, consent.Promotional))
			require.False(t, w.fresh(other, consent.Promotional))
		})
		t.Run("refuses_a_request_that_comes_too_late", func(t *testing.T) {
			const number = "+12125550103"
			w.paper(number, consent.Promotional)
			k, err := w.texts.RequestConfirmation(t.Context(), staff, consent.Ask{Practice: practice, Number: number})
			require.NoError(t, err)
			w.receive(number, "STOP") // before the request has left
			require.Equal(t, sms.Refused, w.tracked(k).State)
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 1, "the answer to the STOP")
		})
		t.Run("without_rule", func(t *testing.T) {
			const number = "+12125550104"
			request(t, number)
			require.False(t, w.fresh(number, consent.Promotional))
			require.True(t, w.fresh(number, consent.Promotional, without("consent")))
		})
	})
}
