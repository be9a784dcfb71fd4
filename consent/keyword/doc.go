// Package keyword recognises the few words that a text message may consist of to say stop, help, start, or yes to being
// asked for consent.
//
//	switch keyword.Classify(body) {
//	case keyword.Stop:
//		// revoke everything, now
//	}
//
// A message is such a word only as a whole: "STOP", "stop!", "Opt-Out", "¡alto!" are; "stop by at three" is not. Case,
// width, accents, punctuation, quotes and emoji around the word do not matter. The words are those of the FCC (47 CFR
// 64.1200(a)(10)) and the CTIA, of the large providers and practice systems, in English, Spanish and French.
//
// # Errors
//
// There are none: every text has a class, [None] if no other.
package keyword
