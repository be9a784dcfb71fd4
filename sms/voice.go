package sms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms/template"
)

// voice is how a practice's number says what is always said the same way, in one language. In the forms %[1]s is the practice's
// name, %[2]s its contact and %[3]s how often it texts.
//
// None of them advertises, and none but the confirmation request, which follows a consent, asks for one; the answer to a STOP says
// nothing but that it was heard, and how to come back (47 CFR 64.1200(a)(12)). The confirmation request carries what a recurring
// programme must say when it begins (CTIA Messaging Principles, section 5.1.2.1) and never asks for YES, which Twilio takes
// for START. Each word that is offered is one that package keyword hears. No letter is beyond GSM-7, where names have none.
type voice struct {
	language template.Language

	often  string // how often, of the practice's own phrase; see [Sender]
	varies string // the same where it has none in the language

	stop    string // the answer to a STOP
	narrow  string // to one that is narrowed to what is promotional
	help    string // to HELP
	again   string // to a START that restored something
	nothing string // to one that did not: Canada lets no text ask for a consent, and nobody knows where a phone is
	confirm string // the one request of a double opt-in
	call    string // to what is flagged: it neither repeats what the patient wrote nor says what kind of thing it was

	// The question which appointment is meant: of the choices %[1]d is the number, %[2]s the day, %[3]s the time; of the
	// question they are %[3]s.
	which, at, on, all string
}

var english = voice{
	language: template.English,
	often:    "%s",
	stop:     "%[1]s: you are removed from our texts and will get no more. Reply START to get them again.",
	narrow:   "%[1]s: you get no more offers by text. Reply STOP to end all our texts.",
	help:     "%[1]s: help at %[2]s. We send %[3]s. Msg & data rates may apply. Reply STOP to end texts.",
	again:    "%[1]s: you get our appointment texts again. Reply HELP for help, STOP to end them. Msg & data rates may apply.",
	nothing:  "%[1]s: nothing on record permits our texts to this number, so it gets none. Help at %[2]s. Reply STOP to end texts.",
	confirm: "%[1]s: reply AGREE to confirm that you want our texts (%[3]s). Not a condition of any purchase or service. " +
		"Msg & data rates may apply. Texts are not encrypted. Help at %[2]s or reply HELP. Reply STOP to end.",
	call:  "%[1]s: please call us about your message (%[2]s). Texts are not private enough for it.",
	which: "%[1]s: which appointment do you mean? Reply %[3]s. Questions: %[2]s.",
	at:    "%[1]d for %[3]s", on: "%[1]d for %[2]s at %[3]s", all: "%[1]d for all",
}

var spanish = voice{
	language: template.Spanish,
	often:    "Enviamos %s.",
	varies:   "La frecuencia puede variar.",
	stop:     "%[1]s: ya no le enviaremos textos. Responda INICIAR para recibirlos de nuevo.",
	narrow:   "%[1]s: ya no le enviaremos ofertas por texto. Responda ALTO para no recibir ninguno de nuestros textos.",
	help:     "%[1]s: ayuda: %[2]s. %[3]s Pueden aplicarse cargos por mensajes y datos. Responda ALTO para no recibir textos.",
	again: "%[1]s: le enviaremos de nuevo textos sobre sus citas. Responda AYUDA para obtener ayuda, ALTO para no recibirlos. " +
		"Pueden aplicarse cargos por mensajes y datos.",
	nothing: "%[1]s: no consta un permiso para enviar textos a este teléfono y no le enviaremos ninguno. Ayuda: %[2]s. " +
		"Responda ALTO para no recibir textos.",
	confirm: "%[1]s: responda AUTORIZO para confirmar que quiere textos. %[3]s Su permiso no es requisito de compra ni servicio. " +
		"Pueden aplicarse cargos por mensajes y datos. Los textos no van cifrados. Ayuda: %[2]s o responda AYUDA. " +
		"Responda ALTO para no recibir textos.",
	call:  "%[1]s: por favor llame a nuestra oficina por su mensaje (%[2]s). Los textos no son lo bastante privados para eso.",
	which: "%[1]s: ¿a qué cita se refiere? Responda %[3]s. Preguntas: %[2]s.",
	at:    "%[1]d para las %[3]s", on: "%[1]d para el %[2]s a las %[3]s", all: "%[1]d para todas",
}

