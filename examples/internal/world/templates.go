package world

import (
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/template"
)

// TextHost is where links in the invented practice's texts may lead.
const TextHost = "texts.elm-street.example"

// Document is the template of a text that leads to what no text may say.
const Document = "document"

// Templates are what the invented practice texts: the standard ones, two for many at once, and one that leads elsewhere.
func Templates() []template.Source {
	return append(template.Standard(),
		template.Source{ID: "closed", Version: 1, Category: consent.Transactional, Bodies: map[template.Language]string{
			template.English: "{{practice}}: our office is closed on {{date}}. Please call {{phone}} for a new time. Reply STOP to end texts.",
			template.Spanish: "{{practice}}: cerramos el {{date}}. Por favor llame al {{phone}} para otra hora. Responda ALTO para no recibir textos.",
			template.French:  "{{practice}} : nous sommes fermés le {{date}}. Appelez le {{phone}} pour une autre heure. Répondez ARRET pour ne plus recevoir de textos.",
		}},
		template.Source{ID: Document, Version: 1, Category: consent.Transactional, Bodies: map[template.Language]string{
			template.English: "{{practice}}: something waits for you. Sign in to read it: {{link}} Reply STOP to end texts.",
			template.Spanish: "{{practice}}: algo le espera. Entre a su cuenta para leerlo: {{link}} Responda ALTO para no recibir textos.",
			template.French:  "{{practice}} : quelque chose vous attend. Connectez-vous pour le lire: {{link}} Répondez ARRET pour ne plus recevoir de textos.",
		}},
		template.Source{ID: "offer", Version: 1, Category: consent.Promotional, Bodies: map[template.Language]string{
			template.English: "{{practice}}: 20% off whitening until {{date}}. Call {{phone}}. Reply STOP to end texts.",
			template.Spanish: "{{practice}}: 20% de descuento en blanqueamiento hasta el {{date}}. Llame al {{phone}}. Responda ALTO para no recibir textos.",
			template.French:  "{{practice}} : 20 % de rabais sur le blanchiment jusqu'au {{date}}. Appelez le {{phone}}. Répondez ARRET pour ne plus recevoir de textos.",
		}},
	)
}
