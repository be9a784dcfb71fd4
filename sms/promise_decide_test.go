package sms_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// registrations says how one number stands.
type registrations struct {
	standing sms.Standing
	err      error
}

func (r registrations) Standing(context.Context, string, string) (sms.Standing, error) {
	return r.standing, r.err
}

// elsewhere is the number that one patient asked to be texted at; empty: at none.
type elsewhere string

func (e elsewhere) Number(_ context.Context, _, patient string) (string, bool, error) {
	if patient != "p-204" {
		return "", false, nil
	}
	return string(e), true, nil
}

// leaves queues a text, lets it leave if it may, and returns what became of it.
func (w *world) leaves(x sms.Text, adjust ...func(*sms.DispatcherOptions)) sms.Tracked {
	w.t.Helper()
	w.step(w.dispatcher(adjust...)) // what waited for this moment
	w.carrier.bodies()
	k := w.enqueue(x)
	w.step(w.dispatcher(adjust...))
	tracked := w.tracked(k)
	require.Equal(w.t, tracked.State == sms.Sent, len(w.carrier.bodies()) == 1, "what is refused reaches no provider")
	return tracked
}

// A conversation is the patient's to begin, and open for 48 hours after the patient's last message.
func TestPromise_D1_3_ConversationsAreThePatientsToBegin(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Conversational)
		reply := func(id string) sms.Text {
			x := w.text(id)
			x.Category = consent.Conversational
			return x
		}
		t.Run("refuses_before_the_patient_wrote", func(t *testing.T) {
			got := w.leaves(reply("first"))
			require.Equal(t, "conversation", got.Decision.Rule)
			require.Contains(t, got.Decision.Reason, "Call instead")
			w.receive("+16155550101", "When is my visit?")
			require.Equal(t, "conversation", w.leaves(reply("somebody else wrote")).Decision.Rule)
		})
		w.receive(patient, "When is my visit?")
		wrote := w.now.Now()
		require.Equal(t, sms.Sent, w.leaves(reply("answer")).State)
		t.Run("at night it waits, and says that staff can call", func(t *testing.T) {
			w.now.Set(wrote.Add(10 * time.Hour))
			got := w.leaves(reply("at night"))
			require.Equal(t, sms.Defer, got.Decision.Verdict)
			require.Contains(t, got.Decision.Reason, "Call instead")
			w.now.Set(wrote.Add(22 * time.Hour))
			w.step(w.dispatcher())
			require.Equal(t, sms.Sent, w.tracked(got.Key()).State)
		})
		t.Run("the window's length is named", func(t *testing.T) {
			w.now.Set(wrote.Add(48*time.Hour - time.Second))
			got := w.leaves(reply("last second"))
			require.Equal(t, sms.Sent, got.State)
			require.Equal(t, wrote.Add(48*time.Hour), got.Decision.Until, "the provider delivers it within the window")
		})
		t.Run("refuses_after_the_window", func(t *testing.T) {
			w.now.Set(wrote.Add(48 * time.Hour))
			got := w.leaves(reply("too late"))
			require.Equal(t, "conversation", got.Decision.Rule)
			require.Contains(t, got.Decision.Reason, "48 hours")
		})
		t.Run("a new message opens it again", func(t *testing.T) {
			w.receive(patient, "Are you there?")
			require.Equal(t, sms.Sent, w.leaves(reply("again")).State)
		})
		t.Run("refuses_on_the_patients_own_text_once_that_has_ended", func(t *testing.T) {
			const other = "+16155550102"
			own := func(id string) sms.Tracked {
				x := reply(id)
				x.To = other
				return w.leaves(x)
			}
			w.receive(other, "Do you take new patients?")
			writer := audit.Actor{Kind: audit.Patient, ID: "carrier-in"}
			_, err := w.consents.Grant(t.Context(), writer, consent.Grant{
				Practice: practice, Number: other, Category: consent.Conversational, Basis: consent.OwnText,
				Evidence: consent.Evidence{Words: "Do you take new patients?", Message: "carrier-in"},
			})
			require.NoError(t, err)
			require.Equal(t, sms.Sent, own("to a stranger").State)
			w.now.Add(48*time.Hour - time.Minute)
			require.Equal(t, "consent", own("two days later").Decision.Rule)
		})
		t.Run("without_rule", func(t *testing.T) {
			x := reply("to nobody who wrote")
			x.To = "+16155550103"
			w.paper(x.To, consent.Conversational)
			require.Equal(t, "conversation", w.leaves(x).Decision.Rule)
			x.ID = "without"
			require.Equal(t, sms.Sent, w.leaves(x, without("conversation")).State)
		})
	})
}

