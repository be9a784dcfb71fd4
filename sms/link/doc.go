// Package link issues the links by which a text leads to what it must not say: single-use, expiring, and opened by nobody
// but the signed-in patient that they were sent to. The last hop of a text is not encrypted, so a text carries no health
// information; what is sensitive waits on a page of the vendor's, behind a sign-in.
//
//	links, err := link.New(store, log, nil)
//	token, err := links.Issue(ctx, staff, link.Link{
//		Practice: "elm-street", Patient: "p-1", Resource: link.Resource{Kind: "document", ID: "d-7"},
//	})
//	body, err := made.Render(template.English, setting, template.Values{"link": "https://texts.elm.example/v/" + token})
//
//	// GET: the page with the button, which says nothing of anybody
//	ready, err := links.Peek(ctx, "elm-street", token)
//	// POST: the button, after the sign-in
//	resource, err := links.Open(ctx, patient, link.Opening{Practice: "elm-street", Token: token})
//
// # What is in a link
//
// The vendor's address and a token: 26 letters and digits of 130 random bits, which stand for nothing. It is returned by
// [Service.Issue] and kept by nobody; the store has its hash. What a token leads to, and whose it is, are ids of the
// vendor's own, sealed. Packages template and screen let such a link pass, and stop one that carries a name, a date, a
// number or a word of health.
//
// # Who opens it
//
// The patient whom it was issued for, as an actor whom the vendor has signed in; or a representative for whom
// [Representatives] vouches at that moment. Anybody else is refused with [ErrOther], which is recorded beside the patient:
// the phone may have another holder by now. Staff open no link; they have the chart.
//
// Call [Service.Peek] when a page is fetched and [Service.Open] when its button is pressed: programs that look into
// messages follow links, and must not use one up. A link opens once. Where the answer was lost on its way, issue another.
//
// # How long it lasts
//
// [Lasts], unless the command says otherwise, and never longer than [Longest]. A STOP ends texts and no links: what was
// sent may still be read. When a number has another holder, which consent.Service.Lapse records, call [Service.Withdraw]
// for each patient that was reached at it.
//
// # What is the vendor's
//
// The sign-in, the page and its TLS; and how many wrong tokens an address, a sign-in or an hour may try. A guess is right
// once in 2^130 tries for each link that is open, but each wrong one leaves an entry, so limit them.
//
// # Transactions
//
// The log given to [New] keeps reads and refusals on a handle of its own, because they must survive the caller's rollback:
// give it a connection pool of its own where callers open transactions. A fact and its entry are one change of the store.
// To issue a link with what else a transaction of yours writes, bind a copy of the service to it:
//
//	token, err := links.WithStore(store.WithTx(tx)).Issue(ctx, by, l)
//
// [Service.Open] never takes part: a link that was opened is used up, whatever becomes of a transaction.
//
// # Ids and repetition
//
// A link may carry the caller's id. The same link again, with its secret, changes nothing and returns the same token; with
// another content it is refused with [ErrConflict]. Taking back what was taken back changes nothing.
//
// # Errors
//
// [ErrUnknown], [ErrOther], [ErrUsed], [ErrRevoked] and [ErrExpired] for what may not be opened; [ErrInvalid] for what lacks
// something; [ErrConflict]. A refusal is recorded in the log and changes nothing. [ErrTampered] when a store keeps another
// thing than was written. No error and no entry carries a token; no error carries an id of a patient or of what a link leads to.
//
// # Writing your own store
//
// Implement [Store] and run the cases of package smstest, LinkCases, against it. smsmem.Links and smspg.Links pass them.
package link
