package segment_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/enamel-go/enamel/sms/segment"
)

// FuzzCount appends to any text: it takes no fewer segments than before, and never fewer than its units need.
func FuzzCount(f *testing.F) {
	for _, seed := range [][2]string{
		{"", ""},
		{strings.Repeat("x", 160), "€"},
		{strings.Repeat("€", 80), "ж"},
		{strings.Repeat("x", 66) + "🇺", "🇸"},
		{strings.Repeat("x", 60) + "👨\u200d", "👩\u200d👧"},
		{"e" + strings.Repeat("\u0301", 66), "\u0301"},
		{"\xe2\x82", "\xac"},
		{"“…\t\x00", "\r\n"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, text, more string) {
		before := holds(t, text, segment.Count(text))
		smart := segment.Smart(text)
		if again := segment.Smart(smart); again != smart {
			t.Errorf("Smart(%q) is %q, and again %q", text, smart, again)
		}
		smartBefore := segment.CountSmart(text)
		if at := smartBefore.At; smartBefore.Encoding == segment.UCS2 {
			if r, _ := utf8.DecodeRuneInString(text[at:]); r != smartBefore.Foreign {
				t.Errorf("%q has %q at %d, not %q", text, r, at, smartBefore.Foreign)
			}
			smartBefore.At = strings.IndexRune(smart, smartBefore.Foreign)
		}
		holds(t, smart, smartBefore)
		if !utf8.ValidString(text) {
			return // Bytes that are no character can become one.
		}
		if after := segment.Count(text + more); after.Segments < before.Segments {
			t.Errorf("%q takes %d segments, followed by %q %d", text, before.Segments, more, after.Segments)
		}
	})
}

// holds checks a size against what must be true of any.
func holds(t *testing.T, text string, size segment.Size) segment.Size {
	units, alone, among := size.Units, 160, 153
	switch size.Encoding {
	case segment.GSM7:
		if size.Foreign != 0 || size.At != -1 {
			t.Errorf("%q has %q at %d", text, size.Foreign, size.At)
		}
		if n := utf8.RuneCountInString(text); units < n || units > 2*n {
			t.Errorf("%q has %d units", text, units)
		}
	case segment.UCS2:
		alone, among = 70, 67
		if n := len(utf16.Encode([]rune(text))); units != n {
			t.Errorf("%q has %d units, not %d", text, units, n)
		}
		if r, _ := utf8.DecodeRuneInString(text[size.At:]); r != size.Foreign {
			t.Errorf("%q has %q at %d, not %q", text, r, size.At, size.Foreign)
		}
		if before := segment.Count(text[:size.At]); before.Encoding != segment.GSM7 {
			t.Errorf("%q has %q before %q", text, before.Foreign, size.Foreign)
		}
	default:
		t.Fatalf("%q is in %q", text, size.Encoding)
	}
	if (size.Segments == 1) != (units <= alone) || size.Segments > 1 && size.Segments*among < units {
		t.Errorf("%q has %d units in %d segments", text, units, size.Segments)
	}
	return size
}
