// Package breaker lets a provider, or one of a practice's numbers at it, rest after failures.
//
// A provider that gives no answer, or a carrier that has suspended a campaign, fails every text alike, and each failure costs
// a request, a place in the queue and, where no answer came, a text that somebody has to ask about. After some failures in
// a row the breaker makes no request any more: it answers [sms.Paused], and the dispatcher puts the text back without
// counting an attempt. When the rest is over one text is let through, and its answer decides.
//
//	provider := breaker.New("twilio", account, nil)
//	dispatcher, err := sms.NewDispatcher(queue, store, consents, log, map[string]sms.Provider{"twilio": provider}, options)
//
// A [Breaker] sends, looks up, takes back and lists who opted out. Webhooks and look-ups of numbers are read from the provider
// itself.
//
// The state is this process's own: each worker finds out for itself, by few requests. It is kept by
// github.com/sony/gobreaker.
package breaker
