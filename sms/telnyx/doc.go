// Package telnyx carries texts through Telnyx's Messaging API (version 2) with nothing but net/http.
//
//	provider, err := telnyx.New(apiKey, &telnyx.Options{
//		PublicKey:  "the account's public key, from the portal",
//		WebhookURL: "https://sms.example.com/telnyx",
//	})
//
// A [Provider] is an sms.Provider, WebhookReader, Canceller, OptOutLister and Lingering. It talks TLS 1.3 or nothing,
// follows no redirect, reads no more than it must, and repeats no request: Telnyx's send call has no idempotency key, so an
// answer that was lost is an error of class Unknown.
//
// # Webhooks
//
// Telnyx signs a webhook's time and body with Ed25519, not the address it calls; one that is more than five minutes from
// our clock is refused, and within them whoever stores what was read keeps it once per id and status. Texts that come in
// and receipts come to one address. Our reference comes back in the address that Telnyx was told with the text, which it
// repeats inside the signed body; the address of the request itself is not looked at. Telnyx waits two seconds for an
// answer, tries three times, and delivers twice and out of order.
//
// # Keywords
//
// Telnyx acts on STOP, START and HELP, and answers them, unless the messaging profile says otherwise; the webhook tells of
// that as autoresponse_type, and sms.Inbound.Keyword then holds the word. A STOP blocks the recipient for every number of
// the profile. Its list of words is shorter than the law's: what it takes for none is read by package keyword as ever. Let
// either Telnyx or the application confirm a STOP, not both (47 CFR 64.1200(a)(12)).
//
// # What Telnyx cannot do
//
//   - The request has no validity period. Telnyx holds a message for up to four hours in its queue, and says so in no
//     request: see [Provider.Linger]. Whoever must not deliver after an hour of the day has to hand over that much earlier.
//   - Nothing finds a message by our reference, so there is no sms.Finder: where an answer was lost, a receipt says what
//     became of the text, or a person does.
//   - Only scheduled messages are taken back, and nothing is scheduled here: see [Provider.Cancel].
//
// # Errors
//
// [sms.SendError] with Telnyx's code and its class by stage; wrapped beside it is the cause of a failed connection or the
// context's end. Webhooks: [sms.ErrSignature], [sms.ErrTooLarge], [sms.ErrInvalid]. No error holds the key, a number or a
// body. A business associate agreement with Telnyx must be in force.
package telnyx
