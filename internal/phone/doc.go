// Package phone turns telephone numbers as people type them into E.164, and says in plain words why one is refused.
//
// [Parse] reads what a desk or a patient of a practice in the United States or Canada types: ten digits with any
// punctuation, a leading 1 or +1, an international number behind + or 011, an extension (which is dropped), letters
// as on the keypad. A number of country code 1 must fit the North American Numbering Plan: its area code must be
// assigned and its exchange possible. Of other countries only the country code and the length are checked.
//
//	number, err := phone.Parse("(512) 555-0142") // "+15125550142"
//
// [Textable] tells the numbers that exist but take no texts, or charge for them. [Region] names the country of a
// number of code 1, for Canada's law on texts is another than that of the United States.
//
// # Errors
//
// Every error is an [Error], a constant whose text continues "this number cannot be texted because ..." and holds no
// digit of the number.
//
// # What is not checked
//
// Whether an exchange is opened within its area code: exchanges open every week, and a number wrongly refused is
// worse than one that the carrier reports back. Whether anybody answers: only the carrier knows.
package phone
