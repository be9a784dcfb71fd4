package sms_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/keyword"
	optin "github.com/enamel-go/enamel/consent/wording"
	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/segment"
)

// shownIn is what patients of these tests are shown in further languages, by the languages' names.
var shownIn = map[string]string{
	"es-US": "Acepto recibir mensajes de Elm Street Dental, enviados mediante DentTracks: recordatorios de citas y, si marqué la casilla, " +
		"ofertas. La frecuencia de los mensajes varía. Pueden aplicarse tarifas de mensajes y datos. Responda ALTO para cancelar. " +
		"Responda AYUDA para recibir ayuda. Términos: https://elm.example/es/t. Política de privacidad: https://elm.example/es/p. " +
		"El consentimiento no es condición de ninguna compra ni servicio. Los mensajes de texto no están cifrados.",
	"fr-CA": "J’accepte de recevoir des textos de Elm Street Dental, envoyés par DentTracks. Ce sont des rappels de rendez-vous et, si j’ai " +
		"coché la case, des offres. La fréquence des messages varie. Des frais de messages et de données peuvent s’appliquer. " +
		"Répondez ARRET pour vous désabonner. Répondez AIDE pour obtenir de l’aide. Conditions d’utilisation : https://elm.example/fr/c. " +
		"Politique de confidentialité : https://elm.example/fr/p. Le consentement n’est pas une condition d’achat ni de service. " +
		"Les textos ne sont pas chiffrés.",
}

// translate publishes what patients are shown in further languages.
func (w *world) translate() {
	w.t.Helper()
	for language, text := range shownIn {
		for _, c := range consent.Categories() {
			require.NoError(w.t, w.consents.Publish(w.t.Context(), staff, consent.Wording{
				ID: string(c) + "-" + language, Practice: practice, Category: c, Language: language, Text: text,
			}))
		}
	}
}

// reads records a consent of a number that was signed in the office, on the wording of a language; none where it is empty.
func (w *world) reads(number, language string, c consent.Category) {
	w.t.Helper()
	switch language {
	case "":
		return
	case "en":
		w.paper(number, c)
		return
	}
	_, err := w.consents.Grant(w.t.Context(), staff, consent.Grant{
		Practice: practice, Number: number, Category: c, Basis: consent.OfficeDocument,
		Evidence: consent.Evidence{Wording: shownIn[language], Language: language, Document: "scan-1", Staff: "u-17"},
	})
	require.NoError(w.t, err)
}

// hears returns what leaves for a number that writes these words.
func (w *world) hears(from, body string) []string {
	w.t.Helper()
	w.now.Add(time.Second)
	w.receive(from, body)
	w.step(w.dispatcher())
	return w.carrier.bodies()
}

// numbers gives each case a phone of its own, in Nashville.
func numbers() func() string {
	n := 0
	return func() string {
		n++
		return fmt.Sprintf("+161555501%02d", n)
	}
}

// wordless is a gate that does not know in which language anybody agreed.
type wordless struct {
	sms.Gate
	err error
}

func (g wordless) Language(context.Context, consent.Key) (string, error) { return "", g.err }

// answersOf are the answers to a stop, by the language that they are in.
var answersOf = map[string]string{
	"en": "Elm Street Dental: you are removed from our texts and will get no more. Reply START to get them again.",
	"es": "Elm Street Dental: ya no le enviaremos textos. Responda INICIAR para recibirlos de nuevo.",
	"fr": "Elm Street Dental : nous ne vous enverrons plus de textos. Répondez DEBUT pour les recevoir de nouveau.",
}

