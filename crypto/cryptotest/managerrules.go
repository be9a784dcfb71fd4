package cryptotest

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/crypto"
)

func roundTrip(ctx context.Context, b *bench) error {
	here, err := b.open()
	if err != nil {
		return err
	}
	there, err := b.open()
	if err != nil {
		return err
	}
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, bind := range []string{"", "practice", string(all), strings.Repeat("long ", 1000)} {
		s, err := wrap(ctx, here, bind)
		if err != nil {
			return err
		}
		if err := errors.Join(opens(ctx, here, s), opens(ctx, there, s), opens(ctx, here, s)); err != nil {
			return err
		}
	}
	// No bind bytes at all are bind bytes too.
	key := newKey()
	w, err := here.Wrap(ctx, key, nil)
	if err != nil {
		return err
	}
	none := sample{key: key, wrapped: w}
	return errors.Join(opens(ctx, here, none), shut(ctx, here, "a key bound to nothing", w, []byte{0}, crypto.ErrAuth))
}

func opaque(ctx context.Context, b *bench) error {
	m, err := b.open()
	if err != nil {
		return err
	}
	s, err := wrap(ctx, m, "practice")
	if err != nil {
		return err
	}
	part := s.key[:12]
	for _, shown := range [][]byte{part, hex.AppendEncode(nil, part), base64.StdEncoding.AppendEncode(nil, part)} {
		if bytes.Contains(s.wrapped.Blob, shown) || strings.Contains(s.wrapped.KeyID, string(shown)) {
			return errors.New("a wrapped key shows the key")
		}
	}
	return nil
}

func otherBind(ctx context.Context, b *bench) error {
	m, err := b.open()
	if err != nil {
		return err
	}
	s, err := wrap(ctx, m, strings.Repeat("practice ", 40)+"1")
	if err != nil {
		return err
	}
	for _, bind := range []string{
		"", planted, string(s.bind[:len(s.bind)-1]), string(s.bind) + "x", string(s.bind[:len(s.bind)-1]) + "2", string(s.bind) + "\x00", strings.ToUpper(string(s.bind)),
	} {
		err := shut(ctx, m, "a key bound to something else", s.wrapped, []byte(bind), crypto.ErrAuth)
		if err != nil {
			return err
		}
	}
	return opens(ctx, m, s)
}

// alterations returns w altered in many ways.
func alterations(w crypto.Wrapped) []crypto.Wrapped {
	var all []crypto.Wrapped
	with := func(blob []byte) { all = append(all, crypto.Wrapped{KeyID: w.KeyID, Blob: blob}) }
	for i := range w.Blob {
		bits := []byte{1}
		if i >= len(w.Blob)-8 {
			bits = []byte{1, 2, 4, 8, 16, 32} // the last digit of Base64 has bits that nobody reads
		}
		for _, bit := range bits {
			blob := bytes.Clone(w.Blob)
			blob[i] ^= bit
			with(blob)
		}
	}
	for _, n := range []int{0, 1, len(w.Blob) / 2, len(w.Blob) - 1} {
		with(w.Blob[:n:n])
	}
	for _, tail := range []string{"\x00", "\n", "=", "A", "AAAA", string(w.Blob)} {
		with(append(bytes.Clone(w.Blob), tail...))
	}
	with(append([]byte{'\n'}, w.Blob...))
	with(nil)
	return all
}

func altered(ctx context.Context, b *bench) error {
	m, err := b.open()
	if err != nil {
		return err
	}
	s, err := wrap(ctx, m, "practice")
	if err != nil {
		return err
	}
	for _, w := range alterations(s.wrapped) {
		if err := shut(ctx, m, "an altered wrapped key", w, s.bind, crypto.ErrNotOpened); err != nil {
			return err
		}
	}
	other, err := wrap(ctx, m, "another practice")
	if err != nil {
		return err
	}
	err = shut(ctx, m, "another practice's key", other.wrapped, s.bind, crypto.ErrAuth)
	return errors.Join(err, opens(ctx, m, s))
}

func unknownKey(ctx context.Context, b *bench) error {
	m, err := b.open()
	if err != nil {
		return err
	}
	s, err := wrap(ctx, m, "practice")
	if err != nil {
		return err
	}
	w := s.wrapped
	for _, id := range []string{"", "nobody-7", "/", "\x00", strings.Repeat("k", 1000), w.KeyID + "/", "x" + w.KeyID} {
		w.KeyID = id
		if err := shut(ctx, m, "a key that is not there", w, s.bind, crypto.ErrUnknownKey); err != nil {
			return err
		}
	}
	for _, id := range []string{s.wrapped.KeyID + "0", s.wrapped.KeyID[:len(s.wrapped.KeyID)-1], s.wrapped.KeyID + " "} {
		w.KeyID = id
		if err := shut(ctx, m, "a key under another name", w, s.bind, crypto.ErrNotOpened); err != nil {
			return err
		}
	}
	return opens(ctx, m, s)
}

