package breaker

import (
	"context"
	"errors"
	"iter"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"

	"github.com/enamel-go/enamel/sms"
)

// Options adjusts a [Breaker]. The zero value is ready to use.
type Options struct {
	// Failures is after how many failures in a row it opens. Defaults to 5.
	Failures int
	// Rest is how long no request is made then. Defaults to 30 seconds.
	Rest time.Duration
	// OnChange hears that a breaker opened, lets one text through, or closed: a number of the practice's, or "" for the
	// provider as a whole, and what it is now, "open", "half-open" or "closed". It must return soon. Defaults to none.
	OnChange func(sender, state string)
}

// Breaker is a provider that rests after failures. It looks messages up as the provider does, open or not. It may be used
// concurrently.
type Breaker struct {
	name     string
	provider sms.Provider
	o        Options
	whole    *circuit

	mu      sync.Mutex
	senders map[string]*circuit
}

type circuit = gobreaker.CircuitBreaker[sms.Accepted]

// New returns a breaker around provider, whose errors bear the name; o may be nil.
//
// It counts against the provider as a whole what got no answer ([sms.Unknown]), and against the sender what says that the
// sender may not send, too fast or too much, or that its content is filtered ([sms.BadSender], [sms.Throttled],
// [sms.DailyLimit], [sms.Filtered]). Whatever else a provider answers about a recipient or a text is an answer.
func New(name string, provider sms.Provider, o *Options) *Breaker {
	b := &Breaker{name: name, provider: provider, senders: map[string]*circuit{}}
	if o != nil {
		b.o = *o
	}
	if b.o.Failures <= 0 {
		b.o.Failures = 5
	}
	if b.o.Rest <= 0 {
		b.o.Rest = 30 * time.Second
	}
	b.whole = b.circuit("", sms.Unknown)
	return b
}

func (b *Breaker) circuit(sender string, failures ...sms.Class) *circuit {
	return gobreaker.NewCircuitBreaker[sms.Accepted](gobreaker.Settings{
		Name: sender, Timeout: b.o.Rest,
		ReadyToTrip: func(c gobreaker.Counts) bool { return int(c.ConsecutiveFailures) >= b.o.Failures },
		IsSuccessful: func(err error) bool {
			class := classOf(err)
			for _, f := range failures {
				if class == f {
					return false
				}
			}
			return true
		},
		// That the other circuit rests says nothing about this one.
		IsExcluded: func(err error) bool { return classOf(err) == sms.Paused },
		OnStateChange: func(sender string, _, to gobreaker.State) {
			if b.o.OnChange != nil {
				b.o.OnChange(sender, to.String())
			}
		},
	})
}

// classOf returns what an error means; "" for none. One that says nothing leaves the outcome open.
func classOf(err error) sms.Class {
	refusal := &sms.SendError{Class: sms.Unknown}
	if err == nil {
		return ""
	}
	errors.As(err, &refusal)
	return refusal.Class
}

func (b *Breaker) sender(number string) *circuit {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.senders[number]
	if c == nil {
		c = b.circuit(number, sms.BadSender, sms.Throttled, sms.DailyLimit, sms.Filtered)
		b.senders[number] = c
	}
	return c
}

// Send implements [sms.Provider]. While the provider or the message's sender rests it makes no request, and the error's
// class is [sms.Paused].
func (b *Breaker) Send(ctx context.Context, m sms.Message) (sms.Accepted, error) {
	accepted, err := b.sender(m.From).Execute(func() (sms.Accepted, error) {
		accepted, err := b.whole.Execute(func() (sms.Accepted, error) { return b.provider.Send(ctx, m) })
		return accepted, b.paused(err)
	})
	return accepted, b.paused(err)
}

// paused says in the words of package sms that no request was made.
func (b *Breaker) paused(err error) error {
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return &sms.SendError{Stage: sms.AtSend, Provider: b.name, Class: sms.Paused, After: b.o.Rest}
	}
	return err
}

// Find implements [sms.Finder]. Of a provider that cannot look messages up only a person can tell.
func (b *Breaker) Find(ctx context.Context, m sms.Message) (sms.Receipt, bool, error) {
	if finder, able := b.provider.(sms.Finder); able {
		return finder.Find(ctx, m)
	}
	return sms.Receipt{}, false, &sms.SendError{Stage: sms.AtLookup, Provider: b.name, Class: sms.Unknown}
}

// Cancel implements [sms.Canceller]. A provider that takes nothing back takes nothing back.
func (b *Breaker) Cancel(ctx context.Context, id string) (bool, error) {
	if canceller, able := b.provider.(sms.Canceller); able {
		return canceller.Cancel(ctx, id)
	}
	return false, nil
}

// OptOuts implements [sms.OptOutLister], open or not, so that a reconciler may be given the same providers as a dispatcher. A
// provider that has no list has an empty one.
func (b *Breaker) OptOuts(ctx context.Context, since time.Time) iter.Seq2[sms.OptOut, error] {
	if lister, able := b.provider.(sms.OptOutLister); able {
		return lister.OptOuts(ctx, since)
	}
	return func(func(sms.OptOut, error) bool) {}
}

// Linger implements [sms.Lingering]. It is zero for a provider that heeds a message's validity.
func (b *Breaker) Linger() time.Duration {
	if lingering, ok := b.provider.(sms.Lingering); ok {
		return lingering.Linger()
	}
	return 0
}