// A stop is confirmed in the language of its word, where it is one language's alone, else in that of the wording which was agreed
// to, else in English; and what the confirmation offers works.
func TestPromise_D4_1_StopIsConfirmedInThePatientsLanguage(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.translate()
		next := numbers()
		for _, c := range []struct{ reads, says, want string }{
			{"en", "ALTO", "es"},
			{"en", "¡Parar!", "es"},
			{"", "no más", "es"},
			{"en", "ARRÊT", "fr"},
			{"es-US", "ARRET", "fr"},
			{"es-US", "STOP", "es"},
			{"es-US", "opt out", "es"},
			{"fr-CA", "STOP", "fr"},
			{"fr-CA", "Fin", "fr"},
			{"es-US", "FIN", "es"},
			{"fr-CA", "please stop texting me", "en"},
			{"en", "Por favor ya no me manden mensajes", "es"},
			{"en", "STOP", "en"},
			{"", "STOP", "en"},
			{"en", "número equivocado", "es"},
			{"es-US", "wrong number", "en"},
		} {
			number := next()
			w.reads(number, c.reads, consent.Transactional)
			require.Equal(t, []string{answersOf[c.want]}, w.hears(number, c.says), "%q of one who agreed in %q", c.says, c.reads)
		}
		t.Run("of what is promotional alone", func(t *testing.T) {
			for language, want := range map[string]string{
				"en":    "Elm Street Dental: you get no more offers by text. Reply STOP to end all our texts.",
				"es-US": "Elm Street Dental: ya no le enviaremos ofertas por texto. Responda ALTO para no recibir ninguno de nuestros textos.",
				"fr-CA": "Elm Street Dental : nous ne vous enverrons plus d'offres par texto. Répondez ARRET pour ne plus recevoir aucun de nos textos.",
			} {
				number := next()
				w.reads(number, language, consent.Transactional)
				says := map[string]string{"en": "no more promos, just reminders", "es-US": "no me manden más promociones", "fr-CA": "plus de promotions svp"}[language]
				require.Equal(t, []string{want}, w.hears(number, says), says)
			}
		})
		t.Run("and what is offered is heard", func(t *testing.T) {
			for language, words := range map[string]struct{ start, help, stop string }{
				"es-US": {"INICIAR", "AYUDA", "ALTO"}, "fr-CA": {"DEBUT", "AIDE", "ARRET"}, "en": {"START", "HELP", "STOP"},
			} {
				number := next()
				w.reads(number, language, consent.Transactional)
				require.Contains(t, w.hears(number, words.stop)[0], " "+words.start+" ")
				require.False(t, w.fresh(number, consent.Transactional))
				again := w.hears(number, words.start)
				require.Len(t, again, 1)
				require.Contains(t, again[0], " "+words.help+" ")
				require.Contains(t, again[0], " "+words.stop+" ")
				require.True(t, w.fresh(number, consent.Transactional))
				help := w.hears(number, words.help)
				require.Len(t, help, 1)
				require.Contains(t, help[0], " "+words.stop+" ")
				require.Len(t, w.hears(number, words.stop), 1)
				require.False(t, w.fresh(number, consent.Transactional))
			}
		})
		t.Run("refuses_a_second_answer", func(t *testing.T) {
			number := next()
			w.reads(number, "es-US", consent.Transactional)
			require.Len(t, w.hears(number, "ALTO"), 1)
			for _, word := range []string{"STOP", "ALTO", "ARRET"} {
				require.Empty(t, w.hears(number, word), word)
			}
		})
		t.Run("refuses_to_speak_after_a_provider_that_answers", func(t *testing.T) {
			sender, err := w.store.Sender(t.Context(), practice, office)
			require.NoError(t, err)
			before := sender
			sender.Answering = sms.Answering{Stop: sms.ByProvider, Help: sms.ByProvider, Start: sms.ByProvider}
			require.NoError(t, w.texts.Register(t.Context(), staff, sender))
			defer func() { require.NoError(t, w.texts.Register(t.Context(), staff, before)) }()
			number := next()
			w.reads(number, "es-US", consent.Transactional)
			require.Empty(t, w.hears(number, "HELP"))
			require.Len(t, w.hears(number, "AYUDA"), 1, "no provider knows it by default")
			require.Empty(t, w.hears(number, "STOP"))
			require.Empty(t, w.hears(number, "START"))
			require.Equal(t, []string{answersOf["es"]}, w.hears(number, "ALTO"))
		})
		t.Run("an answer waits for no language", func(t *testing.T) {
			number := next()
			w.reads(number, "es-US", consent.Transactional)
			whole := w.texts
			defer func() { w.texts = whole }()
			texts, err := sms.New(w.store, wordless{w.consents, errors.New("away")}, w.log, &sms.Options{Now: w.now.Now})
			require.NoError(t, err)
			w.texts = texts
			require.Equal(t, []string{answersOf["en"]}, w.hears(number, "STOP"))
		})
		t.Run("without_rule", func(t *testing.T) {
			number := next()
			w.reads(number, "es-US", consent.Transactional)
			texts, err := sms.New(w.store, wordless{Gate: w.consents}, w.log, &sms.Options{Now: w.now.Now})
			require.NoError(t, err)
			w.texts = texts
			require.Equal(t, []string{answersOf["en"]}, w.hears(number, "STOP"))
		})
	})
}

