package template_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/screen"
	"github.com/enamel-go/enamel/sms/template"
)

// refused returns the classes for which a body of a category is refused at registration.
func refused(t *testing.T, c consent.Category, body string) map[screen.Class]bool {
	t.Helper()
	s := source(body)
	s.Category = c
	_, err := template.New(s)
	if err == nil {
		return nil
	}
	var refusal *template.Refusal
	require.ErrorAs(t, err, &refusal, body)
	classes := map[screen.Class]bool{}
	for _, f := range refusal.Findings {
		classes[f.Class] = true
	}
	return classes
}

func TestPromise_D1_1_TemplatesCarryNoHealthInformation(t *testing.T) {
	const end = " Reply STOP to end texts."
	for _, body := range []string{
		"{{practice}}: your root canal is {{date}}.", "{{practice}}: {{first_name}}, your crown is ready.",
		"{{practice}}: your balance is overdue.", "{{practice}}: su endodoncia es el {{date}}.",
		"{{practice}}: votre traitement de canal est le {{date}}.", "{{practice}}: tooth {{code}}.",
	} {
		t.Run("refuses_the_template_"+body, func(t *testing.T) {
			require.True(t, refused(t, consent.Transactional, body+end)[screen.Health])
		})
	}
	t.Run("refuses_a_variable_of_free_words", func(t *testing.T) {
		_, err := template.New(source("{{practice}}: your {{reason}} is {{date}}." + end))
		require.ErrorIs(t, err, template.ErrInvalid)
		require.ErrorContains(t, err, "first_name", "what there is")
	})
	t.Run("refuses_such_a_value", func(t *testing.T) {
		made, err := template.New(source("{{practice}}: your visit is with {{clinician}}." + end))
		require.NoError(t, err)
		_, err = made.Render(template.English, setting, template.Values{"clinician": "Dr. Lee"})
		require.NoError(t, err)
		for _, value := range []string{"Root Canal", "Dr. Lee Periodontist", "Chemotherapy"} {
			_, err = made.Render(template.English, setting, template.Values{"clinician": value})
			var refusal *template.Refusal
			require.ErrorAs(t, err, &refusal, value)
		}
	})
	t.Run("refuses_a_link_that_tells", func(t *testing.T) {
		require.True(t, refused(t, consent.Transactional, "{{practice}}: see elm.example/root-canal"+end)[screen.Link])
		require.True(t, refused(t, consent.Transactional, "{{practice}}: see elm.example/v?patient={{code}}"+end)[screen.Link])
		made, err := template.New(source("{{practice}}: see {{link}}" + end))
		require.NoError(t, err)
		_, err = made.Render(template.English, setting, template.Values{"link": "https://texts.elm.example/root-canal"})
		require.ErrorIs(t, err, template.ErrInvalid)
		_, err = made.Render(template.English, setting, template.Values{"link": "https://texts.elm.example/RootCanalQTZK4W7XGPHV2N6"})
		var refusal *template.Refusal
		require.ErrorAs(t, err, &refusal)
		require.Equal(t, screen.Link, refusal.Findings[0].Class)
	})
	t.Run("refuses_a_link_that_a_value_makes", func(t *testing.T) {
		for _, body := range []string{
			"see https://elm.example/{{code}}", "see elm.example/?t={{phone}}", "see elm.example/v?a={{clinician}}", "see {{first_name}}.elm.example/x", "see {{link}}/{{first_name}}",
			"see {{link}}{{first_name}}", "see {{link}}?u={{phone}}", "see {{link}}root", "see {{link}}.{{code}}", "see (www.elm.example/{{answer}})",
			"see www.{{practice}}.com/{{first_name}}", "see https://{{practice}}.example/{{code}}", "see {{practice}}.com/{{first_name}}", "see {{clinician}}.com/{{code}}",
		} {
			require.Equal(t, map[screen.Class]bool{screen.Link: true}, refused(t, consent.Transactional, "{{practice}}: "+body+end), body)
		}
		require.True(t, refused(t, consent.Transactional, "{{practice}}: reply STOP to end texts, or see elm.example/{{code}}")[screen.Link], "at the end")
		for _, body := range []string{
			"see {{link}}.", "see ({{link}})", "Link:{{link}}", "reply {{come_answer}}/{{move_answer}}.", "at {{time}}.See elm.example/book", "Tel.{{phone}}", "see “{{link}}”!", "see {{practice}}.com/book", "{{practice}}.See us at {{time}}",
		} {
			require.Nil(t, refused(t, consent.Transactional, "{{practice}}: "+body+end), body)
		}
	})
	t.Run("without_rule", func(t *testing.T) {
		require.Nil(t, refused(t, consent.Transactional, "{{practice}}: your visit is {{date}}."+end), "the same without the word passes")
	})
}

func TestPromise_D1_2_TransactionalTemplatesDoNotAdvertise(t *testing.T) {
	for _, sentence := range []string{
		"Get 20% off your next visit!", "Ask about our special offers.", "Refer a friend and win a gift card.",
		"Aproveche nuestra oferta especial.", "Profitez de notre offre.",
	} {
		body := "{{practice}}: your appointment is {{date}}. " + sentence + " Call {{phone}}. Reply STOP to end texts."
		t.Run("refuses_"+sentence, func(t *testing.T) {
			require.Equal(t, map[screen.Class]bool{screen.Promotion: true}, refused(t, consent.Transactional, body))
			require.Equal(t, map[screen.Class]bool{screen.Promotion: true}, refused(t, consent.Conversational, body))
		})
		t.Run("without_rule", func(t *testing.T) {
			require.Nil(t, refused(t, consent.Promotional, body), "a promotional text may say so")
		})
	}
}

func TestPromise_D1_4_OnlyPromotionalTemplatesOffer(t *testing.T) {
	body := "{{practice}}: teeth whitening now $99, half off. Call {{phone}}. Reply STOP to end texts."
	require.Nil(t, refused(t, consent.Promotional, body))
	t.Run("refuses_it_as_transactional", func(t *testing.T) {
		require.True(t, refused(t, consent.Transactional, body)[screen.Promotion])
	})
	t.Run("refuses_health_in_an_offer", func(t *testing.T) {
		require.True(t, refused(t, consent.Promotional, "{{practice}}: half off your root canal. Call {{phone}}. Reply STOP to end texts.")[screen.Health])
	})
}

func TestPromise_D2_4_CommercialTextsSayWhoAndHow(t *testing.T) {
	require.Nil(t, refused(t, consent.Promotional, "{{practice}}: new offers. Call {{phone}}. Reply STOP to end texts."))
	require.Nil(t, refused(t, consent.Promotional, "{{practice}} : nos offres: {{link}} Répondez ARRET pour ne plus recevoir de textos."))
	for missing, body := range map[screen.Class]string{
		screen.Nameless:    "New offers. Call {{phone}}. Reply STOP to end texts.",
		screen.Unreachable: "{{practice}}: new offers. Reply STOP to end texts.",
		screen.Endless:     "{{practice}}: new offers. Call {{phone}}.",
	} {
		t.Run("refuses_"+string(missing), func(t *testing.T) {
			require.Equal(t, map[screen.Class]bool{missing: true}, refused(t, consent.Promotional, body))
		})
	}
}
