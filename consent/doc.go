// Package consent keeps who agreed to be texted, on which words, with what evidence, and answers whether a text may go
// to a number now.
//
// A ledger is a number at a practice. It holds facts that are only ever added: a consent was [Granted], confirmation was
// [Asked] and [Confirmed], consent was [Revoked], the patient texted START ([Restarted]), the number has another holder
// ([Lapsed]). What the number stands at is computed from them by [Decide], a pure function of the facts, the rules and a
// moment, so that any past decision can be had again.
//
// Before its patients consent a practice accepts its duty, says what it is called, and publishes what they are shown; a text
// that lacks something is refused with a list of it (package wording).
//
//	consents, err := consent.New(store, log, nil)
//	err = consents.Accept(ctx, by, consent.Duty{Practice: "elm-street", Terms: "2026-01"})
//	err = consents.Configure(ctx, by, consent.Settings{Practice: "elm-street", Name: "Elm Street Dental", Platform: "DentTracks"})
//	err = consents.Publish(ctx, by, consent.Wording{
//		ID: "reminders-1", Practice: "elm-street", Category: consent.Transactional, Language: "en", Text: shown,
//	})
//	state, err := consents.Grant(ctx, by, consent.Grant{
//		Practice: "elm-street", Number: "+12125550100", Category: consent.Transactional, Patient: "p-204",
//		Basis:    consent.OfficeDocument,
//		Evidence: consent.Evidence{Wording: shown, Language: "en", Document: "scan-88", Staff: "u-17"},
//	})
//	understood, err := consents.Hear(ctx, by, consent.Said{
//		Practice: "elm-street", Number: "+12125550100", Channel: consent.ByCall,
//		Evidence: consent.Evidence{Words: "please don't text me any more"},
//	})
//	permission, err := consents.Permission(ctx, number, consent.Use{Category: consent.Transactional})
//
// A consent must be express and written: signed agreement, web form or in-office document, each with its evidence
// ([Promised]); a patient's own text permits the answer to it. A vendor may name a wider profile, such as the law's
// ([Lawful]); whatever it permits beyond the promise shows in [Profile.Wider]. A stop counts at once, for every category
// unless the patient's own words narrow it, for every sender and everybody on the number, and no late form, no import and no
// edit undoes it: only a later written grant, or the patient's own START within what was written before. Between STOP and START
// no text of the patient's permits an answer; one that comes after START does. What a patient alone can say (START, the answer
// to a double opt-in) needs the text or the page it came by.
//
// Clocks of several processes differ, so the recorded times of a ledger never run backwards, a stop that is dated ahead
// counts from now, and one that is told of within an hour ends whatever was written before it.
//
// # Families and holders
//
// Consent belongs to a number and to whoever holds it, and is never transferred. [Service.Lapse] ends it when the number
// changes hands; a stop outlives that, and the erasure of any patient, on the practice's list ([Service.Suppressed]); the other
// list is of the numbers that a category of texts may go to ([Service.Permitted]). Of
// several patients on one number each may be muted by itself ([Service.Mute]); the others are not concerned, nor named. Where
// a grant names its patient, its evidence is sealed under that patient's key and goes with it; then it permits nothing.
//
// # Words
//
// [Service.Hear] understands a revocation in any words (package keyword), by any channel. What may be one is a doubt: it
// holds all texts but answers at once, and [Service.Alarms] lists it with its date until a person has looked, a day later at
// the latest. [Service.Language] says in which language whoever holds a number agreed.
//
// # Beside it
//
// Each of these is useful alone: keyword and wording read texts; cookie keeps what a browser may be given; policy keeps
// versions of policies and who accepted them; representative keeps who acts for a child; pack hands out evidence.
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
// [ErrInvalid] and the finer [ErrEvidence], [ErrWording] and [WordingError] for commands that lack something; [ErrDuty];
// [ErrConflict]; [ErrNothingPending], [ErrAsked], [ErrLandline], [ErrNotAsked], [ErrUsed] and [ErrExpired] for what a double
// opt-in refuses; [ErrNoDoubt]; audit.ErrShredded for what names a patient whose evidence was destroyed. A refusal is
// recorded in the log and changes nothing. [ErrTampered] when a store keeps another thing than was written. No error
// carries a number or what somebody wrote.
//
// # Writing your own store
//
// Implement [Store] and run the cases of package consenttest against it. consentmem and consentpg pass the same cases.
package consent
