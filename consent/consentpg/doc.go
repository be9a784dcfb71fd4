// Package consentpg keeps consent in Postgres, in the caller's own database and, where the caller wishes, transaction.
//
//	store := consentpg.New(db, keyring, nil)
//	bound := consents.WithStore(store.WithTx(tx)) // tx is a bun.Tx or any *sql.Tx
//
// # Transactions
//
// The keys, and the log of reads and refusals, keep a handle of their own, because what was sealed, seen or refused must
// survive the caller's rollback. Callers who open transactions give them a connection pool of their own (two connections
// do): from a shared pool, transactions that each wait for a second connection stop each other.
//
// A store that [Store.WithTx] returned writes a fact and its entries in the caller's transaction. An error of Postgres
// ends that transaction, as it does any.
//
// # What a dump shows
//
// Numbers and evidence are sealed under the practice's key before they reach a statement, and numbers are found by a
// blind index: a dump of the tables names nobody. The kind, category and times of a fact are plain; they are sealed too,
// so a row that was altered, copied or moved is refused with [consent.ErrTampered] when it is read. That a row was
// removed only the log shows.
//
// [Policies], [Representatives], [Packs] and [Cookies] keep what they know likewise: whose a fact is, is found by a blind
// index, and of a fact only its kind and when it was recorded are plain.
//
// Evidence of a fact that names a patient is sealed under that patient's key, and counts as erased once the key was
// shredded: at once in the process that did it, elsewhere within the Lifetime of the keyring there.
//
// # Rights
//
// The application's role needs SELECT and INSERT on consent_fact and consent_wording, and on consent_pack where evidence is
// handed out; SELECT, INSERT and UPDATE on consent_settings; and what package auditpg asks for.
//
// [Migrate] is never run by a constructor. A store also needs the tables of package auditpg, in the same schema.
package consentpg
