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
			{"How do I stop these texts?", sms.Sent, sms.Refused, ""},
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
