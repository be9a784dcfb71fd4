package sms_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms"
)

// HELP is answered with contact, frequency and instructions, also to a number that opted out, so many times a day.
func TestPromise_D4_3_HelpIsAnswered(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.expand()
		about := map[string][]string{
			office: {"Elm Street Dental", "214-555-0199", "about 2 texts per visit", "STOP", "rates"},
			annex:  {"Elm Street Orthodontics", "214-555-0188", "about 1 text a month", "STOP", "rates"},
		}
		answers := func(t *testing.T, to, word string) int {
			t.Helper()
			w.come(patient, to, word)
			w.step(w.dispatcher())
			sent := w.carrier.sent
			w.carrier.bodies()
			for _, m := range sent {
				require.Equal(t, to, m.From)
				for _, part := range about[to] {
					require.Contains(t, m.Body, part)
				}
				for _, marketing := range []string{"offer", "discount", "free", "book"} {
					require.NotContains(t, strings.ToLower(m.Body), marketing)
				}
			}
			return len(sent)
		}
		require.Equal(t, 1, answers(t, office, "HELP"))
		require.Equal(t, 1, answers(t, annex, "help!"))
		require.Equal(t, 1, answers(t, office, "Info"))
		t.Run("after a stop, at night", func(t *testing.T) {
			w.receive(patient, "STOP")
			w.now.Set(time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC)) // 03:00 in Chicago
			w.step(w.dispatcher())
			w.carrier.bodies()
			require.Equal(t, 1, answers(t, office, "HELP"))
		})
		t.Run("refuses_more_than_five_a_day", func(t *testing.T) {
			got := 0
			for i := range 10 {
				w.now.Add(time.Second)
				got += answers(t, []string{office, annex}[i%2], "HELP")
			}
			require.Equal(t, 1, got, "four were answered before")
			w.now.Add(25 * time.Hour)
			require.Equal(t, 1, answers(t, office, "HELP"), "a new day")
		})
		t.Run("refuses_marketing", func(t *testing.T) {
			for name, spoil := range map[string]func(*sms.Sender){
				"contact":   func(s *sms.Sender) { s.Contact += ", ask for our special offer" },
				"frequency": func(s *sms.Sender) { s.Frequency = "a coupon a week" },
			} {
				loud, err := w.store.Sender(t.Context(), practice, office)
				require.NoError(t, err)
				spoil(&loud)
				require.ErrorIs(t, w.texts.Register(t.Context(), staff, loud), sms.ErrInvalid, name)
			}
			w.now.Add(25 * time.Hour)
			require.Equal(t, 1, answers(t, office, "HELP"), "and the answer is what it was")
		})
		t.Run("without_rule", func(t *testing.T) {
			uncapped, err := sms.New(w.store, w.consents, w.log, &sms.Options{AnswersPerDay: 100, Now: w.now.Now})
			require.NoError(t, err)
			w.texts = uncapped
			got := 0
			for range 10 {
				w.now.Add(time.Second)
				got += answers(t, office, "HELP")
			}
			require.Equal(t, 10, got)
		})
	})
}
