// Package representative keeps who may act for a patient, and what a child gives itself: nothing under 13 without a
// parent's verified consent. It needs the standard library alone.
//
//	representatives, err := representative.New(store, log, nil)
//	_, err = representatives.Appoint(ctx, by, representative.Appointment{
//		Practice: "elm-street", Patient: "p-204", Person: "mother-9", Basis: representative.Parent,
//		Acts: representative.Acts(), From: today, Proof: representative.Proof{Kind: "birth certificate", Document: "scan-88"},
//	})
//
//	answer, err := representatives.May(ctx, representative.Key{Practice: "elm-street", Patient: "p-204"}, representative.Question{
//		Person: audit.Actor{Kind: audit.Representative, ID: "mother-9"}, Act: representative.See,
//		Born: born, State: "TX", Zone: zone,
//	})
//
// # What decides
//
// [Law.May] is a pure function of dated rules, the ages of majority, a patient's facts, the question and the moment. Its
// trail says which rules were looked at. What no rule allows is refused, and so is whatever hangs on a birth date or a State
// that is not known.
//
//   - A court's order wins over an appointment and over a parent's consent. Of several about one person and act the one of
//     the latest first day counts.
//   - A parent's authority, and that of a guardian, ends when the patient comes of age. It begins again only where the
//     patient, of age, or a court appoints the person anew. An emancipation brings the day forward.
//   - An episode of care that the minor consented to itself is never shown to a representative whom the patient has not
//     appointed when of age. Where the whole record is asked for, [Answer].Without names what to leave out.
//   - What a child under 13 gives itself is refused unless a parent's verified consent is in force. What the practice or a
//     parent gives about a child never is.
//
// Ages are reached on the calendar's day in the practice's zone; who was born on February 29 has the birthday of a common
// year on March 1. Staff and systems are asked about here only for what they enter and for the use of what a patient gave:
// what else they may is a matter of their roles, and no representative's.
//
// # Reports
//
// Whoever believes that a child gave data says so by [Service.Report], without an account. From then on the act [Use] is
// refused to everybody, and [Enter] to the patient, until a member of staff has verified and decided: what was given is
// covered by a parent's consent or was mistaken for a child's ([Service.Unfreeze]), or was deleted ([Service.Remove]). To
// verify, staff look at it under their own rights. [Service.Open] lists what waits for an answer, until when it is due and
// whether it is late.
//
// The package keeps no list of what a child gave: the vendor marks it, and asks before it is used. A child whom the vendor
// cannot find by what was reported has no ledger; that is a request to answer all the same.
//
// # Transactions
//
// The log given to [New] keeps reads and refusals on a handle of its own, because they must survive the caller's rollback:
// give it a connection pool of its own where callers open transactions. A fact and its entry are one change of the store.
// To make it part of a transaction of yours, bind a copy of the service to it:
//
//	_, err := representatives.WithStore(store.WithTx(tx)).Appoint(ctx, by, appointment)
//
// Of two who decide on one ledger one reads it again; a report and a parent's withdrawal wait for nobody.
//
// # Ids and repetition
//
// Every command may carry the caller's id of the act. The same id with the same content again changes nothing and returns
// the fact as it was written; with other content it is refused with [ErrConflict].
//
// # Errors
//
// [ErrInvalid] and the finer [ErrEvidence] for what lacks something; [ErrUnknown], [ErrDecided], [ErrUndecided],
// [ErrUncovered] and [ErrStaff] for what may not be; [ErrConflict]. A refusal is recorded in the log and changes nothing.
// [ErrTampered] when a store keeps another thing than was written. No error carries a person's id, a name or what somebody
// wrote.
//
// # Writing your own store
//
// Implement [Store] and run the cases of package consenttest, RepresentativeCases, against it. consentmem.Representatives
// and consentpg.Representatives pass the same cases.
package representative
