package crypto

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/enamel-go/enamel/internal/form"
)

// Options adjusts a [Keyring]. The zero value is ready to use.
type Options struct {
	// Now gives the time by which cached keys age, and when keys were made. It is called for every value. Defaults to
	// time.Now, which is not: a timer drops what has aged, and fires 64 times in a Lifetime while there is a key.
	Now func() time.Time
	// MaxKeys is how many unwrapped keys are kept in memory; the one unused longest makes way. A patient's key of one
	// class takes about 2 KiB. Defaults to 10,000.
	MaxKeys int
	// Lifetime is how long an unwrapped key is used before its row is read again. So it is the longest that a
	// shredding takes to reach other processes that run. One that was stopped, or whose machine slept, may use a key
	// that has aged meanwhile until the timer has fired, a 64th of Lifetime later; with Now set it does not. Defaults
	// to 5 minutes.
	Lifetime time.Duration
}

// Keyring seals, opens, indexes and shreds. It may be used concurrently; a process needs one. It prints as a fixed
// word.
type Keyring struct {
	quiet
	store   KeyStore
	manager KeyManager
	cache   *cache
	now     func() time.Time
	scratch sync.Pool // of *[]byte, for additional data
	sealed  [sealCounters]atomic.Uint32
}

// sealLimit is half of the 2^32 values that NIST SP 800-38D allows under one key with random nonces of 96 bits: nobody
// counts what other processes, or this one before its start, have sealed.
const sealLimit = 1 << 31

// sealCounters is how many counters the keys of a keyring share. A counter outlives the cached key, so that a key that
// is dropped and loaded again is not counted from zero. Keys that share one are counted too high, never too low.
const sealCounters = 1 << 14

// NewKeyring returns a keyring on a key store and a key manager, both required; o may be nil. It makes keys on first
// use and reads and writes on the store's own handle, so where callers open transactions, give the store a connection
// pool of its own.
func NewKeyring(keys KeyStore, manager KeyManager, o *Options) (*Keyring, error) {
	if keys == nil || manager == nil {
		return nil, fmt.Errorf("%w: a keyring needs a key store and a key manager", ErrInvalid)
	}
	if o == nil {
		o = &Options{}
	}
	if o.MaxKeys < 0 || o.Lifetime < 0 {
		return nil, fmt.Errorf("%w: MaxKeys and Lifetime are not negative", ErrInvalid)
	}
	limit, life := o.MaxKeys, o.Lifetime
	if limit == 0 {
		limit = 10_000
	}
	if life == 0 {
		life = 5 * time.Minute
	}
	k := &Keyring{
		store: keys, manager: manager, cache: newCache(limit, life, o.Now), now: o.Now,
		scratch: sync.Pool{New: func() any { return new([]byte) }},
	}
	if k.now == nil {
		k.now = time.Now
	}
	return k, nil
}

// Seal encrypts plaintext, which may be empty and has at most 1 GiB, binds it to b, and appends the result to dst.
// The result is 40 bytes longer than plaintext. Where dst has room for it nothing is allocated, unless dst and
// plaintext overlap. The first value of a subject makes its key. Errors wrap [ErrInvalid], [ErrShredded], [ErrExhausted], or
// [ErrUnknownKey] where the key store has lost the practice's key, or what the key store or the key manager answered; nothing is
// returned beside one.
func (k *Keyring) Seal(ctx context.Context, dst, plaintext []byte, b Binding) ([]byte, error) {
	if len(plaintext) > maxPlaintext {
		return nil, fmt.Errorf("%w: the value is longer than 1 GiB", ErrInvalid)
	}
	l := k.cache.hit(&ref{Subject: b.owner()})
	if l == nil || !b.ordinary() {
		s, err := b.subject()
		if err != nil {
			return nil, err
		}
		if l, err = k.key(ctx, ref{Subject: s}); err != nil {
			return nil, err
		}
	}
	return k.seal(l, dst, plaintext, &b)
}

// Open decrypts what Seal returned for the same binding and appends the plaintext to dst. Where dst has room for it
// nothing is allocated, unless dst and sealed overlap. Errors wrap [ErrInvalid], [ErrVersion], [ErrUnknownKey],
// [ErrAuth] or [ErrShredded], or what the key store or the key manager answered; no plaintext is returned beside one.
func (k *Keyring) Open(ctx context.Context, dst, sealed []byte, b Binding) ([]byte, error) {
	s := b.owner()
	if s == (Subject{}) || !b.ordinary() {
		if _, err := b.subject(); err != nil {
			return nil, err
		}
	}
	id, err := parseHeader(sealed)
	if err != nil {
		return nil, err
	}
	l := k.cache.hit(&ref{Subject: Subject{Practice: b.Practice}, id: id})
	if l == nil || l.subject != s { // a key's own subject needs no check
		if _, err := b.subject(); err != nil {
			return nil, err
		}
		if l, err = k.keyByID(ctx, b.Practice, id, ""); err != nil {
			return nil, err
		}
		if l.subject != s {
			return nil, errOthersKey
		}
	}
	return k.open(l, dst, sealed, &b)
}

