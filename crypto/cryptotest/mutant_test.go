package cryptotest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/crypto/cryptomem"
	"github.com/enamel-go/enamel/crypto/cryptotest"
)

// mutant is a store that does one thing wrong; what it does not replace is done right.
type mutant struct {
	*cryptomem.Store
	add     func(context.Context, crypto.Key) (crypto.Key, error)
	key     func(context.Context, crypto.Subject, int) (crypto.Key, error)
	keyByID func(context.Context, string, uint64) (crypto.Key, error)
	shred   func(context.Context, crypto.Subject) error
	keys    func(context.Context, string, crypto.Key, int) ([]crypto.Key, error)
	rewrap  func(context.Context, string, []crypto.Rewrapping) (int, error)
	retire  func(context.Context, string, uint64) error
}

func (m mutant) Keys(ctx context.Context, practice string, after crypto.Key, limit int) ([]crypto.Key, error) {
	if m.keys != nil {
		return m.keys(ctx, practice, after, limit)
	}
	return m.Store.Keys(ctx, practice, after, limit)
}

func (m mutant) Rewrap(ctx context.Context, practice string, keys []crypto.Rewrapping) (int, error) {
	if m.rewrap != nil {
		return m.rewrap(ctx, practice, keys)
	}
	return m.Store.Rewrap(ctx, practice, keys)
}

func (m mutant) Retire(ctx context.Context, practice string, id uint64) error {
	if m.retire != nil {
		return m.retire(ctx, practice, id)
	}
	return m.Store.Retire(ctx, practice, id)
}

func (m mutant) Add(ctx context.Context, k crypto.Key) (crypto.Key, error) {
	if m.add != nil {
		return m.add(ctx, k)
	}
	return m.Store.Add(ctx, k)
}

func (m mutant) Key(ctx context.Context, s crypto.Subject, version int) (crypto.Key, error) {
	if m.key != nil {
		return m.key(ctx, s, version)
	}
	return m.Store.Key(ctx, s, version)
}

func (m mutant) KeyByID(ctx context.Context, practice string, id uint64) (crypto.Key, error) {
	if m.keyByID != nil {
		return m.keyByID(ctx, practice, id)
	}
	return m.Store.KeyByID(ctx, practice, id)
}

func (m mutant) Shred(ctx context.Context, s crypto.Subject) error {
	if m.shred != nil {
		return m.shred(ctx, s)
	}
	return m.Store.Shred(ctx, s)
}

func mutants() map[string]func() crypto.KeyStore {
	all := rotationMutants()
	maps.Copy(all, basicMutants())
	return all
}

