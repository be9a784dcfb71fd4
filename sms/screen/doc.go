// Package screen finds in a text what no text may carry, and says what it found and where.
//
//	for _, f := range screen.Screen(body, screen.Context{Practice: "Elm Street Dental", NeedsName: true, NeedsEnd: true}) {
//		fmt.Println(f.Class, f.What, body[f.Start:f.End])
//	}
//
// A text is read by whoever holds the phone. So it names the practice, a first name at most, a time and how to answer, and
// never a procedure, a condition, a tooth, a drug, what is owed, an insurer, a result, or a specialty that tells one (45 CFR
// 164.510(b)); "cleaning" is a procedure, a checkup or a visit is none. On a family's phone it does not even say which child
// ([Context].People).
// Carriers refuse besides what they call SHAFT, public shorteners of links, and the promotion of prescriptions; the FCC's words
// that end texts (47 CFR 64.1200(a)(10)) and the providers' words that begin them again are no answers to anything else.
//
// # How it finds
//
// Tables of words in English, Spanish and French, of stems and endings, as medicines have them, and of forms: #14, UL6, D0001,
// K02.9, 500 mg, a date of birth. What is something else in other company is a finding in the right company only: a bridge
// beside a quadrant, a beer that is free. The words of a history, such as that somebody drinks, are health and never SHAFT.
//
// A given name is found in any case, and as Emma's or Emmas. One that is an everyday word, such as Will, May or Sol, is found
// where it is written as a name: with a capital that no sentence and no date gives it, or as Will's. What is written small, in a
// text of capitals alone, or as nobody but the family says it, such as Lizzie for Elizabeth, is not. Dr. Emma is the doctor.
//
// It reads letters without their case, width, style and accents, takes other alphabets' lookalikes and figures for the letters
// that they stand for, and looks past signs and invisible characters in a word, past blanks where a word is spelled or parted
// in two, through a page's &oacute; and &nbsp;, and through a link's escapes, however often they were escaped. It does not
// read pictures, nor emoji, other languages, a tooth whose number is a word or stands without its sign (fourteen, no. 14), a
// page's tags within a word, or what somebody takes pains to hide.
//
// # What it is worth
//
// The tests measure it on public collections, on the half that its words were first written on and on the other, and hold it to
// the figures of this package's promise. It is a screen and no judge: what it passes may still tell something to who knows
// more, and so do number and hour. Rules are versioned, see [Version]; it does not learn.
//
// # Errors
//
// There are none: every text has its findings. A finding carries the words that were found, so it is as confidential as the
// text. Screen may be called concurrently; where nothing is found it takes no memory.
package screen
