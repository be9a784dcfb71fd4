package sms_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// without returns the promised rules less one.
func without(rule string) func(*sms.DispatcherOptions) {
	return func(o *sms.DispatcherOptions) {
		o.Rules = slices.DeleteFunc(sms.Promised(), func(r sms.Rule) bool { return r.ID == rule })
	}
}

// Transactional texts leave on transactional consent, inside the window, and say nothing but what they are for.
func TestPromise_D1_2_TransactionalTexts(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		k := w.enqueue(w.text("reminder"))
		w.step(w.dispatcher())
		require.Len(t, w.carrier.bodies(), 1)
		require.Equal(t, sms.Sent, w.tracked(k).State)

		refused := func(t *testing.T, text sms.Text, rule string, adjust ...func(*sms.DispatcherOptions)) {
			t.Helper()
			k := w.enqueue(text)
			w.step(w.dispatcher(adjust...))
			require.Empty(t, w.carrier.bodies(), "the provider was asked")
			got := w.tracked(k)
			require.Equal(t, sms.Refused, got.State)
			require.Equal(t, rule, got.Decision.Trail[len(got.Decision.Trail)-1].Rule)
			require.NotEmpty(t, got.Decision.Reason)
		}
		t.Run("refuses_without_consent", func(t *testing.T) {
			other := w.text("to somebody else")
			other.To = "+12125550101"
			refused(t, other, "consent")
		})
		t.Run("refuses_a_promotional_sentence", func(t *testing.T) {
			promo := w.text("promo")
			promo.Body += " Ask about our special offer!"
			refused(t, promo, "promotion")
		})
		t.Run("refuses_what_cannot_leave_in_time", func(t *testing.T) {
			w.now.Set(time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC)) // 22:00 in Chicago
			late := w.text("late")
			late.LastUseful = w.now.Now().Add(9 * time.Hour) // 07:00
			refused(t, late, "useful")
			page, err := w.texts.Texts(t.Context(), staff, sms.Query{Practice: practice, State: sms.Refused})
			require.NoError(t, err)
			require.True(t, slices.ContainsFunc(page.Texts, func(s sms.Tracked) bool { return s.ID == "late" }),
				"it is on the list of what a person looks at")
			w.now.Set(noon.AddDate(0, 0, 1))
		})
		t.Run("refuses_without_agreement", func(t *testing.T) {
			w.baa.inForce = false
			defer func() { w.baa.inForce = true }()
			refused(t, w.text("no agreement"), "agreement")
			refused(t, w.text("nobody to ask"), "agreement", func(o *sms.DispatcherOptions) { o.Agreements = nil })
		})
		t.Run("without_rule", func(t *testing.T) {
			for id, spoil := range map[string]func(*sms.Text){
				"consent":   func(x *sms.Text) { x.To = "+12125550101" },
				"promotion": func(x *sms.Text) { x.Body += " Ask about our special offer!" },
			} {
				x := w.text("without " + id)
				spoil(&x)
				k := w.enqueue(x)
				w.step(w.dispatcher(without(id)))
				require.Equal(t, sms.Sent, w.tracked(k).State)
			}
			require.Len(t, w.carrier.bodies(), 2)
		})
	})
}

// Texts leave between 8 am and 9 pm Central, and in the recipient's own window, to the second.
func TestPromise_D2_2_EightToNineCentral(t *testing.T) {
	chicago := zone(t, "America/Chicago")
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		n := 0
		at := func(t *testing.T, local string, zone string, adjust ...func(*sms.DispatcherOptions)) sms.Tracked {
			t.Helper()
			now, err := time.ParseInLocation(time.DateTime, local, chicago)
			require.NoError(t, err)
			w.now.Set(now)
			n++
			x := w.text(strings.Repeat("x", n))
			x.Zone = zone
			k := w.enqueue(x)
			w.step(w.dispatcher(adjust...))
			return w.tracked(k)
		}
		// The days on which clocks go forward and back in 2026, and one on which they do not.
		for _, day := range []string{"2026-03-03", "2026-03-08", "2026-11-01"} {
			require.Equal(t, sms.Queued, at(t, day+" 07:59:59", "").State)
			require.Equal(t, sms.Sent, at(t, day+" 08:00:00", "").State)
			require.Equal(t, sms.Sent, at(t, day+" 20:59:59", "").State)
			deferred := at(t, day+" 21:00:00", "")
			require.Equal(t, sms.Queued, deferred.State)
			require.Equal(t, 8, deferred.Due.In(chicago).Hour(), "deferred to the next lawful hour")
			w.carrier.bodies()
		}
		t.Run("the recipient's own window", func(t *testing.T) {
			early := at(t, "2026-11-03 09:00:00", "America/Los_Angeles")
			require.Equal(t, sms.Queued, early.State)
			require.Equal(t, "2026-11-03 10:00:00", early.Due.In(chicago).Format(time.DateTime))
			w.now.Set(early.Due)
			w.step(w.dispatcher())
			require.Equal(t, sms.Sent, w.tracked(early.Key()).State)
		})
		t.Run("validity ends with the window", func(t *testing.T) {
			w.carrier.sent = nil
			require.Equal(t, sms.Sent, at(t, "2026-11-03 20:45:00", "").State)
			require.Equal(t, 15*time.Minute, w.carrier.sent[len(w.carrier.sent)-1].Validity)
		})
		t.Run("refuses_as_stale", func(t *testing.T) {
			w.now.Set(time.Date(2026, 11, 3, 21, 0, 0, 0, chicago))
			x := w.text("stale")
			x.LastUseful = w.now.Now().Add(11 * time.Hour)
			k := w.enqueue(x)
			w.step(w.dispatcher())
			require.Equal(t, sms.Refused, w.tracked(k).State)
		})
		t.Run("without_rule", func(t *testing.T) {
			require.Equal(t, sms.Queued, at(t, "2026-11-05 07:00:00", "America/New_York").State)
			require.Equal(t, sms.Sent, at(t, "2026-11-05 07:30:00", "America/New_York", without("window-central")).State)
		})
	})
}

