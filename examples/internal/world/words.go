package world

import (
	"context"
	"strings"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/template"
)

// words are what the practice's reminders say to whom does not read English. In English they say what the library says.
type words struct{ of *template.Template }

func newWords() (words, error) {
	of, err := template.New(template.Source{
		ID: "reminder", Version: 1, Category: consent.Transactional,
		Bodies: map[template.Language]string{
			template.Spanish: "{{practice}}: le recordamos su cita del {{date}} a las {{times}}. Responda {{answer}} para confirmar. ¿Preguntas? Llame al {{phone}}. Responda ALTO para no recibir textos.",
			template.French:  "{{practice}} : rappel de votre rendez-vous du {{date}} à {{times}}. Répondez {{answer}} pour confirmer. Questions? Appelez le {{phone}}. Répondez ARRET pour ne plus recevoir de textos.",
		},
	})
	return words{of}, err
}

// Reminder implements sms.Wording.
func (w words) Reminder(_ context.Context, r sms.Reminder) (string, error) {
	language := w.of.Language(r.Language, template.English)
	if language == template.English {
		return "", nil
	}
	return w.of.Render(language, template.Setting{Practice: r.Sender.Name}, template.Values{
		"date": r.Date, "times": strings.Join(r.Times, ","), "answer": r.Answer, "phone": "+15125550199",
	})
}