// Without the recorded warning that texts are not encrypted nothing is sent.
func TestPromise_D5_4_NothingWithoutTheWarning(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		require.Equal(t, sms.Sent, w.leaves(w.text("warned")).State)
		// A vendor's wider profile permits texts to a number that was given in care; nobody was warned of anything then.
		gate, err := consent.New(w.facts, w.log, &consent.Options{Profile: consent.Lawful(), Now: w.now.Now})
		require.NoError(t, err)
		const number = "+16155550101"
		_, err = w.consents.Grant(t.Context(), staff, consent.Grant{
			Practice: practice, Number: number, Category: consent.Transactional, Basis: consent.NumberInCare,
		})
		require.NoError(t, err)
		in := func(id string, adjust ...func(*sms.DispatcherOptions)) sms.Tracked {
			x := w.text(id)
			x.To = number
			k := w.enqueue(x)
			o := &sms.DispatcherOptions{Agreements: w.baa, Registrations: w.baa, Now: w.now.Now}
			for _, a := range adjust {
				a(o)
			}
			d, err := sms.NewDispatcher(w.queue, w.store, gate, w.log, map[string]sms.Provider{"carrier": w.carrier}, o)
			require.NoError(t, err)
			w.carrier.bodies()
			w.step(d)
			return w.tracked(k)
		}
		t.Run("refuses_consent_that_was_given_without_it", func(t *testing.T) {
			got := in("not warned")
			require.Equal(t, "warning", got.Decision.Rule)
			require.Empty(t, w.carrier.bodies())
		})
		t.Run("refuses_to_record_a_wording_without_it", func(t *testing.T) {
			err := w.consents.Publish(t.Context(), staff, consent.Wording{
				ID: "silent", Practice: practice, Category: consent.Transactional, Language: "en",
				Text: shown[:len(shown)-len(" Text messages are not encrypted.")],
			})
			require.ErrorIs(t, err, consent.ErrInvalid)
		})
		t.Run("without_rule", func(t *testing.T) {
			require.Equal(t, sms.Sent, in("without", without("warning")).State)
		})
	})
}

// No text leaves from a number that is not registered, or for what it is not registered.
func TestPromise_D6_1_NothingLeavesFromAnUnregisteredNumber(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) { unregistered(t, w, sms.LongCode) })
}

// An unverified, rejected or lapsed toll-free number sends nothing.
func TestPromise_D6_2_NothingLeavesFromAnUnverifiedTollFreeNumber(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) { unregistered(t, w, sms.TollFree) })
}

