// Package bandwidth carries texts through Bandwidth's Messaging API (version 2) with nothing but net/http.
//
//	provider, err := bandwidth.New(bandwidth.Account{
//		ID: "9900000", Application: applicationID, User: apiUser, Password: apiPassword,
//	}, &bandwidth.Options{HookUser: "hook", HookPassword: aLongRandomWord})
//
// A [Provider] is an sms.Provider, Finder, WebhookReader and NumberLookup. It talks TLS 1.3 or nothing, follows no
// redirect, reads no more than it must, and repeats no request: Bandwidth's send call has no idempotency key, so an answer
// that was lost is an error of class Unknown. Every message carries its expiration, and our reference as its tag.
//
// # Webhooks
//
// Bandwidth signs nothing. It shows credentials that the application's settings in Bandwidth's dashboard name, and they
// are all that tells its webhooks from anybody's: make them long, give the callback an https address, and let only
// Bandwidth's networks reach it. It shows them once it was asked for them with 401, as sms.Webhook does; a webhook that is
// answered otherwise without them is lost.
//
// A webhook is a list of events, texts that came in and receipts mixed, and comes at least once, up to 24 hours long, until
// it is answered with 2xx within ten seconds; so whoever stores what was read keeps it once per id and status. One event
// that cannot be read does not cost the others.
//
// # Looking a message up
//
// Bandwidth lists messages by numbers and time, without body or tag. [Provider.Find] can therefore say that a message was
// certainly never taken on, when nothing is listed between its numbers since its first attempt, [Options.Lag] after the
// latest. Where something is listed it cannot tell which text that was, and a person has to.
//
// # What Bandwidth cannot do
//
// It takes no message back once it was accepted, and gives out no list of who opted out: that somebody did shows in the
// refusal of the next text alone (4475, 4775), which becomes a revocation.
//
// # Errors
//
// [sms.SendError] with Bandwidth's code and its class by stage: in answers to requests that is the field it complains of,
// or the kind of its complaint. Wrapped beside it is the cause of a failed connection or the context's end. Webhooks:
// [sms.ErrSignature], [sms.ErrCredentials], [sms.ErrTooLarge], [sms.ErrInvalid]. No error holds a password, a number or a
// body. A business associate agreement with Bandwidth must be in force.
package bandwidth