func otherLength(ctx context.Context, b *bench) error {
	m, err := b.open()
	if err != nil {
		return err
	}
	for _, size := range []int{0, 1, 16, 31, 33, 64} {
		w, err := m.Wrap(ctx, make([]byte, size), []byte(planted))
		if !errors.Is(err, crypto.ErrInvalid) || len(w.Blob) > 0 {
			return fmt.Errorf("a key of %d bytes answers %w, not %w", size, err, crypto.ErrInvalid)
		}
	}
	return nil
}

func managerConcurrent(ctx context.Context, b *bench) error {
	m, err := b.open()
	if err != nil {
		return err
	}
	const callers = 8
	samples := make([]sample, callers)
	var wraps, unwraps []func() error
	for i := range callers {
		wraps = append(wraps, func() (err error) {
			samples[i], err = wrap(ctx, m, fmt.Sprint("practice ", i))
			return err
		})
		unwraps = append(unwraps, func() error {
			for range 4 {
				if err := opens(ctx, m, samples[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := together(wraps...); err != nil {
		return err
	}
	return together(unwraps...)
}

// roomy returns a copy of content with spare capacity, and a function that tells whether somebody wrote there.
func roomy(content []byte) (given []byte, untouched func() bool) {
	whole := append(bytes.Clone(content), bytes.Repeat([]byte{0xA5}, 128)...)
	before := bytes.Clone(whole)
	return whole[:len(content)], func() bool { return bytes.Equal(whole, before) }
}

func managerNotShared(ctx context.Context, b *bench) error {
	m, err := b.open()
	if err != nil {
		return err
	}
	s := sample{key: newKey(), bind: []byte(planted)}
	key, keyWhole := roomy(s.key)
	bind, bindWhole := roomy(s.bind)
	w, err := m.Wrap(ctx, key, bind)
	if err != nil {
		return err
	}
	if !keyWhole() || !bindWhole() {
		return errors.New("Wrap writes into what it was given")
	}
	s.wrapped = crypto.Wrapped{KeyID: w.KeyID, Blob: bytes.Clone(w.Blob)}
	clear(key[:cap(key)])
	clear(bind[:cap(bind)])
	clear(w.Blob)
	for range 3 {
		blob, blobWhole := roomy(s.wrapped.Blob)
		bind, bindWhole := roomy(s.bind)
		got, err := m.Unwrap(ctx, crypto.Wrapped{KeyID: s.wrapped.KeyID, Blob: blob}, bind)
		if err != nil {
			return err
		}
		if !blobWhole() || !bindWhole() {
			return errors.New("Unwrap writes into what it was given")
		}
		clear(blob)
		clear(bind)
		if !bytes.Equal(got, s.key) {
			return errors.New("a key changed with a slice that the manager was given or has returned")
		}
		clear(got)
	}
	return opens(ctx, m, s)
}

func managerCancelled(ctx context.Context, b *bench) error {
	m, err := b.open()
	if err != nil {
		return err
	}
	s, err := wrap(ctx, m, "practice")
	if err != nil {
		return err
	}
	over, cancel := context.WithCancel(ctx)
	cancel()
	err = unanswered(over, m, s, context.Canceled)
	return errors.Join(err, opens(ctx, m, s))
}

func rootVersions(ctx context.Context, b *bench) error {
	if b.Rotate == nil {
		return fmt.Errorf("%w: the root key has one version", ErrNotApplicable)
	}
	m, err := b.open()
	if err != nil {
		return err
	}
	var all []sample
	for round := range 3 {
		s, err := wrap(ctx, m, "practice")
		if err != nil {
			return err
		}
		for _, older := range all {
			if s.wrapped.KeyID == older.wrapped.KeyID != b.HidesVersions {
				return errors.New("a KeyID does not say which version of the root key it was")
			}
		}
		all = append(all, s)
		if round == 2 {
			break
		}
		if err := b.Rotate(); err != nil {
			return err
		}
	}
	later, err := b.open()
	if err != nil {
		return err
	}
	for _, s := range all {
		if err := errors.Join(opens(ctx, m, s), opens(ctx, later, s)); err != nil {
			return err
		}
	}
	s, err := wrap(ctx, later, "practice")
	if err != nil {
		return err
	}
	if s.wrapped.KeyID != all[2].wrapped.KeyID {
		return errors.New("a manager that was opened after a rotation does not wrap with the newest version")
	}
	return opens(ctx, m, s)
}

func versionMoved(ctx context.Context, b *bench) error {
	if b.Rotate == nil || b.HidesVersions {
		return fmt.Errorf("%w: versions have no names", ErrNotApplicable)
	}
	m, err := b.open()
	if err != nil {
		return err
	}
	first, err := wrap(ctx, m, "practice")
	if err != nil {
		return err
	}
	if err := b.Rotate(); err != nil {
		return err
	}
	second, err := wrap(ctx, m, "practice")
	if err != nil {
		return err
	}
	first.wrapped.KeyID, second.wrapped.KeyID = second.wrapped.KeyID, first.wrapped.KeyID
	for _, s := range []sample{first, second} {
		if err := shut(ctx, m, "a key under the name of another version", s.wrapped, s.bind, crypto.ErrAuth); err != nil {
			return err
		}
	}
	return nil
}
