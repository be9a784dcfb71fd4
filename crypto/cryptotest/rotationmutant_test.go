package cryptotest_test

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
)

type (
	keysFunc   = func(context.Context, string, crypto.Key, int) ([]crypto.Key, error)
	rewrapFunc = func(context.Context, string, []crypto.Rewrapping) (int, error)
	retireFunc = func(context.Context, string, uint64) error
)

func listing(wrong func(*cryptomem.Store) keysFunc) func() crypto.KeyStore {
	return func() crypto.KeyStore {
		m := mutant{Store: cryptomem.New()}
		m.keys = wrong(m.Store)
		return m
	}
}

func rewrapping(wrong func(*cryptomem.Store) rewrapFunc) func() crypto.KeyStore {
	return func() crypto.KeyStore {
		m := mutant{Store: cryptomem.New()}
		m.rewrap = wrong(m.Store)
		return m
	}
}

func retiring(wrong func(*cryptomem.Store) retireFunc) func() crypto.KeyStore {
	return func() crypto.KeyStore {
		m := mutant{Store: cryptomem.New()}
		m.retire = wrong(m.Store)
		return m
	}
}

// all returns every key of a practice.
func all(ctx context.Context, s *cryptomem.Store, practice string) ([]crypto.Key, error) {
	return s.Keys(ctx, practice, crypto.Key{}, 1e6)
}

// following returns the page after a key, whatever the order.
func following(keys []crypto.Key, after crypto.Key, limit int) []crypto.Key {
	is := func(k crypto.Key) bool { return k.Subject == after.Subject && k.Version == after.Version }
	i := slices.IndexFunc(keys, is) + 1
	return keys[i:min(i+limit, len(keys))]
}

