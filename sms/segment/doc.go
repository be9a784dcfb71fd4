// Package segment counts how many segments a text takes: a carrier bills each of them, and one character that is not in
// GSM-7 can double their number.
//
//	size := segment.Count("Hi Zoë, your visit is Tuesday at 9:30 AM.")
//	if size.Encoding == segment.UCS2 {
//		fmt.Printf("%q makes it %d segments\n", size.Foreign, size.Segments)
//	}
//
// # How it counts
//
// A text whose characters all are in the alphabet of GSM 03.38 (3GPP TS 23.038, the default table and its extension) is
// sent in GSM-7: 160 septets in one segment, 153 in each of several. The ten characters of the extension, such as € and
// the square brackets, take two septets, which no segment's end parts. Any other text is sent in UCS-2: 70 units of UTF-16
// in one segment, 67 in each of several. Of c with a cedilla GSM-7 has the capital alone, Ç: published tables differ here,
// and Twilio and the standard's text do not.
//
// The numbers are those of the calculator that Twilio publishes. Like it, [Count] moves what people see as one character,
// a flag, a family or a letter with its accents, to the next segment as a whole; others cut it, and sometimes come to one
// segment fewer. It counts a line's end of CR and LF as two, and an empty text as one segment without units.
//
// It differs in two places, both at the end of a segment of UCS-2 alone. The calculator knows the emoji of 2017; we hold
// newer ones together too, and a colour of skin with whatever it follows. And a pile of more than 67 units, such as a letter
// under 67 accents, is cut where a segment is full, though the calculator would put any number of units into one.
//
// # Smart Encoding
//
// Twilio can replace lookalikes, such as the quotes and dashes of a word processor, by characters of GSM-7. [Smart] does
// the same, and [CountSmart] counts its result.
//
// # Errors
//
// There are none: every text has a size. A byte that is not UTF-8 counts as U+FFFD, which is not in GSM-7. The functions
// read the text once or twice, whatever it is, and may be called at the same time.
package segment
