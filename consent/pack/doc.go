// Package pack hands out the evidence of consent: all that is on record about a number or a patient, in one HTML file that
// opens without a network or any software of ours, with proofs from the audit log. It needs the standard library alone.
//
//	packs, err := pack.New(store, log, consents, prove, nil)
//	asked, err := packs.Request(ctx, by, pack.Request{Practice: "elm-street", Scope: pack.Scope{
//		Recipient: pack.Court, Name: "Travis County Court", Document: "subpoena-7", Number: "+15125550100",
//	}})
//	_, err = packs.Approve(ctx, another, pack.Approval{Practice: "elm-street", Release: asked.Release})
//	_, err = packs.Write(ctx, by, file, "elm-street", asked.Release)
//
// # Who gets what
//
// Nothing is shared with third parties and nothing sold (DentTracks SMS Privacy Policy, section 5). There are four
// recipients, and any other is refused with [ErrRecipient]:
//
//   - The practice gets all that is on record.
//   - The patient gets its own, at every number: what names another patient on the same phone is left out, and whatever would
//     tell of one. Of a number that was reassigned each holder sees its own time alone. Where a number is asked for and no
//     patient, whoever holds it now sees what names nobody. Who asks, and for whom, staff verify before.
//   - A court gets what its order or subpoena asks for, about a number or a patient (45 CFR 164.512(e)), once a second
//     member of staff approved.
//   - A carrier gets proof of opt-in alone, about a number, once that was approved: how the consent was given that is in
//     force. It sees no patient, no staff, no stop and nobody's words. Where no consent is in force it gets nothing.
//
// Only a member of staff acts. Each file is accounted with its SHA-256, its size, who got it and why (45 CFR 164.528), before
// its first byte is handed out; [Service.Releases] lists the account. Writing a release again shows what is on record by
// then, and is accounted again.
//
// # Proofs
//
// Every fact names its entry in the audit log. A [Prove] of a notary.Reader puts the entries with their proofs into the file:
//
//	prove := func(ctx context.Context, w io.Writer, practice string, entries []string) error {
//		_, err := reader.Extract(ctx, w, practice, notary.IDs(entries...), nil)
//		return err
//	}
//
// Whoever has the log's public key checks them (notary.CheckExport). What no checkpoint holds yet the file says is not
// proved. An entry names the member of staff who acted, so a carrier sees those of patients' own acts alone.
//
// Evidence that was erased with a patient's record is marked as erased. Where the patient's key was destroyed no entry can
// name that patient: ask for the number.
//
// # Transactions
//
// The log given to [New] keeps reads and refusals on a handle of its own, because they must survive the caller's rollback:
// give it a connection pool of its own where callers open transactions. A fact and its entry are one change of the store.
// To make it part of a transaction of yours, bind a copy of the service to it:
//
//	_, err := packs.WithStore(store.WithTx(tx)).Request(ctx, by, request)
//
// [Service.Write] never takes part: what was handed out is on record whatever becomes of a transaction.
//
// # Ids and repetition
//
// Every command may carry the caller's id of the act. The same id with the same content again changes nothing and returns
// the fact as it was written; with other content it is refused with [ErrConflict].
//
// # Errors
//
// [ErrRecipient], [ErrStaff], [ErrSelf], [ErrNotApproved], [ErrDenied], [ErrDecided], [ErrUnknown] and [ErrNothing] for what
// may not be; [ErrInvalid] for what lacks something; [ErrConflict]. A refusal is recorded in the log and changes nothing.
// [ErrTampered] when a store keeps another thing than was written. No error carries a number, a name or a patient's id.
//
// # Writing your own store
//
// Implement [Store] and run the cases of package consenttest, PackCases, against it. consentmem.Packs and consentpg.Packs
// pass the same cases.
package pack
