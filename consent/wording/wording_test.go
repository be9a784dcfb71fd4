package wording_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent/wording"
)

// part is what one element needs in a good text.
type part struct{ id, says string }

// good are texts that say all, part by part.
func good() map[string][]part {
	return map[string][]part{
		"en": {
			{"practice", "I agree to get texts from Elm Street Dental,"},
			{"platform", "sent through DentComm."},
			{"purpose", "They are appointment reminders and, if I ticked the box, offers."},
			{"frequency", "Message frequency varies."},
			{"rates", "Message and data rates may apply."},
			{"stop", "Reply STOP to opt out."},
			{"help", "Reply HELP for help."},
			{"terms", "Terms of service: https://elm.example/sms/tos."},
			{"privacy", "Privacy policy: https://elm.example/privacy."},
			{"free", "Consent is not tied to any purchases or additional services."},
			{"unencrypted", "Text messages are not encrypted."},
		},
		"es": {
			{"practice", "Acepto recibir mensajes de Elm Street Dental,"},
			{"platform", "enviados mediante DentComm."},
			{"purpose", "Son recordatorios de citas y, si marqué la casilla, ofertas."},
			{"frequency", "La frecuencia de los mensajes varía."},
			{"rates", "Pueden aplicarse tarifas de mensajes y datos."},
			{"stop", "Responda STOP para cancelar."},
			{"help", "Responda AYUDA para recibir ayuda."},
			{"terms", "Términos: https://elm.example/es/t."},
			{"privacy", "Política de privacidad: https://elm.example/es/p."},
			{"free", "El consentimiento no es condición de ninguna compra ni servicio."},
			{"unencrypted", "Los mensajes de texto no están cifrados."},
		},
		"fr": {
			{"practice", "J’accepte de recevoir des textos de Elm Street Dental,"},
			{"platform", "envoyés par DentComm."},
			{"purpose", "Ce sont des rappels de rendez-vous et, si j’ai coché la case, des offres."},
			{"frequency", "La fréquence des messages varie."},
			{"rates", "Des frais de messages et de données peuvent s’appliquer."},
			{"stop", "Répondez « ARRÊT » pour vous désabonner."},
			{"help", "Répondez AIDE pour obtenir de l’aide."},
			{"terms", "Conditions d’utilisation : https://elm.example/fr/c."},
			{"privacy", "Politique de confidentialité : https://elm.example/fr/p."},
			{"free", "Le consentement n’est pas une condition d’achat ni de service."},
			{"unencrypted", "Les textos ne sont pas chiffrés."},
		},
	}
}

// text joins parts, each but the one to leave out.
func text(parts []part, without string) string {
	var says []string
	for _, p := range parts {
		if p.id != without {
			says = append(says, p.says)
		}
	}
	return strings.Join(says, " ")
}

func names(language string) wording.Names {
	return wording.Names{Practice: "Elm Street Dental", Platform: "DentComm", Language: language}
}

func ids(elements []wording.Element) []string {
	out := []string{}
	for _, e := range elements {
		out = append(out, e.ID)
	}
	return out
}

func TestAGoodTextLacksNothingAndOneWithoutAnElementThat(t *testing.T) {
	for language, parts := range good() {
		t.Run(language, func(t *testing.T) {
			require.Len(t, parts, len(wording.Elements()))
			require.Empty(t, wording.Check(text(parts, ""), names(language)))
			require.Empty(t, wording.Check(text(parts, ""), names(language+"-US")))
			for _, p := range parts {
				require.Equal(t, []string{p.id}, ids(wording.Check(text(parts, p.id), names(language))), "without %s", p.id)
			}
		})
	}
}

