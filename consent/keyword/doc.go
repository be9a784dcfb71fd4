// Package keyword recognises the few words that a text message may consist of to say stop, help, start, or yes to being
// asked for consent.
//
//	switch keyword.Classify(body) {
//	case keyword.Stop:
//		// revoke everything, now
//	}
//
// A message is such a word only as a whole: "STOP", "stop!!", "Stop stop", "Opt-Out", "¡alto!", "ＳＴＯＰ" are; "stop by at
// three" is not. Case, width, accents, punctuation, quotes and emoji around the word do not matter, nor does saying it
// again; the plain words for stop may be said politely ("please stop"). YES, SÍ and OUI are none of the words: they are
// what people answer to an appointment, and one provider takes YES for START.
//
// The words are those of the FCC (47 CFR 64.1200(a)(10)), the CTIA, and the default lists of the large providers and
// practice systems, in English, Spanish and French. CANCEL, END and FIN are among them, for the FCC's rule leaves no
// choice: never offer CANCEL as an answer to a reminder.
//
// # Errors
//
// There are none: every text has a class, [None] if no other.
package keyword
