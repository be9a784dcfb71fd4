package sms

import "context"

// once returns a copy of the dispatcher that asks only once for what many texts share. It serves one check: what is true of a
// sender now may not be a second later.
func (d *Dispatcher) once() *Dispatcher {
	c := *d
	c.store = senders{d.store, map[Key]answered[Sender]{}}
	if d.o.Agreements != nil {
		c.o.Agreements = agreements{d.o.Agreements, map[Key]answered[bool]{}}
	}
	if d.o.Registrations != nil {
		c.o.Registrations = standings{d.o.Registrations, map[Key]answered[Standing]{}}
	}
	if d.o.Broadcasts != nil {
		c.o.Broadcasts = broadcasts{d.o.Broadcasts, map[Key]answered[bool]{}}
	}
	return &c
}

// answered is an answer, or why there was none.
type answered[T any] struct {
	value T
	err   error
}

// remember returns the answer to a question that was asked before, or asks.
func remember[T any](known map[Key]answered[T], k Key, ask func() (T, error)) (T, error) {
	a, ok := known[k]
	if !ok {
		a.value, a.err = ask()
		known[k] = a
	}
	return a.value, a.err
}

type senders struct {
	Store
	known map[Key]answered[Sender]
}

func (s senders) Sender(ctx context.Context, practice, number string) (Sender, error) {
	return remember(s.known, Key{practice, number}, func() (Sender, error) { return s.Store.Sender(ctx, practice, number) })
}

type agreements struct {
	Agreements
	known map[Key]answered[bool]
}

func (a agreements) InForce(ctx context.Context, practice, provider string) (bool, error) {
	return remember(a.known, Key{practice, provider}, func() (bool, error) { return a.Agreements.InForce(ctx, practice, provider) })
}

type standings struct {
	Registrations
	known map[Key]answered[Standing]
}

func (s standings) Standing(ctx context.Context, practice, number string) (Standing, error) {
	return remember(s.known, Key{practice, number}, func() (Standing, error) { return s.Registrations.Standing(ctx, practice, number) })
}

type broadcasts struct {
	Broadcasts
	known map[Key]answered[bool]
}

func (b broadcasts) Runs(ctx context.Context, practice, broadcast string) (bool, error) {
	return remember(b.known, Key{practice, broadcast}, func() (bool, error) { return b.Broadcasts.Runs(ctx, practice, broadcast) })
}