func TestDressDoesNotMatter(t *testing.T) {
	for language, parts := range good() {
		plain := text(parts, "")
		for name, dressed := range map[string]string{
			"wrapped":     strings.ReplaceAll(plain, " ", "\n\t"),
			"spaced":      strings.ReplaceAll(plain, " ", "\u00a0  "),
			"items":       strings.ReplaceAll(plain, ". ", ".\n• "),
			"paragraphs":  strings.ReplaceAll(plain, ". ", ".\r\n\r\n"),
			"quotes":      strings.NewReplacer("STOP", "“STOP”", "HELP", "'HELP'", "AIDE", "«\u00a0AIDE\u00a0»", "AYUDA", "‘AYUDA’").Replace(plain),
			"marks apart": strings.NewReplacer("é", "e\u0301", "ê", "e\u0302", "í", "i\u0301").Replace(plain),
			"no accents":  strings.NewReplacer("é", "e", "ê", "e", "í", "i", "á", "a", "ó", "o", "’", "'").Replace(plain),
			"lower":       strings.ToLower(plain),
		} {
			require.Empty(t, ids(wording.Check(dressed, names(language))), "%s, %s: %s", language, name, dressed)
		}
	}
}

// TestWhatDoesNotCount puts something else in the place of one element, or adds what contradicts it.
func TestWhatDoesNotCount(t *testing.T) {
	for _, c := range []struct{ language, id, instead string }{
		{"en", "practice", "I agree to get texts from Elm Street Dentalcare,"},
		{"en", "practice", "I agree to get texts not from Elm Street Dental,"},
		{"en", "practice", "I agree to get texts from my dentist,"},
		{"en", "platform", "sent through DentCommerce."},
		{"en", "platform", "not sent through DentComm."},
		{"en", "purpose", "They are texts."},
		{"en", "purpose", "They are not about appointments or offers."},
		{"en", "frequency", "Message frequency is not known."},
		{"en", "frequency", "Message frequency never varies."},
		{"en", "frequency", "The weather varies."},
		{"en", "rates", "Message and data rates do not apply."},
		{"en", "rates", "No message and data rates may apply."},
		{"en", "rates", "Rates may apply."},
		{"en", "stop", "We are stopping texts at any time."},
		{"en", "stop", "Stop by our office."},
		{"en", "stop", "Text us, stop by, or call."},
		{"en", "stop", "You cannot reply STOP to opt out."},
		{"en", "stop", "Reply STOPPED to opt out."},
		{"en", "stop", "Reply STOP to opt out does not work, for STOP is not supported."},
		{"en", "help", "Reply HELPFUL for fun."},
		{"en", "help", "Do not reply HELP for help."},
		{"en", "help", "We are glad to help."},
		{"en", "terms", "Terms of service: http://elm.example/tos."},
		{"en", "terms", "Terms of service: elm.example/tos."},
		{"en", "terms", "Terms of service: www.elm.example/tos."},
		{"en", "terms", "Terms of service: javascript://elm.example/tos."},
		{"en", "terms", "Terms of service: https://tos"},
		{"en", "terms", "Terms of service: https://user:pw@elm.example/tos."},
		{"en", "terms", "Terms of service: see our site."},
		{"en", "terms", "Terms of service: elm.example/tos"},
		{"en", "terms", "Terms of service: elm.example"},
		{"en", "terms", "There are no terms: https://elm.example/x."},
		{"en", "privacy", "Privacy policy: https://192.0.2.7/p."},
		{"en", "privacy", "Privacy policy: ask us."},
		{"en", "privacy", "Map: https://elm.example/map."},
		{"en", "free", "Consent is a condition of purchase and of any service."},
		{"en", "free", "Consent is not a condition of purchase."},
		{"en", "free", "Consent is not only a condition of purchase but of service."},
		{"en", "free", "You must consent to buy or to get any service."},
		{"en", "free", "Consent is not required for a purchase or service unless you pay by card."},
		{"en", "unencrypted", "Text messages are encrypted."},
		{"en", "unencrypted", "Text messages are never sent unencrypted."},
		{"en", "unencrypted", "Text messages are not only encrypted but safe."},
		{"en", "unencrypted", "Email is safe."},
		{"en", "free", "Consent is not tied to any purchases or additional services. Consent is required to book."},
		{"en", "unencrypted", "Text messages are not encrypted. Our texts are fully encrypted."},
		{"en", "rates", "Message and data rates may apply. Message and data rates do not apply."},
		{"en", "practice", "I do not agree to get texts from Elm Street Dental,"},
		{"en", "platform", "sent without DentComm."},
		{"en", "stop", "Reply STOP to confirm your appointment."},
		{"en", "free", "Consent is not tied to any purchases or additional services. Without consent you cannot be seen."},
		{"en", "free", "Consent is not tied to any purchases or additional services. By booking you must accept texts."},
		{"en", "unencrypted", "It is false that text messages are not encrypted."},
		{"en", "unencrypted", "Text messages are not encrypted, but ours are."},
		{"en", "unencrypted", "Text messages are not encrypted. All texts that we send use end-to-end encryption."},
		{"en", "unencrypted", "Text messages are not encrypted. Your texts with us are secure and encrypted."},
		{"en", "free", "Consent is not tied to any purchases or additional services. Agreeing to texts is required to become a patient."},
		{"en", "free", "Consent is not tied to any purchases or additional services. Your consent to our text messages is a condition of care."},
		{"en", "free", "Consent is not tied to any purchases or additional services. We require your consent to treat you."},
		{"en", "stop", "Reply STOP to opt out. You cannot opt out of reminders."},
		{"en", "stop", "Reply STOP to opt out. These texts cannot be stopped."},
		{"es", "free", "El consentimiento no es condición de ninguna compra ni servicio. Su consentimiento para recibir mensajes es obligatorio."},
		{"es", "stop", "Responda STOP para cancelar. No puede darse de baja de los recordatorios."},
		{"fr", "free", "Le consentement n’est pas une condition d’achat ni de service. Votre consentement aux textos est obligatoire."},
		{"fr", "stop", "Répondez « ARRÊT » pour vous désabonner. Vous ne pouvez pas vous désabonner des rappels."},
		{"es", "stop", "Responda STOP para confirmar su cita."},
		{"es", "unencrypted", "Los mensajes no están encriptados. Nuestros mensajes sí están cifrados."},
		{"es", "unencrypted", "Es falso que los mensajes no están cifrados."},
		{"fr", "stop", "Répondez STOP pour confirmer votre rendez-vous."},
		{"fr", "unencrypted", "Les textos ne sont pas chiffrés. Les nôtres sont chiffrés."},
		{"fr", "unencrypted", "Il est faux que les textos ne sont pas chiffrés."},
		{"es", "stop", "Pare por nuestra oficina."},
		{"es", "stop", "No responda STOP para cancelar."},
		{"es", "help", "Con gusto le damos ayuda."},
		{"es", "rates", "No se aplican tarifas de mensajes y datos."},
		{"es", "frequency", "La frecuencia de los mensajes no varía."},
		{"es", "free", "El consentimiento es condición de compra y servicio."},
		{"es", "free", "El consentimiento no es condición de compra ni servicio, salvo que pague con tarjeta."},
		{"es", "unencrypted", "Los mensajes de texto están cifrados."},
		{"es", "terms", "Términos: http://elm.example/es/t."},
		{"es", "privacy", "No hay política de privacidad: https://elm.example/es/p."},
		{"fr", "stop", "Passez nous voir sans arrêt."},
		{"fr", "stop", "Ne répondez pas ARRÊT pour vous désabonner."},
		{"fr", "help", "Notre aide est gratuite."},
		{"fr", "rates", "Aucun frais de messages et de données ne peut s’appliquer."},
		{"fr", "frequency", "La fréquence des messages ne varie pas."},
		{"fr", "free", "Le consentement est une condition d’achat et de service."},
		{"fr", "free", "Le consentement n’est pas une condition d’achat ni de service, sauf par carte."},
		{"fr", "unencrypted", "Les textos sont chiffrés."},
		{"fr", "privacy", "Pas de politique de confidentialité : https://elm.example/fr/x."},
	} {
		parts := slices.Clone(good()[c.language])
		n := slices.IndexFunc(parts, func(p part) bool { return p.id == c.id })
		parts[n].says = c.instead
		t.Run(c.language+": "+c.instead, func(t *testing.T) {
			require.Equal(t, []string{c.id}, ids(wording.Check(text(parts, ""), names(c.language))))
		})
	}
}

