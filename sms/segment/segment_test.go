package segment_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/sms/segment"
)

// gsm is a text of GSM-7.
func gsm(segments, septets int) segment.Size {
	return segment.Size{Encoding: segment.GSM7, Segments: segments, Units: septets, At: -1}
}

// ucs is a text that is not.
func ucs(segments, units int, foreign rune, at int) segment.Size {
	return segment.Size{Encoding: segment.UCS2, Segments: segments, Units: units, Foreign: foreign, At: at}
}

const (
	family = "👨\u200d👩\u200d👧" // 8 units
	flag   = "🇺🇸"              // 4
	tooth  = "🦷"               // 2
)

func TestCount(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	euro := func(n int) string { return strings.Repeat("€", n) }
	e := func(n int) string { return "ж" + x(n-1) } // n units of UCS-2
	tests := map[string]struct {
		text string
		want segment.Size
	}{
		"empty":               {"", gsm(1, 0)},
		"one letter":          {"x", gsm(1, 1)},
		"one segment, full":   {x(160), gsm(1, 160)},
		"one more":            {x(161), gsm(2, 161)},
		"two, full":           {x(306), gsm(2, 306)},
		"three":               {x(307), gsm(3, 307)},
		"what Twilio takes":   {x(1600), gsm(11, 1600)},
		"extension":           {euro(80), gsm(1, 160)},
		"extension, one more": {euro(80) + "x", gsm(2, 161)},
		"ends at 153":         {x(151) + "€" + x(153), gsm(2, 306)},
		"would be cut at 153": {x(152) + "€" + x(152), gsm(3, 306)},
		"cut only if there is more": {
			x(152) + "€" + x(6), gsm(1, 160),
		},
		"cut and moved":         {x(152) + "€" + x(151), gsm(2, 305)},
		"76 to each":            {euro(152), gsm(2, 304)},
		"a septet lost to each": {euro(153), gsm(3, 306)},
		"line ends":             {strings.Repeat("\n", 160), gsm(1, 160)},
		"CR and LF are two":     {strings.Repeat("\r\n", 80), gsm(1, 160)},
		"CR and LF, one more":   {strings.Repeat("\r\n", 80) + "x", gsm(2, 161)},
		"form feed":             {"\f", gsm(1, 2)},

		"capital cedilla":  {"Ça", gsm(1, 2)},
		"small cedilla":    {"ça", ucs(1, 2, 'ç', 0)},
		"tab":              {"a\tb", ucs(1, 3, '\t', 1)},
		"escape":           {"a\x1bb", ucs(1, 3, '\x1b', 1)},
		"NUL":              {"\x00", ucs(1, 1, 0, 0)},
		"grave":            {"`", ucs(1, 1, '`', 0)},
		"not to be mapped": {"Zoë Núñez", ucs(1, 9, 'ë', 2)},
		"the first is named": {
			"é and ê and ж", ucs(1, 13, 'ê', 7),
		},
		"composed from two":      {"e\u0301", ucs(1, 2, '\u0301', 1)},
		"70":                     {e(70), ucs(1, 70, 'ж', 0)},
		"71":                     {e(71), ucs(2, 71, 'ж', 0)},
		"134":                    {e(134), ucs(2, 134, 'ж', 0)},
		"135":                    {e(135), ucs(3, 135, 'ж', 0)},
		"in UCS-2 € is one":      {e(69) + "€", ucs(1, 70, 'ж', 0)},
		"CR and LF may be cut":   {e(66) + "\r\n" + x(66), ucs(2, 134, 'ж', 0)},
		"emoji are two":          {strings.Repeat(tooth, 35), ucs(1, 70, '🦷', 0)},
		"36 emoji":               {strings.Repeat(tooth, 36), ucs(2, 72, '🦷', 0)},
		"33 emoji to each":       {strings.Repeat(tooth, 67), ucs(3, 134, '🦷', 0)},
		"an emoji fits":          {e(65) + tooth + x(67), ucs(2, 134, 'ж', 0)},
		"an emoji is not cut":    {e(66) + tooth + x(66), ucs(3, 134, 'ж', 0)},
		"a flag fits":            {e(63) + flag + x(67), ucs(2, 134, 'ж', 0)},
		"a flag is not cut":      {e(64) + flag + x(66), ucs(3, 134, 'ж', 0)},
		"nor in its middle":      {e(64) + flag + x(65), ucs(3, 133, 'ж', 0)},
		"an emoji may follow":    {e(66) + tooth + x(65), ucs(2, 133, 'ж', 0)},
		"an animal may follow":   {e(66) + "🐀" + x(65), ucs(2, 133, 'ж', 0)},
		"a pile that fills one":  {"жe" + strings.Repeat("\u0301", 66) + x(66), ucs(3, 134, 'ж', 0)},
		"nor two of its signs":   {e(63) + "🏴\U000E0067\U000E0062" + x(65), ucs(3, 134, 'ж', 0)},
		"nor the lightest skin":  {e(65) + "👍🏻" + x(65), ucs(3, 134, 'ж', 0)},
		"nor the darkest":        {e(65) + "👍🏿" + x(65), ucs(3, 134, 'ж', 0)},
		"two flags may be":       {e(63) + flag + flag + x(63), ucs(2, 134, 'ж', 0)},
		"half a flag between":    {e(66) + "🇺" + x(65), ucs(2, 133, 'ж', 0)},
		"a family fits":          {e(59) + family + x(67), ucs(2, 134, 'ж', 0)},
		"a family is not cut":    {e(60) + family + x(65), ucs(3, 133, 'ж', 0)},
		"nor a skin's colour":    {e(65) + "👍🏽" + x(65), ucs(3, 134, 'ж', 0)},
		"nor a rainbow flag":     {e(63) + "🏳\ufe0f\u200d🌈" + x(64), ucs(3, 133, 'ж', 0)},
		"nor England's":          {e(65) + "🏴\U000E0067" + x(65), ucs(3, 134, 'ж', 0)},
		"nor a key":              {e(65) + "1\ufe0f\u20e3" + x(66), ucs(3, 134, 'ж', 0)},
		"nor a letter's accent":  {e(66) + "e\u0301" + x(66), ucs(3, 134, 'ж', 0)},
		"nor a vowel of Hindi":   {e(66) + "न\u093f" + x(66), ucs(3, 134, 'ж', 0)},
		"nor a vowel of Thai":    {e(66) + "ส\u0e33" + x(66), ucs(3, 134, 'ж', 0)},
		"nor a Hangul syllable":  {e(66) + "\u1112\u1161" + x(66), ucs(3, 134, 'ж', 0)},
		"nor two initials":       {e(66) + "\u1112\u1112" + x(66), ucs(3, 134, 'ж', 0)},
		"nor one before more":    {e(66) + "\u1112하" + x(66), ucs(3, 134, 'ж', 0)},
		"nor two vowels":         {e(66) + "\u1161\u1161" + x(66), ucs(3, 134, 'ж', 0)},
		"nor a syllable's end":   {e(66) + "하\u11ab" + x(66), ucs(3, 134, 'ж', 0)},
		"nor a second end":       {e(66) + "한\u11ab" + x(66), ucs(3, 134, 'ж', 0)},
		"nor a third":            {e(65) + "하\u11ab\u11ab" + x(65), ucs(3, 133, 'ж', 0)},
		"a vowel after the end":  {e(66) + "한\u1161" + x(66), ucs(2, 134, 'ж', 0)},
		"nor a non-joiner":       {e(66) + "a\u200c" + x(66), ucs(3, 134, 'ж', 0)},
		"nor an Arabic number":   {e(66) + "\u06001" + x(66), ucs(3, 134, 'ж', 0)},
		"nor its accent":         {e(66) + "\u0600\u0301" + x(66), ucs(3, 134, 'ж', 0)},
		"a number without one":   {e(66) + "\u0600\n" + x(66), ucs(2, 134, 'ж', 0)},
		"whole syllables may be": {e(67) + "한글" + x(65), ucs(2, 134, 'ж', 0)},
		"a joiner joins nothing": {e(65) + "y\u200d" + x(67), ucs(2, 134, 'ж', 0)},
		"an accent on a line":    {e(66) + "\n\u0301" + x(66), ucs(2, 134, 'ж', 0)},
		"nor on another kind":    {e(66) + "\u2028\u0301" + x(66), ucs(2, 134, 'ж', 0)},
		"a mark of direction":    {e(66) + "a\u200f" + x(66), ucs(2, 134, 'ж', 0)},
		"a pile of accents fits": {e(66) + "e" + strings.Repeat("\u0301", 66), ucs(2, 133, 'ж', 0)},
		"one that does not":      {e(66) + "e" + strings.Repeat("\u0301", 67), ucs(3, 134, 'ж', 0)},
		"one of any height":      {"e" + strings.Repeat("\u0301", 669), ucs(10, 670, '\u0301', 1)},

		"not UTF-8":         {"ab\xffc", ucs(1, 4, utf8.RuneError, 2)},
		"an unfinished one": {"ab\xe2\x82", ucs(1, 4, utf8.RuneError, 2)},
		"half a pair":       {"\xed\xa0\x80", ucs(1, 3, utf8.RuneError, 0)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, segment.Count(test.text)) })
	}
}

