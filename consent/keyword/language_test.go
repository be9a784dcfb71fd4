package keyword_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent/keyword"
)

func TestTheLanguageOfAMessage(t *testing.T) {
	for language, bodies := range map[string][]string{
		"es": {
			"ALTO", "¡alto!", "Parar", "alto por favor", "no más", "AYUDA", "Información", "iniciar", "AUTORIZO",
			"Ya no me manden mensajes", "número equivocado", "ALTO. Ya no me manden mensajes",
		},
		"fr": {
			"ARRET", "Arrêt", "arret svp", "Désabonner", "AIDE", "début", "commencer", "AUTORISE", "J'autorise", "j’autorise",
			"N'envoyez plus de textos", "mauvais numéro",
		},
		"en": {"please stop texting me", "take me off your list", "wrong number"},
		"": {
			"STOP", "stop please", "opt-out", "Unsubscribe", "HELP", "info", "START", "I agree", "fin", "cancel", "5TOP",
			"stop texting me, ya no me manden mensajes", "Yes", "Nos vemos mañana", "👍", "",
		},
	} {
		for _, body := range bodies {
			require.Equal(t, language, keyword.Understand(body).Language, "%q", body)
		}
	}
}

// TestARefusalAgreesToNothing: what begins with the word that confirms, or turns it into its opposite, does not confirm.
func TestARefusalAgreesToNothing(t *testing.T) {
	for _, body := range []string{
		"no autorizo", "NO AUTORIZO", "no, autorizo", "autorizo a mi esposo", "¿autorizo?, no", "autorizado", "autorizacion", "autoriza",
		"n'autorise pas", "je n'autorise pas", "j'autorise pas", "autorise pas", "autorisez", "autorisé par qui?", "autorisation", "je refuse",
	} {
		require.NotEqual(t, keyword.Agree, keyword.Understand(body).Asks, "%q", body)
	}
}