// TestWaysToSayIt puts other good words in the place of one element.
func TestWaysToSayIt(t *testing.T) {
	for _, c := range []struct{ language, id, instead string }{
		{"en", "practice", "ELM STREET DENTAL may text me,"},
		{"en", "purpose", "These are promotional texts."},
		{"en", "purpose", "We send texts to remind you of visits."},
		{"en", "purpose", "You get reminders of your appointments."},
		{"en", "frequency", "You get up to 4 msgs/month."},
		{"en", "frequency", "We send two texts per appointment."},
		{"en", "frequency", "The frequency of messages may vary."},
		{"en", "rates", "Msg & data rates may apply."},
		{"en", "rates", "Standard message and data rates apply."},
		{"en", "stop", "You can opt out at any time by replying “STOP” or “OPT-OUT”."},
		{"en", "stop", "Text HELP for help and STOP to cancel."},
		{"en", "help", "Reply STOP to end or HELP for information."},
		{"en", "terms", "See https://elm.example/terms-of-service for more."},
		{"en", "free", "You do not have to consent in order to buy anything or to receive care."},
		{"en", "free", "Agreeing is not required for treatment, services or a purchase."},
		{"en", "free", "Consent isn’t a condition of any purchase or service."},
		{"en", "free", "Consent is not a condition of purchasing goods or services."},
		{"en", "free", "Consent is not a condition of any purchase or service. We require your consent before we text you."},
		{"en", "stop", "Reply STOP to opt out. If you cannot opt out by text, call us."},
		{"en", "stop", "Reply STOP to receive no more texts."},
		{"en", "free", "Consent to receive texts is not a condition of any purchase or service. Consent to treatment is required."},
		{"es", "stop", "Responda STOP para cancelar. No puede cancelar citas por mensaje."},
		{"en", "unencrypted", "SMS is unencrypted, so others may read it."},
		{"en", "unencrypted", "Text messages use no encryption."},
		{"en", "unencrypted", "Text messages of others and ours are not encrypted."},
		{"es", "frequency", "Recibirá hasta 4 mensajes al mes."},
		{"es", "stop", "Envíe ALTO para darse de baja."},
		{"es", "unencrypted", "Los mensajes viajan sin cifrar."},
		{"es", "rates", "Se aplican tarifas estándar de mensajes y datos."},
		{"fr", "frequency", "Au plus 4 messages par mois."},
		{"fr", "rates", "Des frais de messagerie texte et de données peuvent s’appliquer."},
		{"fr", "stop", "Répondez STOP pour ne plus recevoir de textos."},
		{"fr", "unencrypted", "Les messages texte sont envoyés sans chiffrement."},
	} {
		parts := slices.Clone(good()[c.language])
		n := slices.IndexFunc(parts, func(p part) bool { return p.id == c.id })
		parts[n].says = c.instead
		t.Run(c.language+": "+c.instead, func(t *testing.T) {
			require.Empty(t, ids(wording.Check(text(parts, ""), names(c.language))))
		})
	}
}