func rotationMutants() map[string]func() crypto.KeyStore {
	return map[string]func() crypto.KeyStore{
		"forgets when a key was made": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.key = func(ctx context.Context, s crypto.Subject, version int) (crypto.Key, error) {
				k, err := m.Store.Key(ctx, s, version)
				k.Created = k.Created.Local().Truncate(1e9)
				return k, err
			}
			return m
		},
		"lists by id": listing(func(s *cryptomem.Store) keysFunc {
			return func(ctx context.Context, practice string, after crypto.Key, limit int) ([]crypto.Key, error) {
				keys, err := all(ctx, s, practice)
				slices.SortFunc(keys, func(a, b crypto.Key) int { return int(int64(a.ID)>>8 - int64(b.ID)>>8) })
				i := slices.IndexFunc(keys, func(k crypto.Key) bool { return k.ID == after.ID }) + 1
				return keys[i:min(i+limit, len(keys))], err
			}
		}),
		"lists in the order of a dictionary": listing(func(s *cryptomem.Store) keysFunc {
			return func(ctx context.Context, practice string, after crypto.Key, limit int) ([]crypto.Key, error) {
				keys, err := all(ctx, s, practice)
				slices.SortStableFunc(keys, func(a, b crypto.Key) int {
					return strings.Compare(strings.ToLower(a.Patient), strings.ToLower(b.Patient))
				})
				return following(keys, after, limit), err
			}
		}),
		"lists versions as text": listing(func(s *cryptomem.Store) keysFunc {
			return func(ctx context.Context, practice string, after crypto.Key, limit int) ([]crypto.Key, error) {
				keys, err := all(ctx, s, practice)
				slices.SortStableFunc(keys, func(a, b crypto.Key) int {
					if a.Subject != b.Subject {
						return 0
					}
					return strings.Compare(strconv.Itoa(a.Version), strconv.Itoa(b.Version))
				})
				return following(keys, after, limit), err
			}
		}),
		"goes on after the patient": listing(func(s *cryptomem.Store) keysFunc {
			return func(ctx context.Context, practice string, after crypto.Key, limit int) ([]crypto.Key, error) {
				if after.Patient != "" {
					after.Class = "zzz"
				}
				return s.Keys(ctx, practice, after, limit)
			}
		}),
		"lists what follows a key that it must find": listing(func(s *cryptomem.Store) keysFunc {
			return func(ctx context.Context, practice string, after crypto.Key, limit int) ([]crypto.Key, error) {
				if _, err := s.Key(ctx, after.Subject, after.Version); after.Practice != "" && err != nil {
					return nil, nil
				}
				return s.Keys(ctx, practice, after, limit)
			}
		}),
		"keeps the last of a later version": func() crypto.KeyStore {
			return newSimple(simple{overwrites: true, laterAlone: true})
		},
		"looks before it adds a later version, without a lock": func() crypto.KeyStore {
			return newSimple(simple{pauses: true, laterAlone: true})
		},
		"counts what was shredded as wrapped": retiring(func(s *cryptomem.Store) retireFunc {
			return func(ctx context.Context, practice string, id uint64) error {
				other := crypto.Subject{Practice: practice, Patient: "p-205", Class: crypto.Chart}
				if _, err := s.Key(ctx, other, 0); errors.Is(err, crypto.ErrShredded) {
					return crypto.ErrInUse
				}
				return s.Retire(ctx, practice, id)
			}
		}),
		"replaces what it can before it refuses": rewrapping(func(s *cryptomem.Store) rewrapFunc {
			return func(ctx context.Context, practice string, changes []crypto.Rewrapping) (n int, err error) {
				for _, change := range changes {
					k, err := s.Rewrap(ctx, practice, []crypto.Rewrapping{change})
					if err != nil {
						return 0, err
					}
					n += k
				}
				return n, ctx.Err()
			}
		}),
		"lists without a limit": listing(func(s *cryptomem.Store) keysFunc {
			return func(ctx context.Context, practice string, after crypto.Key, _ int) ([]crypto.Key, error) {
				return s.Keys(ctx, practice, after, 1e6)
			}
		}),
		"lists after the caller gave up": listing(func(s *cryptomem.Store) keysFunc {
			return func(ctx context.Context, practice string, after crypto.Key, limit int) ([]crypto.Key, error) {
				return s.Keys(context.WithoutCancel(ctx), practice, after, limit)
			}
		}),
		"replaces whatever the wrapping is": rewrapping(func(s *cryptomem.Store) rewrapFunc {
			return func(ctx context.Context, practice string, changes []crypto.Rewrapping) (int, error) {
				for i, change := range changes {
					if k, err := s.KeyByID(ctx, practice, change.ID); err == nil {
						changes[i].Old = k.Wrapped
					}
				}
				return s.Rewrap(ctx, practice, changes)
			}
		}),
		"compares the bytes of a wrapping alone": rewrapping(func(s *cryptomem.Store) rewrapFunc {
			return func(ctx context.Context, practice string, changes []crypto.Rewrapping) (int, error) {
				for i, change := range changes {
					if k, err := s.KeyByID(ctx, practice, change.ID); err == nil && bytes.Equal(k.Wrapped.Blob, change.Old.Blob) {
						changes[i].Old = k.Wrapped
					}
				}
				return s.Rewrap(ctx, practice, changes)
			}
		}),
		"compares the wrapping key's name alone": rewrapping(func(s *cryptomem.Store) rewrapFunc {
			return func(ctx context.Context, practice string, changes []crypto.Rewrapping) (int, error) {
				for i, change := range changes {
					if k, err := s.KeyByID(ctx, practice, change.ID); err == nil && k.Wrapped.KeyID == change.Old.KeyID {
						changes[i].Old = k.Wrapped
					}
				}
				return s.Rewrap(ctx, practice, changes)
			}
		}),
		"keeps the wrapping key's name": rewrapping(func(s *cryptomem.Store) rewrapFunc {
			return func(ctx context.Context, practice string, changes []crypto.Rewrapping) (int, error) {
				for i, change := range changes {
					changes[i].New.KeyID = change.Old.KeyID
				}
				return s.Rewrap(ctx, practice, changes)
			}
		}),
		"replaces one wrapping of several": rewrapping(func(s *cryptomem.Store) rewrapFunc {
			return func(ctx context.Context, practice string, changes []crypto.Rewrapping) (int, error) {
				_, err := s.Rewrap(ctx, practice, changes[:min(1, len(changes))])
				return len(changes), err
			}
		}),
		"replaces what was shredded": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			back := map[uint64]crypto.Key{}
			m.rewrap = func(ctx context.Context, practice string, changes []crypto.Rewrapping) (int, error) {
				n, err := m.Store.Rewrap(ctx, practice, changes)
				for _, change := range changes {
					if _, err := m.Store.KeyByID(ctx, practice, change.ID); errors.Is(err, crypto.ErrShredded) {
						back[change.ID] = crypto.Key{ID: change.ID, Wrapped: change.New}
						n++
					}
				}
				return n, err
			}
			m.keyByID = func(ctx context.Context, practice string, id uint64) (crypto.Key, error) {
				if k, revived := back[id]; revived {
					return k, nil
				}
				return m.Store.KeyByID(ctx, practice, id)
			}
			return m
		},
		"does not retire": retiring(func(*cryptomem.Store) retireFunc {
			return func(ctx context.Context, _ string, _ uint64) error { return ctx.Err() }
		}),
		"refuses to retire twice": retiring(func(s *cryptomem.Store) retireFunc {
			return func(ctx context.Context, practice string, id uint64) error {
				if _, err := s.KeyByID(ctx, practice, id); errors.Is(err, crypto.ErrRetired) {
					return err
				}
				return s.Retire(ctx, practice, id)
			}
		}),
		"retires what was shredded": retiring(func(s *cryptomem.Store) retireFunc {
			return func(ctx context.Context, practice string, id uint64) error {
				return unless(s.Retire(ctx, practice, id), crypto.ErrShredded)
			}
		}),
		"retires what is in use": retiring(func(s *cryptomem.Store) retireFunc {
			return func(ctx context.Context, practice string, id uint64) error {
				return unless(s.Retire(ctx, practice, id), crypto.ErrInUse)
			}
		}),
		"forgets what was retired":    forgetting(),
		"adds under a retired key":    heedless(true),
		"rewraps under a retired key": heedless(false),
	}
}

