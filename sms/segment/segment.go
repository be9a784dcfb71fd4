package segment

import "strings"

// Encoding is how a text's characters are sent.
type Encoding string

// The encodings.
const (
	GSM7 Encoding = "GSM-7" // in septets
	UCS2 Encoding = "UCS-2" // in units of UTF-16
)

// The units that a segment holds: alone, and as one of several, each of which begins with a header of six bytes.
const (
	aloneGSM7, amongGSM7 = 160, 153
	aloneUCS2, amongUCS2 = 70, 67
)

// Size is what a text takes.
type Size struct {
	Encoding Encoding
	Segments int // at least 1
	Units    int // septets of GSM-7 or units of UTF-16, without the headers

	// Foreign is the first character that is not in GSM-7, and At is where it begins, in bytes from the text's start. In a
	// text of GSM-7 they are 0 and -1. A byte that is not UTF-8 is U+FFFD.
	Foreign rune
	At      int
}

// Count returns what text takes when it is sent as it is.
func Count(text string) Size {
	septets, segments, used := 0, 1, 0
	for at, r := range text {
		n := septetsOf(r)
		if n == 0 {
			return ucs2(text, r, at)
		}
		septets += n
		if used += n; used > amongGSM7 {
			segments++
			used = n
		}
	}
	if septets <= aloneGSM7 {
		segments = 1
	}
	return Size{Encoding: GSM7, Segments: segments, Units: septets, At: -1}
}

// CountSmart returns what text takes when its lookalikes are replaced, as [Smart] does. Size.At is a place in text, not
// in what Smart returns.
func CountSmart(text string) Size {
	size := Count(Smart(text))
	if size.Encoding == UCS2 {
		size.At = strings.IndexRune(text, size.Foreign)
	}
	return size
}

// ucs2 counts a text that is not in GSM-7, because of foreign.
func ucs2(text string, foreign rune, at int) Size {
	units, segments, used := 0, 1, 0
	seen := 0 // the units so far of what people see as one character
	var c cluster
	for _, r := range text {
		n := 1
		if r > 0xFFFF {
			n = 2
		}
		if !c.takes(r) {
			seen = 0
		}
		units += n
		seen += n
		if used += n; used > amongUCS2 {
			segments++
			if seen > amongUCS2 {
				seen = n // It fills a segment alone and has to be cut.
			}
			used = seen
		}
	}
	if units <= aloneUCS2 {
		segments = 1
	}
	return Size{Encoding: UCS2, Segments: segments, Units: units, Foreign: foreign, At: at}
}
