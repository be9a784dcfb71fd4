package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/examples/internal/world"
)

// Who agreed to a wording in Spanish is asked to confirm, helped and let go in Spanish, whatever word comes.
func TestThePracticeAnswersInThePatientsLanguage(t *testing.T) {
	crowded(t, func(t *testing.T, s *site) {
		const number = "+15125550142"
		shown := "Acepto recibir mensajes de " + world.Sender().Name + ", enviados mediante Enamel: ofertas de servicios. La frecuencia de los mensajes " +
			"varía. Pueden aplicarse tarifas de mensajes y datos. Responda ALTO para cancelar. Responda AYUDA para recibir ayuda. " +
			"Términos: https://elm-street.example/es/t. Política de privacidad: https://elm-street.example/es/p. " +
			"El consentimiento no es condición de ninguna compra ni servicio. Los mensajes de texto no están cifrados."
		s.act("publish", map[string]string{"id": "offers-es", "category": "promotional", "language": "es", "text": shown})
		s.act("consent", map[string]string{
			"number": number, "category": "promotional", "wording": shown, "language": "es", "document": "scan-7",
		})
		s.act("confirmation", map[string]string{"number": number})
		newest := func() string {
			t.Helper()
			all := received(s.phone(number))
			return strings.TrimPrefix(all[len(all)-1], world.Sender().Name)
		}
		require.Contains(t, newest(), "responda AUTORIZO para confirmar")
		require.Contains(t, s.act("reply", map[string]string{"number": number, "words": "Autorizo"}), "request for confirmation")
		s.act("reply", map[string]string{"number": number, "words": "HELP"})
		require.Contains(t, newest(), ": ayuda: (512) 555-0199. Enviamos unos 2 textos por cita.")
		s.act("reply", map[string]string{"number": number, "words": "STOP"})
		require.Equal(t, ": ya no le enviaremos textos. Responda INICIAR para recibirlos de nuevo.", newest())
		s.act("reply", map[string]string{"number": number, "words": "INICIAR"})
		require.Contains(t, newest(), "le enviaremos de nuevo textos sobre sus citas")
	})
}