func unless(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}

// forgetting returns a store that keeps no mark of a retired key.
func forgetting() func() crypto.KeyStore {
	return func() crypto.KeyStore {
		m := mutant{Store: cryptomem.New()}
		m.keyByID = func(ctx context.Context, practice string, id uint64) (crypto.Key, error) {
			k, err := m.Store.KeyByID(ctx, practice, id)
			if errors.Is(err, crypto.ErrRetired) {
				err = crypto.ErrUnknownKey
			}
			return k, err
		}
		return m
	}
}

// heedless returns a store that looks whether the key above was retired before it writes, without a lock between.
func heedless(adding bool) func() crypto.KeyStore {
	return func() crypto.KeyStore {
		m := mutant{Store: cryptomem.New()}
		hide := func(w crypto.Wrapped) crypto.Wrapped { return crypto.Wrapped{KeyID: "hidden " + w.KeyID, Blob: w.Blob} }
		show := func(k crypto.Key) crypto.Key {
			k.Wrapped.KeyID = strings.TrimPrefix(k.Wrapped.KeyID, "hidden ")
			return k
		}
		look := func(ctx context.Context, practice string, w crypto.Wrapped) error {
			parent, ok := crypto.Key{Wrapped: w}.Parent()
			if !ok {
				return nil
			}
			_, err := m.Store.KeyByID(ctx, practice, parent)
			for range 1000 {
				runtime.Gosched()
			}
			if errors.Is(err, crypto.ErrRetired) {
				return err
			}
			return nil
		}
		m.key = func(ctx context.Context, s crypto.Subject, version int) (crypto.Key, error) {
			k, err := m.Store.Key(ctx, s, version)
			return show(k), err
		}
		m.keyByID = func(ctx context.Context, practice string, id uint64) (crypto.Key, error) {
			k, err := m.Store.KeyByID(ctx, practice, id)
			return show(k), err
		}
		if adding {
			m.add = func(ctx context.Context, k crypto.Key) (crypto.Key, error) {
				if err := look(ctx, k.Practice, k.Wrapped); err != nil {
					return crypto.Key{}, err
				}
				k.Wrapped = hide(k.Wrapped)
				kept, err := m.Store.Add(ctx, k)
				return show(kept), err
			}
			return m
		}
		m.rewrap = func(ctx context.Context, practice string, changes []crypto.Rewrapping) (int, error) {
			changes = slices.Clone(changes)
			for i, change := range changes {
				if err := look(ctx, practice, change.New); err != nil {
					return 0, err
				}
				changes[i].New = hide(change.New)
			}
			return m.Store.Rewrap(ctx, practice, changes)
		}
		return m
	}
}
