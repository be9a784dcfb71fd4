// Package audit records who did what to whose data, in a log that proves itself.
//
// An [Entry] is one act: somebody ([Actor]) did something (Action) to something (Object), and it was done or refused.
// A [Log] stamps an entry into a [Leaf]: canonical bytes in which everything about a patient is sealed, and a message
// authentication code over them. A [Store] keeps leaves and only ever adds to them. The package audit/notary
// integrates leaves into a Merkle tree per practice and signs its heads, so that a later change is found and named.
//
//	keyring, err := crypto.NewKeyring(cryptomem.New(), manager, nil)
//	log, err := audit.NewLog(auditmem.New(), keyring, nil)
//	err = log.Record(ctx, audit.Entry{
//		Practice: "elm-street",
//		Actor:    audit.Actor{Kind: audit.Staff, ID: "u-17"},
//		Action:   "records.patient.read",
//		Object:   audit.Object{Kind: "patient", ID: "p-204"},
//		Patient:  "p-204",
//	})
//
// # Transactions
//
// The log of reads and refusals keeps a handle of its own, and needs a connection pool of its own when callers open
// transactions: what was seen or refused must survive the caller's rollback, and two transactions that each wait for a
// second connection of one shared pool stop each other. Two connections do. So there are two ways in:
//
//   - A write's entry is stamped with [Log.Stamp] and travels with the write: the domain's store inserts the leaf in
//     the very transaction of the fact. Both are kept or neither is.
//   - A read's or a refusal's entry is committed at once by [Log.Record] or [Log.Refuse], before data is returned.
//
// # What is sealed
//
// In a leaf the practice, the time, the actor, the action, the outcome and the kind of object are plain, for they are
// what the log is searched by. The patient's id, the object's id, the reason and the details are sealed under the
// patient's evidence key (the practice's where there is no patient). A tag, a keyed hash of the patient's id, finds a
// patient's entries without naming them. After the key is shredded the leaf still verifies and says nothing of whom.
//
// # Errors
//
// [ErrInvalid] for an entry that lacks something, [ErrTampered] for a leaf whose code does not fit its bytes. Whatever
// the keys or the store answer is wrapped. When an entry cannot be written the act it records must not happen: every
// caller in Enamel fails closed.
//
// # Writing your own store
//
// Implement [Store] and run the cases of package audittest against it.
package audit