func TestOneLinkMayBeBoth(t *testing.T) {
	body := strings.NewReplacer(
		"Terms of service: https://elm.example/sms/tos.", "Terms and privacy policy: https://elm.example/legal.",
		"Privacy policy: https://elm.example/privacy.", "",
	).Replace(text(good()["en"], ""))
	require.Empty(t, wording.Check(body, names("en")))
}

func TestNames(t *testing.T) {
	body := text(good()["en"], "")
	require.Equal(t, []string{"practice"}, ids(wording.Check(body, wording.Names{Platform: "DentComm", Language: "en"})))
	require.Equal(t, []string{"platform"}, ids(wording.Check(body, wording.Names{Practice: "Elm Street Dental", Platform: " ", Language: "en"})))
	// The platform's name within the practice's is not the platform's.
	within := strings.ReplaceAll(body, "sent through DentComm", "sent")
	within = strings.ReplaceAll(within, "Elm Street Dental", "DentComm Dental")
	require.Equal(t, []string{"platform"}, ids(wording.Check(within, wording.Names{Practice: "DentComm Dental", Platform: "DentComm", Language: "en"})))
	// A name with marks of its own.
	for _, name := range []string{"St. John’s Dental", "Dr. Peña & Hijos", "Élan (Dental)"} {
		named := strings.ReplaceAll(body, "Elm Street Dental", name)
		require.Empty(t, wording.Check(named, wording.Names{Practice: name, Platform: "DentComm", Language: "en"}), name)
	}
}

