// Package consent keeps who agreed to be texted, on which words, with what evidence, and answers whether a text may go
// to a number now.
//
// A ledger is a number at a practice. It holds facts that are only ever added: a consent was [Granted], confirmation was
// [Asked] and [Confirmed], consent was [Revoked], the patient texted START ([Restarted]). What the number stands at is
// computed from them by [Derive], a pure function of the facts, the rules and a moment, so that any past decision can be
// had again.
//
//	consents, err := consent.New(store, log, nil)
//	state, err := consents.Grant(ctx, by, consent.Grant{
//		Practice: "elm-street", Number: "+12125550100", Category: consent.Transactional,
//		Basis:    consent.OfficeDocument,
//		Evidence: consent.Evidence{Wording: shown, Language: "en", Document: "scan-88", Staff: "u-17"},
//	})
//	state, err = consents.Revoke(ctx, by, consent.Revocation{
//		Practice: "elm-street", Number: "+12125550100", Channel: consent.ByCall,
//	})
//
// A consent must be express and written: signed agreement, web form or in-office document, each with its evidence
// ([Promised]). A stop counts at once, for every category unless the patient's own words narrow it, and no late form, no
// import and no edit undoes it, whatever a vendor's own profile permits: only a later written grant, or the patient's own
// START within what was written before. What a patient alone can say (START, the answer to a double opt-in) needs the
// text it came by.
//
// Clocks of several processes differ, so the recorded times of a ledger never run backwards, and a stop that is dated
// ahead counts from now.
//
// # Transactions
//
// The log given to [New] records reads and refusals, and keys are made on the keyring's handle. Both keep a handle of
// their own, because what was seen, refused or sealed must survive the caller's rollback; so callers who open
// transactions give log and keys a connection pool of their own (two connections do): from a shared pool, transactions
// that each wait for a second connection stop each other.
//
// A fact and its entry in the log are one change of the store, kept together or not at all. Of two writers who decided on
// the same ledger one reads it again and decides anew; a stop waits for nobody. To make a change part of a transaction of
// yours, bind a copy of the service to it:
//
//	_, err := consents.WithStore(store.WithTx(tx)).Revoke(ctx, by, revocation)
//
// A copy bound to a transaction belongs to the goroutine that owns the transaction.
//
// # Ids and repetition
//
// Every command may carry the caller's id of the act. The same id with the same content again changes nothing and
// returns the state as it is; with other content it is refused with [ErrConflict].
//
// # Errors
//
// [ErrInvalid] and the finer [ErrEvidence] for commands that lack something; [ErrConflict]; [ErrNothingPending],
// [ErrAsked], [ErrNotAsked] and [ErrExpired] for what a double opt-in refuses. A refusal is recorded in the log and
// changes nothing. [ErrTampered] when a store keeps another thing than was written. No error carries a number or what
// somebody wrote.
//
// # Writing your own store
//
// Implement [Store] and run the cases of package consenttest against it. consentmem and consentpg pass the same cases.
package consent