func unregistered(t *testing.T, w *world, kind sms.SenderKind) {
	w.grant(consent.Transactional)
	as := func(s sms.Standing) func(*sms.DispatcherOptions) {
		return func(o *sms.DispatcherOptions) { o.Registrations = registrations{standing: s} }
	}
	approved := sms.Standing{Kind: kind, Approved: true, Categories: []consent.Category{consent.Transactional}}
	require.Equal(t, sms.Sent, w.leaves(w.text("approved"), as(approved)).State)
	refused := func(t *testing.T, id, why string, adjust func(*sms.DispatcherOptions)) {
		t.Helper()
		got := w.leaves(w.text(id), adjust)
		require.Equal(t, sms.Refused, got.State)
		require.Equal(t, "registration", got.Decision.Rule)
		require.Contains(t, got.Decision.Reason, why)
		require.NotContains(t, got.Decision.Reason, office[2:])
	}
	t.Run("refuses_when_nobody_is_asked", func(t *testing.T) {
		refused(t, "nobody", "not registered", func(o *sms.DispatcherOptions) { o.Registrations = nil })
	})
	t.Run("refuses_what_nobody_knows", func(t *testing.T) { refused(t, "unknown", "not registered", as(sms.Standing{})) })
	t.Run("refuses_what_is_not_approved", func(t *testing.T) {
		waits := sms.Standing{Kind: kind, Why: "The registration is in review."}
		refused(t, "in review", waits.Why, as(waits))
	})
	t.Run("refuses_another_use", func(t *testing.T) {
		other := approved
		other.Categories = []consent.Category{consent.Promotional}
		refused(t, "other use", "not registered for such texts", as(other))
	})
	t.Run("refuses_from_the_moment_it_lapsed", func(t *testing.T) {
		lapsing := approved
		lapsing.Until = w.now.Now().Add(time.Minute)
		got := w.leaves(w.text("lapses"), as(lapsing))
		require.Equal(t, sms.Sent, got.State)
		require.Equal(t, lapsing.Until, got.Decision.Until, "the provider delivers it before")
		w.now.Add(time.Minute)
		refused(t, "lapsed", "lapsed", as(lapsing))
	})
	t.Run("refuses_even_an_answer", func(t *testing.T) {
		w.receive(patient, "HELP")
		w.step(w.dispatcher(as(sms.Standing{})))
		require.Empty(t, w.carrier.bodies())
		w.receive(patient, "HELP")
		w.step(w.dispatcher(as(approved)))
		require.Len(t, w.carrier.bodies(), 1, "any use admits answers")
	})
	t.Run("what cannot be asked waits", func(t *testing.T) {
		k := w.enqueue(w.text("unreachable"))
		down := registrations{err: errors.New("registrations are down")}
		_, err := w.dispatcher(func(o *sms.DispatcherOptions) { o.Registrations = down }).Step(t.Context())
		require.ErrorIs(t, err, down.err)
		require.Equal(t, sms.Queued, w.tracked(k).State)
		require.Empty(t, w.carrier.bodies())
		w.now.Add(time.Hour)
		w.step(w.dispatcher(as(approved)))
	})
	t.Run("without_rule", func(t *testing.T) {
		got := w.leaves(w.text("without"), as(sms.Standing{}), without("registration"))
		require.Equal(t, sms.Sent, got.State)
	})
}

// Who asked to be reached at another number is not texted at the usual one.
func TestPromise_M9_5_NeverTheUsualNumber(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		const other = "+16155550101"
		w.paper(other, consent.Transactional)
		at := func(number string) func(*sms.DispatcherOptions) {
			return func(o *sms.DispatcherOptions) { o.Channels = elsewhere(number) }
		}
		asked := at(other)
		to := func(id, number, about string) sms.Text {
			x := w.text(id)
			x.To, x.Patient = number, about
			return x
		}
		t.Run("refuses_the_usual_number", func(t *testing.T) {
			k := w.enqueue(to("usual", patient, "p-204"))
			w.step(w.dispatcher(asked))
			require.Equal(t, "restriction", w.tracked(k).Decision.Rule)
			reached := w.carrier.reached()
			require.Len(t, reached[other], 1, "it goes where it was asked for")
			require.Len(t, reached, 1)
		})
		t.Run("refuses_all_where_no_text_was_asked_for", func(t *testing.T) {
			require.Equal(t, "restriction", w.leaves(to("none", other, "p-204"), at("")).Decision.Rule)
		})
		require.Equal(t, sms.Sent, w.leaves(to("alternate", other, "p-204"), asked).State)
		require.Equal(t, sms.Sent, w.leaves(to("another patient", patient, "p-205"), asked).State)
		t.Run("without_rule", func(t *testing.T) {
			require.Equal(t, sms.Sent, w.leaves(to("without", patient, "p-204"), asked, without("restriction")).State)
		})
	})
}

