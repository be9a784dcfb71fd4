package crypto

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// tries is how often a key is read anew that was replaced while it was read. A rotation takes longer than one reading.
const tries = 8

// load reads the row that r names and unwraps it. A row that was wrapped anew while it was read, by a process that then
// retired the practice key it had been under, is read again.
func (k *Keyring) load(ctx context.Context, r ref) (*live, error) {
	return k.cache.get(ctx, flightRef{ref: r}, func(ctx context.Context) (l *live, err error) {
		for range tries {
			var row Key
			if row, err = k.row(ctx, r); err != nil {
				return nil, err
			}
			if l, err = k.use(ctx, row, r); !errors.Is(err, ErrRetired) {
				return l, err
			}
		}
		return nil, err
	})
}

// use unwraps a row for what r asks.
func (k *Keyring) use(ctx context.Context, row Key, r ref) (*live, error) {
	raw, err := k.unwrap(ctx, row)
	if err != nil {
		return nil, err
	}
	l, err := ready(row, raw, r.purpose)
	if err != nil || r.Class != classIndex {
		return l, err
	}
	return k.readyIndex(ctx, l, row, r.purpose)
}

// create makes the first key of r's subject, or takes the one that another process has made meanwhile.
func (k *Keyring) create(ctx context.Context, r ref) (*live, error) {
	return k.cache.get(ctx, flightRef{ref: r, making: true}, func(ctx context.Context) (*live, error) {
		if r.Class == PracticeKey {
			if err := k.lost(ctx, r); err != nil {
				return nil, err
			}
		}
		raw := newSecret()
		defer raw.wipe()
		given, kept, err := k.add(ctx, r.stored(), 1, raw)
		if err != nil {
			return nil, err
		}
		if !kept.same(given) {
			return k.use(ctx, kept, r)
		}
		l, err := ready(given, raw, r.purpose)
		if err == nil && r.Class == classIndex {
			l.recent = []*prf{l.prf}
		}
		return l, err
	})
}

// errLost is the answer where a registry has keys of a practice and not the one that wraps them. It is not errAbsent: the
// practice must not get another in its place, which would stand in the way when the row is restored.
var errLost = fmt.Errorf("%w: the practice's key is missing", ErrUnknownKey)

// lost returns errLost where a practice that has no key of its own has others.
func (k *Keyring) lost(ctx context.Context, r ref) error {
	others, err := k.page(ctx, r.Practice, Key{}, 1)
	if err != nil || len(others) == 0 {
		return err
	}
	if _, err = k.row(ctx, r); errors.Is(err, errAbsent) { // else another process has made both meanwhile
		return errLost
	}
	return err
}

// stored returns the subject as the key store knows it: of an index key with its kind.
func (r ref) stored() Subject {
	if r.Class == classIndex {
		return indexSubject(r.Practice, r.purpose)
	}
	return r.Subject
}

// errMistaken is the answer to a store that gives another key than the one it was asked for.
var errMistaken = fmt.Errorf("%w: the key store answered with another key", ErrAuth)

// row reads the row that r names, and checks that the store did not give another.
func (k *Keyring) row(ctx context.Context, r ref) (Key, error) {
	var row Key
	var err error
	if r.id != 0 {
		row, err = k.store.KeyByID(ctx, r.Practice, r.id)
	} else {
		row, err = k.store.Key(ctx, r.stored(), r.version)
		if errors.Is(err, ErrUnknownKey) {
			return Key{}, errAbsent
		}
	}
	switch {
	case err != nil:
		return Key{}, outside("key store", err)
	case row.Practice != r.Practice, r.id != 0 && row.ID != r.id, r.id == 0 && row.Subject != r.stored(),
		r.version != 0 && row.Version != r.version:
		return Key{}, errMistaken
	}
	return row, nil
}

// wrap encrypts a new key: a practice's at the key manager, any other under the practice's.
func (k *Keyring) wrap(ctx context.Context, row Key, raw secret) (Wrapped, error) {
	if row.Class == PracticeKey {
		w, err := k.manager.Wrap(ctx, raw.raw, managerBind(row.Practice))
		if err != nil {
			return Wrapped{}, outside("key manager", err)
		}
		return w, nil
	}
	parent, err := k.key(ctx, ref{Subject: Subject{Practice: row.Practice, Class: PracticeKey}})
	if err != nil {
		return Wrapped{}, err
	}
	return k.wrapUnder(parent, row, raw)
}