// TestWhatIsNotCut has pairs of characters that are seen as one, and some beside them that are not, at a segment's end.
func TestWhatIsNotCut(t *testing.T) {
	before, after := "ж"+strings.Repeat("x", 65), strings.Repeat("x", 66)
	for pair, segments := range map[string]int{
		"e\u0300": 3, "ສ\u0eb3": 3, "ส\u0e32": 2,
		"\u1100\u1161": 3, "\u115f\u1161": 3, "\ua960\u1161": 3, "\ua97c\u1161": 3, "\u10ff\u1161": 2, "\ua95f\u1161": 2, "\ua97d\u1161": 2,
		"\u1100\u1160": 3, "\u1100\u11a7": 3, "\u1100\ud7b0": 3, "\u1100\ud7c6": 3, "\u1100\u11a8": 2, "\u1100\ud7af": 2, "\u1100\ud7c7": 2,
		"\u1160\u11a8": 3, "\u11a7\u11ff": 3, "\ud7b0\ud7cb": 3, "\ud7c6\ud7fb": 3, "\u1160\u1200": 2, "\u1160\ud7ca": 2, "\u1160\ud7fc": 2,
		"\u11a8\u11a8": 3, "\u11ff\ud7fb": 3, "\u11a8\u1160": 2, "\u1200\u11a8": 2, "\u1160\u1100": 2,
		"\u1100\uac00": 3, "\u1100\ud7a3": 3, "\uac00\u1161": 3, "\uac01\u1161": 2, "\uac01\u11a8": 3, "\ud7a3\u11a8": 3, "\uabff\u11a8": 2, "\ud7a4\u11a8": 2,
	} {
		require.Equal(t, segments, segment.Count(before+pair+after).Segments, "%+q", pair)
	}
}

