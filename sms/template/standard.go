package template

import "github.com/enamel-go/enamel/consent"

// Standard returns templates for what practices text most, in three languages: "reminder", "confirmation", which asks for an
// answer such as C4 and never for a word that ends texts somewhere, "recall", "call" after a call that nobody took, and
// "reschedule". They are transactional, name no treatment, and fit GSM-7. Change their wording as you like: New screens it.
func Standard() []Source {
	return []Source{
		{ID: "reminder", Version: 1, Category: consent.Transactional, Bodies: map[Language]string{
			English: "{{practice}}: your appointment is {{date}} at {{times}}. Questions? Call {{phone}}. Reply STOP to end texts.",
			Spanish: "{{practice}}: su cita es el {{date}} a las {{times}}. ¿Preguntas? Llame al {{phone}}. Responda ALTO para no recibir textos.",
			French:  "{{practice}} : votre rendez-vous est le {{date}} à {{times}}. Questions? Appelez le {{phone}}. Répondez ARRET pour ne plus recevoir de textos.",
		}},
		{ID: "confirmation", Version: 1, Category: consent.Transactional, Bodies: map[Language]string{
			English: "{{practice}}: can you come on {{date}} at {{time}}? Reply {{come_answer}} to confirm or {{move_answer}} to change the time. Reply STOP to end texts.",
			Spanish: "{{practice}}: ¿puede venir el {{date}} a las {{time}}? Responda {{come_answer}} para confirmar o {{move_answer}} para cambiar la hora. Responda ALTO para no recibir textos.",
			French:  "{{practice}} : pouvez-vous venir le {{date}} à {{time}}? Répondez {{come_answer}} pour confirmer ou {{move_answer}} pour changer l'heure. Répondez ARRET pour ne plus recevoir de textos.",
		}},
		{ID: "recall", Version: 1, Category: consent.Transactional, Bodies: map[Language]string{
			English: "{{practice}}: it is time for your next visit. Call {{phone}} or choose a time at {{link}} Reply STOP to end texts.",
			Spanish: "{{practice}}: ya es tiempo de volver a visitarnos. Llame al {{phone}} o elija una hora en {{link}} Responda ALTO para no recibir textos.",
			French:  "{{practice}} : il est temps de prendre votre prochain rendez-vous. Appelez le {{phone}} ou choisissez une heure ici: {{link}} Répondez ARRET pour ne plus recevoir de textos.",
		}},
		{ID: "call", Version: 1, Category: consent.Transactional, Bodies: map[Language]string{
			English: "{{practice}}: we tried to call you. Please call us back at {{phone}}. Reply STOP to end texts.",
			Spanish: "{{practice}}: intentamos llamarle. Por favor llame al {{phone}}. Responda ALTO para no recibir textos.",
			French:  "{{practice}} : nous avons essayé de vous joindre. Rappelez-nous au {{phone}}. Répondez ARRET pour ne plus recevoir de textos.",
		}},
		{ID: "reschedule", Version: 1, Category: consent.Transactional, Bodies: map[Language]string{
			English: "{{practice}}: we have to move your appointment of {{old_date}}. Can you come on {{new_date}} at {{new_time}} instead? Please call {{phone}}. Reply STOP to end texts.",
			Spanish: "{{practice}}: tenemos que cambiar su cita del {{old_date}}. ¿Puede venir el {{new_date}} a las {{new_time}}? Por favor llame al {{phone}}. Responda ALTO para no recibir textos.",
			French:  "{{practice}} : nous devons déplacer votre rendez-vous du {{old_date}}. Pouvez-vous venir le {{new_date}} à {{new_time}}? Appelez le {{phone}}. Répondez ARRET pour ne plus recevoir de textos.",
		}},
	}
}
