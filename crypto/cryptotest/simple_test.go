package cryptotest_test

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptotest"
)

// simple is a store as one would first write it, with flaws to choose from. Without a flaw it is right.
type simple struct {
	pauses     bool // lets others run between looking and writing
	overwrites bool // keeps the last of several first keys
	shares     bool // gives what it keeps, not a copy
	forgets    bool // keeps no mark of what was shredded
	laterAlone bool // pauses and overwrites with versions after the first alone

	mu       *sync.Mutex
	keys     map[crypto.Subject][]crypto.Key
	shredded map[crypto.Subject]bool
	ids      map[string]crypto.Subject
	retired  map[string]bool
}

func newSimple(flawed simple) *simple {
	flawed.mu = &sync.Mutex{}
	flawed.keys = map[crypto.Subject][]crypto.Key{}
	flawed.shredded = map[crypto.Subject]bool{}
	flawed.retired = map[string]bool{}
	flawed.ids = map[string]crypto.Subject{}
	return &flawed
}

func idOf(practice string, id uint64) string { return fmt.Sprintf("%q %d", practice, id) }

func (s *simple) give(k crypto.Key) crypto.Key {
	if s.shares {
		return k
	}
	return k.Clone()
}

func (s *simple) look(ctx context.Context, k crypto.Key) (crypto.Key, bool, error) {
	if err := ctx.Err(); err != nil {
		return crypto.Key{}, false, err
	}
	overwrites := s.overwrites && !(s.laterAlone && k.Version == 1)
	for _, kept := range s.keys[k.Subject] {
		if kept.Version == k.Version && !overwrites && s.retired[idOf(k.Practice, kept.ID)] {
			return crypto.Key{}, true, crypto.ErrRetired
		}
		if kept.Version == k.Version && !overwrites {
			return s.give(kept), true, nil
		}
	}
	_, taken := s.ids[idOf(k.Practice, k.ID)]
	switch {
	case s.shredded[k.Subject]:
		return crypto.Key{}, false, crypto.ErrShredded
	case taken && !overwrites:
		return crypto.Key{}, false, crypto.ErrConflict
	case k.Version > 1 && len(s.keys[k.Subject]) == 0:
		return crypto.Key{}, false, crypto.ErrUnknownKey
	case s.underRetired(k.Practice, k.Wrapped):
		return crypto.Key{}, false, crypto.ErrRetired
	}
	return crypto.Key{}, false, nil
}

func (s *simple) Add(ctx context.Context, k crypto.Key) (crypto.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, found, err := s.look(ctx, k); found || err != nil {
		return kept, err
	}
	for range 1000 {
		if s.pauses && !(s.laterAlone && k.Version == 1) {
			s.mu.Unlock()
			runtime.Gosched()
			s.mu.Lock()
		}
	}
	kept := s.give(k)
	s.keys[k.Subject] = append(s.keys[k.Subject], kept)
	s.ids[idOf(k.Practice, k.ID)] = k.Subject
	return s.give(kept), nil
}

func (s *simple) Key(ctx context.Context, of crypto.Subject, version int) (crypto.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return crypto.Key{}, err
	}
	for i := len(s.keys[of]) - 1; i >= 0; i-- {
		if k := s.keys[of][i]; version == 0 || k.Version == version {
			if s.retired[idOf(of.Practice, k.ID)] {
				return crypto.Key{}, crypto.ErrRetired
			}
			return s.give(k), nil
		}
	}
	if s.shredded[of] {
		return crypto.Key{}, crypto.ErrShredded
	}
	return crypto.Key{}, crypto.ErrUnknownKey
}

func (s *simple) KeyByID(ctx context.Context, practice string, id uint64) (crypto.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return crypto.Key{}, err
	}
	of, found := s.ids[idOf(practice, id)]
	for _, k := range s.keys[of] {
		if found && k.ID == id {
			if s.retired[idOf(practice, id)] {
				return crypto.Key{}, crypto.ErrRetired
			}
			return s.give(k), nil
		}
	}
	if found {
		return crypto.Key{}, crypto.ErrShredded
	}
	return crypto.Key{}, crypto.ErrUnknownKey
}

func (s *simple) Shred(ctx context.Context, of crypto.Subject) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	s.shredded[of] = !s.forgets
	delete(s.keys, of)
	return nil
}

// TestSimple wants the store without a flaw to pass, so that what catches its flaws catches them alone.
func TestSimple(t *testing.T) {
	for _, c := range cryptotest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			require.NoError(t, c.Check(t.Context(), newSimple(simple{})))
		})
	}
}
