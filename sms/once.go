package sms

import (
	"context"

	"github.com/enamel-go/enamel/sms/nanp"
)

// once returns a copy of the dispatcher that asks only once for what many texts share, and waits for nobody's answer for long.
// It serves one check: what is true of a sender now may not be a second later.
func (d *Dispatcher) once() (*Dispatcher, *asking) {
	c, of := *d, &asking{map[string]error{}}
	c.store = senders{d.store, map[Key]answered[Sender]{}}
	if d.o.Agreements != nil {
		c.o.Agreements = agreements{d.o.Agreements, of, map[Key]answered[bool]{}}
	}
	if d.o.Registrations != nil {
		c.o.Registrations = standings{d.o.Registrations, of, map[Key]answered[Standing]{}}
	}
	if d.o.Broadcasts != nil {
		c.o.Broadcasts = broadcasts{d.o.Broadcasts, of, map[Key]answered[bool]{}}
	}
	if d.o.Channels != nil {
		c.o.Channels = channels{d.o.Channels, of}
	}
	if d.o.Households != nil {
		c.o.Households = households{d.o.Households, of, map[Key]answered[[]string]{}}
	}
	if d.o.Schedule != nil {
		c.o.Schedule = schedule{d.o.Schedule, of}
	}
	if _, own := d.o.Zones.(nanp.Plan); !own {
		c.o.Zones = zones{d.o.Zones, of}
	}
	if _, own := d.o.Regions.(nanp.Plan); !own {
		c.o.Regions = regions{d.o.Regions, of}
	}
	return &c, of
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
	of    *asking
	known map[Key]answered[bool]
}

func (a agreements) InForce(ctx context.Context, practice, provider string) (bool, error) {
	return remember(a.known, Key{practice, provider}, func() (bool, error) {
		return ask(ctx, a.of, "the agreements", func(ctx context.Context) (bool, error) { return a.Agreements.InForce(ctx, practice, provider) })
	})
}

type standings struct {
	Registrations
	of    *asking
	known map[Key]answered[Standing]
}

func (s standings) Standing(ctx context.Context, practice, number string) (Standing, error) {
	return remember(s.known, Key{practice, number}, func() (Standing, error) {
		return ask(ctx, s.of, "the registrations", func(ctx context.Context) (Standing, error) {
			return s.Registrations.Standing(ctx, practice, number)
		})
	})
}

type broadcasts struct {
	Broadcasts
	of    *asking
	known map[Key]answered[bool]
}

func (b broadcasts) Runs(ctx context.Context, practice, broadcast string) (bool, error) {
	return remember(b.known, Key{practice, broadcast}, func() (bool, error) {
		return ask(ctx, b.of, "the broadcasts", func(ctx context.Context) (bool, error) { return b.Broadcasts.Runs(ctx, practice, broadcast) })
	})
}

type channels struct {
	Channels
	of *asking
}

func (c channels) Number(ctx context.Context, practice, patient string) (string, bool, error) {
	type answer struct {
		number string
		asked  bool
	}
	a, err := ask(ctx, c.of, "the channels", func(ctx context.Context) (a answer, err error) {
		a.number, a.asked, err = c.Channels.Number(ctx, practice, patient)
		return a, err
	})
	return a.number, a.asked, err
}

type households struct {
	Households
	of    *asking
	known map[Key]answered[[]string]
}

// FirstNames remembers what is said of one number, and of many where nothing was in the way.
func (h households) FirstNames(ctx context.Context, practice string, numbers []string) (map[string][]string, error) {
	if len(numbers) == 1 {
		if a, known := h.known[Key{practice, numbers[0]}]; known {
			return map[string][]string{numbers[0]: a.value}, a.err
		}
	}
	names, err := ask(ctx, h.of, "the households", func(ctx context.Context) (map[string][]string, error) {
		return h.Households.FirstNames(ctx, practice, numbers)
	})
	if err == nil || len(numbers) == 1 {
		for _, number := range numbers {
			h.known[Key{practice, number}] = answered[[]string]{names[number], err}
		}
	}
	return names, err
}

type schedule struct {
	Schedule
	of *asking
}

func (s schedule) Current(ctx context.Context, practice, subject, version string) (bool, error) {
	return ask(ctx, s.of, "the schedule", func(ctx context.Context) (bool, error) { return s.Schedule.Current(ctx, practice, subject, version) })
}

type zones struct {
	from Zones
	of   *asking
}

func (z zones) Zones(ctx context.Context, number string) ([]string, error) {
	return ask(ctx, z.of, "the zones", func(ctx context.Context) ([]string, error) { return z.from.Zones(ctx, number) })
}

type regions struct {
	from Regions
	of   *asking
}

func (r regions) Regions(ctx context.Context, number string) ([]string, error) {
	return ask(ctx, r.of, "the regions", func(ctx context.Context) ([]string, error) { return r.from.Regions(ctx, number) })
}
