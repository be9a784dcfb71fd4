// Package httpaudit records who asked a server for what: each request becomes an entry of the audit log, and no answer
// leaves before its entry is written.
//
//	middleware, err := httpaudit.New(log, who, &httpaudit.Options{
//		Trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, // the load balancer
//		Device:  httpaudit.Cookie("device"),
//	})
//	server.Handler = authenticate(middleware.Wrap(mux))
//
// Wrap the [http.ServeMux] itself, inside whatever authenticates: the mux then says which route a request took, and who
// finds in the request's context who asks.
//
// # What is recorded
//
// The entry's action is "http.request" and its term one year, as for any system log. The practice and the actor are what
// the embedder's function says; a request of nobody known is recorded under the practice "system". Sealed in the
// entry's details are:
//
//   - address: the client's. It is the peer's of the connection, or where that is a trusted proxy, the one that the
//     nearest untrusted peer had, as X-Forwarded-For says.
//   - device: the id that the cookie or header of the options has, where it is a short word of letters, digits, dots,
//     dashes and underscores. It must be no session and no password.
//   - browser and system: a family and a major version, such as "Firefox 132" and "iOS 18", or "unknown".
//   - method, route, feature: the route is the pattern of the mux, such as "GET /patients/{id}", and the feature its
//     first word, "patients", or what the embedder says.
//   - status, milliseconds, bytes of the answer, and how it ended where that was not by itself.
//
// Never recorded are path values, query strings, bodies, cookies, headers, and what the client calls itself: of all that
// a client sends, only addresses, device ids and numbers of versions come through, and each in a form of few signs.
//
// The outcome is Refused where the answer was 401 or 403, and otherwise Done: the request was answered, with whatever
// status. That somebody read a patient's chart or changed it is not this log's matter; the domains record it.
//
// # When the entry is written
//
// What was asked is known at once, and how it was answered only when the handler has returned. So the answer is held
// back until then, as far as it is at most 64 KiB; the entry is written; then the answer leaves. When the entry cannot be
// written the client gets 503 Service Unavailable and nothing of the answer. What the handler did is done all the same:
// that is why the domains' own entries travel in the transactions of what they record. A read has told nobody anything.
//
// A longer answer, one that is flushed, and a connection that is taken over cannot be held back. Their entry is written
// at that moment, before the first byte, and says so; when that fails, Write, Flush and Hijack fail with an error that
// wraps [ErrNotRecorded], and the client gets 503. When the handler returns, a second entry with the same request id
// says how long it took and how many bytes left. When that one cannot be written the connection is cut, so that the
// client does not take the answer for a whole one, and the logger hears of it.
//
// A handler that panics is recorded, and panics on. Nothing that was held back leaves.
//
// Entries are written even when the client has gone, for up to five seconds.
//
// # What a handler sees
//
// The response takes [http.ResponseController] and whoever asks for an [http.Flusher] or an [http.Hijacker]. Answers of
// the kind 1xx are not passed on. The log's writes need a pool of their own, as package audit says.
//
// # Errors
//
// [ErrInvalid] for a middleware that lacks something, [ErrNotRecorded] for a response whose entry could not be written.
package httpaudit