var french = voice{
	language: template.French,
	often:    "Nous envoyons %s.",
	varies:   "La fréquence peut varier.",
	stop:     "%[1]s : nous ne vous enverrons plus de textos. Répondez DEBUT pour les recevoir de nouveau.",
	narrow:   "%[1]s : nous ne vous enverrons plus d'offres par texto. Répondez ARRET pour ne plus recevoir aucun de nos textos.",
	help: "%[1]s : aide : %[2]s. %[3]s Des frais de messages et de données peuvent s'appliquer. " +
		"Répondez ARRET pour ne plus recevoir de textos.",
	again: "%[1]s : vous recevrez de nouveau nos textos sur vos rendez-vous. Répondez AIDE pour obtenir de l'aide, ARRET pour ne plus " +
		"en recevoir. Des frais de messages et de données peuvent s'appliquer.",
	nothing: "%[1]s : rien au dossier ne permet d'envoyer des textos à ce numéro, et il n'en recevra pas. Aide : %[2]s. " +
		"Répondez ARRET pour ne plus recevoir de textos.",
	confirm: "%[1]s : répondez AUTORISE pour recevoir nos textos. %[3]s Votre accord n'est pas requis pour un achat ou service. " +
		"Des frais de messages et de données peuvent s'appliquer. Textos non chiffrés. Aide : %[2]s ou répondez AIDE. " +
		"Répondez ARRET pour ne plus en recevoir.",
	call:  "%[1]s : veuillez nous appeler au sujet de votre message (%[2]s). Les textos ne sont pas assez privés pour cela.",
	which: "%[1]s : de quel rendez-vous parlez-vous? Répondez %[3]s. Questions : %[2]s.",
	at:    "%[1]d pour %[3]s", on: "%[1]d pour %[2]s à %[3]s", all: "%[1]d pour tous",
}

// voiceOf returns the voice that speaks a language, as BCP 47 names it, such as es-US, and whether there is one.
func voiceOf(language string) (voice, bool) {
	for _, v := range []voice{english, spanish, french} {
		if template.LanguageOf(language) == v.language {
			return v, true
		}
	}
	return english, false
}

// voice returns the voice that speaks to a number: in the language of its message, where that tells one, else in that of the
// wording that was agreed to last for it. Where nobody can tell, it is English: no answer is held up over it.
func (s *Service) voice(ctx context.Context, k consent.Key, language string) voice {
	if v, ok := voiceOf(language); ok {
		return v
	}
	agreed, err := s.gate.Language(ctx, k)
	if err != nil {
		return english
	}
	v, _ := voiceOf(agreed)
	return v
}

// says fills a form of the voice's in.
func (v voice) says(form string, s Sender) string {
	often := v.varies
	if own := s.frequency(v.language); own != "" {
		often = fmt.Sprintf(v.often, own)
	}
	return fmt.Sprintf(form, s.Name, s.Contact, often)
}

// asks asks which appointment is meant, by their times alone. It is empty where those do not tell them apart, or there are too many
// of them.
func (v voice) asks(s Sender, visits []told) string {
	if len(visits) > mostChoices {
		return ""
	}
	choice := v.at
	if zone, err := time.LoadLocation(visits[0].Zone); err != nil ||
		visits[0].Start.In(zone).YearDay() != visits[len(visits)-1].Start.In(zone).YearDay() {
		choice = v.on
	}
	var choices, times []string
	for i, visit := range visits {
		zone, err := time.LoadLocation(visit.Zone)
		if err != nil {
			return ""
		}
		at := visit.Start.In(zone)
		day, clock := v.language.Day(at), v.language.Clock(at)
		alike := fmt.Sprintf(choice, 0, day, clock)
		if slices.Contains(times, alike) {
			return ""
		}
		times = append(times, alike)
		choices = append(choices, fmt.Sprintf(choice, i+1, day, clock))
	}
	choices = append(choices, fmt.Sprintf(v.all, len(visits)+1))
	return fmt.Sprintf(v.which, s.Name, s.Contact, strings.Join(choices, ", "))
}