func TestALanguageWithoutPatternsIsRefused(t *testing.T) {
	all := append([]string{"readable"}, ids(wording.Elements())...)
	for _, language := range []string{"", "de", "zh-Hans", "english", "e", "-en"} {
		lacks := wording.Check(text(good()["en"], ""), names(language))
		require.Equal(t, all, ids(lacks), language)
		require.Equal(t, "This text cannot be checked, so it cannot be used: it must be in English, Spanish or French, "+
			"its language must be given as en, es or fr, and it may have 16 KiB at most.", wording.Missing(lacks))
	}
	long := text(good()["en"], "") + strings.Repeat(" ", 16<<10)
	require.Equal(t, all, ids(wording.Check(long, names("en"))))
	// A text in another language than it is said to be is not what was shown.
	require.NotEmpty(t, wording.Check(text(good()["es"], ""), names("en")))
}

func TestMissing(t *testing.T) {
	require.Empty(t, wording.Missing(nil))
	e := wording.Elements()
	require.Equal(t, "The text that a patient agrees to must also name the practice that sends the texts.", wording.Missing(e[:1]))
	require.Equal(t, "The text that a patient agrees to must also name the practice that sends the texts; and name the platform that "+
		"sends them for the practice.", wording.Missing(e[:2]))
	for _, element := range e {
		require.Contains(t, wording.Missing(e), element.Say)
	}
	e[0].ID = "changed"
	require.Equal(t, "practice", wording.Elements()[0].ID, "a caller can change the rule")
}

func TestRowsHaveDayAndSource(t *testing.T) {
	for _, e := range append(wording.Elements(), wording.Readable) {
		require.NotEmpty(t, e.Source, e.ID)
		require.False(t, e.Since.IsZero(), e.ID)
	}
}

// Nothing keeps it from coming to the end of the longest text.
func TestALongTextEnds(t *testing.T) {
	for _, unit := range []string{"a", "stop ", "reply help or ", "https://", "https://elm.example/terms ", "texts about ", ". ", "\u0301", "\xff", "Elm Street Dental"} {
		body := strings.Repeat(unit, 16<<10/len(unit))
		for _, n := range []wording.Names{names("en"), {Practice: unit, Platform: "s", Language: "fr"}} {
			lacks := wording.Check(body, n)
			require.NotEmpty(t, lacks, unit)
			require.NotEqual(t, wording.Readable, lacks[0], unit)
		}
	}
}

// FuzzCheck: no text stops Check, what it reports is of Elements and in their order, and white space and the case of ASCII
// letters do not matter.
func FuzzCheck(f *testing.F) {
	for language, parts := range good() {
		f.Add(text(parts, ""), "Elm Street Dental", "DentComm", language)
		for _, p := range parts {
			f.Add(p.says, "Elm", "", language)
		}
	}
	f.Add("https://[::1]:x/%zz terms https://", "\xff", ".", "xx")
	f.Fuzz(func(t *testing.T, body, practice, platform, language string) {
		n := wording.Names{Practice: practice, Platform: platform, Language: language}
		lacks := wording.Check(body, n)
		all := wording.Elements()
		if len(lacks) > 0 && lacks[0] == wording.Readable {
			all = append([]wording.Element{wording.Readable}, all...)
			if len(lacks) != len(all) {
				t.Fatalf("a text that cannot be read lacks %d of %d", len(lacks), len(all))
			}
		}
		next := 0
		for _, e := range lacks {
			at := slices.Index(all[next:], e)
			if at < 0 {
				t.Fatalf("%s is out of order, twice or unknown", e.ID)
			}
			next += at + 1
		}
		if (wording.Missing(lacks) == "") != (len(lacks) == 0) {
			t.Fatal("the sentence and the list differ")
		}
		if spaced := wording.Check("  "+strings.ReplaceAll(body, " ", "  ")+" ", n); !slices.Equal(lacks, spaced) {
			t.Fatalf("%v, with more spaces %v", ids(lacks), ids(spaced))
		}
		if ascii(body) {
			if lower := wording.Check(strings.ToLower(body), n); !slices.Equal(lacks, lower) {
				t.Fatalf("%v, in small letters %v", ids(lacks), ids(lower))
			}
		}
	})
}

func ascii(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
}

func BenchmarkCheck(b *testing.B) {
	body := text(good()["en"], "")
	for b.Loop() {
		wording.Check(body, names("en"))
	}
}
