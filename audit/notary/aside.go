package notary

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit/tree"
)

const (
	retry     = time.Minute // how long a practice whose key cannot be had is not asked for again
	fewAbsent = 10          // practices that one batch may find without a key
)

// AsideError is what Step returns beside the number of leaves that it integrated, when it set those of practices aside
// because their keys cannot be had, and whenever it has tried a practice again in vain.
type AsideError struct {
	Practices []string // in their order
	Err       error    // why their keys cannot be had
}

// Error names the practices and says what to do.
func (e *AsideError) Error() string {
	return "notary: entries of practice " + strings.Join(e.Practices, ", ") + " are set aside and not proven; restore the key, " +
		"or the right to use it, and they are integrated within some minutes: " + e.Err.Error()
}

// Unwrap returns why the keys cannot be had.
func (e *AsideError) Unwrap() error { return e.Err }

// waiting are the practices whose leaves are set aside. The notary's lock guards it.
type waiting struct {
	again  map[string]time.Time // by practice, when it is tried again
	looked time.Time            // when the store was asked for them
}

// known are the practices, for a batch.
func (w *waiting) known() map[string]bool {
	known := make(map[string]bool, len(w.again))
	for practice := range w.again {
		known[practice] = true
	}
	return known
}

// later has practices wait.
func (w *waiting) later(now time.Time, practices ...string) {
	for _, practice := range practices {
		w.again[practice] = now.Add(retry)
	}
}

// due returns the practice whose turn it is to be tried again. Once in a while it asks the store for practices that
// another notary has set aside, or this one before it was started again.
func (n *Notary) due(ctx context.Context) (practice string, found bool, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	now := n.now()
	if n.waiting.looked.IsZero() || now.Sub(n.waiting.looked) >= retry {
		n.waiting.looked = now
		set, err := n.store.Waiting(ctx)
		if err != nil {
			return "", false, err
		}
		for _, p := range set {
			if _, known := n.waiting.again[p]; !known {
				n.waiting.again[p] = now
			}
		}
	}
	for p, at := range n.waiting.again {
		if !at.After(now) && (!found || at.Before(n.waiting.again[practice])) {
			practice, found = p, true
		}
	}
	return practice, found, nil
}

// resume takes up what was set aside, up to a batch in all, and returns how many leaves it integrated. The practice whose
// turn came first comes first. It ends with the first one in vain, so that keys which cannot be had hold nobody up for
// longer than one of them takes.
func (n *Notary) resume(ctx context.Context) (taken int, err error) {
	for taken < n.limit {
		practice, found, err := n.due(ctx)
		if err != nil || !found {
			return taken, err
		}
		done, kept, err := n.try(ctx, practice)
		if taken += done; err != nil || !kept {
			return taken, err
		}
	}
	return taken, nil
}

// try takes up some of what was set aside of a practice, and takes down when its turn is again.
func (n *Notary) try(ctx context.Context, practice string) (done int, kept bool, err error) {
	var out absent
	worked := false
	done, went, err := n.batch(ctx, &out, func(work tree.Work) (_ bool, err error) {
		kept, err = quietly(n.store.Resume(ctx, practice, n.limit, func(ctx context.Context, r tree.Round) (tree.Batch, error) {
			worked = true
			return work(ctx, r)
		}))
		return kept, err
	})
	if len(out.found) > 0 {
		err = &AsideError{Practices: out.practices(), Err: out.why()}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	switch now := n.now(); {
	case !went:
		n.waiting.later(now, practice)
	case !kept: // another notary is at work
	case worked:
		n.waiting.again[practice] = now
	default:
		delete(n.waiting.again, practice)
	}
	return done, kept, err
}

// blocked is what becomes of a batch that was not kept because keys could not be had. When it is not the key manager that
// is away, it is known now which practices the next batch has to set aside, and the notary goes on.
func (n *Notary) blocked(ctx context.Context, out *absent, r result) (goesOn bool) {
	goesOn = out.few > 0 && (out.answered.Load() || r.rows >= n.limit && n.answers(ctx, out))
	if goesOn {
		n.waiting.later(n.now(), out.practices()...)
	}
	return goesOn
}

// answers reports whether the key of another practice can be had, one of those in the newest batches. Then it is not the
// key manager that is away.
func (n *Notary) answers(ctx context.Context, out *absent) bool {
	heads, err := n.store.Heads(ctx, tree.Query{Newest: true, Limit: 16})
	if err != nil {
		return false
	}
	for _, h := range heads {
		at := slices.IndexFunc(h.Marks, func(m tree.Mark) bool { return !out.has(m.ID) })
		if at < 0 {
			continue
		}
		practice := h.Marks[at].ID
		newest, err := n.store.Heads(ctx, tree.Query{Practice: practice, Newest: true, Limit: 1})
		if err != nil || len(newest) == 0 || len(newest[0].Marks) == 0 {
			return false
		}
		rows, err := n.store.Rows(ctx, practice, []string{newest[0].Marks[0].ID})
		return err == nil && len(rows) > 0 && n.log.Check(ctx, rows[0].Leaf) == nil
	}
	return false
}