// Shred destroys the subject's key. When it returns nil nothing of that subject and class opens with this keyring any
// more, and nothing is sealed: both answer [ErrShredded]. Other processes follow within their keyrings' Lifetime; what
// they seal until then is lost with the rest. Repeating it is no error, nor is a subject that never had a key. After an
// error the key may or may not be destroyed: repeat the call.
func (k *Keyring) Shred(ctx context.Context, s Subject) error {
	if err := s.valid(); err != nil {
		return err
	}
	err := k.store.Shred(ctx, s)
	k.cache.forget(s) // also after an error, for the store may have committed
	if err != nil {
		return outside("key store", err)
	}
	return nil
}

const (
	headerSize   = 12
	overhead     = headerSize + 12 + 16 // header, nonce, tag
	maxPlaintext = 1 << 30
)

// seal appends header, nonce, ciphertext and tag.
func (k *Keyring) seal(l *live, dst, plaintext []byte, b *Binding) ([]byte, error) {
	if !k.count(l.id) {
		return nil, ErrExhausted
	}
	if overlap(dst[:cap(dst)], plaintext) {
		dst = slices.Clip(dst)
	}
	dst = append(slices.Grow(dst, overhead+len(plaintext)), l.header[:]...)
	aad := k.additional(l, b, l.header[:])
	dst = l.aead.Seal(dst, nil, plaintext, *aad)
	k.scratch.Put(aad)
	return dst, nil
}

// open reverses seal; the header was parsed.
func (k *Keyring) open(l *live, dst, sealed []byte, b *Binding) ([]byte, error) {
	if overlap(dst[:cap(dst)], sealed) {
		dst = slices.Clip(dst)
	}
	aad := k.additional(l, b, sealed[:headerSize])
	out, err := l.aead.Open(dst, nil, sealed[headerSize:], *aad)
	k.scratch.Put(aad)
	if err != nil {
		return nil, ErrAuth
	}
	return out, nil
}

// additional builds the additional data of a value of l's subject, in a buffer that goes back to scratch.
func (k *Keyring) additional(l *live, b *Binding, header []byte) *[]byte {
	aad := k.scratch.Get().(*[]byte)
	out := append((*aad)[:0], l.start...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(b.Kind)))
	out = append(out, b.Kind...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(b.ID)))
	out = append(out, b.ID...)
	*aad = append(out, header...)
	return aad
}

// parseHeader reads the id of the key that sealed a value.
func parseHeader(sealed []byte) (uint64, error) {
	if len(sealed) < overhead {
		return 0, fmt.Errorf("%w: it is cut short", ErrAuth)
	}
	if [4]byte(sealed) != [4]byte{0xD1, 1, 0, 0} {
		return 0, fmt.Errorf("%w of a sealed value", ErrVersion)
	}
	return binary.BigEndian.Uint64(sealed[4:]), nil
}

// count counts one more value under a key, and reports whether there may be one.
func (k *Keyring) count(id uint64) bool {
	counter := &k.sealed[id%sealCounters]
	return counter.Load() < sealLimit && counter.Add(1) <= sealLimit
}

// overlap reports whether two slices share memory, which the standard library's ciphers answer with a panic.
func overlap(a, b []byte) bool {
	from, to := uintptr(unsafe.Pointer(unsafe.SliceData(a))), uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return len(a) != 0 && len(b) != 0 && from < to+uintptr(len(b)) && to < from+uintptr(len(a))
}

// practiceKey returns one of the practice's own keys that authenticate, made on first use.
func (k *Keyring) practiceKey(ctx context.Context, r ref) (*live, error) {
	if err := form.Text(ErrInvalid, "the practice", r.Practice, form.ID, true); err != nil {
		return nil, err
	}
	return k.key(ctx, r)
}

// key returns the key under r, which names a subject, and makes the subject's first when it has none.
func (k *Keyring) key(ctx context.Context, r ref) (*live, error) {
	if l := k.cache.hit(&r); l != nil {
		return l, nil
	}
	l, err := k.load(ctx, r)
	if errors.Is(err, errAbsent) {
		l, err = k.create(ctx, r)
	}
	return l, err
}

// keyByID returns the practice's key of that id.
func (k *Keyring) keyByID(ctx context.Context, practice string, id uint64, purpose string) (*live, error) {
	if id == 0 {
		return nil, ErrUnknownKey
	}
	r := ref{Subject: Subject{Practice: practice}, id: id, purpose: purpose}
	if l := k.cache.hit(&r); l != nil {
		return l, nil
	}
	return k.load(ctx, r)
}