// The answer to HELP has all its parts in each language.
func TestPromise_D4_3_HelpIsAnsweredInThePatientsLanguage(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.translate()
		next := numbers()
		sender, err := w.store.Sender(t.Context(), practice, office)
		require.NoError(t, err)
		answer := func(t *testing.T, reads, says string) string {
			t.Helper()
			number := next()
			w.reads(number, reads, consent.Transactional)
			got := w.hears(number, says)
			require.Len(t, got, 1)
			return got[0]
		}
		require.Equal(t, "Elm Street Dental: ayuda: 214-555-0199. La frecuencia puede variar. Pueden aplicarse cargos por mensajes y datos. "+
			"Responda ALTO para no recibir textos.", answer(t, "en", "AYUDA"))
		require.Equal(t, "Elm Street Dental : aide : 214-555-0199. La fréquence peut varier. Des frais de messages et de données peuvent s'appliquer. "+
			"Répondez ARRET pour ne plus recevoir de textos.", answer(t, "fr-CA", "INFO"))
		t.Run("with the practice's own phrase", func(t *testing.T) {
			sender.FrequencySpanish, sender.FrequencyFrench = "unos 2 textos por cita", "environ 2 textos par visite"
			require.NoError(t, w.texts.Register(t.Context(), staff, sender))
			require.Contains(t, answer(t, "es-US", "HELP"), ": ayuda: 214-555-0199. Enviamos unos 2 textos por cita. Pueden")
			require.Contains(t, answer(t, "", "aide"), " : aide : 214-555-0199. Nous envoyons environ 2 textos par visite. Des frais")
			require.Contains(t, answer(t, "en", "help"), ": help at 214-555-0199. We send about 2 texts per visit. Msg")
		})
		t.Run("refuses_marketing", func(t *testing.T) {
			for _, spoil := range []func(*sms.Sender){
				func(s *sms.Sender) { s.FrequencySpanish = "una oferta especial por semana" },
				func(s *sms.Sender) { s.FrequencyFrench = "un rabais par semaine" },
				func(s *sms.Sender) { s.FrequencyFrench = strings.Repeat("x", 161) },
			} {
				loud := sender
				spoil(&loud)
				require.ErrorIs(t, w.texts.Register(t.Context(), staff, loud), sms.ErrInvalid)
			}
			require.Contains(t, answer(t, "es-US", "HELP"), "unos 2 textos por cita")
		})
	})
}

