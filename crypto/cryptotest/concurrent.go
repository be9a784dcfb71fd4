package cryptotest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/enamel-go/enamel/crypto"
)

// together runs the functions at once and returns what any of them answered.
func together(fns ...func() error) error {
	errs := make([]error, len(fns))
	var all sync.WaitGroup
	begin := make(chan struct{})
	for i, fn := range fns {
		all.Go(func() {
			<-begin
			errs[i] = fn()
		})
	}
	close(begin)
	all.Wait()
	return errors.Join(errs...)
}

func concurrentFirst(ctx context.Context, s crypto.KeyStore) error {
	return concurrentVersions(ctx, s, 1)
}

func concurrentLater(ctx context.Context, s crypto.KeyStore) error {
	return concurrentVersions(ctx, s, 2)
}

// concurrentVersions adds the same version of a subject's key many times at once.
func concurrentVersions(ctx context.Context, s crypto.KeyStore, version int) error {
	for round := range 5 {
		subject := crypto.Subject{Practice: "elm-street", Patient: fmt.Sprint(round), Class: crypto.Chart}
		for before := 1; before < version; before++ {
			if err := add(ctx, s, later(key(subject, uint64(1000*round+before)), before)); err != nil {
				return err
			}
		}
		kept := make([]crypto.Key, 8)
		adds := make([]func() error, len(kept))
		for i := range adds {
			adds[i] = func() (err error) {
				kept[i], err = s.Add(ctx, later(key(subject, uint64(1000*round+100+i)), version))
				return err
			}
		}
		if err := together(adds...); err != nil {
			return err
		}
		for _, k := range kept {
			if err := same("a concurrent Add", k, nil, kept[0]); err != nil {
				return err
			}
		}
		if err := holds(ctx, s, kept[0], true); err != nil {
			return err
		}
	}
	return nil
}

func concurrentShred(ctx context.Context, s crypto.KeyStore) error {
	for round := range 10 {
		k := key(crypto.Subject{Practice: "elm-street", Patient: fmt.Sprint(round), Class: crypto.Chart}, uint64(round+1))
		err := together(
			func() error {
				_, err := s.Add(ctx, k)
				return unless(err, crypto.ErrShredded)
			},
			func() error { return s.Shred(ctx, k.Subject) },
		)
		if err != nil {
			return err
		}
		got, err := s.Key(ctx, k.Subject, 0)
		if err := refused("Key", got, err, crypto.ErrShredded); err != nil {
			return err
		}
		got, err = s.KeyByID(ctx, k.Practice, k.ID)
		if err == nil || len(got.Wrapped.Blob) > 0 {
			return errors.New("a key is found by its id although its subject was shredded")
		}
	}
	return nil
}

func concurrentVersion(ctx context.Context, s crypto.KeyStore) error {
	for round := range 10 {
		subject := crypto.Subject{Practice: "elm-street", Patient: fmt.Sprint(round), Class: crypto.Chart}
		first, second := key(subject, uint64(2*round+1)), later(key(subject, uint64(2*round+2)), 2)
		if err := add(ctx, s, first); err != nil {
			return err
		}
		err := together(
			func() error {
				_, err := s.Add(ctx, second)
				return unless(err, crypto.ErrShredded)
			},
			func() error { return s.Shred(ctx, subject) },
		)
		if err != nil {
			return err
		}
		for _, k := range []crypto.Key{first, second} {
			got, err := s.Key(ctx, subject, k.Version)
			if err := refused("Key", got, err, crypto.ErrShredded); err != nil {
				return err
			}
			if _, err := s.KeyByID(ctx, k.Practice, k.ID); err == nil {
				return errors.New("a version is found by its id although its subject was shredded")
			}
		}
	}
	return nil
}

func unless(err, expected error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
