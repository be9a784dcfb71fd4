package cryptotest

import (
	"context"
	"errors"

	"github.com/enamel-go/enamel/crypto"
)

func shred(ctx context.Context, s crypto.KeyStore) error {
	first, second := key(patient, 7), later(key(patient, 8), 2)
	if err := add(ctx, s, first, second); err != nil {
		return err
	}
	return gone(ctx, s, first, second)
}

// gone shreds the subject of keys and checks that nothing of it is left, and nothing can be added.
func gone(ctx context.Context, s crypto.KeyStore, keys ...crypto.Key) error {
	if err := s.Shred(ctx, keys[0].Subject); err != nil {
		return err
	}
	for _, k := range keys {
		if err := lacks(ctx, s, k, crypto.ErrShredded); err != nil {
			return err
		}
		kept, err := s.Add(ctx, k)
		if err := refused("Add of a key that was shredded", kept, err, crypto.ErrShredded); err != nil {
			return err
		}
	}
	for version := 1; version <= len(keys)+1; version++ {
		kept, err := s.Add(ctx, later(key(keys[0].Subject, uint64(100+version)), version))
		if err := refused("Add after shredding", kept, err, crypto.ErrShredded); err != nil {
			return err
		}
	}
	return nil
}

func shredTwice(ctx context.Context, s crypto.KeyStore) error {
	if err := add(ctx, s, key(patient, 7)); err != nil {
		return err
	}
	return errors.Join(gone(ctx, s, key(patient, 7)), gone(ctx, s, key(patient, 7)))
}

func shredNothing(ctx context.Context, s crypto.KeyStore) error {
	for range 2 {
		if err := s.Shred(ctx, patient); err != nil {
			return err
		}
		kept, err := s.Add(ctx, key(patient, 7))
		if err := refused("Add after shredding", kept, err, crypto.ErrShredded); err != nil {
			return err
		}
		got, err := s.Key(ctx, patient, 0)
		if err := refused("Key after shredding", got, err, crypto.ErrShredded); err != nil {
			return err
		}
	}
	return nil
}

func shreddedID(ctx context.Context, s crypto.KeyStore) error {
	if err := add(ctx, s, key(patient, 7)); err != nil {
		return err
	}
	if err := s.Shred(ctx, patient); err != nil {
		return err
	}
	bills := patient
	bills.Class = crypto.Billing
	kept, err := s.Add(ctx, key(bills, 7))
	return refused("Add with the id of a shredded key", kept, err, crypto.ErrConflict)
}

func shredOne(ctx context.Context, s crypto.KeyStore) error {
	others := []crypto.Key{
		key(crypto.Subject{Practice: patient.Practice, Patient: patient.Patient, Class: crypto.Billing}, 1),
		key(crypto.Subject{Practice: patient.Practice, Patient: "p-205", Class: patient.Class}, 2),
		key(crypto.Subject{Practice: patient.Practice, Patient: "P-204", Class: patient.Class}, 3),
		key(crypto.Subject{Practice: patient.Practice, Class: "practice"}, 4),
		key(crypto.Subject{Practice: "oak-lane", Patient: patient.Patient, Class: patient.Class}, 5),
	}
	if err := add(ctx, s, append(others, key(patient, 7))...); err != nil {
		return err
	}
	if err := s.Shred(ctx, patient); err != nil {
		return err
	}
	for _, k := range others {
		if err := holds(ctx, s, k, true); err != nil {
			return err
		}
	}
	return nil
}
