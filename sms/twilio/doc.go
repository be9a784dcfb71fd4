// Package twilio carries texts through Twilio's Programmable Messaging API (version 2010-04-01) with nothing but
// net/http.
//
//	provider, err := twilio.New(accountSID, authToken, &twilio.Options{
//		InboundURL: "https://sms.example.com/twilio/inbound",
//		ReceiptURL: "https://sms.example.com/twilio/receipt",
//	})
//
// A [Provider] is an sms.Provider, Finder, WebhookReader, Canceller, NumberLookup and DeactivationLister. It talks TLS 1.3
// or nothing, follows no redirect but to a list of numbers, and there without its token, reads no more than it must, and repeats no request: Twilio's send call has no idempotency key
// (twilio.com/docs/api/errors/20500), so an answer that was lost is an error of class Unknown.
//
// # Webhooks
//
// Twilio signs the address it calls together with the fields it posts. The address is taken from [Options], never
// from a header, which whoever stands in the way could write; only the query, which the signature covers, comes from
// the request. The request's body must not have been read before. The signature has no time in it: a recorded webhook
// can be played again, so whoever stores what was read keeps it once per id and status.
//
// # Keywords
//
// Twilio acts on STOP, START and HELP, and answers them, before we see them, unless the account switches that off. Only
// with Advanced Opt-Out does the webhook say so; sms.Inbound.Keyword then holds the word, but for YES, which Twilio takes for
// START by default and patients mean for an answer: take it off the account's list of words. Exactly one confirmation of a
// STOP may be sent (47 CFR 64.1200(a)(12)): let either Twilio or the application answer, not both.
//
// # Looking a message up
//
// Twilio does not know our references. [Provider.Find] looks through the messages between two numbers for the same
// body since the first attempt. More than one is an error, for it cannot tell which is which; of one it does not know
// whether another text said the same, and names no reference. None is an error too
// until [Options.Lag] has passed since the latest attempt: users have seen the list run 15 minutes late
// (twilio/twilio-java#442) and at times hours (twilio/twilio-node#647). The list is not narrowed by DateSent, for a
// message in Twilio's queue has none yet.
//
// # What Twilio cannot do
//
// It takes back only what is scheduled, and nothing is scheduled here: see [Provider.Cancel]. It publishes no list of who
// opted out; that somebody did shows in a webhook, or in the refusal of the next text (21610), which becomes a revocation.
//
// # What Twilio keeps
//
// Bodies and numbers stay in Twilio's logs for as long as the account says. ContentRetention is not set: what is
// discarded there can no longer be found by its body. A business associate agreement with Twilio must be in force.
//
// # Errors
//
// [sms.SendError] with Twilio's code and its class by stage; wrapped beside it is the cause of a failed connection or
// the context's end. Webhooks: [sms.ErrSignature], [sms.ErrTooLarge], [sms.ErrInvalid]. No error holds the token, a
// number or a body.
package twilio