// wrapUnder encrypts a key under a version of its practice's.
func (k *Keyring) wrapUnder(parent *live, row Key, raw secret) (Wrapped, error) {
	if !k.count(parent.id) {
		return Wrapped{}, ErrExhausted
	}
	return Wrapped{KeyID: formatKeyID(parent.id), Blob: wrapKey(parent.aead, raw, wrapBind(row))}, nil
}

// unwrap reverses wrap and checks that the key is the one the row stands for.
func (k *Keyring) unwrap(ctx context.Context, row Key) (secret, error) {
	var key secret
	if row.Class == PracticeKey {
		raw, err := k.manager.Unwrap(ctx, row.Wrapped, managerBind(row.Practice))
		if err != nil {
			return secret{}, outside("key manager", err)
		}
		key.raw = raw
	} else {
		parent, err := k.parent(ctx, row)
		if err != nil {
			return secret{}, err
		}
		if key, err = unwrapKey(parent.aead, row.Wrapped.Blob, wrapBind(row)); err != nil {
			return secret{}, err
		}
	}
	if len(key.raw) != keySize || !hmac.Equal(commitment(key, row), row.Check) {
		key.wipe()
		return secret{}, fmt.Errorf("%w: a row of the key store", ErrAuth)
	}
	return key, nil
}

// parent returns the version of the practice's key that wraps row's. It asks for the newest first, so that all callers
// meet in one load and the key manager is called once.
func (k *Keyring) parent(ctx context.Context, row Key) (*live, error) {
	id, ok := row.Parent()
	if !ok {
		return nil, fmt.Errorf("%w: a row of the key store", ErrAuth)
	}
	var err error
	r := ref{Subject: Subject{Practice: row.Practice, Class: PracticeKey}}
	l := k.cache.hit(&r)
	if l == nil {
		l, err = k.load(ctx, r)
	}
	if errors.Is(err, errAbsent) {
		return nil, errLost
	}
	if err == nil && l.id != id {
		l, err = k.keyByID(ctx, row.Practice, id, "")
	}
	if err != nil {
		return nil, err
	}
	if l.subject != r.Subject {
		return nil, fmt.Errorf("%w: a row of the key store", ErrAuth)
	}
	return l, nil
}

// ready makes the cipher, or the code for one purpose, of an unwrapped key, and wipes the key.
func ready(row Key, key secret, purpose string) (*live, error) {
	defer key.wipe()
	l := &live{subject: row.Subject, version: row.Version, id: row.ID, start: fieldStart(row.Subject)}
	binary.BigEndian.PutUint64(append(l.header[:0], 0xD1, 1, 0, 0)[4:headerSize], row.ID)
	kind, index := strings.CutPrefix(string(row.Class), string(indexPrefix))
	authenticates := index || row.Class == AuditKey
	var err error
	switch {
	case authenticates != (purpose != ""), index && kind != purpose:
		return nil, fmt.Errorf("%w: its key is of another class", ErrAuth)
	case authenticates:
		l.prf, err = newPRF(key.raw, row.Class, purpose)
	default:
		l.aead, err = newAEAD(key.raw)
	}
	if err != nil {
		return nil, fmt.Errorf("crypto: use a key: %w", err)
	}
	return l, nil
}

// commitment ties a key to its row. AES-GCM does not: without it, whoever writes to the registry and holds two keys
// could craft a value that opens differently under each.
func commitment(key secret, row Key) []byte {
	code := hmac.New(sha256.New, key.raw)
	code.Write(row.bind("enamel/commit/1"))
	return code.Sum(nil)[:16]
}

// wrapBind is what a key is bound to under its practice's.
func wrapBind(row Key) []byte { return row.bind("enamel/key/1") }

func (k Key) bind(label string) []byte {
	bind := appendParts([]byte(label), k.Practice, k.Patient, string(k.Class))
	bind = binary.BigEndian.AppendUint64(bind, k.ID)
	return binary.BigEndian.AppendUint32(bind, uint32(k.Version))
}

// newKeyID returns a random id of 63 bits, so that it reads as a positive number in every database. It is never 0.
func newKeyID() uint64 {
	for {
		var raw [8]byte
		_, _ = rand.Read(raw[:])
		if id := binary.BigEndian.Uint64(raw[:]) >> 1; id != 0 {
			return id
		}
	}
}

func formatKeyID(id uint64) string { return fmt.Sprintf("%016x", id) }
