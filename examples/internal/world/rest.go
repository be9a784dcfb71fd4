package world

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/enamel-go/enamel/sms"
	"github.com/enamel-go/enamel/sms/breaker"
)

// After how many failures in a row a provider, or a number at it, rests, and for how long, by the real clock. Everybody may
// watch it, so it is short.
const (
	Failures = 3
	rests    = 15 * time.Second
)

// Rest is what the breaker before a provider, or before one of the practice's numbers at it, stands at: the newest that any
// worker said, for each finds out for itself.
type Rest struct {
	Provider string
	Number   string    // the practice's; empty: the provider as a whole
	Until    time.Time // by the real clock: until then no request is made, and then one text is let through; zero: texts pass
}

const restPrefix = "rest "

// guarded has a provider rest after failures, and keeps what the breaker says for the page to show.
func (w *World) guarded(name string, p sms.Provider) sms.Provider {
	return breaker.New(name, p, &breaker.Options{Failures: Failures, Rest: rests, OnChange: func(number, state string) {
		until := int64(0)
		switch state {
		case "open":
			until = time.Now().Add(rests).UnixMicro()
		case "half-open":
			return // which the time tells
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		if err := w.settings.Set(ctx, restPrefix+name+" "+number, until); err != nil {
			w.logger.ErrorContext(ctx, "what a breaker said is not kept", slog.String("error", err.Error()))
		}
	}})
}

// Rests returns the breakers that have ever opened.
func (w *World) Rests(ctx context.Context) ([]Rest, error) {
	names, err := w.settings.Names(ctx, restPrefix)
	if err != nil {
		return nil, err
	}
	var all []Rest
	for _, name := range names {
		until, err := w.settings.Get(ctx, name)
		if err != nil {
			return nil, err
		}
		var r Rest
		r.Provider, r.Number, _ = strings.Cut(strings.TrimPrefix(name, restPrefix), " ")
		if until != 0 {
			r.Until = time.UnixMicro(until)
		}
		all = append(all, r)
	}
	return all, nil
}
