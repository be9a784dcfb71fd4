package cryptotest_test

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/enamel-go/enamel/crypto"
)

// underRetired reports whether w was wrapped under a key that was retired.
func (s *simple) underRetired(practice string, w crypto.Wrapped) bool {
	parent, ok := crypto.Key{Wrapped: w}.Parent()
	return ok && s.retired[idOf(practice, parent)]
}

func (s *simple) Keys(ctx context.Context, practice string, after crypto.Key, limit int) ([]crypto.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	order := func(a, b crypto.Key) int {
		return cmp.Or(cmp.Compare(a.Patient, b.Patient), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Version, b.Version))
	}
	var found []crypto.Key
	for of, keys := range s.keys {
		for _, k := range keys {
			if of.Practice == practice && order(after, k) < 0 && !s.retired[idOf(practice, k.ID)] {
				found = append(found, s.give(k))
			}
		}
	}
	slices.SortFunc(found, order)
	return found[:min(limit, len(found))], ctx.Err()
}

func (s *simple) Rewrap(ctx context.Context, practice string, changes []crypto.Rewrapping) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	n := 0
	for _, change := range changes {
		if s.underRetired(practice, change.New) {
			return 0, crypto.ErrRetired
		}
	}
	for _, change := range changes {
		for i, k := range s.keys[s.ids[idOf(practice, change.ID)]] {
			if k.ID != change.ID || k.Wrapped.KeyID != change.Old.KeyID || !bytes.Equal(k.Wrapped.Blob, change.Old.Blob) ||
				s.retired[idOf(practice, k.ID)] {
				continue
			}
			k.Wrapped = change.New
			s.keys[k.Subject][i] = s.give(k)
			n++
		}
	}
	return n, nil
}

func (s *simple) Retire(ctx context.Context, practice string, id uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	of, found := s.ids[idOf(practice, id)]
	switch {
	case !found:
		return crypto.ErrUnknownKey
	case s.shredded[of]:
		return crypto.ErrShredded
	case s.retired[idOf(practice, id)]:
		return nil
	}
	newest, version := 0, 0
	for subject, keys := range s.keys {
		for _, k := range keys {
			gone := s.retired[idOf(practice, k.ID)]
			if parent, ok := k.Parent(); ok && parent == id && subject.Practice == practice && !gone {
				return crypto.ErrInUse
			}
			if subject == of {
				newest = max(newest, k.Version)
			}
			if subject == of && k.ID == id {
				version = k.Version
			}
		}
	}
	if version == newest {
		return crypto.ErrInUse
	}
	s.retired[idOf(practice, id)] = true
	return nil
}