// STOP or OPT-OUT ends all texts: every category, every patient on the number, every sender of the practice. It is
// confirmed once.
func TestPromise_D4_1_StopEndsAllTexts(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		words := []string{
			"STOP", "stop", "Stop.", " sToP! ", "OPT-OUT", "opt out", "Optout", "quit", "END", "revoke", "Cancel",
			"UNSUBSCRIBE", "stopall", "STOP ALL",
		}
		require.NoError(t, w.consents.Configure(t.Context(), staff, consent.Settings{Practice: practice, DoubleOptIn: consent.ConfirmOff}))
		second := sms.Sender{
			Practice: practice, Number: "+12145550198", Provider: "carrier", Name: "Elm Street Dental",
			Contact: "214-555-0199", Frequency: "about 2 texts per visit", Zone: "America/Chicago",
		}
		require.NoError(t, w.texts.Register(t.Context(), staff, second))
		for _, word := range words {
			w.now.Add(24 * time.Hour) // one number's STOPs are confirmed so many times a day
			var queued []sms.Key
			for _, c := range consent.Categories() {
				w.paper(patient, c)
				for i, child := range []string{"p-1", "p-2"} { // two patients share the phone
					x := w.text(word + string(c) + child)
					x.Category, x.Patient, x.NotBefore = c, child, w.now.Now().Add(time.Minute)
					x.From = []string{office, second.Number}[i]
					queued = append(queued, w.enqueue(x))
				}
			}
			w.now.Add(time.Second)
			require.True(t, w.receive(patient, word))
			for _, k := range queued {
				require.Equal(t, sms.Refused, w.tracked(k).State, "%q: a queued text must die", word)
			}
			state, err := w.consents.State(t.Context(), staff, consent.Key{Practice: practice, Number: patient})
			require.NoError(t, err)
			for _, c := range consent.Categories() {
				require.Equal(t, consent.Stopped, state.For(c).Status, "%q leaves %s", word, c)
			}
			w.now.Add(2 * time.Minute)
			w.step(w.dispatcher())
			bodies := w.carrier.bodies()
			require.Len(t, bodies, 1, "%q: one confirmation, and nothing else", word)
			require.Contains(t, bodies[0], "you are removed")
		}
		t.Run("refuses_every_later_text", func(t *testing.T) {
			for _, c := range consent.Categories() {
				x := w.text("after the stop " + string(c))
				x.Category = c
				k := w.enqueue(x)
				w.step(w.dispatcher())
				require.Equal(t, sms.Refused, w.tracked(k).State)
			}
			require.Empty(t, w.carrier.bodies())
		})
		t.Run("refuses_nothing_of_the_closed_list", func(t *testing.T) {
			w.receive(patient, "help")
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 1)
		})
		t.Run("a message that comes twice is answered once", func(t *testing.T) {
			w.receive(patient, "STOP")
			w.received--
			require.False(t, w.receive(patient, "STOP"))
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 1)
		})
		t.Run("without_rule", func(t *testing.T) {
			k := w.enqueue(w.text("without the rule"))
			w.step(w.dispatcher(without("consent")))
			require.Equal(t, sms.Sent, w.tracked(k).State)
		})
	})
}

