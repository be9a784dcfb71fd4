// Package world wires all of Enamel for the reference server and its workers: a practice that was invented, on memory or
// on Postgres, with a clock that can be moved.
//
//	ground, err := world.Postgres(ctx, world.Place{URL: url, Keys: path})
//	w, err := world.New(ground, map[string]sms.Provider{"carrier": network}, logger)
//	err = w.Work(ctx) // in as many processes as one likes
//
// A [Ground] is where everything is kept; a [World] is the services on it. Whoever embeds Enamel writes about as much as
// this package, once, with stores and providers of his own choice.
package world