// To a Canadian number every commercial text says who sends it, how to reach the practice and how to end such texts.
func TestPromise_D2_4_CommercialTextsToCanada(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		const toronto = "+14165550100"
		w.paper(toronto, consent.Promotional)
		w.paper(toronto, consent.Transactional)
		const whole = "Elm Street Dental: we moved. Call 214-555-0199. Reply STOP or ARRET to end."
		to := func(id, body string, c consent.Category) sms.Text {
			x := w.text(id)
			x.To, x.Body, x.Category = toronto, body, c
			return x
		}
		for _, c := range []consent.Category{consent.Promotional, consent.Transactional} {
			require.Equal(t, sms.Sent, w.leaves(to("whole "+string(c), whole, c)).State)
			for what, body := range map[string]string{
				"sender":  "We moved. Call 214-555-0199. Reply STOP or ARRET to end.",
				"contact": "Elm Street Dental: we moved. Reply STOP or ARRET to end.",
				"end":     "Elm Street Dental: we moved. Call 214-555-0199.",
			} {
				t.Run("refuses_"+string(c)+"_without_"+what, func(t *testing.T) {
					got := w.leaves(to(string(c)+what, body, c))
					require.Equal(t, sms.Refused, got.State)
				})
			}
		}
		t.Run("ARRET ends them", func(t *testing.T) {
			w.receive(toronto, "ARRET")
			w.step(w.dispatcher())
			require.Equal(t, "consent", w.leaves(to("after", whole, consent.Transactional)).Decision.Rule)
		})
		t.Run("without_rule", func(t *testing.T) {
			const montreal = "+15145550100"
			w.paper(montreal, consent.Transactional)
			x := to("without", "Elm Street Dental: we moved. Reply STOP or ARRET to end.", consent.Transactional)
			x.To = montreal
			require.Equal(t, "contact-canada", w.leaves(x).Decision.Rule)
			x.ID = "without rule"
			require.Equal(t, sms.Sent, w.leaves(x, without("contact-canada")).State)
		})
	})
}

// No text asks for a consent that was not given: not the answer to a START either, which says who sends it, how to reach the practice
// and how to end texts.
func TestPromise_D2_4_NoTextAsksForAConsentNotYetGiven(t *testing.T) {
	const toronto = "+14165550100"
	asks := func(body string) bool {
		words := strings.ToLower(body)
		return slices.ContainsFunc([]string{"agree", "consent", "permission", "confirm", "sign", "subscribe", "opt in"}, func(word string) bool {
			return strings.Contains(words, word)
		})
	}
	worlds(t, func(t *testing.T, w *world) {
		d := w.dispatcher()
		for _, body := range []string{"START", "HELP", "Hello?", "my tooth hurts", "STOP", "START"} {
			t.Run("refuses_to_ask_after_"+body, func(t *testing.T) {
				w.now.Add(time.Second)
				w.receive(toronto, body)
				w.step(d)
				got := w.carrier.bodies()
				require.Equal(t, body != "Hello?", len(got) == 1, got)
				for _, said := range got {
					require.False(t, asks(said), said)
				}
				if body == "START" {
					require.Contains(t, got[0], "Elm Street Dental: nothing on record permits our texts to this number")
					require.Contains(t, got[0], "214-555-0199")
					require.Contains(t, got[0], "Reply STOP to end")
				}
			})
		}
		request := consent.Ask{Practice: practice, Number: toronto}
		t.Run("refuses_to_ask_for_what_nobody_gave", func(t *testing.T) {
			_, err := w.texts.RequestConfirmation(t.Context(), staff, request)
			require.ErrorIs(t, err, consent.ErrNothingPending)
			w.step(d)
			require.Empty(t, w.carrier.bodies())
		})
		t.Run("without_rule", func(t *testing.T) { // once it was given, one text asks to confirm it
			w.confirm(consent.ConfirmAll)
			w.now.Add(time.Second)
			w.paper(toronto, consent.Promotional)
			_, err := w.texts.RequestConfirmation(t.Context(), staff, request)
			require.NoError(t, err)
			w.step(d)
			got := w.carrier.bodies()
			require.Len(t, got, 1)
			require.True(t, asks(got[0]))
		})
	})
}

