// Package wording checks what the text of an opt-in says before anybody is asked to agree to it: who sends the texts, about what,
// how often, at what cost, how they are stopped and where help is, where terms and privacy policy are, that consent is tied to no
// purchase and no service, and that texts are not encrypted. It needs the standard library alone.
//
//	lacks := wording.Check(text, wording.Names{Practice: "Elm Street Dental", Platform: "DentComm", Language: "en"})
//	if len(lacks) > 0 {
//		return errors.New(wording.Missing(lacks))
//	}
//
// # What it looks at
//
// [Elements] are rows with the day from which each is asked for and with their source: the privacy policy's own words, the CTIA's
// principles, the FCC's rule, the carriers' reviewers and HHS. How an element is said is a table of patterns in English, Spanish
// and French. The tables are narrow on purpose: a text that says something in words they do not know is refused with
// a list, and its author can say it plainly; a text that says the opposite must never pass. What the patterns cannot see is a
// contradiction in words of another kind, a link behind which is another page than it is called, or how small the print is: a
// person still reads the text once.
//
// The address of a link must stand in the text, for what was shown is kept as evidence, and a link without one proves
// nothing.
//
// # Errors
//
// There are none: every text has a list of what it lacks, empty for one that may be used. The functions are pure, take a time that
// grows with the text, and may be called concurrently.
package wording
