package sms

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/loop"
)

// ReconcilerOptions adjusts a [Reconciler]. The zero value is ready to use.
type ReconcilerOptions struct {
	// Since is from when on the first round of a process reads the lists. Defaults to all of them.
	Since time.Time
	// Overlap is how far before the round before it a round begins to read, for entries that a provider lists late.
	// Defaults to 48 hours.
	Overlap time.Duration
	// Interval is how often Run reads the lists. Defaults to a day.
	Interval time.Duration
	// Now gives the time. Defaults to time.Now.
	Now func() time.Time
	// Logger hears how far lists and ledger had drifted apart, in numbers, and of errors. Defaults to none.
	Logger *slog.Logger
}

// Reconciler brings into the ledger what providers' own lists of opt-outs hold and it does not: a STOP whose webhook was
// lost, or that the provider took from the patient by another way. It only ever revokes, from when the patient said it, so
// reading a list twice, in two processes at once, or from the beginning changes nothing more, and ends no consent that was
// given since. How far it has read it keeps in memory: the first round of each process reads from Since on, whatever was read
// before, so that a restart passes over nothing, however long nobody was reading.
type Reconciler struct {
	router    Router
	ledger    Ledger
	providers map[string]OptOutLister
	o         ReconcilerOptions

	mu   sync.Mutex
	read map[string]time.Time // when the last whole round of a provider's list began
}

// NewReconciler returns a reconciler of the lists of those providers that have one: [OptOutLister]. The others are passed
// over. The names are those that senders give them; o may be nil.
func NewReconciler(router Router, ledger Ledger, providers map[string]Provider, o *ReconcilerOptions) (*Reconciler, error) {
	if router == nil || ledger == nil {
		return nil, fmt.Errorf("%w: a reconciler needs a router and a ledger", ErrInvalid)
	}
	r := &Reconciler{router: router, ledger: ledger, providers: map[string]OptOutLister{}, read: map[string]time.Time{}}
	for name, p := range providers {
		if lister, able := p.(OptOutLister); able {
			r.providers[name] = lister
		}
	}
	if o != nil {
		r.o = *o
	}
	if r.o.Overlap < 0 || r.o.Interval < 0 {
		return nil, fmt.Errorf("%w: a reconciler's option is negative", ErrInvalid)
	}
	r.o.Overlap = cmp.Or(r.o.Overlap, 48*time.Hour)
	r.o.Interval = cmp.Or(r.o.Interval, 24*time.Hour)
	if r.o.Now == nil {
		r.o.Now = time.Now
	}
	return r, nil
}

// Run reads the lists at once and then every Interval, until ctx is done, and returns its error. Errors of a round go to
// the logger, and the next round reads again what it could not.
func (r *Reconciler) Run(ctx context.Context) error {
	return loop.Run(ctx, "reconciler", r.o.Interval, r.o.Logger, func(ctx context.Context) (bool, error) {
		_, err := r.Step(ctx)
		return false, err
	})
}

// Step reads every provider's list since its last whole round and records a revocation for each entry that the ledger
// does not hold. It returns how many it recorded, also beside an error. One provider, or one entry, that fails holds up
// none of the others; of a list's entries that fail the error tells of the first. An entry that the ledger cannot take,
// because it names no number say, is told of like any other, and the next round goes on behind it.
func (r *Reconciler) Step(ctx context.Context) (int, error) {
	n := 0
	var failed error
	for _, name := range slices.Sorted(maps.Keys(r.providers)) {
		if err := ctx.Err(); err != nil {
			return n, errors.Join(failed, err)
		}
		d, err := r.round(ctx, name)
		n += d.recorded
		failed = errors.Join(failed, err)
		if r.o.Logger != nil {
			r.o.Logger.InfoContext(ctx, "opt-outs reconciled", slog.String("provider", name), slog.Int("listed", d.listed),
				slog.Int("recorded", d.recorded), slog.Int("elsewhere", d.elsewhere), slog.Int("failed", d.failed),
				slog.Bool("whole", err == nil))
		}
	}
	return n, failed
}

// drift is what a round found.
type drift struct {
	listed    int // entries of the list
	recorded  int // that the ledger did not hold
	elsewhere int // of no sender of ours: another application's, or of more senders than one
	failed    int // that could not be recorded
}

// round reads one provider's list.
func (r *Reconciler) round(ctx context.Context, name string) (d drift, failed error) {
	began := r.o.Now()
	r.mu.Lock()
	since := r.o.Since
	if last, ok := r.read[name]; ok {
		since = last.Add(-r.o.Overlap)
	}
	r.mu.Unlock()
	again := false // it has to be read once more
	for out, err := range r.providers[name].OptOuts(ctx, since) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			failed, again = errors.Join(failed, fmt.Errorf("sms: reconcile: the list of %s: %w", name, err)), true
			break
		}
		d.listed++
		practice, err := r.router.Route(ctx, out.Sender)
		switch {
		case out.Sender == "" || errors.Is(err, ErrNotFound):
			d.elsewhere++
			continue
		case err == nil:
			var written bool
			if written, err = r.revoke(ctx, name, practice, out); written {
				d.recorded++
			}
		}
		if err != nil {
			d.failed++
			again = again || !errors.Is(err, consent.ErrInvalid) || errors.Is(err, audit.ErrNotRecorded)
			failed = cmp.Or(failed, fmt.Errorf("sms: reconcile: an entry of %s: %w", name, err))
		}
	}
	if !again {
		r.mu.Lock()
		r.read[name] = began
		r.mu.Unlock()
	}
	return d, failed
}

// revoke records an entry unless everything is stopped at its number already. It reports whether the ledger did not hold it. One
// that the ledger holds is recorded like any other, for whoever shares the sender may lack it.
func (r *Reconciler) revoke(ctx context.Context, name, practice string, out OptOut) (bool, error) {
	held, k := true, consent.Key{Practice: practice, Number: out.Number}
	for _, c := range consent.Categories() {
		p, err := r.ledger.Permission(ctx, k, consent.Use{Category: c, Sender: out.Sender})
		if err != nil {
			held = false // a stop is written even where what was before it cannot be read
			break
		}
		held = held && p.Status == consent.Stopped
	}
	if held {
		return false, nil
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d", name, out.Sender, out.Number, out.At.UnixMicro()))
	id := fmt.Sprintf("listed-%x", sum)[:42]
	known, unsure := r.ledger.Effect(ctx, k, id)
	_, err := r.ledger.Revoke(ctx, audit.Actor{Kind: audit.System, ID: name}, consent.Revocation{
		ID: id, Practice: practice, Number: out.Number, Channel: consent.ByProvider, Sender: out.Sender, At: out.At,
	})
	return err == nil && (unsure != nil || known.Since.IsZero()), err
}