// Where no zone is named, a text keeps the hours of every zone that the number's area code may be in, and of the practice's;
// a promotional one those of its State too, and no more leave in a day than the State allows.
func TestPromise_D2_2_WhereverTheNumberMayBe(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		n := 0
		at := func(t *testing.T, local, number string, c consent.Category, change ...func(*sms.Text)) sms.Tracked {
			t.Helper()
			w.now.Set(central(t, local))
			w.paper(number, c)
			n++
			x := w.text("t-" + string(rune('a'+n)))
			x.To, x.Category = number, c
			for _, f := range change {
				f(&x)
			}
			return w.leaves(x)
		}
		until := func(t *testing.T, got sms.Tracked, local, rule string) {
			t.Helper()
			require.Equal(t, sms.Queued, got.State, got.Decision.Reason)
			require.Equal(t, central(t, local).UTC(), got.Due)
			require.Equal(t, rule, got.Decision.Rule)
		}
		const (
			newYork   = "+12125550100"
			seattle   = "+12065550100"
			panhandle = "+18505550100" // Florida, in two zones
			houston   = "+17135550100"
			tollFree  = "+18005550100"
			london    = "+442079460000"
		)
		t.Run("defers_by_the_number", func(t *testing.T) {
			require.Equal(t, sms.Sent, at(t, "2026-03-03 19:59", newYork, consent.Transactional).State)
			until(t, at(t, "2026-03-03 20:00", newYork, consent.Transactional), "2026-03-04 08:00", "window-recipient")
			until(t, at(t, "2026-03-05 09:59", seattle, consent.Transactional), "2026-03-05 10:00", "window-recipient")
			require.Equal(t, sms.Sent, at(t, "2026-03-05 20:59", tollFree, consent.Transactional).State, "the practice's own zone")
		})
		t.Run("the address comes first", func(t *testing.T) {
			in := func(region string) func(*sms.Text) { return func(x *sms.Text) { x.Region = region } }
			require.Equal(t, sms.Sent, at(t, "2026-03-06 08:00", seattle, consent.Transactional, in("US-NY")).State)
			until(t, at(t, "2026-03-06 08:00", newYork, consent.Transactional, in("US-WA")), "2026-03-06 10:00", "window-recipient")
			// An address that says no more than a country, or what is no State, takes nothing from what the number says.
			for _, vague := range []string{"US", "US-XX"} {
				until(t, at(t, "2026-03-06 19:30", panhandle, consent.Promotional, in(vague)), "2026-03-07 08:00", "window-us-fl")
			}
		})
		t.Run("refuses_where_nobody_knows_the_hour", func(t *testing.T) {
			require.Equal(t, "window-recipient", at(t, "2026-03-09 12:00", london, consent.Transactional).Decision.Rule)
			there := func(x *sms.Text) { x.Zone = "Europe/London" }
			require.Equal(t, sms.Sent, at(t, "2026-03-09 12:00", london, consent.Transactional, there).State)
		})
		t.Run("refuses_a_promotional_text_where_nobody_knows_the_State", func(t *testing.T) {
			for _, vague := range []string{"", "US", "US-XX"} {
				got := at(t, "2026-03-09 12:00", tollFree, consent.Promotional, func(x *sms.Text) { x.Region = vague })
				require.Equal(t, sms.Refused, got.State, vague)
				require.Equal(t, "place", got.Decision.Rule, vague)
			}
			here := func(x *sms.Text) { x.Region = "US-TN" }
			require.Equal(t, sms.Sent, at(t, "2026-03-09 12:00", tollFree, consent.Promotional, here).State)
		})
		t.Run("promotional texts keep the State's hours", func(t *testing.T) {
			until(t, at(t, "2026-03-10 19:00", panhandle, consent.Promotional), "2026-03-11 08:00", "window-us-fl")
			until(t, at(t, "2026-03-15 11:59", houston, consent.Promotional), "2026-03-15 12:00", "window-us-tx")
			require.Equal(t, sms.Sent, at(t, "2026-03-15 11:59", houston, consent.Transactional).State)
		})
		t.Run("no more than the State allows in a day", func(t *testing.T) {
			const miami = "+13055550100"
			for _, hour := range []string{"08", "09", "10"} {
				require.Equal(t, sms.Sent, at(t, "2026-03-17 "+hour+":00", miami, consent.Promotional).State)
			}
			until(t, at(t, "2026-03-17 11:00", miami, consent.Promotional), "2026-03-18 08:01", "cap-us-fl")
			require.Equal(t, sms.Sent, at(t, "2026-03-17 11:00", miami, consent.Transactional).State, "a reminder is none of them")
			w.now.Set(central(t, "2026-03-18 08:01"))
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 1)

			const tampa = "+18135550100" // five at once
			w.paper(tampa, consent.Promotional)
			for _, id := range []string{"one", "two", "three", "four", "five"} {
				x := w.text(id)
				x.To, x.Category = tampa, consent.Promotional
				w.enqueue(x)
			}
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 3)
			w.now.Set(central(t, "2026-03-19 08:02"))
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 2)
		})
		t.Run("refuses_as_stale_and_says_when_it_would_have_been_lawful", func(t *testing.T) {
			got := at(t, "2026-03-20 20:00", newYork, consent.Transactional, func(x *sms.Text) { x.LastUseful = w.now.Now().Add(12 * time.Hour) })
			require.Equal(t, "useful", got.Decision.Rule)
			require.Contains(t, got.Decision.Reason, "Saturday, March 21 at 8:00 am in America/Chicago")
		})
		t.Run("without_rule", func(t *testing.T) {
			w.now.Set(central(t, "2026-03-22 11:00"))
			x := w.text("without")
			x.To, x.Category = houston, consent.Promotional
			require.Equal(t, sms.Queued, w.leaves(x).State)
			x.ID = "without rule"
			require.Equal(t, sms.Sent, w.leaves(x, without("window-us-tx")).State)
		})
	})
}

