// Package broadcast sends one text to many: a recall, a note that the office is closed, an offer. It is drafted, started,
// paused, resumed and cancelled by staff, and a [Worker] queues its texts little by little.
//
//	casts, err := broadcast.New(store, texts, log, nil)
//	state, err := casts.Draft(ctx, by, broadcast.Drafting{
//		Practice: "elm-street", Broadcast: "spring", Template: offer, Values: template.Values{"phone": "+12145550199"},
//		LastUseful: inTwoDays, Audience: broadcast.Audience{Criterion: broadcast.Consents},
//	})
//	state, err = casts.Start(ctx, by, broadcast.Act{Practice: "elm-street", Broadcast: "spring"})
//	worker, err := broadcast.NewWorker(casts, store, consents, service, nil)
//	go worker.Run(ctx)
//
// # Who is texted
//
// An audience is found among the practice's own consents ([Consents]), or named by the practice and chosen by a date of visit
// ([Due], [Booked]), or by health data, with an authorization in force of every patient (45 CFR 164.508(a)(3)). There is no
// other [Criterion], and no way out: the package tells counts, never numbers (DentTracks SMS Privacy Policy, section 5).
//
// The audience is no permission. A text's category is its template's, and whether it may leave is decided before every text
// as for any other: an offer needs consent to offers.
//
// A number is texted once, however many patients share it. A text that is for several of them is about nobody in particular.
// A patient who asked to be reached at another number is texted there (45 CFR 164.522(b)), and so is one who asks while the text
// waits or is queued, or of whom alone nobody could tell until then: that number, too, is texted once, and by what holds for it. What is
// queued for the old number is refused there by the dispatcher, and the worker puts the recipient where the patient asked.
// Of patients who share a number each is asked about when they are found, and none of them again: their text is about none of them.
//
// # What is said
//
// The texts are rendered and screened when the broadcast is drafted, in each language of its template; what was screened is
// what leaves. They are the same for everybody who speaks a language.
//
// # How it goes on
//
// A worker keeps no more than [WorkerOptions].Ahead texts of a broadcast in the queue, so that other texts do not wait behind
// it and a pause has little to take back. It works in flat memory: no more than a page of an audience at once. A dispatcher asks
// the [Service] of each text whether its broadcast still runs (sms.DispatcherOptions), after it has claimed it: so what it had
// not claimed when a pause or a cancellation was answered does not leave, whatever became of the workers. A broadcast whose texts are of no use any more ends; so does one of which
// nothing is left. Texts that wait for a person to find out whether they left ([Review]) hold up neither: they are counted
// apart, and move on when the person has decided, also after the end.
//
// A recipient of whom somebody cannot tell, where the patient wants to be reached, say, goes on waiting and holds up nobody else:
// the worker passes over it, tells its logger, and asks again. [Progress].Waits counts how many wait for what; a broadcast that ends
// refuses them by it.
//
// Numbers that consent after the audience was gathered are not in it; those that revoke in between are refused when their
// text is due.
//
// # Transactions
//
// The log given to [New] keeps reads and refusals on a handle of its own: give it a connection pool of its own where callers
// open transactions. So does the store of texts that New is given: give it that pool too, or transactions that each wait for
// a second connection stop each other. A fact, its recipients and its entry are one change of the store; to make it part of
// a transaction of yours, bind a copy of the service to it with [Service.WithStore]. A [Worker] takes no part in any.
//
// # Ids and repetition
//
// Every command may carry the caller's id of the act. The same id with the same content again changes nothing; with other
// content it is refused with [ErrConflict].
//
// # Errors
//
// [ErrCriterion], [ErrAuthorization], [ErrStatus], [ErrEmpty] and [ErrUnknown] for what may not be; [ErrInvalid] for what
// lacks something; [ErrConflict]. A refusal is recorded in the log and changes nothing. [ErrTampered] when a store keeps
// another thing than was written. No error carries a number, a patient or a body, but for what a template's refusal says.
//
// # Writing your own store
//
// Implement [Store] and [Queue] and run the cases of package smstest, BroadcastCases, against them. smsmem.Broadcasts and
// smspg.Broadcasts pass the same cases.
package broadcast
