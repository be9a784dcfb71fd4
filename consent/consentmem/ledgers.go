package consentmem

import (
	"context"
	"sync"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/audit/auditmem"
)

// fact is what a ledger holds, which Key names.
type fact[Key comparable, Fact any] interface {
	Key() Key
	Clone() Fact
}

// ledgers keeps facts in the order in which they were written, with their entries.
type ledgers[Key comparable, Fact fact[Key, Fact]] struct {
	mu      sync.RWMutex
	entries *auditmem.Store
	facts   map[Key][]Fact
	written map[string][]Fact // of each practice
	ids     map[id]int        // where a fact stands in written
}

func newLedgers[Key comparable, Fact fact[Key, Fact]](entries *auditmem.Store) *ledgers[Key, Fact] {
	return &ledgers[Key, Fact]{entries: entries, facts: map[Key][]Fact{}, written: map[string][]Fact{}, ids: map[id]int{}}
}

// apply appends f under its id. It reports false where the id is taken, and returns stale where seen is not negative and
// the ledger holds another number of facts.
func (l *ledgers[Key, Fact]) apply(ctx context.Context, own id, f Fact, seen int, stale error, leaves []audit.Leaf) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, known := l.ids[own]; known {
		return false, ctx.Err()
	}
	if seen >= 0 && seen != len(l.facts[f.Key()]) {
		return false, stale
	}
	if err := l.entries.Append(ctx, leaves...); err != nil {
		return false, err
	}
	f = f.Clone()
	l.ids[own] = len(l.written[own.practice])
	l.written[own.practice] = append(l.written[own.practice], f)
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

// some returns up to limit facts of a practice that wanted wants, after the fact of an id where one is given, or unknown
// where there is no such fact.
func (l *ledgers[Key, Fact]) some(ctx context.Context, after id, limit int, unknown error, wanted func(Fact) bool) ([]Fact, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	from := 0
	if after.fact != "" {
		at, known := l.ids[after]
		if !known {
			return nil, unknown
		}
		from = at + 1
	}
	var facts []Fact
	for _, f := range l.written[after.practice][from:] {
		if wanted(f) && len(facts) < limit {
			facts = append(facts, f.Clone())
		}
	}
	return facts, ctx.Err()
}