// HELP is answered with contact, frequency and instructions, also to a number that opted out, so many times a day.
func TestPromise_D4_3_HelpIsAnswered(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		complete := func(t *testing.T, body string) {
			t.Helper()
			for _, part := range []string{"Elm Street Dental", "214-555-0199", "about 2 texts per visit", "STOP", "rates"} {
				require.Contains(t, body, part)
			}
			for _, marketing := range []string{"offer", "discount", "free", "book"} {
				require.NotContains(t, strings.ToLower(body), marketing)
			}
		}
		for _, word := range []string{"HELP", "help!", "Info"} {
			w.receive(patient, word)
			w.step(w.dispatcher())
			bodies := w.carrier.bodies()
			require.Len(t, bodies, 1, word)
			complete(t, bodies[0])
		}
		t.Run("after a stop, at night", func(t *testing.T) {
			w.receive(patient, "STOP")
			w.now.Set(time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)) // 03:00 in Chicago
			w.step(w.dispatcher())
			w.carrier.bodies()
			w.receive(patient, "HELP")
			w.step(w.dispatcher())
			bodies := w.carrier.bodies()
			require.Len(t, bodies, 1)
			complete(t, bodies[0])
		})
		t.Run("refuses_more_than_five_a_day", func(t *testing.T) {
			for range 10 {
				w.now.Add(time.Second)
				w.receive(patient, "HELP")
			}
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 1, "four were answered before")
			w.now.Add(25 * time.Hour)
			w.receive(patient, "HELP")
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 1, "a new day")
		})
	})
}

// After a STOP nothing but a later written consent, or the patient's own START within what was written before, brings
// texts back.
func TestPromise_D4_4_NoTextsUntilTheyOptInAgain(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.paper(patient, consent.Promotional)
		w.now.Add(time.Minute)
		w.receive(patient, "STOP")
		w.step(w.dispatcher())
		w.carrier.bodies()
		n := 0
		leaves := func(t *testing.T, c consent.Category) bool {
			t.Helper()
			n++
			w.now.Add(time.Minute)
			x := w.text(strings.Repeat("y", n))
			x.Category = c
			w.enqueue(x)
			w.step(w.dispatcher())
			return len(w.carrier.bodies()) == 1
		}
		t.Run("refuses_an_import", func(t *testing.T) {
			_, err := w.consents.Grant(t.Context(), staff, consent.Grant{
				Practice: practice, Number: patient, Category: consent.Transactional, Basis: consent.Import,
			})
			require.NoError(t, err)
			require.False(t, leaves(t, consent.Transactional))
		})
		t.Run("refuses_a_form_signed_before", func(t *testing.T) {
			_, err := w.consents.Grant(t.Context(), staff, consent.Grant{
				Practice: practice, Number: patient, Category: consent.Transactional, Basis: consent.OfficeDocument, At: noon,
				Evidence: consent.Evidence{Wording: "I agree.", Language: "en", Document: "scan-0", Staff: "u-1"},
			})
			require.NoError(t, err)
			require.False(t, leaves(t, consent.Transactional))
		})
		t.Run("refuses_a_new_sender", func(t *testing.T) {
			require.NoError(t, w.texts.Register(t.Context(), staff, sms.Sender{
				Practice: practice, Number: "+12145550198", Provider: "carrier", Name: "Elm Street Dental",
				Contact: "214-555-0199", Frequency: "rarely", Zone: "America/Chicago",
			}))
			w.now.Add(time.Minute)
			x := w.text("new sender")
			x.From = "+12145550198"
			w.enqueue(x)
			w.step(w.dispatcher())
			require.Empty(t, w.carrier.bodies())
		})
		t.Run("refuses_a_start_by_staff", func(t *testing.T) {
			_, err := w.consents.Restart(t.Context(), staff, consent.Restart{
				Practice: practice, Number: patient, Evidence: consent.Evidence{Words: "START", Message: "m-1"},
			})
			require.ErrorIs(t, err, consent.ErrInvalid)
			require.False(t, leaves(t, consent.Transactional))
		})
		t.Run("the patient's START revives what was written, never promotions", func(t *testing.T) {
			w.now.Add(time.Minute)
			w.receive(patient, "START")
			w.step(w.dispatcher())
			bodies := w.carrier.bodies()
			require.Len(t, bodies, 1)
			require.Contains(t, bodies[0], "again")
			require.True(t, leaves(t, consent.Transactional))
			require.False(t, leaves(t, consent.Promotional))
			require.False(t, leaves(t, consent.Conversational), "nothing was ever written for it")
		})
		t.Run("a later written grant does", func(t *testing.T) {
			w.now.Add(time.Minute)
			w.receive(patient, "STOP")
			w.step(w.dispatcher())
			w.carrier.bodies()
			require.False(t, leaves(t, consent.Promotional))
			w.paper(patient, consent.Promotional)
			require.True(t, leaves(t, consent.Promotional))
		})
	})
}

// Every hand-over to a provider, and every refusal, leaves its entry.
func TestSendingLeavesItsEntries(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		w.enqueue(w.text("goes"))
		other := w.text("stays")
		other.To = "+12125550101"
		w.enqueue(other)
		w.step(w.dispatcher())
		page, err := w.log.Leaves(t.Context(), audit.Query{Practice: practice, Limit: 1000})
		require.NoError(t, err)
		outcomes := map[string]audit.Outcome{}
		for _, leaf := range page.Leaves {
			if leaf.Action != "sms.text.send" {
				continue
			}
			e, err := w.log.Open(t.Context(), leaf)
			require.NoError(t, err)
			outcomes[e.Object.ID] = e.Outcome
		}
		require.Equal(t, map[string]audit.Outcome{"goes": audit.Done, "stays": audit.Refused}, outcomes)
	})
}
