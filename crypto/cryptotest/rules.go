package cryptotest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/enamel-go/enamel/crypto"
)

func absence(ctx context.Context, s crypto.KeyStore) error {
	return lacks(ctx, s, key(patient, 7), crypto.ErrUnknownKey)
}

func everyField(ctx context.Context, s crypto.KeyStore) error {
	own := key(crypto.Subject{Practice: "elm-street", Class: "practice"}, 8)
	if err := add(ctx, s, key(patient, 7), own); err != nil {
		return err
	}
	return errors.Join(holds(ctx, s, key(patient, 7), true), holds(ctx, s, own, true))
}

func extremes(ctx context.Context, s crypto.KeyStore) error {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for i, id := range []uint64{1, math.MaxInt64, math.MaxInt64 + 1, math.MaxUint64} {
		k := key(crypto.Subject{Practice: "elm-street", Patient: fmt.Sprint(i), Class: crypto.Chart}, id)
		k.Wrapped.Blob, k.Check = all, all[:16]
		if err := add(ctx, s, k); err != nil {
			return err
		}
		if err := holds(ctx, s, k, true); err != nil {
			return err
		}
	}
	return nil
}

func firstStays(ctx context.Context, s crypto.KeyStore) error {
	first, second := key(patient, 7), key(patient, 8)
	if err := add(ctx, s, first, first); err != nil {
		return err
	}
	kept, err := s.Add(ctx, second)
	if err := same("Add of a second first key", kept, err, first); err != nil {
		return err
	}
	got, err := s.KeyByID(ctx, second.Practice, second.ID)
	return errors.Join(holds(ctx, s, first, true), refused("KeyByID", got, err, crypto.ErrUnknownKey))
}

func versions(ctx context.Context, s crypto.KeyStore) error {
	// Descending ids, so that the newest is not the one with the highest id.
	first, second, third := key(patient, 9), later(key(patient, 8), 2), later(key(patient, 7), 3)
	if err := add(ctx, s, first, second, third, second); err != nil {
		return err
	}
	err := errors.Join(holds(ctx, s, first, false), holds(ctx, s, second, false), holds(ctx, s, third, true))
	if err != nil {
		return err
	}
	got, err := s.Key(ctx, patient, 4)
	return refused("Key of a version that is not there", got, err, crypto.ErrUnknownKey)
}

func laterStays(ctx context.Context, s crypto.KeyStore) error {
	first, second, again := key(patient, 7), later(key(patient, 8), 2), later(key(patient, 9), 2)
	if err := add(ctx, s, first, second); err != nil {
		return err
	}
	kept, err := s.Add(ctx, again)
	if err := same("Add of a version that is there", kept, err, second); err != nil {
		return err
	}
	got, err := s.KeyByID(ctx, again.Practice, again.ID)
	return errors.Join(holds(ctx, s, first, false), holds(ctx, s, second, true),
		refused("KeyByID", got, err, crypto.ErrUnknownKey))
}

func noFirst(ctx context.Context, s crypto.KeyStore) error {
	k := later(key(patient, 7), 2)
	kept, err := s.Add(ctx, k)
	if err := refused("Add", kept, err, crypto.ErrUnknownKey); err != nil {
		return err
	}
	return lacks(ctx, s, k, crypto.ErrUnknownKey)
}

func idTaken(ctx context.Context, s crypto.KeyStore) error {
	if err := add(ctx, s, key(patient, 7)); err != nil {
		return err
	}
	bills := patient
	bills.Class = crypto.Billing
	kept, err := s.Add(ctx, key(bills, 7))
	if err := refused("Add", kept, err, crypto.ErrConflict); err != nil {
		return err
	}
	got, err := s.Key(ctx, bills, 0)
	return errors.Join(holds(ctx, s, key(patient, 7), true), refused("Key", got, err, crypto.ErrUnknownKey))
}

func practicesApart(ctx context.Context, s crypto.KeyStore) error {
	other := patient
	other.Practice = "oak-lane"
	if err := add(ctx, s, key(patient, 7), key(other, 8)); err != nil {
		return err
	}
	got, err := s.KeyByID(ctx, other.Practice, 7)
	if err := refused("KeyByID in another practice", got, err, crypto.ErrUnknownKey); err != nil {
		return err
	}
	// The same id in two practices is two keys.
	third := other
	third.Practice = "ash-road"
	if err := add(ctx, s, key(third, 7)); err != nil {
		return err
	}
	return errors.Join(holds(ctx, s, key(patient, 7), true), holds(ctx, s, key(third, 7), true))
}

