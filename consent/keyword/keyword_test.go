package keyword_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/consent/keyword"
)

// sources are the words of those whose words count, as they name them.
func sources() map[string]struct {
	want  keyword.Word
	words []string
} {
	type list = struct {
		want  keyword.Word
		words []string
	}
	return map[string]list{
		"FCC":          {keyword.Stop, []string{"stop", "quit", "end", "revoke", "opt out", "cancel", "unsubscribe"}},
		"CTIA":         {keyword.Stop, []string{"STOP", "END", "CANCEL", "UNSUBSCRIBE", "QUIT", "please opt me out"}},
		"Twilio":       {keyword.Stop, []string{"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}},
		"AWS":          {keyword.Stop, []string{"ARRET", "CANCEL", "END", "OPT-OUT", "OPTOUT", "QUIT", "REMOVE", "STOP", "TD", "UNSUBSCRIBE"}},
		"Telnyx":       {keyword.Stop, []string{"STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"}},
		"Weave":        {keyword.Stop, []string{"STOP", "OPT-OUT", "OPTOUT", "REMOVE", "END", "QUIT", "CANCEL"}},
		"other":        {keyword.Stop, []string{"stop2quit", "stop2end", "opt_out", "stop-all", "un-subscribe"}},
		"Spanish stop": {keyword.Stop, []string{"alto", "parar", "pare", "basta", "cancelar", "detener", "baja", "darse de baja", "salir", "fin", "no mas", "no más", "eliminar"}},
		"French stop":  {keyword.Stop, []string{"arret", "arrêt", "arrete", "arrête", "arretez", "arrêtez", "arrett", "arrêter", "désabonner", "desabonner", "fin", "annuler", "retirer"}},
		"help":         {keyword.Help, []string{"help", "info", "ayuda", "informacion", "información", "aide"}},
		"start":        {keyword.Start, []string{"start", "unstop", "iniciar", "empezar", "début", "debut", "commencer"}},
		"agree":        {keyword.Agree, []string{"AGREE", "I AGREE", "autorizo", "autorise", "j'autorise", "j’autorise"}},
	}
}

// dress writes a word in the ways that people and phones write one.
func dress(word string) []string {
	title := strings.ToUpper(word[:1]) + word[1:]
	var dressed []string
	for _, w := range []string{word, strings.ToUpper(word), strings.ToLower(word), title, wide(word)} {
		for _, form := range []string{
			"%s", "%s.", "%s!", "%s!!!", "%s?", " %s ", "\t%s\r\n", "\n\n%s", "«%s»", "« %s »", "“%s”", "‘%s’", "'%s'",
			"\"%s\"", "(%s)", "[%s]", "*%s*", "_%s_", "-%s-", "—%s", "%s…", "¡%s!", "¿%s?", "%s,", "%s;", ">%s", "#%s",
			"%s 🛑", "🙏🏽%s", "%s👍️", "👨‍👩‍👧 %s", "\u200b%s\u200d", "\ufeff%s", "\u00a0%s\u00a0", "\u202e%s\u202c",
			"%s\x00\x00", "%s\xff", "%s\u0301", "%[1]s %[1]s", "%[1]s! %[1]s!! %[1]s.", "%[1]s, %[1]s\n%[1]s %[1]s",
		} {
			dressed = append(dressed, fmt.Sprintf(form, w))
		}
	}
	return dressed
}

// wide writes ASCII in the full-width forms of East Asian keyboards.
func wide(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r <= '~' {
			return r - '!' + '！'
		}
		return r
	}, s)
}

func TestEveryWordInEveryDress(t *testing.T) {
	for source, list := range sources() {
		t.Run(source, func(t *testing.T) {
			for _, word := range list.words {
				for _, body := range dress(word) {
					require.Equal(t, list.want, keyword.Classify(body), "%q", body)
				}
			}
		})
	}
}

func TestStyledAndAccentedLetters(t *testing.T) {
	for _, body := range []string{
		"𝗦𝗧𝗢𝗣", "𝓼𝓽𝓸𝓹", "Ⓢⓣⓞⓟ", "ˢᵗᵒᵖ", "ŞŤÖƤ"[:len("ŞŤÖ")] + "p", "ſtop", "s\u0307t\u0323o\u0301p", "S\u00adTOP", "STO\u2060P",
	} {
		require.Equal(t, keyword.Stop, keyword.Classify(body), "%q", body)
	}
	for _, body := range []string{"ARRÊT", "arre\u0302t", "ＡＲＲÊＴ", "Arrêtez s'il vous plaît", "no\u00a0mÁs"} {
		require.Equal(t, keyword.Stop, keyword.Classify(body), "%q", body)
	}
}

