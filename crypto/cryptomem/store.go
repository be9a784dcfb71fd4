package cryptomem

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/enamel-go/enamel/crypto"
)

// Store implements [crypto.KeyStore]. It may be used concurrently.
type Store struct {
	mu       sync.Mutex
	subjects map[crypto.Subject]*subject
	owners   map[id]*subject // also of keys that were shredded
}

// subject is what is known of one subject: the versions of its key, or that it was shredded.
type subject struct {
	versions map[int]crypto.Key
	retired  map[int]uint64 // their ids
	newest   int
	shredded bool
}

type id struct {
	practice string
	key      uint64
}

// New returns an empty store.
func New() *Store {
	return &Store{subjects: map[crypto.Subject]*subject{}, owners: map[id]*subject{}}
}

// Add implements [crypto.KeyStore].
func (s *Store) Add(ctx context.Context, k crypto.Key) (crypto.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return crypto.Key{}, err
	}
	of := s.of(k.Subject)
	if of.shredded {
		return crypto.Key{}, crypto.ErrShredded
	}
	if kept, found := of.versions[k.Version]; found {
		return kept.Clone(), nil
	}
	if _, retired := of.retired[k.Version]; retired || s.retired(k.Practice, k.Wrapped) {
		return crypto.Key{}, crypto.ErrRetired
	}
	if k.Version != 1 && of.newest == 0 {
		return crypto.Key{}, crypto.ErrUnknownKey
	}
	name := id{practice: k.Practice, key: k.ID}
	if s.owners[name] != nil {
		return crypto.Key{}, crypto.ErrConflict
	}
	s.subjects[k.Subject], s.owners[name] = of, of
	of.versions[k.Version] = k.Clone()
	of.newest = max(of.newest, k.Version)
	return k.Clone(), nil
}

// Key implements [crypto.KeyStore].
func (s *Store) Key(ctx context.Context, of crypto.Subject, version int) (crypto.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return crypto.Key{}, err
	}
	if version == 0 {
		version = s.of(of).newest
	}
	return s.of(of).key(func(v int, _ uint64) bool { return v == version })
}

// KeyByID implements [crypto.KeyStore].
func (s *Store) KeyByID(ctx context.Context, practice string, key uint64) (crypto.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return crypto.Key{}, err
	}
	of := s.owners[id{practice: practice, key: key}]
	if of == nil {
		return crypto.Key{}, crypto.ErrUnknownKey
	}
	return of.key(func(_ int, id uint64) bool { return id == key })
}

// Shred implements [crypto.KeyStore].
func (s *Store) Shred(ctx context.Context, of crypto.Subject) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	gone := s.of(of)
	for _, k := range gone.versions {
		wipe(k)
	}
	gone.versions, gone.shredded = nil, true
	s.subjects[of] = gone
	return nil
}

// wipe overwrites a key that is kept no longer.
func wipe(k crypto.Key) {
	clear(k.Wrapped.Blob)
	clear(k.Check)
}

// of returns what is known of a subject; of an unknown one that there is nothing.
func (s *Store) of(of crypto.Subject) *subject {
	if known := s.subjects[of]; known != nil {
		return known
	}
	return &subject{versions: map[int]crypto.Key{}, retired: map[int]uint64{}}
}

func (s *subject) key(is func(version int, id uint64) bool) (crypto.Key, error) {
	if s.shredded {
		return crypto.Key{}, crypto.ErrShredded
	}
	for version, k := range s.versions {
		if is(version, k.ID) {
			return k.Clone(), nil
		}
	}
	for version, id := range s.retired {
		if is(version, id) {
			return crypto.Key{}, crypto.ErrRetired
		}
	}
	return crypto.Key{}, crypto.ErrUnknownKey
}

// retired reports whether w was wrapped under a key that was retired.
func (s *Store) retired(practice string, w crypto.Wrapped) bool {
	parent, ok := crypto.Key{Wrapped: w}.Parent()
	of := s.owners[id{practice: practice, key: parent}]
	if !ok || of == nil {
		return false
	}
	for _, gone := range of.retired {
		if gone == parent {
			return true
		}
	}
	return false
}

// Keys implements [crypto.KeyRotation].
func (s *Store) Keys(ctx context.Context, practice string, after crypto.Key, limit int) ([]crypto.Key, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []crypto.Key
	for of, known := range s.subjects {
		for _, k := range known.versions {
			if of.Practice == practice && compare(after, k) < 0 {
				found = append(found, k)
			}
		}
	}
	slices.SortFunc(found, compare)
	found = found[:min(limit, len(found))]
	for i := range found {
		found[i] = found[i].Clone()
	}
	return found, nil
}

func compare(a, b crypto.Key) int {
	return cmp.Or(cmp.Compare(a.Patient, b.Patient), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Version, b.Version))
}

// Rewrap implements [crypto.KeyRotation].
func (s *Store) Rewrap(ctx context.Context, practice string, keys []crypto.Rewrapping) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	for _, change := range keys {
		if s.retired(practice, change.New) {
			return 0, crypto.ErrRetired
		}
	}
	replaced := 0
	for _, change := range keys {
		of := s.owners[id{practice: practice, key: change.ID}]
		if of == nil {
			continue
		}
		for version, k := range of.versions {
			if k.ID != change.ID || k.Wrapped.KeyID != change.Old.KeyID || !bytes.Equal(k.Wrapped.Blob, change.Old.Blob) {
				continue
			}
			clear(k.Wrapped.Blob)
			k.Wrapped = change.New
			of.versions[version] = k.Clone()
			replaced++
		}
	}
	return replaced, nil
}

// Retire implements [crypto.KeyRotation].
func (s *Store) Retire(ctx context.Context, practice string, key uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	of := s.owners[id{practice: practice, key: key}]
	if of == nil {
		return crypto.ErrUnknownKey
	}
	if of.shredded {
		return crypto.ErrShredded
	}
	for version, k := range of.versions {
		if k.ID != key {
			continue
		}
		if version == of.newest || s.wraps(practice, key) {
			return crypto.ErrInUse
		}
		wipe(k)
		delete(of.versions, version)
		of.retired[version] = key
	}
	return nil
}

// wraps reports whether another key of the practice is wrapped under this one.
func (s *Store) wraps(practice string, key uint64) bool {
	for of, known := range s.subjects {
		for _, k := range known.versions {
			if parent, ok := k.Parent(); of.Practice == practice && ok && parent == key {
				return true
			}
		}
	}
	return false
}
