package segment_test

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms/segment"
)

func TestSmart(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"empty":              {"", ""},
		"nothing to do":      {"Zoë, ça va? 🦷", "Zoë, ça va? 🦷"},
		"quotes":             {"“a” ‘b’ «c» „d‟ ‚e‛ ‹f›", "\"a\" 'b' \"c\" \"d\" ,e' <f>"},
		"dashes":             {"a–b—c―d‐e•f", "a-b-c-d-e-f"},
		"dashes left alone":  {"a\u2011b\u2012c\u2212d", "a\u2011b\u2012c\u2212d"},
		"dots":               {"wait…", "wait..."},
		"blanks":             {"a\u00a0b\u3000c", "a  b  c"},
		"other blanks":       {"a\u2001b\u2028c", "a b c"},
		"tab":                {"a\tb", "a       b"},
		"no width":           {"\ufeffa\u200bb\u2060c", "abc"},
		"joined emoji":       {family, family},
		"controls":           {"a\x00b\x03c\x1bd", "abc\x1bd"},
		"line ends":          {"a\r\nb\fc", "a\r\nb\fc"},
		"fractions":          {"½ past ¾, ¼", "1/2 past 3/4, 1/4"},
		"slashes":            {"7⁄8 ÷ 2", "7/8 / 2"},
		"full width":         {"ＡＺ０９！～［］＼", "AZ09!~[]\\"},
		"full width, small":  {"ａｚ｀", "ａｚ｀"},
		"small capitals":     {"ᴀʙᴢ", "ABZ"},
		"stars":              {"✱❋", "**"},
		"a tilde of its own": {"man\u0303ana", "man~ana"},
		"an accent is kept":  {"e\u0301", "e\u0301"},
		"in UCS-2 too":       {"“🦷”", "\"🦷\""},
		"not UTF-8":          {"a\xffb", "a\ufffdb"},
		"what would be one":  {"\xe2\x80\u200b\x99", "\ufffd\ufffd\ufffd"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, segment.Smart(test.text)) })
	}
}

// TestSmartTable goes through all of Unicode: whatever is replaced is not in GSM-7, and what comes in its place is.
func TestSmartTable(t *testing.T) {
	replaced := 0
	for r := range rune(utf8.MaxRune) {
		text := string(r)
		smart := segment.Smart(text)
		if smart == text {
			continue
		}
		replaced++
		if segment.Count(text).Encoding == segment.GSM7 || segment.Count(smart).Encoding == segment.UCS2 {
			t.Errorf("%U becomes %q", r, smart)
		}
	}
	require.Equal(t, 271, replaced)
}

func TestCountSmart(t *testing.T) {
	for text, want := range map[string]segment.Size{
		"“x”…":      gsm(1, 6),
		"":          gsm(1, 0),
		"\u200b":    gsm(1, 0),
		"“[":        gsm(1, 3),
		"“Zoë”":     ucs(1, 5, 'ë', len("“Zo")),
		"…🦷…":       ucs(1, 8, '🦷', len("…")),
		"“\xff":     ucs(1, 2, utf8.RuneError, len("“")),
		"“\ufffd":   ucs(1, 2, utf8.RuneError, len("“")),
		"¼\u00a0ж…": ucs(1, 9, 'ж', len("¼\u00a0")),
	} {
		require.Equal(t, want, segment.CountSmart(text), "%q", text)
	}
}

func TestSmartCopiesNothingInVain(t *testing.T) {
	const text = "Zoë’s"
	require.Zero(t, testing.AllocsPerRun(10, func() { segment.CountSmart(text[:len("Zoë")]) }))
	require.NotZero(t, testing.AllocsPerRun(10, func() { segment.CountSmart(text) }))
}