func exact(ctx context.Context, s crypto.KeyStore) error {
	names := []string{"a", "A", "a ", " a", "é", "e\u0301", "%", "_", "a'b", `a\b`, "a?b", strings.Repeat("a", 64)}
	id := uint64(0)
	var keys []crypto.Key
	for _, name := range names {
		for _, subject := range []crypto.Subject{
			{Practice: name, Patient: "p", Class: crypto.Chart},
			{Practice: "p", Patient: name, Class: crypto.Chart},
			{Practice: "p", Patient: name, Class: crypto.Billing},
			{Practice: "q", Patient: name, Class: crypto.Chart},
		} {
			id++
			keys = append(keys, key(subject, id))
		}
	}
	if err := add(ctx, s, keys...); err != nil {
		return err
	}
	for _, k := range keys {
		if err := holds(ctx, s, k, true); err != nil {
			return err
		}
	}
	return nil
}

func notShared(ctx context.Context, s crypto.KeyStore) error {
	given := key(patient, 7)
	kept, err := s.Add(ctx, given)
	if err != nil {
		return err
	}
	byID, err := s.KeyByID(ctx, given.Practice, given.ID)
	if err != nil {
		return err
	}
	found, err := s.Key(ctx, given.Subject, 0)
	if err != nil {
		return err
	}
	page, err := s.Keys(ctx, given.Practice, crypto.Key{}, 1)
	if err != nil {
		return err
	}
	for _, k := range append(page, given, kept, byID, found) {
		clear(k.Wrapped.Blob)
		clear(k.Check)
		if err := holds(ctx, s, key(patient, 7), true); err != nil {
			return err
		}
	}
	return nil
}

func cancelled(ctx context.Context, s crypto.KeyStore) error {
	if err := add(ctx, s, key(patient, 7)); err != nil {
		return err
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	bills := patient
	bills.Class = crypto.Billing
	if _, err := s.Add(over, key(bills, 8)); err == nil {
		return errors.New("a cancelled context did not stop Add")
	}
	if err := s.Shred(over, patient); err == nil {
		return errors.New("a cancelled context did not stop Shred")
	}
	if _, err := s.Key(over, patient, 0); err == nil {
		return errors.New("a cancelled context did not stop Key")
	}
	if _, err := s.KeyByID(over, patient.Practice, 7); err == nil {
		return errors.New("a cancelled context did not stop KeyByID")
	}
	if _, err := s.Keys(over, patient.Practice, crypto.Key{}, 10); err == nil {
		return errors.New("a cancelled context did not stop Keys")
	}
	k := key(patient, 7)
	change := crypto.Rewrapping{ID: 7, Old: k.Wrapped, New: crypto.Wrapped{KeyID: "root", Blob: []byte("new")}}
	if _, err := s.Rewrap(over, patient.Practice, []crypto.Rewrapping{change}); err == nil {
		return errors.New("a cancelled context did not stop Rewrap")
	}
	if err := s.Retire(over, patient.Practice, 7); err == nil {
		return errors.New("a cancelled context did not stop Retire")
	}
	return errors.Join(holds(ctx, s, key(patient, 7), true), lacks(ctx, s, key(bills, 8), crypto.ErrUnknownKey))
}

func noSecrets(ctx context.Context, s crypto.KeyStore) error {
	const planted = "planted-secret"
	subject := crypto.Subject{Practice: planted + "-practice", Patient: planted + "-patient", Class: crypto.Chart}
	k := key(subject, 0x5EC4E75EC4E7)
	k.Wrapped.Blob = []byte(planted)
	over, cancel := context.WithCancel(ctx)
	cancel()
	bills := subject
	bills.Class = crypto.Billing
	answers := make([]error, 14)
	_, answers[0] = s.Key(ctx, subject, 0)
	_, answers[1] = s.KeyByID(ctx, subject.Practice, k.ID)
	_, answers[2] = s.Add(over, k)
	_, answers[3] = s.Add(ctx, later(k, 2))
	_, answers[4] = s.Key(over, subject, 0)
	_, answers[5] = s.Add(ctx, k)
	bill := k
	bill.Subject = bills
	_, answers[6] = s.Add(ctx, bill)
	answers[7] = s.Shred(over, subject)
	answers[8] = s.Shred(ctx, subject)
	_, answers[9] = s.Add(ctx, k)
	_, answers[10] = s.Keys(over, subject.Practice, k, 1)
	_, answers[11] = s.Rewrap(over, subject.Practice, []crypto.Rewrapping{{ID: k.ID, Old: k.Wrapped, New: k.Wrapped}})
	answers[12] = s.Retire(ctx, subject.Practice, k.ID)
	answers[13] = s.Retire(over, subject.Practice, k.ID)
	for _, err := range answers {
		if err == nil {
			continue
		}
		text := []byte(fmt.Sprintf("%v %+v %q", err, err, err))
		for _, secret := range []string{planted, fmt.Sprint(k.ID), fmt.Sprintf("%x", k.ID), fmt.Sprintf("%x", planted)} {
			if bytes.Contains(bytes.ToLower(text), []byte(secret)) {
				return errors.New("an error quotes an id or a key")
			}
		}
	}
	return nil
}
