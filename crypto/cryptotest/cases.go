package cryptotest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/crypto"
)

// Case is one rule that every key store keeps. Check gets an empty store.
type Case struct {
	Name  string
	Check func(ctx context.Context, s crypto.KeyStore) error
}

// Cases returns the suite.
func Cases() []Case {
	return []Case{
		{"a key that is not there is unknown", absence},
		{"a key comes back as it was added", everyField},
		{"ids of all 64 bits and any bytes survive", extremes},
		{"the first key of a subject stays", firstStays},
		{"the newest version is found, and each by number and id", versions},
		{"a later version stays as it was added first", laterStays},
		{"a later version without a first is refused", noFirst},
		{"an id is taken once per practice", idTaken},
		{"practices do not see each other's ids", practicesApart},
		{"subjects are exact", exact},
		{"a shredded key is gone in every version", shred},
		{"shredding twice is shredding once", shredTwice},
		{"a subject without a key can be shredded", shredNothing},
		{"the id of a shredded key is not given again", shreddedID},
		{"shredding touches one subject alone", shredOne},
		{"what is returned or was given is not shared", notShared},
		{"a cancelled context changes nothing", cancelled},
		{"of concurrent first keys all get one", concurrentFirst},
		{"of concurrent later versions all get one", concurrentLater},
		{"no key outlives a concurrent shredding", concurrentShred},
		{"no version outlives a concurrent shredding", concurrentVersion},
		{"keys are listed page by page, in order", listed},
		{"a page begins after a key that is gone", listedAfterGone},
		{"a wrapping is replaced where it is as it was", rewrap},
		{"a shredded key is not wrapped anew", rewrapShredded},
		{"a retired version is gone", retire},
		{"what is in use is not retired", retireInUse},
		{"what is gone keeps no key in use", retireAbove},
		{"nothing is wrapped under a retired key", underRetired},
		{"of an addition under a key and its retirement one is refused", concurrentAddRetire},
		{"of a rewrapping under a key and its retirement one is refused", concurrentRewrapRetire},
		{"no wrapping outlives a concurrent shredding", concurrentRewrapShred},
		{"errors carry no id and no key", noSecrets},
	}
}

var patient = crypto.Subject{Practice: "elm-street", Patient: "p-204", Class: crypto.Chart}

// key returns a first key of s whose content follows from its id.
func key(s crypto.Subject, id uint64) crypto.Key {
	return crypto.Key{
		Subject: s, Version: 1, ID: id,
		Wrapped: crypto.Wrapped{KeyID: fmt.Sprintf("root-%d", id), Blob: fmt.Appendf(nil, "wrapped key %d", id)},
		Check:   fmt.Appendf(nil, "%016x", id),
		Created: time.Date(2026, time.March, 5, 14, 30, 9, 123_456_000, time.UTC).Add(time.Duration(id%1e6) * time.Hour),
	}
}

func later(k crypto.Key, version int) crypto.Key {
	k.Version = version
	return k
}

// add adds keys that must be kept.
func add(ctx context.Context, s crypto.KeyStore, keys ...crypto.Key) error {
	for _, k := range keys {
		kept, err := s.Add(ctx, k)
		if err := same("Add", kept, err, k); err != nil {
			return err
		}
	}
	return nil
}

// same checks an answer that must be want.
func same(what string, got crypto.Key, err error, want crypto.Key) error {
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	case got.Subject != want.Subject:
		return fmt.Errorf("%s gave the key of %v, not of %v", what, got.Subject, want.Subject)
	case got.Version != want.Version || got.ID != want.ID:
		return fmt.Errorf("%s gave version %d with id %d, not %d with %d", what, got.Version, got.ID, want.Version, want.ID)
	case got.Wrapped.KeyID != want.Wrapped.KeyID || !bytes.Equal(got.Wrapped.Blob, want.Wrapped.Blob):
		return fmt.Errorf("%s gave another wrapped key", what)
	case !bytes.Equal(got.Check, want.Check):
		return fmt.Errorf("%s gave another check", what)
	case !got.Created.Equal(want.Created) || got.Created.Location() != time.UTC:
		return fmt.Errorf("%s gave another time, or not in UTC", what)
	}
	return nil
}

// refused checks an answer that must be the error want, and no key beside it.
func refused(what string, got crypto.Key, err, want error) error {
	if !errors.Is(err, want) {
		return fmt.Errorf("%s answered %v, not %v", what, err, want)
	}
	if len(got.Wrapped.Blob) > 0 {
		return fmt.Errorf("%s gave a key beside the error", what)
	}
	return nil
}

// holds checks that k is found in every way there is; newest says whether as its subject's newest too.
func holds(ctx context.Context, s crypto.KeyStore, k crypto.Key, newest bool) error {
	got, err := s.KeyByID(ctx, k.Practice, k.ID)
	if err := same("KeyByID", got, err, k); err != nil {
		return err
	}
	got, err = s.Key(ctx, k.Subject, k.Version)
	if err := same("Key", got, err, k); err != nil || !newest {
		return err
	}
	got, err = s.Key(ctx, k.Subject, 0)
	return same("Key of the newest version", got, err, k)
}

// lacks checks that k is found in no way, with want as the answer.
func lacks(ctx context.Context, s crypto.KeyStore, k crypto.Key, want error) error {
	got, err := s.KeyByID(ctx, k.Practice, k.ID)
	if err := refused("KeyByID", got, err, want); err != nil {
		return err
	}
	for _, version := range []int{0, k.Version} {
		got, err = s.Key(ctx, k.Subject, version)
		if err := refused("Key", got, err, want); err != nil {
			return err
		}
	}
	return nil
}
