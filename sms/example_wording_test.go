package sms_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/template"
)

// wording words reminders by a template, in the languages that it has.
type wording struct{ reminder *template.Template }

func (w wording) Reminder(_ context.Context, r sms.Reminder) (string, error) {
	values := template.Values{"date": r.Date, "times": strings.Join(r.Times, ",")}
	language := w.reminder.Language(r.Language, template.English)
	return w.reminder.Render(language, template.Setting{Practice: r.Sender.Name}, values)
}

// The planner and the dispatcher take a wording in their options.
func ExampleWording() {
	reminder, err := template.New(template.Source{
		ID: "reminder", Version: 1, Category: consent.Transactional,
		Bodies: map[template.Language]string{
			template.English: "{{practice}}: see you {{date}} at {{times}}. Reply STOP to end texts.",
			template.Spanish: "{{practice}}: le esperamos el {{date}} a las {{times}}. Responda ALTO para no recibir textos.",
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	var own sms.Wording = wording{reminder}
	fmt.Println(own.Reminder(context.Background(), sms.Reminder{
		Sender: sms.Sender{Name: "Elm Street Dental"}, Language: "es-US", Date: "2026-12-08", Times: []string{"09:30", "10:15"},
	}))
	// Output:
	// Elm Street Dental: le esperamos el mar 8 de dic a las 9:30 AM y 10:15 AM. Responda ALTO para no recibir textos. <nil>
}
