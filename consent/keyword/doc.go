// Package keyword recognises what a text message asks for: the few words that it may consist of to say stop, help, start, or
// yes to being asked for consent, and an end of texts in any words.
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
// # Any words
//
// The FCC's rule also counts whatever "a reasonable person would understand" as a revocation. [Understand] reads it in
// English, Spanish and French:
//
//	switch u := keyword.Understand(body); u.Asks {
//	case keyword.Stop, keyword.Stranger:
//		// revoke everything, now
//	case keyword.Narrow:
//		// revoke what is promotional
//	case keyword.Review:
//		// hold all texts but answers, and show u.Why and the text to a person today
//	}
//
// It is a grammar and no list of phrases: a row of the tables is a way to say something in classes of words, such as to cease
// and texts, and what stands around a match decides what it comes to: who is spoken to, what is turned into its opposite, asked,
// quoted, supposed, or said for a time only. What the grammar cannot tell, it gives to a person. It does not learn, and the
// same text is understood the same way until a version changes.
//
// # Languages
//
// [Understanding] says which language a message is in, where its words are of one alone, so that it can be answered in it.
//
// # Errors
//
// There are none: every text has a class, [None] if no other.
package keyword
