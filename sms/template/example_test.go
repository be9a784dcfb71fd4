package template_test

import (
	"errors"
	"fmt"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/template"
)

func Example() {
	reminder, err := template.New(template.Source{
		ID: "reminder", Version: 1, Category: consent.Transactional,
		Bodies: map[template.Language]string{
			template.English: "{{practice}}: your appointment is {{date}} at {{time}}. Reply STOP to end texts.",
			template.Spanish: "{{practice}}: su cita es el {{date}} a las {{time}}. Responda ALTO para no recibir textos.",
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range reminder.Languages() {
		body, err := reminder.Render(l, template.Setting{Practice: "Elm Street Dental"}, template.Values{"date": "2026-12-08", "time": "09:30"})
		fmt.Println(body, err)
	}
	// Output:
	// Elm Street Dental: your appointment is Tue, Dec 8 at 9:30 AM. Reply STOP to end texts. <nil>
	// Elm Street Dental: su cita es el mar 8 de dic a las 9:30 AM. Responda ALTO para no recibir textos. <nil>
}

func ExampleRefusal() {
	_, err := template.New(template.Source{
		ID: "reminder", Version: 1, Category: consent.Transactional,
		Bodies: map[template.Language]string{template.English: "{{practice}}: your root canal is {{date}}. Reply YES to confirm."},
	})
	fmt.Println(err)
	var refusal *template.Refusal
	if errors.As(err, &refusal) {
		for _, f := range refusal.Findings {
			fmt.Printf("%s %q at %d\n", f.Class, f.Words, f.Start)
		}
	}
	// Output:
	// template: the en wording does not pass the screen: endless, health (procedure), reserved (answer)
	// endless "" at 0
	// health "root canal" at 19
	// reserved "YES" at 49
}

func ExampleTemplate_Preview() {
	made, err := template.New(template.Standard()[0])
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := made.Preview(template.English, template.Setting{Practice: "Zoë’s Dental"}, true)
	fmt.Println(p.Encoding, p.Segments, p.Units, err)
	for _, f := range p.Foreign {
		fmt.Printf("%q at %d\n", f.Rune, f.At)
	}
	// Output:
	// UCS-2 2 126 <nil>
	// 'ë' at 2
}
