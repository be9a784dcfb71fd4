// Package registration keeps what a practice registers with the carriers of the United States before it may text: itself
// as a brand and its campaigns (10DLC, for ten-digit numbers), and the verification of each toll-free number. It says
// everything that would have one rejected before it is submitted, and of each number whether it may text, what, and how
// much.
//
//	registrations, err := registration.New(store, log, &registration.Options{Registrars: registrars})
//	_, err = registrations.Draft(ctx, by, registration.Draft{
//		Practice: "elm-street", Subject: registration.Subject{Kind: registration.BrandKind, ID: "brand"},
//		Content: registration.Content{Brand: brand},
//	})
//	problems, err := registrations.Check(ctx, "elm-street", subject, "telnyx") // each with its field and how to mend it
//	state, err := registrations.Submit(ctx, by, registration.Submission{Practice: "elm-street", Subject: subject, Provider: "telnyx"})
//	state, err = registrations.Refresh(ctx, worker, "elm-street", subject) // some hours later
//
//	standing, err := registrations.Standing(ctx, "elm-street", "+15125550100")
//	if !standing.Approved {
//		// nothing leaves: standing.Why says it to the practice's manager
//	}
//
// # Who is registered
//
// The practice is the brand, under its own EIN; the vendor of its software is the ISV that submits it, and no brand. A
// campaign is what the practice texts and for what: what is outside its use case is outside [Campaign.Categories].
//
// # States
//
// A registration is drafted, submitted, in review, approved or rejected, suspended, expired. Its facts are only ever
// added; what it stands at is a pure function of them and of a moment ([StateOf]), and so is what a number may do
// ([StandingOf]), what carriers take from it ([LimitsOf]) and how far a text is from what was registered ([DriftOf]).
// What is approved never changes: a changed campaign is a new one. A provider's words count by when they were spoken, so
// that a late delivery changes nothing.
//
// A submission is written before the provider is asked, and its word afterwards. Where the answer was lost, the same
// command again, or [Service.Refresh], asks what became of it; nothing is submitted twice, for each review costs.
//
// # Rules
//
// Lengths and values are the carriers' and the providers'; what became required on a day is a dated row with its source
// ([Required]). A sample carries nothing that package screen finds. Check a row's source before its day: carriers change what they ask for.
//
// # Transactions
//
// The log given to [New] keeps reads and refusals on a handle of its own, because they must survive the caller's rollback:
// give it a connection pool of its own where callers open transactions. A fact and its entry are one change of the store.
// To make it part of a transaction of yours, bind a copy of the service to it:
//
//	_, err := registrations.WithStore(store.WithTx(tx)).Draft(ctx, by, draft)
//
// A provider is never asked inside a transaction.
//
// # Ids and repetition
//
// Every command may carry the caller's id of the act. The same id with the same content again changes nothing and returns
// the fact as it was written; with other content it is refused with [ErrConflict].
//
// # Errors
//
// [Problems] lists all that is wrong with a registration, and wraps [ErrInvalid]; [ErrOrder], [ErrFull] and [ErrUnknown]
// for what may not be now; [ErrNotTaken] where the provider did not take it on; [ErrConflict]. A refusal is recorded in the
// log and changes nothing. [ErrTampered] when a store keeps another thing than was written. No error carries a name, a
// number or a body.
//
// # Writing your own
//
// A store implements [Store] and passes the cases of package smstest, RegistrationCases; smsmem.Registrations and
// smspg.Registrations do. A provider's package implements [Registrar]; what Twilio and Telnyx are to be sent is in
// [TwilioCampaign] and its like, and what their statuses mean in [Heard].
package registration
