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
// What has happened already, or was seen among other things, is on record even where the patient's keys are gone:
// [Log.StampSeen] and [Log.RecordSeen] then leave out whose it was.
//
// # What is sealed
//
// In a leaf the practice, the time, the actor, the action, the outcome and the kind of object are plain, for they are
// what the log is searched by. The patient's id, the object's id, the reason and the details are sealed under the
// patient's evidence key (the practice's where there is no patient), and so is the id of an actor who is a patient or
// a representative. A tag, a keyed hash of the patient's id, finds a patient's entries without naming them. After the
// key is shredded the leaf still verifies and names nobody. The tag stays: who has the practice's audit key and still knows
// the id finds the patient's entries, so that what was done with the data of somebody who was erased can be accounted for.
//
// # What an attacker can do
//
// Whoever can write to the database, and has no key of the application's:
//
//   - edits a leaf, or a column beside it: its code no longer fits, before and after it is integrated.
//   - deletes, swaps or moves integrated leaves: they are missing or elsewhere in the tree, and are named.
//   - inserts a leaf, new, copied or among old ones: it has no code that fits; it is never integrated, and is named.
//   - deletes a leaf that no notary has integrated yet, within about a second of its commit, or for as long as the
//     practice's key cannot be had: nobody notices. A refusal or a read that is not there was perhaps never made. Look at
//     what a report of package audit/notary says of leaves that wait.
//   - cuts off the newest batches of all practices with everything that tells of them, or loads an older backup of the
//     whole database: found by a witness (package audit/witness) at the notary's next step or start, by a checkpoint that
//     was kept elsewhere, and by a notary that was running; otherwise not. Have a witness where these people cannot write,
//     or keep the checkpoint of the tree of heads there, a few hundred bytes.
//   - cuts off the newest batches of one practice, and leaves the head of all heads as it is, so that no witness is
//     contradicted: a verification and an export of that practice find it, and the notary stops at the practice's next leaf.
//     The names at the marks of the tree of heads are not signed. Whoever alters these too is found in the same way, until a
//     notary that was started since adds to the practice's tree, for one that signed what is gone does not; from then on by a
//     checkpoint of that tree that was kept, and by a verification of the tree of heads. Make that one from time to time.
//   - alters the notary's own rows: it signs nothing that would rest on them until they are restored, and a verification of
//     the practice or of the tree of heads names them. What the newest batch saw it cannot check: where that is set back,
//     leaves are integrated a second time, and a verification names each.
//   - takes away the right to insert, or fills the disk: nothing can be read, written or refused any more, for an act
//     whose entry cannot be written does not happen.
//   - changes the domains' tables behind the log's back: not this package's matter; there is simply no entry.
//
// Whoever also has the practice's audit key, from the memory of a running application, can stamp leaves that verify,
// and put them between the commit and the next batch in place of genuine ones. What was integrated before stays as it
// was. A genuine leaf that is put among integrated ones is reported as back-dated.
//
// Whoever has the notary's signing key and the database can make another history that verifies in itself. Every
// checkpoint that was kept elsewhere contradicts it, and a witness does not cosign it: so who is shown one of two
// histories looks for the witness's signature on its checkpoint, or asks what the witness keeps.
//
// Whoever controls the application records what it likes: the log proves that nothing was changed afterwards, not that
// it was true.
//
// # Retention
//
// An entry has a [Term]: six years for what proves something about a patient's data, one year for system logs. When the
// term of a whole month is over, a Pruner of package audit/notary tells each practice's log what is to go, and then removes
// that month of all practices and tells the logs that it went, in one transaction; nothing else ever removes an entry, and
// nobody who writes or reads the log needs the right to delete. The month is that of the entry's id, so ids of one's own
// that say no time (Options.NewID) are never removed.
//
// # What is left out
//
// Audit keys are not replaced hour by hour, so a stolen one forges leaves of any time, as far as no batch holds them
// yet. No process keeps a list of leaves that it committed to see whether they vanish before they are integrated, and no
// witness is told of a leaf before it is. A witness cosigns with Ed25519 alone; what it answers is checked, and not kept
// in the database. Of a leaf that is pruned its place and its hash stay, about sixty bytes; they say nothing of it.
//
// # Errors
//
// [ErrInvalid] for an entry that lacks something, [ErrShredded] for one about a patient whose keys are gone, [ErrTampered] for
// a leaf whose code does not fit its bytes. Whatever the keys or the store answer is wrapped. When an entry cannot be written
// the act it records must not happen: every caller in Enamel fails closed.
//
// # Writing your own store
//
// Implement [Store] and run the cases of package audittest against it. To have it integrated, implement Store of
// package audit/tree as well.
package audit