// The one request of a double opt-in is made on the language of the wording, says all that a programme must say when it begins,
// and its word confirms.
func TestPromise_D2_3_TheRequestSpeaksTheLanguageOfTheWording(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.translate()
		next := numbers()
		request := func(t *testing.T, number, language string) string {
			t.Helper()
			w.reads(number, language, consent.Promotional)
			_, err := w.texts.RequestConfirmation(t.Context(), staff, consent.Ask{Practice: practice, Number: number})
			require.NoError(t, err)
			w.step(w.dispatcher())
			bodies := w.carrier.bodies()
			require.Len(t, bodies, 1)
			return bodies[0]
		}
		for language, words := range map[string][]string{
			"en": {"AGREE"}, "es-US": {"AUTORIZO", "AGREE"}, "fr-CA": {"AUTORISE", "J'autorise", "AGREE"},
		} {
			for _, word := range words {
				number := next()
				body := request(t, number, language)
				require.Contains(t, body, " "+words[0]+" ")
				require.Equal(t, keyword.Agree, keyword.Classify(words[0]))
				var lacks []string
				for _, e := range optin.Check(body, optin.Names{Practice: "Elm Street Dental", Platform: "DentTracks", Language: language}) {
					lacks = append(lacks, e.ID)
				}
				for _, element := range []string{"practice", "rates", "stop", "help", "unencrypted"} {
					require.NotContains(t, lacks, element, body)
				}
				require.Contains(t, body, "214-555-0199")
				if language != "en" { // the English one says how often in the practice's own words, and has no room for "consent is"
					require.NotContains(t, lacks, "frequency", body)
					require.NotContains(t, lacks, "free", body)
				}
				require.False(t, w.fresh(number, consent.Promotional))
				w.receive(number, word)
				require.True(t, w.fresh(number, consent.Promotional), word)
			}
		}
		t.Run("refuses_what_is_no_yes", func(t *testing.T) {
			for language, words := range map[string][]string{"es-US": {"sí", "no autorizo", "autorizado"}, "fr-CA": {"oui", "je n'autorise pas"}} {
				number := next()
				request(t, number, language)
				for _, word := range words {
					w.receive(number, word)
					require.False(t, w.fresh(number, consent.Promotional), word)
				}
			}
		})
		t.Run("refuses_in_words_of_that_language", func(t *testing.T) {
			number := next()
			request(t, number, "es-US")
			require.Equal(t, []string{answersOf["es"]}, w.hears(number, "ALTO"))
			w.receive(number, "AUTORIZO")
			require.False(t, w.fresh(number, consent.Promotional), "a stop leaves nothing to confirm")
		})
	})
}

// In Canada a request has sender, contact and how to end it, in French where the consent was given in French; ARRET ends it.
func TestPromise_D2_4_FrenchIsAnsweredInFrench(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.translate()
		for number, language := range map[string]string{"+14165550142": "es-US", "+14165550143": "en"} {
			w.reads(number, language, consent.Promotional)
			_, err := w.texts.RequestConfirmation(t.Context(), staff, consent.Ask{Practice: practice, Number: number})
			require.NoError(t, err)
			w.step(w.dispatcher())
			require.Len(t, w.carrier.bodies(), 1, "the Canadian rules find its sender, contact and end in %s", language)
		}
		const montreal = "+15145550142"
		w.reads(montreal, "fr-CA", consent.Promotional)
		_, err := w.texts.RequestConfirmation(t.Context(), staff, consent.Ask{Practice: practice, Number: montreal})
		require.NoError(t, err)
		w.step(w.dispatcher())
		bodies := w.carrier.bodies()
		require.Len(t, bodies, 1, "and in French")
		for _, part := range []string{"Elm Street Dental", "214-555-0199", "Répondez ARRET pour ne plus en recevoir."} {
			require.Contains(t, bodies[0], part)
		}
		require.Contains(t, w.hears(montreal, "AIDE")[0], " : aide : 214-555-0199.")
		require.Contains(t, w.hears(montreal, "DEBUT")[0], "rien au dossier ne permet d'envoyer des textos à ce numéro", "it asks for no consent")
		require.Equal(t, []string{answersOf["fr"]}, w.hears(montreal, "Arrêt"))
		t.Run("refuses_a_second_answer", func(t *testing.T) { require.Empty(t, w.hears(montreal, "ARRET")) })
	})
}

// What speaks of health is answered with the one request to call, in the language of the wording.
func TestPromise_D1_5_PleaseCallInThePatientsLanguage(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.translate()
		next := numbers()
		for language, want := range map[string]string{
			"es-US": "Elm Street Dental: por favor llame a nuestra oficina por su mensaje (214-555-0199). Los textos no son lo bastante privados para eso.",
			"fr-CA": "Elm Street Dental : veuillez nous appeler au sujet de votre message (214-555-0199). Les textos ne sont pas assez privés pour cela.",
			"en":    pleaseCall,
		} {
			number := next()
			w.reads(number, language, consent.Transactional)
			require.Equal(t, []string{want}, w.hears(number, "my tooth hurts"))
			t.Run("refuses_a_second_answer_"+language, func(t *testing.T) { require.Empty(t, w.hears(number, "me duele la muela")) })
		}
	})
}

