// Package fhir takes patients over from other software: from the FHIR R4 Bundle that it exports, or from a single
// Patient resource, as JSON.
//
//	report, err := fhir.Import(ctx, by, patients, "elm-street", file)
//
// What is kept is what package records keeps of a patient: a name, the birth date, phones, an e-mail address, an
// address and the language that the patient prefers. Everything else is dropped, and the report says what and how often: other resources, identifiers, further
// names, elements that are not known. Nothing is guessed: a birth date that is only a year is reported and left out,
// and a phone number that is none is kept as it was given and never texted.
//
// # Repetition
//
// The resource's id becomes the patient's. Importing the same file again changes nothing. A patient who is kept already
// and differs is skipped, and the report says so: what the practice has changed since is not undone by an old export.
//
// # What is refused
//
// Input that is no JSON, no FHIR, longer than 64 MiB or nested deeper than 100 levels is refused with [ErrFormat]
// before anything is written.
//
// # Errors
//
// [ErrFormat], and whatever the reader or the service answers. Neither errors nor reports repeat a name, a number, an
// address or a date.
package fhir
