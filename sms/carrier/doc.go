// Package carrier is a simulated mobile network, to develop, demonstrate and test against without sending anybody a
// text. It behaves as networks do on a bad day: messages are lost on the way in and on the way out, answers are slow, never
// come, or are lost after a message was taken on, receipts and replies come late, twice and out of order or not at all,
// handsets are off, content is filtered, and the same reference twice is two texts on a phone.
//
//	network, err := carrier.New(&carrier.Options{
//		Script:    carrier.Random(7, carrier.Odds{Lost: 0.05, Hang: 0.01, Fail: 0.1, MaxDelay: time.Minute}),
//		OnInbound: func(ctx context.Context, in sms.Inbound) error { return receive(ctx, in) },
//	})
//
// A [Carrier] is an sms.Provider, Finder, WebhookReader, Canceller, OptOutLister and NumberLookup. It has a phone for every
// number: [Carrier.Thread] shows what reached it, [Carrier.Reply] and [Carrier.ReplyPictures] write from it, [Carrier.Messages]
// counts what was taken on. Nothing happens by itself: [Carrier.Step] does what is due by its clock, [Carrier.Run] steps on a ticker. What
// happens to a message is its [Fate], from a [Script]; a random one depends on its seed and the message alone, whatever the
// timing.
//
// # Over HTTP
//
// [Handler] serves a carrier to other processes, [Dial] is their side of it: several workers can share one network.
// The address must be https, over TLS 1.3, or http on this very machine: bodies and numbers are a patient's, and what
// is simulated today is configured for real tomorrow. Webhooks follow the same rule.
//
// # Webhooks
//
// A webhook is a POST of JSON with two headers: Carrier-Timestamp, in seconds since 1970, and Carrier-Signature, the
// HMAC-SHA256 under the shared secret over timestamp, a full stop and the body, in hexadecimal. A reader refuses one
// that is more than five minutes from its own clock, so that an old recording cannot be played again; within the five
// minutes the receiver tells repeats by id. A webhook that is not answered with 2xx is told again, up to eight times.
//
// # Errors
//
// [sms.SendError] with the codes of this package; [sms.ErrInvalid], [sms.ErrSignature] and [sms.ErrTooLarge] as the
// interfaces say. No error holds a number, a body, the token or the secret.
//
// A carrier keeps everything in memory for as long as it lives.
package carrier
