package crypto

import (
	"context"
	"errors"
	"fmt"
)

// Rewrapper is what a [KeyManager] may implement besides: it wraps a key anew under the newest version of the root key
// without showing it. Under other bind bytes it fails as Unwrap does; a service that cannot know them may answer, with
// what opens under the right ones alone.
type Rewrapper interface {
	Rewrap(ctx context.Context, w Wrapped, bind []byte) (Wrapped, error)
}

// Progress is how far a [Keyring.Rewrap] has come.
type Progress struct {
	Seen      int // keys that were looked at, in this pass over the practice's keys
	Rewrapped int // keys that were wrapped anew, in all; the practice's own, which the root key wraps, are not counted
}

// rewrapPage is how many keys are read, and replaced, at once.
const rewrapPage = 500

// Rewrap wraps the keys of a practice anew: its own under the newest version of the root key, and all others under its
// newest own, whose older versions are then destroyed. No sealed value changes. Call it after the root key got a new
// version or [Keyring.Rotate] made a new one of the practice's, while this and other processes go on. What remains to
// be done is read from the key store alone: after an error or a crash call it again; where nothing remains it changes
// nothing. Report may be nil; it is called after every page of keys.
//
// A key that does not unwrap, because its row was altered, does not keep the others from being wrapped anew. It is left
// as it is and the answer wraps what was wrong. No older version of the practice's key is destroyed then, for nobody can
// say under which of them an altered row lies: restore the row, or shred its subject where it is lost, and call Rewrap
// again. [ErrInUse]: other processes went on to wrap under an older version; call it again. [ErrUnknownKey]: the practice
// has no key yet.
func (k *Keyring) Rewrap(ctx context.Context, practice string, report func(Progress)) error {
	own := Subject{Practice: practice, Class: PracticeKey}
	if err := own.rotates(); err != nil {
		return err
	}
	run := rewrapping{k: k, report: report}
	var err error
	for range tries {
		k.cache.forget(own) // what it was rotated to must open as it is kept, before what it was is destroyed
		err = run.all(ctx, own)
		if !errors.Is(err, ErrRetired) { // another rotation was faster, and what was the newest is there no more
			break
		}
	}
	return err
}

// all does what there is to do with the version of the practice's key that is the newest when it begins.
func (r *rewrapping) all(ctx context.Context, own Subject) (err error) {
	if r.newest, err = r.own(ctx, own); err != nil {
		return err
	}
	for again := false; ; again = true {
		before := r.Rewrapped
		if err := r.pass(ctx); err != nil {
			return err
		}
		if r.failed != nil {
			return r.failed
		}
		err := r.k.retireOlder(ctx, r.newest)
		if !errors.Is(err, ErrInUse) || again && r.Rewrapped == before {
			return err
		}
	}
}

// own wraps every version of the practice's key under the newest version of the root key, and returns the newest. An
// older one that does not unwrap is left: a key that lies under it does not unwrap either.
func (r *rewrapping) own(ctx context.Context, own Subject) (*live, error) {
	newest, err := r.k.row(ctx, ref{Subject: own})
	if err == nil {
		err = r.k.rewrapRoot(ctx, newest)
	}
	if err != nil {
		return nil, err
	}
	for version := newest.Version - 1; version > 0; version-- {
		row, err := r.k.row(ctx, ref{Subject: own, version: version})
		if err == nil {
			err = r.k.rewrapRoot(ctx, row)
		}
		if err != nil && !errors.Is(err, ErrNotOpened) { // which also says that it was retired
			return nil, err
		}
	}
	return r.k.keyByID(ctx, own.Practice, newest.ID, "")
}

// rewrapRoot wraps one practice key anew. What the key manager answers is unwrapped before it replaces the only copy of
// a key on which all of the practice's depend.
func (k *Keyring) rewrapRoot(ctx context.Context, row Key) error {
	w, err := k.rewrapped(ctx, row)
	if err != nil || w.KeyID == row.Wrapped.KeyID {
		return err
	}
	changed := row
	changed.Wrapped = w
	raw, err := k.unwrap(ctx, changed)
	if err != nil {
		return err
	}
	raw.wipe()
	_, err = k.store.Rewrap(ctx, row.Practice, []Rewrapping{{ID: row.ID, Old: row.Wrapped, New: w}})
	if err != nil {
		return outside("key store", err)
	}
	return nil
}