func TestPlainWordsMayBePolite(t *testing.T) {
	for _, body := range []string{
		"please stop", "Pls stop!", "Stop please", "STOP, thank you.", "please opt me out", "opt out please", "Unsubscribe, thanks",
		"por favor, basta", "No más, gracias", "arrêtez svp", "Please stop please",
	} {
		require.Equal(t, keyword.Stop, keyword.Classify(body), "%q", body)
	}
	// CANCEL and END have another meaning to a dental patient; HELP and START are not asked for politely.
	for _, body := range []string{"please cancel", "cancel please", "Please cancel, thanks", "end please", "please help", "please", "thank you", "please thanks"} {
		require.Equal(t, keyword.None, keyword.Classify(body), "%q", body)
	}
}

func TestWhatIsNoWord(t *testing.T) {
	for _, body := range []string{
		"", " ", "\n", "🛑", "👍", "?", ".", "\x00", "\xff",
		"yes", "YES", "y", "si", "Sí", "oui", "ok", "d'accord", "confirm", "C", "1", "no",
		"s t o p", "st op", "stop by at 3?", "stop12345", "STOP 12345", "don't stop", "nonstop", "stops", "stopped", "unstoppable",
		"bus stop", "stop it", "full stop", "the end", "end of the day", "weekend", "cancel my 3pm", "cancel appointment",
		"quit smoking", "opt", "out", "help me", "info please", "start over", "restart", "starting", "I agree with you", "disagree",
		"we agree", "fine", "final", "infos", "sinfin", "la fin", "no", "mas", "nomas", "stop start", "stop go stop", "stop stop by",
		"стоп", "停止", "στοπ", "ЅТОР",
	} {
		require.Equal(t, keyword.None, keyword.Classify(body), "%q", body)
	}
}

func TestAMessageOfAnyLengthCostsLittle(t *testing.T) {
	const size = 10 << 20
	blank := strings.Repeat(" ", size)
	for name, c := range map[string]struct {
		body string
		want keyword.Word
	}{
		"one letter":          {strings.Repeat("s", size), keyword.None},
		"stops without end":   {strings.Repeat("stop ", size/5), keyword.None},
		"a word, then blanks": {"stop" + blank, keyword.Stop},
		"blanks, then a word": {blank + "stop", keyword.Stop},
		"marks":               {"stop" + strings.Repeat("\u0301", size/2), keyword.Stop},
		"no text at all":      {strings.Repeat("\xff", size), keyword.None},
		"words far apart":     {"stop" + blank + "by the office", keyword.None},
		"other scripts":       {strings.Repeat("停", size/3), keyword.None},
	} {
		t.Run(name, func(t *testing.T) {
			var got keyword.Word
			allocated := testing.AllocsPerRun(1, func() { got = keyword.Classify(c.body) })
			require.Equal(t, c.want, got)
			require.LessOrEqual(t, allocated, 4.0, "memory grows with the message")
		})
	}
}

func TestRepetitionUpToALine(t *testing.T) {
	require.Equal(t, keyword.Stop, keyword.Classify(strings.Repeat("STOP ", 100)))
	require.Equal(t, keyword.Stop, keyword.Classify(strings.Repeat("no más! ", 50)))
}

// FuzzClassify holds Classify to what may not matter to it, and to what must.
func FuzzClassify(f *testing.F) {
	for _, list := range sources() {
		for _, w := range list.words {
			f.Add(w)
		}
	}
	for _, body := range []string{"", "stop by at three", "𝗦𝗧𝗢𝗣", "\xff", "stop\x00", "please stop", "no", "s\u0301", "ﬁn", "İNFO"} {
		f.Add(body)
	}
	words := []keyword.Word{keyword.None, keyword.Stop, keyword.Help, keyword.Start, keyword.Agree}
	f.Fuzz(func(t *testing.T, body string) {
		got := keyword.Classify(body)
		if !slices.Contains(words, got) {
			t.Fatalf("%q is %q", body, got)
		}
		for _, same := range []string{" " + body + "!", "«" + body + "»", body + "\u200b", "🙂 " + body} {
			if other := keyword.Classify(same); other != got {
				t.Errorf("%q is %q, %q is %q", body, got, same, other)
			}
		}
		if other := keyword.Classify(body + " xyzzy"); other != keyword.None {
			t.Errorf("%q followed by another word is %q", body, other)
		}
	})
}

func BenchmarkClassify(b *testing.B) {
	const body = "Thanks, see you tomorrow at three. Is the bus stop still in front of your office?"
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		keyword.Classify(body)
	}
}
