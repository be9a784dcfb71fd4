// Package template makes a practice's texts of wordings that were screened before any patient's name was put into them.
//
//	reminder, err := template.New(template.Source{
//		ID: "reminder", Version: 1, Category: consent.Transactional,
//		Bodies: map[template.Language]string{
//			template.English: "{{practice}}: your appointment is {{date}} at {{time}}. Reply STOP to end texts.",
//		},
//	})
//	body, err := reminder.Render(template.English, template.Setting{Practice: "Elm Street Dental"},
//		template.Values{"date": "2026-12-08", "time": "09:30"})
//
// # What a variable can say
//
// A variable's name is its type, or ends in an underscore and its type: {{date}}, {{old_date}}. There is no type for free
// words. Each type takes values of one form alone, in which nothing can be said of anybody's health: a date, a time of day or several, a
// phone number, a code of digits, an answer such as C4, a link to a host of the practice's that is a token and nothing else (package link), the
// practice's name, a clinician's, a patient's first name. Dates and times come in the form of ISO 8601 and go out as the
// language writes them, in the characters of GSM-7. No variable stands in a link of the body or right behind one: there a
// number or a name would say whose it is.
//
// # When it is screened
//
// [New] screens each body by package screen with sample values, [Template.Render] the text that leaves. A body gives the
// practice's name and says how to end the texts, in every language; a promotional one says how to reach the practice too
// (Canada's Anti-Spam Legislation, section 6(2)); only a promotional one may advertise (47 CFR 64.1200(f)(1)).
//
// # Errors
//
// [ErrInvalid] for a template or values that cannot be used, and *[Refusal], which wraps it, for what the screen found: where
// it stands in the body as it was written. No error carries a value or a body; a refusal's findings carry the words that were
// found, so it is shown to whom the text may be shown to.
//
// Nothing is stored. A [Template] does not change and may be used concurrently.
package template
