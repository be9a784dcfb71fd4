package cryptotest

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/enamel-go/enamel/crypto"
)

// own returns a version of the practice's own key, under which others are wrapped.
func own(id uint64, version int) crypto.Key {
	return later(key(crypto.Subject{Practice: patient.Practice, Class: crypto.PracticeKey}, id), version)
}

// under returns k as wrapped under a practice key.
func under(k, parent crypto.Key) crypto.Key {
	k.Wrapped.KeyID = fmt.Sprintf("%016x", parent.ID)
	k.Wrapped.Blob = fmt.Appendf(nil, "%d under %d", k.ID, parent.ID)
	return k
}

func change(from, to crypto.Key) []crypto.Rewrapping {
	return []crypto.Rewrapping{{ID: from.ID, Old: from.Wrapped, New: to.Wrapped}}
}

// replaced checks the answer of Rewrap.
func replaced(n int, err error, want int) error {
	if err != nil || n != want {
		return fmt.Errorf("what Rewrap replaced is %d, its answer %v, not %d", n, err, want)
	}
	return nil
}

func listed(ctx context.Context, s crypto.KeyStore) error {
	id := uint64(0)
	var want []crypto.Key
	next := func(patient string, class crypto.Class, version int) crypto.Key {
		id += 7
		return later(key(crypto.Subject{Practice: "elm-street", Patient: patient, Class: class}, id<<60|id), version)
	}
	// In the order in which they must come: byte by byte, numbers by their value.
	for _, name := range []string{"", "A", "B", "a", "a b", "ab", "b", "é", "日"} {
		for _, class := range []crypto.Class{"audit", "billing", "chart", "index/A", "index/a"} {
			for version := 1; version <= 11; version++ {
				if version > 1 && (name != "ab" || class != "chart") {
					break
				}
				want = append(want, next(name, class, version))
			}
		}
	}
	if err := add(ctx, s, want...); err != nil {
		return err
	}
	elsewhere := key(crypto.Subject{Practice: "elm-street ", Patient: "a", Class: "chart"}, 1)
	hidden := key(crypto.Subject{Practice: "elm-street", Patient: "aa", Class: "chart"}, 2)
	if err := add(ctx, s, elsewhere, hidden); err != nil {
		return err
	}
	marked := crypto.Subject{Practice: "elm-street", Patient: "ac", Class: "chart"}
	if err := errors.Join(s.Shred(ctx, hidden.Subject), s.Shred(ctx, marked)); err != nil {
		return err
	}
	for i, k := range want {
		if k.Version == 3 {
			if err := s.Retire(ctx, k.Practice, k.ID); err != nil {
				return err
			}
			want = append(want[:i:i], want[i+1:]...)
			break
		}
	}
	for _, limit := range []int{1, 7, len(want), 1000} {
		if err := pages(ctx, s, want, limit); err != nil {
			return err
		}
	}
	return nil
}

// pages reads all pages of a size and checks what is on them.
func pages(ctx context.Context, s crypto.KeyStore, want []crypto.Key, limit int) error {
	var last crypto.Key
	for {
		page, err := s.Keys(ctx, "elm-street", last, limit)
		if err != nil {
			return err
		}
		if len(page) > limit || len(page) > len(want) || len(page) == 0 && len(want) > 0 {
			return fmt.Errorf("there are %d keys on a page of %d, with %d to come", len(page), limit, len(want))
		}
		if len(page) == 0 {
			return nil
		}
		for i, k := range page {
			if err := same("Keys", k, nil, want[i]); err != nil {
				return err
			}
		}
		last, want = page[len(page)-1], want[len(page):]
	}
}

