package sms_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// TestPromise_D1_1_NothingLeavesThatSpeaksOfHealth counts what a provider was asked to carry of each text that no text may be.
func TestPromise_D1_1_NothingLeavesThatSpeaksOfHealth(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.grant(consent.Transactional)
		leaves := func(id, body string, adjust ...func(*sms.DispatcherOptions)) sms.Tracked {
			w.carrier.bodies()
			x := w.text(id)
			x.Body = body
			k := w.enqueue(x)
			w.step(w.dispatcher(adjust...))
			return w.tracked(k)
		}
		for rule, bodies := range map[string][]string{
			"health": {
				"Elm Street Dental: your root canal is on Thursday.", "Elm Street Dental: the crown for tooth #14 is ready.",
				"Elm Street Dental: please take your amoxicillin an hour before.", "Elm Street Dental: your balance of $240 is due.",
				"Elm Street Dental: your insurance denied the claim for D0099.", "Elm Street Dental: your biopsy results are in.",
				"Elm Street Dental: tu endodoncia es el jueves.", "Elm Street Dental : votre traitement de canal est jeudi.",
			},
			"link": {
				"Elm Street Dental: see https://elm.example/visit?procedure=root-canal",
			},
			"shaft":    {"Elm Street Dental: details at https://bit.ly/3xyz", "Elm Street Dental: free wine and whiskey tasting on Friday."},
			"reserved": {"Elm Street Dental: see you at 3. Reply YES to confirm or CANCEL to cancel."},
		} {
			for _, body := range bodies {
				t.Run("refuses_"+rule, func(t *testing.T) {
					got := leaves(body, body)
					require.Equal(t, sms.Refused, got.State, body)
					require.Equal(t, rule, got.Decision.Rule, body)
					require.Empty(t, w.carrier.bodies(), "the provider was asked to carry it")
				})
			}
		}
		t.Run("sends_what_says_nothing", func(t *testing.T) {
			require.Equal(t, sms.Sent, leaves("plain", "Elm Street Dental: see you on Thursday at 3:00 PM.").State)
			require.Len(t, w.carrier.bodies(), 1)
		})
		t.Run("without_rule", func(t *testing.T) {
			require.Equal(t, sms.Sent, leaves("unruled", "Elm Street Dental: your root canal is on Thursday.", without("health")).State)
		})
	})
}