func (k *Keyring) rewrapped(ctx context.Context, row Key) (Wrapped, error) {
	if m, ok := k.manager.(Rewrapper); ok {
		w, err := m.Rewrap(ctx, row.Wrapped, managerBind(row.Practice))
		if err != nil {
			return Wrapped{}, outside("key manager", err)
		}
		return w, nil
	}
	raw, err := k.unwrap(ctx, row)
	if err != nil {
		return Wrapped{}, err
	}
	defer raw.wipe()
	return k.wrap(ctx, row, raw)
}

// rewrapping is one call of Rewrap.
type rewrapping struct {
	k      *Keyring
	newest *live // of the practice's own keys
	report func(Progress)
	Progress
	failed error // of a key of the pass that did not unwrap
}

// pass wraps every key under the newest practice key that is not there yet.
func (r *rewrapping) pass(ctx context.Context) error {
	var last Key
	r.Seen, r.failed = 0, nil
	for {
		keys, err := r.k.page(ctx, r.newest.subject.Practice, last, rewrapPage)
		if err != nil || len(keys) == 0 {
			return err
		}
		last = keys[len(keys)-1]
		changes, err := r.changes(ctx, keys)
		if err != nil {
			return err
		}
		if len(changes) > 0 {
			n, err := r.k.store.Rewrap(ctx, last.Practice, changes)
			if err != nil {
				return outside("key store", err)
			}
			r.Rewrapped += n
		}
		r.Seen += len(keys)
		if r.report != nil {
			r.report(r.Progress)
		}
	}
}

// changes wraps those of the keys anew that lie under another practice key.
func (r *rewrapping) changes(ctx context.Context, keys []Key) ([]Rewrapping, error) {
	under := formatKeyID(r.newest.id)
	changes := make([]Rewrapping, 0, len(keys))
	for _, key := range keys {
		if key.Class == PracticeKey || key.Wrapped.KeyID == under {
			continue
		}
		raw, err := r.k.unwrap(ctx, key)
		switch {
		case errors.Is(err, ErrRetired):
			continue // another process has wrapped it anew since the page was read
		case errors.Is(err, ErrNotOpened):
			r.failed = err
			continue
		case err != nil:
			return nil, err
		}
		w, err := r.k.wrapUnder(r.newest, key, raw)
		raw.wipe()
		if err != nil {
			return nil, err
		}
		changes = append(changes, Rewrapping{ID: key.ID, Old: key.Wrapped, New: w})
	}
	return changes, nil
}

// retireOlder destroys every version of the practice's key before the newest.
func (k *Keyring) retireOlder(ctx context.Context, newest *live) error {
	for version := newest.version - 1; version > 0; version-- {
		row, err := k.row(ctx, ref{Subject: newest.subject, version: version})
		if errors.Is(err, ErrUnknownKey) {
			continue // retired
		}
		if err != nil {
			return err
		}
		if err := k.store.Retire(ctx, row.Practice, row.ID); err != nil {
			return outside("key store", err)
		}
	}
	k.cache.forget(newest.subject)
	return nil
}

// page returns a page of a practice's keys, and checks that the store did not give another's.
func (k *Keyring) page(ctx context.Context, practice string, after Key, limit int) ([]Key, error) {
	keys, err := k.store.Keys(ctx, practice, after, limit)
	if err != nil {
		return nil, outside("key store", err)
	}
	for _, key := range keys {
		if key.Practice != practice {
			return nil, errMistaken
		}
		if !before(after, key) { // it would be read for ever
			return nil, fmt.Errorf("%w: keys out of order", errMistaken)
		}
		after = key
	}
	return keys, nil
}
