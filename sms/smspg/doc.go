// Package smspg keeps texts in Postgres, in the caller's own database and, where the caller wishes, transaction.
//
//	store := smspg.New(db, keyring, nil)
//	bound := texts.WithStore(store.WithTx(tx)) // tx is a bun.Tx or any *sql.Tx
//	queue := smspg.NewQueue(db, keyring, nil)  // for workers and webhooks
//	casts := smspg.NewBroadcasts(db, keyring, nil)
//
// # What a dump shows
//
// Patients' numbers, bodies, messages and decisions are sealed under the practice's key before they reach a statement,
// and numbers are found by a blind index: a dump of the tables names nobody. Kinds, categories, times, states and the
// practice's own numbers are plain. Of a broadcast the plan, its values and what its audience was chosen by are sealed, and
// each recipient; its id, its facts' kinds and times, and how far each recipient has come are plain.
//
// What was texted is the practice's record: it opens also after a patient's keys were shredded.
//
// [Registrations] keeps what a practice registers with the carriers. That is nobody's data but its own, and plain, but for
// the brand with its EIN and contact, the address that outcomes go to and the provider's own words. A digest of all columns
// is sealed, so that a row which was altered or moved is refused with registration.ErrTampered.
//
// [Links] keeps links, their tokens as SHA-256. Their patients, what they lead to and who opened them are sealed under the
// practice's key; the patient is found by a blind index. A digest of all columns is sealed here too: link.ErrTampered.
//
// # Transactions
//
// Consent, the keys, and the log of reads and refusals, keep handles of their own, because what was stopped, sealed, seen or
// refused must survive the caller's rollback; and so does the store of texts that a broadcast.Service is given. Callers who
// open transactions give them a connection pool of their own (two connections do): from a shared pool, transactions that
// each wait for a second connection stop each other.
//
// [Store] works inside the caller's transaction where it is bound to one. [Queue] never does: a claim that was not
// committed would hide from the stop that has to see it. Neither holds a transaction of its own open while it asks for
// keys, so where nobody opens transactions store, queue and keys may share a pool.
//
// # Clocks
//
// Leases and waits run on the database's clock, so workers on machines whose clocks differ share one queue. Everything
// else runs on the times that the caller gives.
//
// A claim has to outlive a crash of the database, or a text that has left is claimed and sent again: do not set
// synchronous_commit to off.
//
// # Rights
//
// Who queues texts, takes in webhooks and shows both to staff needs SELECT and INSERT on sms_text, sms_decision,
// sms_received and sms_text_task; and SELECT, INSERT and UPDATE on sms_queue, sms_sender, sms_content and sms_task.
//
// Who plans and sends needs SELECT and INSERT on sms_text and sms_decision; SELECT, INSERT and UPDATE on sms_queue, and on
// sms_allowance where there are limits; SELECT on sms_sender, sms_received and sms_content; and of consent SELECT and INSERT
// on consent_fact, for a provider may say that somebody opted out.
//
// Of broadcasts both need SELECT and INSERT on sms_broadcast_fact, SELECT, INSERT and UPDATE on sms_recipient, and SELECT and
// UPDATE on sms_broadcast; who drafts them, INSERT on it too, and who sends, DELETE on sms_recipient. [Registrations] and [Links] say
// what they need. All need what packages auditpg and cryptopg ask of an application; nobody needs DELETE on anything else.
//
// [Migrate] is never run by a constructor. A store also needs the tables of package auditpg, in the same schema.
package smspg