// On a family's phone the question back is asked in the language of the wording, in times as it writes them.
func TestPromise_M2_2_AFamilyIsAskedBackInItsLanguage(t *testing.T) {
	worlds(t, func(t *testing.T, w *world) {
		w.translate()
		next := numbers()
		for language, want := range map[string][2]string{
			"es-US": {
				"Elm Street Dental: ¿a qué cita se refiere? Responda 1 para las 3:00 PM, 2 para las 3:40 PM, 3 para todas. Preguntas: 214-555-0199.",
				"Elm Street Dental: ¿a qué cita se refiere? Responda 1 para el mar 3 de mar a las 3:00 PM, 2 para el mie 4 de mar a las 3:00 PM, " +
					"3 para todas. Preguntas: 214-555-0199.",
			},
			"fr-CA": {
				"Elm Street Dental : de quel rendez-vous parlez-vous? Répondez 1 pour 15 h 00, 2 pour 15 h 40, 3 pour tous. Questions : 214-555-0199.",
				"Elm Street Dental : de quel rendez-vous parlez-vous? Répondez 1 pour mar 3 mars à 15 h 00, 2 pour mer 4 mars à 15 h 00, 3 pour tous. " +
					"Questions : 214-555-0199.",
			},
		} {
			for i := range want {
				number, a := next(), w.answers()
				w.reads(number, language, consent.Transactional)
				at := chicago(t, 2026, 3, 3, 15)
				w.remind(a, "a-1"+number, "emma", number, at)
				w.remind(a, "a-2"+number, "liam", number, at.Add(40*time.Minute))
				if i == 1 { // the schedule knows better by now
					v := a.visits["a-2"+number]
					v.Start = at.Add(24 * time.Hour)
					a.visits["a-2"+number] = v
				}
				require.Equal(t, []string{want[i]}, w.hears(number, "yes"))
				require.Empty(t, a.heard())
				require.Empty(t, w.hears(number, "3"))
				require.Equal(t, "a-1"+number+" a-2"+number, a.heard(), "the number that it offers for all")
			}
		}
		t.Run("refuses_to_ask_twice", func(t *testing.T) {
			number, a := next(), w.answers()
			w.reads(number, "es-US", consent.Transactional)
			w.remind(a, "b-1", "emma", number, chicago(t, 2026, 3, 3, 16))
			w.remind(a, "b-2", "liam", number, chicago(t, 2026, 3, 3, 17))
			w.left()
			require.Len(t, w.hears(number, "sí"), 1)
			require.Empty(t, w.hears(number, "sí"))
		})
	})
}

// At a practice whose name and contact are of usual length every answer is of GSM-7 and of two parts; the one request has the 320
// characters that carriers register.
func TestAnswersAreShortInEveryLanguage(t *testing.T) {
	w := inMemory(t)
	w.translate()
	sender, err := w.store.Sender(t.Context(), practice, office)
	require.NoError(t, err)
	sender.FrequencySpanish, sender.FrequencyFrench = "unos 2 textos por cita", "2 textos par visite"
	require.NoError(t, w.texts.Register(t.Context(), staff, sender))
	next := numbers()
	for _, language := range []string{"en", "es-US", "fr-CA"} {
		number := next()
		var all []string
		for _, says := range []string{"HELP", "my tooth hurts", "START"} {
			all = append(all, w.hears(number, says)...)
		}
		w.reads(number, language, consent.Promotional)
		_, err := w.texts.RequestConfirmation(t.Context(), staff, consent.Ask{Practice: practice, Number: number})
		require.NoError(t, err)
		w.step(w.dispatcher())
		all = append(all, w.carrier.bodies()...)
		w.reads(number, language, consent.Transactional)
		for _, says := range []string{"HELP", "START", "INFO", "STOP", "START"} {
			all = append(all, w.hears(number, says)...)
		}
		require.Len(t, all, 9)
		for _, body := range all {
			size := segment.Count(body)
			require.Equal(t, segment.GSM7, size.Encoding, body)
			require.LessOrEqual(t, size.Units, 320, body)
			if !strings.Contains(body, "AUTORISE") {
				require.LessOrEqual(t, size.Segments, 2, body)
			}
		}
	}
}
