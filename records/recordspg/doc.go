// Package recordspg keeps patients and the schedule in Postgres, in the caller's own database and, where the caller
// wishes, transaction.
//
//	store := recordspg.New(db, keyring, nil)
//	bound := patients.WithStore(store.WithTx(tx)) // tx is a bun.Tx or any *sql.Tx
//
// # Transactions
//
// The keys, and the log of reads and refusals, keep a handle of their own, because what was sealed, seen or refused must
// survive the caller's rollback. Callers who open transactions give them a connection pool of their own (two connections
// do): from a shared pool, transactions that each wait for a second connection stop each other.
//
// A store that [Store.WithTx] returned writes a record, its act and its entries in the caller's transaction, under a
// savepoint.
//
// # What a dump shows
//
// Everything about a patient is sealed under the patient's chart key before it reaches a statement, and is found by
// blind indexes: a dump of the tables names nobody. Plain are the vendor's ids, revisions, and of an appointment its
// start and status. The indexes show which patients of a practice share a phone number or an e-mail address, or a name
// with a birth date, and how many numbers and addresses each has; how many surnames, they do not show ([records.Terms]).
// When the chart key is shredded, single reads answer [records.ErrGone] and lists leave the patient
// out.
//
// # Rotating an index key
//
// Each kind of index has a key of its own ([IndexKind]), which is replaced while reads and writes go on:
//
//	err := keyring.RotateIndex(ctx, practice, recordspg.IndexKind(records.ByPhone))
//	// four lifetimes of the keyring later, when IndexSettled answers nil, until next is empty:
//	next, err := store.Reindex(ctx, practice, after, 500)
//	// and then
//	err = keyring.RetireIndex(ctx, practice, recordspg.IndexKind(records.ByPhone))
//
// # Rights
//
// The application's role needs SELECT, INSERT and UPDATE on records_patient and records_appointment, SELECT, INSERT and
// DELETE on records_patient_index, SELECT and INSERT on records_act, and what package auditpg asks for.
//
// [Migrate] is never run by a constructor. A store also needs the tables of package auditpg, in the same schema.
package recordspg
