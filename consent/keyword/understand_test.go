package keyword_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent/keyword"
)

func TestUnderstandsPhrases(t *testing.T) {
	for name, table := range map[string]map[keyword.Word][]string{"phrases": phrases(), "conversation": conversation()} {
		t.Run(name, func(t *testing.T) {
			for want, bodies := range table {
				for _, body := range bodies {
					got := keyword.Understand(body)
					if got.Asks != want {
						t.Errorf("%q is %q, not %q: %s", body, got.Asks, want, got.Why)
					}
				}
			}
		})
	}
}

// TestUnderstandAgreesWithClassify: the words by themselves mean to Understand what they mean to Classify.
func TestUnderstandAgreesWithClassify(t *testing.T) {
	for _, list := range sources() {
		for _, word := range list.words {
			for _, body := range dress(word) {
				require.Equal(t, list.want, keyword.Understand(body).Asks, "%q", body)
			}
		}
	}
}

// TestPolarity changes what one request asks for with one word or mark each.
func TestPolarity(t *testing.T) {
	for body, want := range map[string]keyword.Word{
		"stop texting me":                          keyword.Stop,
		"don't stop texting me":                    keyword.None,
		"please stop texting me":                   keyword.Stop,
		"please don't stop texting me":             keyword.None,
		"please don't text me":                     keyword.Stop,
		"please text me":                           keyword.None,
		"stop texting me?":                         keyword.Review,
		"can you stop texting me?":                 keyword.Stop,
		"why did you stop texting me?":             keyword.Review,
		"how do I make you stop texting me":        keyword.Review,
		"stop texting me until Monday":             keyword.Review,
		"stop texting me ads":                      keyword.Narrow,
		"stop texting me about promotions":         keyword.Narrow,
		"stop texting me about the bill":           keyword.Review,
		"stop texting me, except for reminders":    keyword.Narrow,
		"stop texting her":                         keyword.Review,
		"stop texting you":                         keyword.None,
		"if you call, stop texting me":             keyword.Stop,
		"if you have to call stop texting me":      keyword.Review,
		"he said stop texting me":                  keyword.Review,
		"I said stop texting me":                   keyword.Stop,
		"I never said stop texting me":             keyword.None,
		"the sign says “stop texting me” in red":   keyword.Review,
		"“stop texting me”":                        keyword.Stop,
		"Liked “Reply STOP to end these texts”":    keyword.None,
		"Reply STOP to end these texts":            keyword.Review,
		"I want to stop texting":                   keyword.None,
		"I want you to stop texting":               keyword.Stop,
		"I want to stop getting texts":             keyword.Stop,
		"stop texting me. don't stop texting me":   keyword.Review,
		"wrong number, stop texting me":            keyword.Stranger,
		"don't stop by":                            keyword.None,
		"no me escriban":                           keyword.Stop,
		"escríbanme":                               keyword.None,
		"dejen de escribirme":                      keyword.Stop,
		"no dejen de escribirme":                   keyword.None,
		"cómo hago para que dejen de escribirme":   keyword.Review,
		"ne m'écrivez plus":                        keyword.Stop,
		"arrêtez de m'écrire":                      keyword.Stop,
		"n'arrêtez pas de m'écrire":                keyword.None,
		"pourquoi arrêtez-vous de m'écrire":        keyword.None,
		"arrêtez de m'écrire le soir":              keyword.Review,
		"🛑":                                        keyword.Stop,
		"🛑 please":                                 keyword.Stop,
		"🖕":                                        keyword.Review,
		"damn":                                     keyword.None,
		"👍":                                        keyword.None,
		"":                                         keyword.None,
		"пожалуйста":                               keyword.Review,
		"停":                                        keyword.Review,
		"stop 12345":                               keyword.Review,
		"s-t-o-p":                                  keyword.Stop,
		"St0p!!":                                   keyword.Stop,
		"stoooop texting me":                       keyword.Stop,
		"stop texting me" + strings.Repeat(".", 9): keyword.Stop,
	} {
		got := keyword.Understand(body)
		if got.Asks != want {
			t.Errorf("%q is %q, not %q: %s", body, got.Asks, want, got.Why)
		}
	}
}

