// Package policy keeps the versions of a practice's or a platform's policies, who was told of a change, when and how, and
// who accepted what. It needs the standard library alone.
//
//	policies, err := policy.New(store, log, nil)
//	published, err := policies.Publish(ctx, by, policy.Publication{
//		Practice: "elm-street", Document: "privacy", Version: "2", Texts: []policy.Text{{Language: "en", Body: text}},
//		Effective: policy.Date{Year: 2026, Month: time.June, Day: 1}, Zone: "America/Chicago",
//		Material: true, Changes: "We keep system logs for two years instead of one.",
//		Announced: []policy.Announcement{{Channel: policy.Posting, On: today}, {Channel: policy.Email, On: today}},
//	})
//
//	due, err := policies.Due(ctx, policy.Key{Practice: "elm-street", Document: "privacy", Person: person})
//	switch due.Step {
//	case policy.Tell: // show what each of due.Changes changes, then policies.Tell for each
//	case policy.Ask: // show the text and a button, then policies.Accept
//	case policy.Use: // policies.Use
//	}
//
// # Versions
//
// A version never changes once it is published: it can be superseded by one of a later date and, before its own date,
// withdrawn. Past versions stay readable. Which one is in effect at a moment says [InEffect], a pure function of the facts
// and the moment, so what was in effect at any past moment can be had again. A version begins with the first moment of its
// effective date in its zone; one that is published during that day begins then.
//
// A change is announced by the channels that the policies promise ([Promised]), on its effective date at the latest;
// otherwise it is not published. An announcement says how all hear of it. Whom it reached says [Service.Tell].
//
// # Acceptance
//
// [Next] says what is due of a person on the next use. Further use is acceptance only where the policy's own words say so
// ([Text.Use]), both those that the person accepted and those now in effect, and only of changes of which the person was
// told. A change that is not material needs no new acceptance.
//
// Whatever is accepted is the policy: an acceptance permits no texts, which package consent alone records, and it signs no
// authorization.
//
// # Public page
//
// [Service.Page] shows the version in effect with its date, what is to come, and all that stood before. A policy is
// nobody's data, so reading it leaves no entry; [Service.History] and [Service.Facts], which show persons, do.
//
// # Transactions
//
// The log given to [New] keeps reads and refusals on a handle of its own, because they must survive the caller's rollback:
// give it a connection pool of its own where callers open transactions. A fact and its entry are one change of the store.
// To make it part of a transaction of yours, bind a copy of the service to it:
//
//	_, err := policies.WithStore(store.WithTx(tx)).Accept(ctx, by, acceptance)
//
// # Ids and repetition
//
// Every command may carry the caller's id of the act. The same id with the same content again changes nothing and returns
// the fact as it was written; with other content it is refused with [ErrConflict].
//
// # Errors
//
// [ErrInvalid] and the finer [ErrDate] and [ErrEvidence] for what lacks something; [ErrUnannounced], [ErrPublished],
// [ErrInEffect], [ErrUnknown], [ErrChanged] and [ErrUse] for what may not be; [ErrConflict]. A refusal is recorded in the
// log and changes nothing. [ErrTampered] when a store keeps another thing than was written. No error carries a person's id
// or a wording.
//
// # Writing your own store
//
// Implement [Store] and run the cases of package consenttest, PolicyCases, against it. consentmem.Policies and
// consentpg.Policies pass the same cases.
package policy
