package cryptomem

import (
	"context"
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
	return s.of(of).key(func(k crypto.Key) bool { return k.Version == version })
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
	return of.key(func(k crypto.Key) bool { return k.ID == key })
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
		clear(k.Wrapped.Blob)
		clear(k.Check)
	}
	gone.versions, gone.shredded = nil, true
	s.subjects[of] = gone
	return nil
}

// of returns what is known of a subject; of an unknown one that there is nothing.
func (s *Store) of(of crypto.Subject) *subject {
	if known := s.subjects[of]; known != nil {
		return known
	}
	return &subject{versions: map[int]crypto.Key{}}
}

func (s *subject) key(is func(crypto.Key) bool) (crypto.Key, error) {
	if s.shredded {
		return crypto.Key{}, crypto.ErrShredded
	}
	for _, k := range s.versions {
		if is(k) {
			return k.Clone(), nil
		}
	}
	return crypto.Key{}, crypto.ErrUnknownKey
}