// Whoever asks a machine for one of its words has begun no conversation, and does not lengthen one.
func TestPromise_D1_3_AWordIsNoConversation(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		d := w.dispatcher()
		reply := func(id string) sms.Tracked {
			x := w.text(id)
			x.Category = consent.Conversational
			k := w.enqueue(x)
			w.step(d)
			w.carrier.bodies()
			return w.tracked(k)
		}
		w.grant(consent.Conversational)
		for _, word := range []string{"HELP", "AGREE", "STOP", "no more offers please", "START"} {
			t.Run("refuses_a_reply_to_"+word, func(t *testing.T) {
				w.now.Add(time.Second)
				w.receive(patient, word)
				w.now.Add(time.Second)
				w.paper(patient, consent.Conversational)
				w.now.Add(time.Second)
				got := reply("to " + word)
				require.Equal(t, sms.Refused, got.State)
				require.Equal(t, "conversation", got.Decision.Rule)
			})
		}
		t.Run("free words begin one, and it ends 48 hours after them", func(t *testing.T) {
			w.now.Add(time.Second)
			w.paper(patient, consent.Conversational)
			w.now.Add(time.Second)
			w.receive(patient, "Can I come an hour later?")
			for range 30 { // a HELP a minute
				w.now.Add(time.Minute)
				w.receive(patient, "HELP")
			}
			require.Equal(t, sms.Sent, reply("in time").State)
			w.now.Add(48 * time.Hour)
			w.receive(patient, "HELP")
			late := reply("late")
			require.Equal(t, sms.Refused, late.State)
			require.Equal(t, "conversation", late.Decision.Rule)
		})
	})
}
