// Package cookie keeps a site's promises about cookies: only necessary ones before a visitor has chosen, none that are
// optional while the browser sends Do Not Track or Global Privacy Control, a yes that is withdrawn as easily as it is
// given, and nobody followed to other websites. It needs the standard library alone.
//
//	register, err := cookie.NewRegister(
//		cookie.Cookie{Name: "sid", Category: cookie.Session, Purpose: "Keeps you signed in."},
//		cookie.Cookie{Name: "visits", Category: cookie.Analytics, Purpose: "Counts visits.", Lasts: 30 * 24 * time.Hour},
//	)
//	choices, err := cookie.New(store, log, nil)
//	site, err := cookie.NewSite("elm-street", register, choices, key, nil)
//	gpc, err := cookie.GPC(cookie.Date{Year: 2026, Month: time.March, Day: 2})
//
//	mux.Handle("/cookies", site.Handler()) // the page of the notice, and what takes its forms
//	mux.Handle(cookie.GPCPath, gpc)
//	server.Handler = site.Wrap(mux)
//
// Each page shows what [Site.Banner] returns. Who does by other means what a cookie would do, such as counting visits on
// the server, asks [Site.State] first.
//
// # What decides
//
// [Law.Decide] is a pure function of dated rules, the [Register], the visitor's choice, the signals and the moment. Its
// trail says which rules were looked at, and what each read. A signal comes before the choice and beats it as long as it
// is sent; a yes covers only cookies that were shown, and a year; a no covers every cookie.
//
// # Where a choice is kept
//
// In two places. The [Store] keeps each choice as evidence, with the exact notice that was shown, and its entry in the
// audit log. The visitor's browser carries the newest one in the cookie [Name], authenticated under the site's key, so
// that a request is judged without a database; one that was altered counts as none. A browser that brings back an older
// copy of its cookies brings back the older choice; the store shows which was the newest.
//
// What is recorded without the handler, through [Service.Choose] or [Service.Withdraw], counts in a browser when
// [Site.Give] has given it there.
//
// The visitor's id is random, is made when a choice is, and names nobody. Who counts on [Site.Handler] not being called by
// machines limits how often it is, as for any form.
//
// # What is stripped
//
// [Site.Wrap] says what. A cookie that the visitor has not allowed goes silently. One that the site should never have set
// is a finding: the log keeps a refused act of the actor "cookies", once for each name and process. The actions are
// "consent.cookie." and what is wrong: unregistered, domain, samesite, life (set for longer than the register says), path
// (set under another one than the register says, so that it could not be taken back), malformed. What a browser sends and
// the register does not name is hidden from handlers and is no finding, for anybody can send anything.
//
// Wrap belongs outside of whatever else wraps the handler, package httpaudit included: it hands on a copy of the request
// where it hides a cookie, and what an outer handler sets it does not see.
//
// # Transactions
//
// The log given to [New] keeps reads, refusals and findings on a handle of its own, because they must survive the
// caller's rollback: give it a connection pool of its own where callers open transactions. A choice and its entry are
// one change of the store. To make it part of a transaction of yours, bind a copy of the service to it:
//
//	_, err := choices.WithStore(store.WithTx(tx)).Withdraw(ctx, by, withdrawal)
//
// # Errors
//
// [ErrInvalid] and the finer [ErrEvidence] for what lacks something; [ErrSignal] and [ErrChanged] for a yes that is not
// taken; [ErrConflict] for an id that was used before. A refusal is recorded in the log and changes nothing. [ErrTampered]
// when a store keeps another thing than was written. No error carries a visitor's id or a wording.
//
// # Writing your own store
//
// Implement [Store] and run the cases of package consenttest, CookieCases, against it. consentmem.Cookies and
// consentpg.Cookies pass the same cases.
package cookie
