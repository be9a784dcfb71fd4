package crypto

import (
	"context"
	"crypto/hmac"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/enamel-go/enamel/internal/form"
)

// The five methods of this file are what audit.Log asks of its keys.

const (
	purposeMAC   = "mac"
	purposeTag   = "tag"
	evidenceKind = "audit.entry"
	macSize      = 8 + 32 // key id and HMAC-SHA256
)

// MAC authenticates message under the practice's newest audit key. The result is 40 bytes: the key's id, and
// HMAC-SHA256.
func (k *Keyring) MAC(ctx context.Context, practice string, message []byte) ([]byte, error) {
	l, err := k.practiceKey(ctx, ref{Subject: auditSubject(practice), purpose: purposeMAC})
	if err != nil {
		return nil, err
	}
	return l.prf.appendSum(binary.BigEndian.AppendUint64(make([]byte, 0, macSize), l.id), message), nil
}

// VerifyMAC returns nil when mac is what MAC gave for message, under any version of the practice's audit key. It wraps
// [ErrAuth] when it is not, [ErrUnknownKey] when the key that mac names is none of the practice's, and [ErrInvalid] when no
// practice can be called so; such an error has, or wraps one that has, a method Forged() bool that returns true. Any other
// error says that it could not be checked, also where the key is kept and does not open.
func (k *Keyring) VerifyMAC(ctx context.Context, practice string, message, mac []byte) error {
	if err := form.Text(ErrInvalid, "the practice", practice, form.ID, true); err != nil {
		return forged{err} // no such practice has a key
	}
	if len(mac) != macSize {
		return forged{fmt.Errorf("%w: a code of a wrong length", ErrAuth)}
	}
	id := binary.BigEndian.Uint64(mac)
	l, err := k.keyByID(ctx, practice, id, purposeMAC)
	if err != nil {
		return k.unverified(ctx, practice, id, err)
	}
	if l.subject.Class != AuditKey {
		return forged{fmt.Errorf("%w: a code of a key that makes none", ErrAuth)}
	}
	if !hmac.Equal(l.prf.appendSum(make([]byte, 0, 32), message), mac[8:]) {
		return forged{fmt.Errorf("%w: a code does not fit its message", ErrAuth)}
	}
	return nil
}

// unverified tells a code that names no audit key of the practice, and so is forged, from one whose key cannot be had
// now: a notary that was started with another key file must not call a whole log forged.
func (k *Keyring) unverified(ctx context.Context, practice string, id uint64, cause error) error {
	if id == 0 {
		return forged{cause}
	}
	row, err := k.store.KeyByID(ctx, practice, id)
	switch {
	case errors.Is(err, ErrShredded):
		return forged{fmt.Errorf("%w: a code that names no audit key", ErrUnknownKey)}
	case errors.Is(err, ErrUnknownKey), err == nil && row.Class != AuditKey:
		return forged{cause}
	case err != nil:
		return outside("key store", err)
	}
	return cause
}

// forged marks an error which says that a code is wrong, for a caller that does not import this package.
type forged struct{ error }

func (f forged) Unwrap() error { return f.error }

// Forged reports that the code is wrong, and not only that it could not be checked.
func (f forged) Forged() bool { return true }

// Tag returns 32 bytes by which a practice's entries about value are found. It comes from the practice's first audit
// key, whatever versions follow, because what is in the log cannot be tagged anew.
func (k *Keyring) Tag(ctx context.Context, practice, value string) ([]byte, error) {
	l, err := k.practiceKey(ctx, ref{Subject: auditSubject(practice), version: 1, purpose: purposeTag})
	if err != nil {
		return nil, err
	}
	return l.prf.appendText(nil, value), nil
}

// SealEvidence seals plaintext under the patient's key of class [Evidence], or the practice's own where patient is
// empty, and binds it to id. Its errors are those of Seal.
func (k *Keyring) SealEvidence(ctx context.Context, practice, patient, id string, plaintext []byte) ([]byte, error) {
	return k.Seal(ctx, nil, plaintext, evidence(practice, patient, id))
}

// OpenEvidence opens what SealEvidence sealed. It finds the patient by the key that the sealed value names, so whoever
// reads the log needs no patient. Its errors are those of Open.
func (k *Keyring) OpenEvidence(ctx context.Context, practice, id string, sealed []byte) ([]byte, error) {
	if _, err := evidence(practice, "", id).subject(); err != nil {
		return nil, err
	}
	keyID, err := parseHeader(sealed)
	if err != nil {
		return nil, err
	}
	l, err := k.keyByID(ctx, practice, keyID, "")
	if err != nil {
		return nil, err
	}
	b := evidence(practice, l.subject.Patient, id)
	if s, err := b.subject(); err != nil || s != l.subject {
		return nil, fmt.Errorf("%w: its key seals no evidence", ErrAuth)
	}
	return k.open(l, nil, sealed, &b)
}

func auditSubject(practice string) Subject { return Subject{Practice: practice, Class: AuditKey} }

func evidence(practice, patient, id string) Binding {
	b := Binding{Practice: practice, Patient: patient, Kind: evidenceKind, ID: id}
	if patient != "" {
		b.Class = Evidence
	}
	return b
}