func basicMutants() map[string]func() crypto.KeyStore {
	return map[string]func() crypto.KeyStore{
		"answers Add with what it was given": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.add = func(ctx context.Context, k crypto.Key) (crypto.Key, error) {
				_, err := m.Store.Add(ctx, k)
				return k, err
			}
			return m
		},
		"shares what it keeps":                 func() crypto.KeyStore { return newSimple(simple{shares: true}) },
		"keeps the last first key":             func() crypto.KeyStore { return newSimple(simple{overwrites: true}) },
		"looks before it adds, without a lock": func() crypto.KeyStore { return newSimple(simple{pauses: true}) },
		"forgets the mark":                     func() crypto.KeyStore { return newSimple(simple{forgets: true}) },
		"answers with an empty key": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.key = func(ctx context.Context, s crypto.Subject, version int) (crypto.Key, error) {
				k, err := m.Store.Key(ctx, s, version)
				if errors.Is(err, crypto.ErrUnknownKey) {
					return crypto.Key{}, nil
				}
				return k, err
			}
			return m
		},
		"gives the first version as the newest": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.key = func(ctx context.Context, s crypto.Subject, version int) (crypto.Key, error) {
				return m.Store.Key(ctx, s, max(version, 1))
			}
			return m
		},
		"gives the newest for every version": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.key = func(ctx context.Context, s crypto.Subject, _ int) (crypto.Key, error) {
				return m.Store.Key(ctx, s, 0)
			}
			return m
		},
		"takes a later version without a first": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.add = func(ctx context.Context, k crypto.Key) (crypto.Key, error) {
				kept, err := m.Store.Add(ctx, k)
				if errors.Is(err, crypto.ErrUnknownKey) {
					return k, nil
				}
				return kept, err
			}
			return m
		},
		"gives another practice's key": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.keyByID = func(ctx context.Context, practice string, id uint64) (crypto.Key, error) {
				for _, p := range []string{practice, "elm-street"} {
					if k, err := m.Store.KeyByID(ctx, p, id); err == nil {
						return k, nil
					}
				}
				return m.Store.KeyByID(ctx, practice, id)
			}
			return m
		},
		"folds case":  func() crypto.KeyStore { return renaming(strings.ToLower) },
		"trims space": func() crypto.KeyStore { return renaming(strings.TrimSpace) },
		"cuts names": func() crypto.KeyStore {
			return renaming(func(s string) string { return s[:min(len(s), 32)] })
		},
		"keeps ids in 63 bits": func() crypto.KeyStore { return narrowing(1<<63 - 1) },
		"keeps ids in a float": func() crypto.KeyStore { return narrowing(0xFFFFFFFFFFFFF800) },
		"lets an id be used twice": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.add = func(ctx context.Context, k crypto.Key) (crypto.Key, error) {
				kept, err := m.Store.Add(ctx, k)
				if errors.Is(err, crypto.ErrConflict) {
					return k, nil
				}
				return kept, err
			}
			return m
		},
		"forgets the check": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.add = func(ctx context.Context, k crypto.Key) (crypto.Key, error) {
				k.Check = nil
				return m.Store.Add(ctx, k)
			}
			return m
		},
		"does not shred": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.shred = func(ctx context.Context, _ crypto.Subject) error { return ctx.Err() }
			return m
		},
		"shreds only what has a key": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.shred = func(ctx context.Context, s crypto.Subject) error {
				if _, err := m.Store.Key(ctx, s, 0); err != nil {
					return ctx.Err()
				}
				return m.Store.Shred(ctx, s)
			}
			return m
		},
		"refuses to shred twice": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.shred = func(ctx context.Context, s crypto.Subject) error {
				if _, err := m.Store.Key(ctx, s, 0); errors.Is(err, crypto.ErrShredded) {
					return err
				}
				return m.Store.Shred(ctx, s)
			}
			return m
		},
		"shreds a patient in every class": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.shred = func(ctx context.Context, s crypto.Subject) error {
				bills := s
				bills.Class = crypto.Billing
				return errors.Join(m.Store.Shred(ctx, s), m.Store.Shred(ctx, bills))
			}
			return m
		},
		"finds shredded keys by id": func() crypto.KeyStore {
			var mu sync.Mutex
			m, seen := mutant{Store: cryptomem.New()}, map[uint64]crypto.Key{}
			m.add = func(ctx context.Context, k crypto.Key) (crypto.Key, error) {
				mu.Lock()
				defer mu.Unlock()
				seen[k.ID] = k.Clone()
				return m.Store.Add(ctx, k)
			}
			m.keyByID = func(ctx context.Context, practice string, id uint64) (crypto.Key, error) {
				mu.Lock()
				defer mu.Unlock()
				k, err := m.Store.KeyByID(ctx, practice, id)
				if errors.Is(err, crypto.ErrShredded) {
					return seen[id].Clone(), nil
				}
				return k, err
			}
			return m
		},
		"works after the caller gave up": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.shred = func(ctx context.Context, s crypto.Subject) error {
				return errors.Join(m.Store.Shred(context.WithoutCancel(ctx), s), ctx.Err())
			}
			return m
		},
		"quotes what it was given": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.key = func(ctx context.Context, s crypto.Subject, version int) (crypto.Key, error) {
				k, err := m.Store.Key(ctx, s, version)
				if err != nil {
					err = fmt.Errorf("%w of %s", err, s.Patient)
				}
				return k, err
			}
			return m
		},
		"quotes a key's id": func() crypto.KeyStore {
			m := mutant{Store: cryptomem.New()}
			m.keyByID = func(ctx context.Context, practice string, id uint64) (crypto.Key, error) {
				k, err := m.Store.KeyByID(ctx, practice, id)
				if err != nil {
					err = fmt.Errorf("%w: %x", err, id)
				}
				return k, err
			}
			return m
		},
	}
}

// renaming returns a store that takes some names for the same.
func renaming(fold func(string) string) crypto.KeyStore {
	m := mutant{Store: cryptomem.New()}
	folded := func(s crypto.Subject) crypto.Subject {
		s.Practice, s.Patient = fold(s.Practice), fold(s.Patient)
		return s
	}
	m.add = func(ctx context.Context, k crypto.Key) (crypto.Key, error) {
		asked := k.Subject
		k.Subject = folded(k.Subject)
		kept, err := m.Store.Add(ctx, k)
		kept.Subject = asked
		return kept, err
	}
	m.key = func(ctx context.Context, s crypto.Subject, version int) (crypto.Key, error) {
		k, err := m.Store.Key(ctx, folded(s), version)
		k.Subject = s
		return k, err
	}
	m.keyByID = func(ctx context.Context, practice string, id uint64) (crypto.Key, error) {
		k, err := m.Store.KeyByID(ctx, fold(practice), id)
		k.Practice = practice
		return k, err
	}
	m.shred = func(ctx context.Context, s crypto.Subject) error { return m.Store.Shred(ctx, folded(s)) }
	return m
}

// narrowing returns a store that loses bits of ids.
func narrowing(mask uint64) crypto.KeyStore {
	m := mutant{Store: cryptomem.New()}
	m.add = func(ctx context.Context, k crypto.Key) (crypto.Key, error) {
		k.ID &= mask
		return m.Store.Add(ctx, k)
	}
	m.keyByID = func(ctx context.Context, practice string, id uint64) (crypto.Key, error) {
		return m.Store.KeyByID(ctx, practice, id&mask)
	}
	return m
}

// TestMutants wants every broken store to be caught by at least one case.
func TestMutants(t *testing.T) {
	for name, open := range mutants() {
		t.Run(name, func(t *testing.T) {
			var caught []string
			for _, c := range cryptotest.Cases() {
				if err := c.Check(t.Context(), open()); err != nil {
					caught = append(caught, c.Name)
				}
			}
			require.NotEmpty(t, caught, "no case caught a store that %s", name)
			t.Log(strings.Join(caught, "; "))
		})
	}
}

// TestCasesCatch wants every case to catch at least one broken store: a case that catches none may never run.
func TestCasesCatch(t *testing.T) {
	for _, c := range cryptotest.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			for _, open := range mutants() {
				if err := c.Check(t.Context(), open()); err != nil {
					return
				}
			}
			require.Fail(t, "no mutant breaks this rule")
		})
	}
}