// TestUnderstandIsBounded: a message of any length costs little, and one longer than carriers deliver is looked at by a
// person.
func TestUnderstandIsBounded(t *testing.T) {
	const size = 256 << 10
	for name, unit := range map[string]string{
		"one letter": "s", "words": "a ", "stops": "stop texting me ", "almost": "do not ever please send me any more of the ",
		"marks": "\u0301", "signs": "🛑", "commas": ",", "quotes": "\"stop ", "nothing": "\xff", "unsubscribe": "unsubscribe x ",
	} {
		t.Run(name, func(t *testing.T) {
			body := strings.Repeat(unit, size/len(unit))
			got := keyword.Understand(body)
			require.Contains(t, []keyword.Word{keyword.None, keyword.Review, keyword.Stop}, got.Asks)
			require.Equal(t, got, keyword.Understand(body+" stop texting me"), "what stands behind the limit is not read")
		})
	}
	require.Equal(t, keyword.Review, keyword.Understand(strings.Repeat("see you at three. ", 100)).Asks)
	require.Equal(t, keyword.None, keyword.Understand(strings.Repeat("see you at three. ", 80)).Asks)
}

// FuzzUnderstand holds Understand to what may not matter to it, and to what must.
func FuzzUnderstand(f *testing.F) {
	for _, table := range []map[keyword.Word][]string{phrases(), conversation()} {
		for _, bodies := range table {
			for _, body := range bodies {
				f.Add(body)
			}
		}
	}
	f.Add("stp 1")
	f.Add("damn")
	known := []keyword.Word{
		keyword.None, keyword.Stop, keyword.Help, keyword.Start, keyword.Agree, keyword.Narrow, keyword.Stranger, keyword.Review,
	}
	f.Fuzz(func(t *testing.T, body string) {
		got := keyword.Understand(body)
		if !slices.Contains(known, got.Asks) || got.Why == "" {
			t.Fatalf("%q is %+v", body, got)
		}
		if w := keyword.Classify(body); w != keyword.None && got.Asks != w {
			t.Errorf("%q is %q to Classify, %q to Understand", body, w, got.Asks)
		}
		if len(body) > 1000 {
			return
		}
		for _, same := range []string{"  " + body, body + "\n", "\u200b" + body, "🙂 " + body} {
			if other := keyword.Understand(same); other.Asks != got.Asks {
				t.Errorf("%q is %q, %q is %q", body, got.Asks, same, other.Asks)
			}
		}
	})
}

func BenchmarkUnderstand(b *testing.B) {
	for name, body := range map[string]string{
		"ordinary": "Thanks, see you tomorrow at three. Is the bus stop still in front of your office?",
		"request":  "Hi, this is Ana. Would you please take my number off your text list? Thanks",
		"hostile":  strings.Repeat("do not ever please send me any more of the texts ", 32),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				keyword.Understand(body)
			}
		})
	}
}

// What may be a stop in a language without rules goes to a person, and what is none stays silent.
func TestAPersonLooksAtOtherLanguages(t *testing.T) {
	for _, body := range []string{
		"por favor pare de me enviar mensagens", "não quero mais receber mensagens", "sair", "Bitte keine Nachrichten mehr",
		"Hören Sie auf mir zu schreiben", "smettete di scrivermi", "xin đừng nhắn tin nữa", "huwag na kayong mag-text",
		"Sispann voye mesaj ban mwen", "bana mesaj göndermeyin lütfen", "Proszę nie wysyłać mi SMS", "不要再联系我", "Не пишите мне больше",
	} {
		require.Equal(t, keyword.Review, keyword.Understand(body).Asks, body)
	}
	for _, body := range []string{
		"Danke, bis morgen", "obrigado, até amanhã", "salamat po", "cảm ơn bác sĩ", "grazie, a domani", "teşekkürler", "dziękuję, do jutra", "mèsi anpil",
	} {
		require.Equal(t, keyword.None, keyword.Understand(body).Asks, body)
	}
	require.Equal(t, keyword.Stop, keyword.Understand("quiero cancelar la suscripción").Asks)
	require.Equal(t, keyword.Stranger, keyword.Understand("este número no es de ella").Asks)
	require.Equal(t, keyword.Review, keyword.Understand("¿cómo cancelo estos mensajes?").Asks)
	require.Equal(t, keyword.Review, keyword.Understand("je veux que ça s'arrête").Asks)
}