// TestAlphabet goes through all of Unicode: 127 characters take a septet, for the escape is none, and ten take two.
func TestAlphabet(t *testing.T) {
	septets := map[int]int{}
	for r := range rune(utf8.MaxRune) {
		if size := segment.Count(string(r)); size.Encoding == segment.GSM7 {
			septets[size.Units]++
		} else if !utf16.IsSurrogate(r) && size != ucs(1, utf16.RuneLen(r), r, 0) {
			t.Errorf("%U is %+v", r, size)
		}
	}
	require.Equal(t, map[int]int{1: 127, 2: 10}, septets)
}

func TestALongTextCostsLittle(t *testing.T) {
	for name, text := range map[string]string{
		"letters": strings.Repeat("x", 1<<20),
		"emoji":   strings.Repeat(family, 1<<16),
		"accents": "e" + strings.Repeat("\u0301", 1<<19),
		"bytes":   strings.Repeat("\xff", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			require.Zero(t, testing.AllocsPerRun(1, func() { segment.Count(text) }))
		})
	}
}

func BenchmarkCount(b *testing.B) {
	for name, text := range map[string]string{
		"GSM7": strings.Repeat("Bright Dental: see you on Tuesday. ", 10),
		"UCS2": strings.Repeat("Zoë’s dentist "+family+": see you. ", 10),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				segment.Count(text)
			}
		})
	}
}
