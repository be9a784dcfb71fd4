package crypto

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/internal/form"
)

// KeyInfo is what may be shown of a key.
type KeyInfo struct {
	Subject
	Version int       // from 1, per subject
	ID      string    // 16 hexadecimal digits
	Under   string    // what wraps it: the id of the practice's key, or of that key itself the root key's
	Created time.Time // in UTC, to the microsecond
}

// Keys returns at most limit keys of a practice, in the order of patient, class and version, that come after the given
// one: the zero KeyInfo to begin with, then the last of the page before. What was shredded or retired is left out.
// Limit is from 1 to 1,000.
func (k *Keyring) Keys(ctx context.Context, practice string, after KeyInfo, limit int) ([]KeyInfo, error) {
	if err := form.Text(ErrInvalid, "the practice", practice, form.ID, true); err != nil {
		return nil, err
	}
	if limit < 1 || limit > 1000 {
		return nil, fmt.Errorf("%w: the limit is not from 1 to 1,000", ErrInvalid)
	}
	rows, err := k.page(ctx, practice, Key{Subject: after.Subject, Version: after.Version}, limit)
	if err != nil {
		return nil, err
	}
	infos := make([]KeyInfo, 0, len(rows))
	for _, row := range rows {
		infos = append(infos, KeyInfo{
			Subject: row.Subject, Version: row.Version, ID: formatKeyID(row.ID), Under: row.Wrapped.KeyID, Created: row.Created,
		})
	}
	return infos, nil
}

// before reports whether a comes before b in a practice's keys.
func before(a, b Key) bool {
	return cmp.Or(cmp.Compare(a.Patient, b.Patient), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Version, b.Version)) < 0
}

// Rotate makes a new version of a key: of a patient's of one class, or of a practice's own of class [PracticeKey],
// [DataKey] or [AuditKey]. This keyring seals, wraps and authenticates with it from now on, others within their
// Lifetime. What older versions have sealed opens as before, and what they have authenticated verifies; see
// [Keyring.Outdated], [Keyring.Reseal] and [Keyring.ResealStream]. After a practice's own key of class PracticeKey call
// [Keyring.Rewrap]. Of several calls at once some may make one version together. Errors wrap [ErrInvalid],
// [ErrShredded], or [ErrUnknownKey] where the subject has no key yet.
func (k *Keyring) Rotate(ctx context.Context, s Subject) error {
	if err := s.rotates(); err != nil {
		return err
	}
	newest, err := k.row(ctx, ref{Subject: s})
	if err != nil {
		return err
	}
	return k.rotate(ctx, newest)
}

// rotates checks a subject whose key Rotate takes.
func (s Subject) rotates() error {
	if s.Patient != "" {
		return s.valid()
	}
	switch s.Class {
	case PracticeKey, DataKey, AuditKey:
		return form.Text(ErrInvalid, "the practice", s.Practice, form.ID, true)
	}
	return fmt.Errorf("%w: no such key can be rotated", ErrInvalid)
}

// rotate adds the version after newest.
func (k *Keyring) rotate(ctx context.Context, newest Key) error {
	raw := newSecret()
	defer raw.wipe()
	_, _, err := k.add(ctx, newest.Subject, newest.Version+1, raw)
	k.cache.forget(newest.Subject) // also after an error, for the store may have committed
	return err
}

// add wraps a new key and has it kept. It returns the row as it was given and as the store keeps it: another where
// another process was first. A practice key that was retired meanwhile gives way to its successor.
func (k *Keyring) add(ctx context.Context, s Subject, version int, raw secret) (given, kept Key, err error) {
	row := Key{Subject: s, Version: version, ID: newKeyID()}
	row.Check = commitment(raw, row)
	for range tries {
		if row.Wrapped, err = k.wrap(ctx, row, raw); err != nil {
			return row, Key{}, err
		}
		// Only now, for what settles an index counts from here, and the key manager may have taken its time.
		row.Created = k.now().UTC().Truncate(time.Microsecond)
		kept, err = k.store.Add(ctx, row)
		if !errors.Is(err, ErrRetired) {
			break
		}
		k.cache.forget(Subject{Practice: s.Practice, Class: PracticeKey})
	}
	if err != nil {
		return row, Key{}, outside("key store", err)
	}
	if kept.Subject != row.Subject || kept.Version != row.Version {
		return row, Key{}, errMistaken
	}
	return row, kept, nil
}

// Outdated reports whether sealed, a sealed value or the first [StreamHead] bytes of a stream or more, names an older key
// than the one that seals values of b now. It does not open it. What another process has rotated counts within Lifetime:
// before that it may say of an older value that it is not outdated. Errors are those of Open.
func (k *Keyring) Outdated(ctx context.Context, sealed []byte, b Binding) (bool, error) {
	s, err := b.subject()
	if err != nil {
		return false, err
	}
	id, err := keyOf(sealed)
	if err != nil {
		return false, err
	}
	r := ref{Subject: s}
	l := k.cache.hit(&r)
	if l == nil {
		if l, err = k.load(ctx, r); err != nil {
			return false, err
		}
	}
	if l.id == id {
		return false, nil
	}
	named, err := k.keyByID(ctx, s.Practice, id, "")
	if err != nil {
		return false, err
	}
	if named.subject != s {
		return false, errOthersKey
	}
	return named.version < l.version, nil
}

// keyOf reads the id of the key that sealed a value or the head of a stream.
func keyOf(sealed []byte) (uint64, error) {
	if len(sealed) >= StreamHead && isStream(sealed) {
		return binary.BigEndian.Uint64(sealed[4:]), nil
	}
	return parseHeader(sealed)
}

// Reseal opens what Seal returned for the same binding, seals it under the newest key, and appends the result to dst.
// Put it where sealed was, unless that has changed meanwhile. Its errors are those of Open and Seal.
func (k *Keyring) Reseal(ctx context.Context, dst, sealed []byte, b Binding) ([]byte, error) {
	plain, err := k.Open(ctx, nil, sealed, b)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	return k.Seal(ctx, dst, plain, b)
}