func listedAfterGone(ctx context.Context, s crypto.KeyStore) error {
	var keys []crypto.Key
	for i, name := range []string{"a", "b", "c", "d"} {
		k := key(crypto.Subject{Practice: "elm-street", Patient: name, Class: crypto.Chart}, uint64(i+1))
		keys = append(keys, k)
	}
	newer := later(key(keys[1].Subject, 9), 2)
	if err := add(ctx, s, append(keys, newer)...); err != nil {
		return err
	}
	// As if they were destroyed between one page and the next.
	if err := errors.Join(s.Shred(ctx, keys[0].Subject), s.Retire(ctx, keys[1].Practice, keys[1].ID)); err != nil {
		return err
	}
	never := keys[2]
	never.Patient = "bb"
	for _, c := range []struct {
		after crypto.Key
		want  []crypto.Key
	}{
		{keys[0], []crypto.Key{newer, keys[2], keys[3]}},
		{keys[1], []crypto.Key{newer, keys[2], keys[3]}},
		{never, keys[2:]},
		{keys[3], nil},
	} {
		page, err := s.Keys(ctx, "elm-street", c.after, 10)
		if err != nil {
			return err
		}
		if len(page) != len(c.want) {
			return fmt.Errorf("after a key that is gone Keys gives %d keys, not %d", len(page), len(c.want))
		}
		for i, k := range page {
			if err := same("Keys", k, nil, c.want[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func rewrap(ctx context.Context, s crypto.KeyStore) error {
	first, second, third := key(patient, 7), later(key(patient, 8), 2), own(1<<63+9, 1)
	other := first
	other.Practice = "oak-lane"
	if err := add(ctx, s, first, second, third, other); err != nil {
		return err
	}
	if err := replaced0(s.Rewrap(ctx, patient.Practice, nil)); err != nil {
		return err
	}
	next := under(first, third)
	stale := under(second, third)
	another := crypto.Wrapped{KeyID: "r", Blob: []byte("b")}
	n, err := s.Rewrap(ctx, patient.Practice, []crypto.Rewrapping{
		{ID: first.ID, Old: first.Wrapped, New: next.Wrapped},
		{ID: second.ID, Old: crypto.Wrapped{KeyID: second.Wrapped.KeyID, Blob: []byte("other")}, New: stale.Wrapped},
		{ID: third.ID, Old: crypto.Wrapped{KeyID: "other", Blob: third.Wrapped.Blob}, New: another},
		{ID: 99, Old: first.Wrapped, New: next.Wrapped},
	})
	if err := replaced(n, err, 1); err != nil {
		return err
	}
	wrapped := next.Clone()
	clear(next.Wrapped.Blob) // what was given is not shared
	err = errors.Join(holds(ctx, s, wrapped, false), holds(ctx, s, second, true),
		holds(ctx, s, third, true), holds(ctx, s, other, true))
	if err != nil {
		return err
	}
	// Who comes second finds another wrapping than it has read.
	if n, err := s.Rewrap(ctx, patient.Practice, change(first, stale)); err != nil || n != 0 {
		return fmt.Errorf("a wrapping that had changed was replaced: %d, %v", n, err)
	}
	back := wrapped
	back.Wrapped = first.Wrapped
	n, err = s.Rewrap(ctx, patient.Practice, change(wrapped, back))
	return errors.Join(replaced(n, err, 1), holds(ctx, s, first, false))
}

func replaced0(n int, err error) error { return replaced(n, err, 0) }

func rewrapShredded(ctx context.Context, s crypto.KeyStore) error {
	first, second := key(patient, 7), later(key(patient, 8), 2)
	if err := add(ctx, s, first, second); err != nil {
		return err
	}
	if err := s.Shred(ctx, patient); err != nil {
		return err
	}
	n, err := s.Rewrap(ctx, patient.Practice, append(change(first, under(first, own(3, 1))), change(second, second)...))
	if err := replaced(n, err, 0); err != nil {
		return err
	}
	n, err = s.Rewrap(ctx, patient.Practice, []crypto.Rewrapping{{ID: 7, New: first.Wrapped}})
	return errors.Join(replaced(n, err, 0),
		lacks(ctx, s, first, crypto.ErrShredded), lacks(ctx, s, second, crypto.ErrShredded))
}

// retired checks that k is gone, and its subject is not.
func retired(ctx context.Context, s crypto.KeyStore, k crypto.Key) error {
	byID, err := s.KeyByID(ctx, k.Practice, k.ID)
	if err := refused("KeyByID", byID, err, crypto.ErrRetired); err != nil {
		return err
	}
	got, err := s.Key(ctx, k.Subject, k.Version)
	if err := refused("Key", got, err, crypto.ErrRetired); err != nil {
		return err
	}
	kept, err := s.Add(ctx, k)
	if err := refused("Add of a retired key", kept, err, crypto.ErrRetired); err != nil {
		return err
	}
	n, err := s.Rewrap(ctx, k.Practice, change(k, k))
	return replaced(n, err, 0)
}

func retire(ctx context.Context, s crypto.KeyStore) error {
	first, second, third := key(patient, 9), later(key(patient, 8), 2), later(key(patient, 7), 3)
	other := first
	other.Practice = "oak-lane"
	if err := add(ctx, s, first, second, third, other); err != nil {
		return err
	}
	for range 2 {
		if err := s.Retire(ctx, patient.Practice, first.ID); err != nil {
			return fmt.Errorf("retire: %w", err)
		}
		err := errors.Join(retired(ctx, s, first), holds(ctx, s, second, false),
			holds(ctx, s, third, true), holds(ctx, s, other, true))
		if err != nil {
			return err
		}
	}
	bills := patient
	bills.Class = crypto.Billing
	kept, err := s.Add(ctx, key(bills, first.ID))
	if err := refused("Add with the id of a retired key", kept, err, crypto.ErrConflict); err != nil {
		return err
	}
	if err := s.Retire(ctx, patient.Practice, 99); !errors.Is(err, crypto.ErrUnknownKey) {
		return fmt.Errorf("of a key that is not there: Retire answered %v", err)
	}
	if err := add(ctx, s, later(key(patient, 6), 4)); err != nil {
		return err
	}
	if err := s.Shred(ctx, patient); err != nil {
		return err
	}
	if err := s.Retire(ctx, patient.Practice, second.ID); !errors.Is(err, crypto.ErrShredded) {
		return fmt.Errorf("of a shredded key: Retire answered %v", err)
	}
	return errors.Join(lacks(ctx, s, first, crypto.ErrShredded), lacks(ctx, s, second, crypto.ErrShredded))
}

func retireInUse(ctx context.Context, s crypto.KeyStore) error {
	first, second := own(1<<63+7, 1), own(8, 2)
	child := under(key(patient, 9), first)
	elsewhere := child
	elsewhere.Practice = "oak-lane"
	if err := add(ctx, s, first, second, child, elsewhere); err != nil {
		return err
	}
	for _, k := range []crypto.Key{first, second} {
		if err := s.Retire(ctx, k.Practice, k.ID); !errors.Is(err, crypto.ErrInUse) {
			return fmt.Errorf("of a key in use: Retire answered %v", err)
		}
		if err := holds(ctx, s, k, k.Version == 2); err != nil {
			return err
		}
	}
	n, err := s.Rewrap(ctx, patient.Practice, change(child, under(child, second)))
	if err := replaced(n, err, 1); err != nil {
		return err
	}
	// What lies under the same id in another practice is another's.
	if err := s.Retire(ctx, first.Practice, first.ID); err != nil {
		return fmt.Errorf("of a key that wraps nothing any more: %w", err)
	}
	return errors.Join(retired(ctx, s, first), holds(ctx, s, under(child, second), true), holds(ctx, s, elsewhere, true))
}

func retireAbove(ctx context.Context, s crypto.KeyStore) error {
	first, second := own(7, 1), own(8, 2)
	older, newer := under(key(patient, 9), first), under(later(key(patient, 10), 2), second)
	other := patient
	other.Patient = "p-205"
	if err := add(ctx, s, first, second, older, newer, under(key(other, 11), first)); err != nil {
		return err
	}
	if err := errors.Join(s.Retire(ctx, patient.Practice, older.ID), s.Shred(ctx, other)); err != nil {
		return err
	}
	if err := s.Retire(ctx, first.Practice, first.ID); err != nil {
		return fmt.Errorf("of a key that wraps only what was retired or shredded: %w", err)
	}
	return errors.Join(retired(ctx, s, first), holds(ctx, s, second, true), holds(ctx, s, newer, true))
}

func underRetired(ctx context.Context, s crypto.KeyStore) error {
	first, second := own(7, 1), own(8, 2)
	child := under(key(patient, 9), second)
	if err := add(ctx, s, first, second, child); err != nil {
		return err
	}
	if err := s.Retire(ctx, first.Practice, first.ID); err != nil {
		return err
	}
	late := under(key(crypto.Subject{Practice: patient.Practice, Patient: "p-205", Class: crypto.Chart}, 10), first)
	kept, err := s.Add(ctx, late)
	if err := refused("Add under a retired key", kept, err, crypto.ErrRetired); err != nil {
		return err
	}
	kept, err = s.Add(ctx, under(later(key(patient, 11), 2), first))
	if err := refused("Add of a version under a retired key", kept, err, crypto.ErrRetired); err != nil {
		return err
	}
	other := under(key(crypto.Subject{Practice: patient.Practice, Patient: "p-206", Class: crypto.Chart}, 12), second)
	if err := add(ctx, s, other); err != nil {
		return err
	}
	moved := other
	moved.Wrapped.Blob = []byte("anew")
	changes := append(change(other, moved), change(child, under(child, first))...)
	if _, err := s.Rewrap(ctx, patient.Practice, changes); !errors.Is(err, crypto.ErrRetired) {
		return fmt.Errorf("under a retired key: Rewrap answered %v", err)
	}
	// With an error nothing is replaced, also where it could be.
	err = errors.Join(lacks(ctx, s, late, crypto.ErrUnknownKey), holds(ctx, s, child, true), holds(ctx, s, other, true))
	if err != nil {
		return err
	}
	// A key that is not here, or not one of ours, does not stand in the way, nor does the same id of another practice.
	late.Wrapped.KeyID = strings.ToUpper(fmt.Sprintf("%016x", 0xABC))
	late.Practice = "oak-lane"
	theirs := crypto.Subject{Practice: "oak-lane", Patient: "p", Class: crypto.Chart}
	return add(ctx, s, late, under(key(theirs, 11), first))
}

func concurrentAddRetire(ctx context.Context, s crypto.KeyStore) error {
	for round := range 10 {
		first, second := own(uint64(10*round+1), 2*round+1), own(uint64(10*round+2), 2*round+2)
		if err := add(ctx, s, first, second); err != nil {
			return err
		}
		subject := crypto.Subject{Practice: patient.Practice, Patient: fmt.Sprint(round), Class: crypto.Chart}
		k := under(key(subject, uint64(10*round+3)), first)
		var added, retirement error
		err := together(
			func() error { _, added = s.Add(ctx, k); return unless(added, crypto.ErrRetired) },
			func() error {
				retirement = s.Retire(ctx, first.Practice, first.ID)
				return unless(retirement, crypto.ErrInUse)
			},
		)
		if err != nil {
			return err
		}
		if (added == nil) == (retirement == nil) {
			return fmt.Errorf("under a key Add answered %v, its retirement %v", added, retirement)
		}
	}
	return nil
}

func concurrentRewrapRetire(ctx context.Context, s crypto.KeyStore) error {
	for round := range 10 {
		first, second := own(uint64(10*round+1), 2*round+1), own(uint64(10*round+2), 2*round+2)
		subject := crypto.Subject{Practice: patient.Practice, Patient: fmt.Sprint(round), Class: crypto.Chart}
		k := key(subject, uint64(10*round+3))
		if err := add(ctx, s, first, second, k); err != nil {
			return err
		}
		var n int
		var wrapping, retirement error
		err := together(
			func() error {
				n, wrapping = s.Rewrap(ctx, patient.Practice, change(k, under(k, first)))
				return unless(wrapping, crypto.ErrRetired)
			},
			func() error {
				retirement = s.Retire(ctx, first.Practice, first.ID)
				return unless(retirement, crypto.ErrInUse)
			},
		)
		if err != nil {
			return err
		}
		if (wrapping == nil) == (retirement == nil) || (wrapping == nil) != (n == 1) {
			return fmt.Errorf("under a key Rewrap replaced %d and answered %v, the key's retirement %v", n, wrapping, retirement)
		}
	}
	return nil
}

func concurrentRewrapShred(ctx context.Context, s crypto.KeyStore) error {
	for round := range 10 {
		k := key(crypto.Subject{Practice: patient.Practice, Patient: fmt.Sprint(round), Class: crypto.Chart}, uint64(round+1))
		if err := add(ctx, s, k); err != nil {
			return err
		}
		err := together(
			func() error {
				_, err := s.Rewrap(ctx, patient.Practice, change(k, under(k, own(1, 1))))
				return err
			},
			func() error { return s.Shred(ctx, k.Subject) },
		)
		if err != nil {
			return err
		}
		if err := lacks(ctx, s, k, crypto.ErrShredded); err != nil {
			return err
		}
	}
	return nil
}
