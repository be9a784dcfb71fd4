package crypto

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/internal/form"
)

// Index returns the blind index of value: 32 bytes by which equal values of one practice and kind are found, and
// which say nothing to whoever lacks the key. Kind has at most 256 bytes; under another kind or practice the same
// value has another index. The value is taken as it is, so normalise it first. What an index cannot hide is which
// rows are equal and how often: do not index what has few values, such as a sex or a birth date alone.
//
// It is the index to write. Search by all that [Keyring.Indexes] returns where the kind's key is ever rotated.
func (k *Keyring) Index(ctx context.Context, practice, kind, value string) ([]byte, error) {
	l, err := k.indexKey(ctx, practice, kind)
	if err != nil {
		return nil, err
	}
	return l.prf.appendText(nil, value), nil
}

// Indexes returns all indexes by which a value may have been written, newest first: one, or two between
// [Keyring.RotateIndex] and [Keyring.RetireIndex].
func (k *Keyring) Indexes(ctx context.Context, practice, kind, value string) ([][]byte, error) {
	l, err := k.indexKey(ctx, practice, kind)
	if err != nil {
		return nil, err
	}
	all := make([][]byte, 0, len(l.recent))
	for _, p := range l.recent {
		all = append(all, p.appendText(nil, value))
	}
	return all, nil
}

func (k *Keyring) indexKey(ctx context.Context, practice, kind string) (*live, error) {
	r := ref{Subject: Subject{Practice: practice, Class: classIndex}, purpose: kind}
	if l := k.cache.hit(&r); l != nil {
		return l, nil
	}
	if err := validKind(practice, kind); err != nil {
		return nil, err
	}
	return k.key(ctx, r)
}

func validKind(practice, kind string) error {
	if err := form.Text(ErrInvalid, "the practice", practice, form.ID, true); err != nil {
		return err
	}
	return form.Text(ErrInvalid, "the kind", kind, 256, true)
}

// Fixed is what the name of a kind begins with whose index is never rotated.
const Fixed = "fixed/"

// RotateIndex begins to replace the key of one kind's blind indexes. Every process searches by the new index as soon as
// its cached keys have aged, and none writes it before all do: [Keyring.Index] changes over two to three Lifetimes
// later, in each process at its own time. When [Keyring.IndexSettled] answers nil all have: then write the rows anew
// that have the old index, and after that call [Keyring.RetireIndex]. It works as long as all processes use one
// Lifetime, their clocks differ by less, and no row is committed a Lifetime after its index was made.
//
// Rotate only the kinds whose owner says how their rows are written anew, as package recordspg does. Of any other kind
// nothing that was written is found once Index has changed. So a kind whose index is part of a row's key has a name that
// begins with [Fixed], and the answer for it is [ErrInvalid]: who said STOP must be found whatever happens.
//
// [ErrUnknownKey]: the kind has no index yet; [ErrInUse]: the older key was not retired yet.
func (k *Keyring) RotateIndex(ctx context.Context, practice, kind string) error {
	if strings.HasPrefix(kind, Fixed) {
		return fmt.Errorf("%w: an index of this kind is part of what rows are found by, and is never rotated", ErrInvalid)
	}
	newest, older, err := k.indexRows(ctx, practice, kind)
	if err != nil {
		return err
	}
	if older.ID != 0 {
		return fmt.Errorf("%w: the older index was not retired", ErrInUse)
	}
	return k.rotate(ctx, newest)
}

// IndexSettled returns nil when every process writes the newest index of a kind, four Lifetimes after
// [Keyring.RotateIndex] or where no older key is left. Before that it answers [ErrInUse]: a row that is written anew
// could still get the old index, from this process or another, and would be lost when that is retired. [ErrUnknownKey]:
// the kind has no index yet.
func (k *Keyring) IndexSettled(ctx context.Context, practice, kind string) error {
	newest, older, err := k.indexRows(ctx, practice, kind)
	if err != nil || older.ID == 0 {
		return err
	}
	return k.settled(newest)
}

func (k *Keyring) settled(newest Key) error {
	if k.now().Sub(newest.Created) < 4*k.cache.life {
		return fmt.Errorf("%w: the older index may still be written", ErrInUse)
	}
	return nil
}

// RetireIndex ends what RotateIndex began: it destroys the older key, and what is still indexed by it alone is found no
// more. It answers [ErrInUse] until [Keyring.IndexSettled] answers nil; rows that were written anew before that must be
// written anew again. Where there is no older key it does nothing.
func (k *Keyring) RetireIndex(ctx context.Context, practice, kind string) error {
	newest, older, err := k.indexRows(ctx, practice, kind)
	if err != nil || older.ID == 0 {
		return err
	}
	if err := k.settled(newest); err != nil {
		return err
	}
	err = k.store.Retire(ctx, practice, older.ID)
	k.cache.forget(newest.Subject)
	if err != nil {
		return outside("key store", err)
	}
	return nil
}

// indexRows returns the newest key of a kind, and the one before, which is empty when it was retired.
func (k *Keyring) indexRows(ctx context.Context, practice, kind string) (newest, older Key, err error) {
	if err := validKind(practice, kind); err != nil {
		return Key{}, Key{}, err
	}
	r := ref{Subject: Subject{Practice: practice, Class: classIndex}, purpose: kind}
	if newest, err = k.row(ctx, r); err != nil || newest.Version == 1 {
		return newest, Key{}, err
	}
	r.version = newest.Version - 1
	older, err = k.row(ctx, r)
	if errors.Is(err, ErrUnknownKey) {
		return newest, Key{}, nil
	}
	return newest, older, err
}

// readyIndex adds to the newest key of a kind the one before, as long as it is not retired.
func (k *Keyring) readyIndex(ctx context.Context, l *live, newest Key, kind string) (*live, error) {
	l.recent = []*prf{l.prf}
	if newest.Version == 1 {
		return l, nil
	}
	r := ref{
		Subject: Subject{Practice: newest.Practice, Class: classIndex}, version: newest.Version - 1, purpose: kind,
	}
	row, err := k.row(ctx, r)
	if errors.Is(err, ErrUnknownKey) {
		return l, nil
	}
	if err != nil {
		return nil, err
	}
	raw, err := k.unwrap(ctx, row)
	if err != nil {
		return nil, err
	}
	older, err := ready(row, raw, kind)
	if err != nil {
		return nil, err
	}
	l.recent = append(l.recent, older.prf)
	if k.now().Sub(newest.Created) < 2*k.cache.life {
		l.prf = older.prf
	}
	return l, nil
}
