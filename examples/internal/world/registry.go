package world

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/enamel-go/enamel/examples/internal/setting"
	"github.com/enamel-go/enamel/sms/registration"
)

// Registry is the simulated office that registers brands, campaigns and toll-free numbers for the simulated network: it
// takes everything on, and decides what somebody has it decide. It implements registration.Registrar.
type Registry struct{ store setting.Store }

// Verdicts are what the office can decide.
func Verdicts() []registration.Kind {
	return []registration.Kind{
		registration.InReview, registration.Approved, registration.Rejected, registration.Suspended, registration.Expired,
	}
}

// vetted is the score of every brand that it approves.
const vetted = 80

// Submit implements registration.Registrar.
func (r Registry) Submit(ctx context.Context, q registration.Request) (registration.Word, error) {
	q.Reference = reference(q)
	if err := r.Decide(ctx, q.Reference, registration.InReview, 0); err != nil {
		return registration.Word{}, err
	}
	return r.Fetch(ctx, q)
}

// Fetch implements registration.Registrar.
func (r Registry) Fetch(ctx context.Context, q registration.Request) (registration.Word, error) {
	q.Reference = reference(q)
	kept, err := r.store.Get(ctx, registered(q.Reference))
	if err != nil {
		return registration.Word{}, fmt.Errorf("ask the registry: %w", err)
	}
	if kept == 0 {
		return registration.Word{Kind: registration.Returned}, nil
	}
	word := registration.Word{Kind: Verdicts()[kept/codes-1], Notice: registration.Notice{Provider: Network, Reference: q.Reference}}
	if code := kept % codes; code != 0 {
		word.Notice.Code = fmt.Sprint(code)
	}
	if q.Subject.Kind == registration.BrandKind && word.Kind == registration.Approved {
		word.Notice.Score = vetted
	}
	return word, nil
}

// codes is how many codes there are: a verdict and its code are kept as one number.
const codes = 100_000

// Decide has the office decide on what it knows by a reference. The code says why it rejects or suspends; zero: it gives
// none. A practice hears of it when it asks.
func (r Registry) Decide(ctx context.Context, reference string, k registration.Kind, code int) error {
	at := slices.Index(Verdicts(), k)
	if at < 0 || code < 0 || code >= codes {
		return fmt.Errorf("the registry decides nothing like %q", k)
	}
	return r.store.Set(ctx, registered(reference), int64(at+1)*codes+int64(code))
}

func registered(reference string) string { return "registry " + reference }

// reference is what the office knows a registration by.
func reference(q registration.Request) string {
	return cmp.Or(q.Reference, strings.ToUpper(string(q.Subject.Kind[:1]))+"-"+q.Filing)
}
