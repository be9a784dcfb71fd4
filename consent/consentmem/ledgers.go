package consentmem

import (
	"context"
	"sync"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
	"github.com/enamel-go/enamel/internal/page"
)

// fact is what a ledger holds, which Key names.
type fact[Key comparable, Fact any] interface {
	Key() Key
	Clone() Fact
}

// written is a fact beside what it is found by.
type written[Fact any] struct {
	id, kind string
	fact     Fact
}

// ledgers keeps facts in the order in which they were written, with their entries.
type ledgers[Key comparable, Fact fact[Key, Fact]] struct {
	mu      sync.RWMutex
	entries *auditmem.Store
	facts   map[Key][]Fact
	written map[string][]written[Fact] // of each practice
	ids     map[id]int                 // where a fact stands in written
	stale   error                      // what a change is that was decided on a ledger of another length
	unknown error                      // what a page is that is to continue after no fact
}

func newLedgers[Key comparable, Fact fact[Key, Fact]](entries *auditmem.Store, stale, unknown error) *ledgers[Key, Fact] {
	return &ledgers[Key, Fact]{
		entries: entries, facts: map[Key][]Fact{}, written: map[string][]written[Fact]{}, ids: map[id]int{}, stale: stale, unknown: unknown,
	}
}

// apply appends f under its id. It reports false where the id is taken, and returns l.stale where seen is not negative and
// the ledger holds another number of facts.
func (l *ledgers[Key, Fact]) apply(ctx context.Context, own id, kind string, f Fact, seen int, leaves []audit.Leaf) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.ids[own]; known {
		return false, ctx.Err()
	}
	if seen >= 0 && seen != len(l.facts[f.Key()]) {
		return false, l.stale
	}
	if err := l.entries.Append(ctx, leaves...); err != nil {
		return false, err
	}
	f = f.Clone()
	l.ids[own] = len(l.written[own.practice])
	l.written[own.practice] = append(l.written[own.practice], written[Fact]{own.fact, kind, f})
	l.facts[f.Key()] = append(l.facts[f.Key()], f)
	return true, nil
}

func (l *ledgers[Key, Fact]) of(ctx context.Context, k Key) ([]Fact, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	var facts []Fact
	for _, f := range l.facts[k] {
		facts = append(facts, f.Clone())
	}
	return facts, ctx.Err()
}

// page returns up to size of a practice's facts of one kind, after the fact of an id where one is given, and what the next
// page continues after.
func (l *ledgers[Key, Fact]) page(ctx context.Context, practice, kind, after string, size int) (facts []Fact, next string, err error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	from := 0
	if after != "" {
		at, known := l.ids[id{practice, after}]
		if !known {
			return nil, "", l.unknown
		}
		from = at + 1
	}
	var found []written[Fact]
	for _, w := range l.written[practice][from:] {
		if w.kind == kind && len(found) <= size {
			found = append(found, w)
		}
	}
	found, next = page.Cut(found, size, func(w written[Fact]) string { return w.id })
	for _, w := range found {
		facts = append(facts, w.fact.Clone())
	}
	return facts, next, ctx.Err()
}
