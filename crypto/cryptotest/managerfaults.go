package cryptotest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/crypto"
)

// grace is how long a manager may take to notice that its context has ended.
const grace = 2 * time.Second

// calls are the ways to ask a manager, with s as what to ask about. Each answers whether it got anything.
func calls(m *watched, s sample) map[string]func(context.Context) (bool, error) {
	all := map[string]func(context.Context) (bool, error){
		"Wrap": func(ctx context.Context) (bool, error) {
			w, err := m.Wrap(ctx, s.key, s.bind)
			return len(w.Blob) > 0 || w.KeyID != "", err
		},
		"Unwrap": func(ctx context.Context) (bool, error) {
			key, err := m.Unwrap(ctx, s.wrapped, s.bind)
			return len(key) > 0, err
		},
	}
	if m.rewraps() {
		all["Rewrap"] = func(ctx context.Context) (bool, error) {
			w, err := m.Rewrap(ctx, s.wrapped, s.bind)
			return len(w.Blob) > 0 || w.KeyID != "", err
		}
	}
	return all
}

// unanswered checks that no call gets an answer, that each says want, and that none calls the wrapped key bad.
func unanswered(ctx context.Context, m *watched, s sample, want error) error {
	for name, call := range calls(m, s) {
		got, err := call(ctx)
		switch {
		case err == nil:
			return fmt.Errorf("%s gives an answer", name)
		case got:
			return fmt.Errorf("%s gives an answer beside the error", name)
		case !errors.Is(err, want):
			return fmt.Errorf("%s answers %w, not %w", name, err, want)
		case errors.Is(err, crypto.ErrNotOpened) || errors.Is(err, crypto.ErrShredded):
			return fmt.Errorf("%s says of the key what it cannot know: %w", name, err)
		}
	}
	return nil
}

// during brings each fault about in turn and runs check. After each the service must be as before.
func during(ctx context.Context, b *bench, check func(m *watched, s sample) error, faults ...Fault) error {
	m, err := b.open()
	if err != nil {
		return err
	}
	s, err := wrap(ctx, m, "practice")
	if err != nil {
		return err
	}
	tried := false
	for _, f := range faults {
		can, err := b.broken(f)
		if err != nil {
			return err
		}
		if !can {
			continue
		}
		tried = true
		err = check(m, s)
		if _, again := b.broken(Healthy); again != nil {
			return again
		}
		if err != nil {
			return fmt.Errorf("while the service is %v: %w", f, err)
		}
		if err := opens(ctx, m, s); err != nil {
			return fmt.Errorf("after the service was %v: %w", f, err)
		}
		if _, err := wrap(ctx, m, "practice"); err != nil {
			return fmt.Errorf("after the service was %v: %w", f, err)
		}
	}
	if !tried {
		return fmt.Errorf("%w: the harness has no such fault", ErrNotApplicable)
	}
	return nil
}

func slow(ctx context.Context, b *bench) error {
	return during(ctx, b, func(m *watched, s sample) error {
		for name, call := range calls(m, s) {
			short, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
			err := inTime(short, name, call, context.DeadlineExceeded)
			cancel()
			if err != nil {
				return err
			}
			over, cancel := context.WithCancel(ctx)
			timer := time.AfterFunc(15*time.Millisecond, cancel)
			err = inTime(over, name, call, context.Canceled)
			timer.Stop()
			cancel()
			if err != nil {
				return err
			}
		}
		return nil
	}, Slow)
}

// inTime checks that a call answers with want soon after its context has ended.
func inTime(ctx context.Context, name string, call func(context.Context) (bool, error), want error) error {
	ended := make(chan time.Time, 1)
	stop := context.AfterFunc(ctx, func() { ended <- time.Now() })
	defer stop()
	got, err := call(ctx)
	late := time.Duration(0)
	if ctx.Err() != nil {
		late = time.Since(<-ended)
	}
	switch {
	case err == nil || got:
		return fmt.Errorf("%s gives an answer", name)
	case !errors.Is(err, want):
		return fmt.Errorf("%s answers %w, not %w", name, err, want)
	case errors.Is(err, crypto.ErrNotOpened):
		return fmt.Errorf("%s says of the key what it cannot know: %w", name, err)
	case late > grace:
		return fmt.Errorf("%s goes on after its context has ended", name)
	}
	return nil
}

func outages(ctx context.Context, b *bench) error {
	return during(ctx, b, func(m *watched, s sample) error {
		return unanswered(ctx, m, s, crypto.ErrUnavailable)
	}, Gone, HangsUp, Garbage, Endless)
}

func refusing(ctx context.Context, b *bench) error {
	return during(ctx, b, func(m *watched, s sample) error {
		err := unanswered(ctx, m, s, crypto.ErrDenied)
		if err != nil {
			return err
		}
		if _, err := m.Unwrap(ctx, s.wrapped, s.bind); errors.Is(err, crypto.ErrUnavailable) {
			return errors.New("a refusal says that it can be tried again")
		}
		return nil
	}, Refusing)
}

func otherAnswers(ctx context.Context, b *bench) error {
	return during(ctx, b, func(m *watched, s sample) error {
		key, err := m.Unwrap(ctx, s.wrapped, s.bind)
		if err == nil || len(key) > 0 {
			return errors.New("Unwrap returns a key that was not checked")
		}
		return nil
	}, OtherRoot, OtherKey, ShortKey)
}

func lost(ctx context.Context, b *bench) error {
	return during(ctx, b, func(m *watched, _ sample) error {
		s, err := wrap(ctx, m, "practice")
		if err != nil {
			return nil //nolint:nilerr // that it fails is the point
		}
		if _, err := b.broken(Healthy); err != nil {
			return err
		}
		if err := opens(ctx, m, s); err != nil {
			return fmt.Errorf("Wrap returns what does not open: %w", err)
		}
		return nil
	}, Lost, Exchanged, OtherRoot)
}

func rewrapped(ctx context.Context, b *bench) error {
	m, err := b.open()
	if err != nil {
		return err
	}
	if !m.rewraps() {
		return fmt.Errorf("%w: it does not rewrap", ErrNotApplicable)
	}
	old, err := wrap(ctx, m, "practice")
	if err != nil {
		return err
	}
	if b.Rotate != nil {
		if err := b.Rotate(); err != nil {
			return err
		}
	}
	blob, blobWhole := roomy(old.wrapped.Blob)
	bind, bindWhole := roomy(old.bind)
	w, err := m.Rewrap(ctx, crypto.Wrapped{KeyID: old.wrapped.KeyID, Blob: blob}, bind)
	if err != nil {
		return fmt.Errorf("Rewrap: %w", err)
	}
	if !blobWhole() || !bindWhole() {
		return errors.New("Rewrap writes into what it was given")
	}
	clear(blob)
	clear(bind)
	newest, err := wrap(ctx, m, "practice")
	if err != nil {
		return err
	}
	if w.KeyID != newest.wrapped.KeyID {
		return errors.New("Rewrap does not use the newest version")
	}
	again := sample{key: old.key, bind: old.bind, wrapped: w}
	return errors.Join(keepable(w), opens(ctx, m, again), opens(ctx, m, old))
}

func rewrapRefused(ctx context.Context, b *bench) error {
	m, err := b.open()
	if err != nil {
		return err
	}
	if !m.rewraps() {
		return fmt.Errorf("%w: it does not rewrap", ErrNotApplicable)
	}
	s, err := wrap(ctx, m, "practice")
	if err != nil {
		return err
	}
	bad := alterations(s.wrapped)
	bad = append(bad, crypto.Wrapped{KeyID: "nobody-7", Blob: bytes.Clone(s.wrapped.Blob)})
	for _, w := range bad {
		got, err := m.Rewrap(ctx, w, s.bind)
		if err == nil || len(got.Blob) > 0 {
			return errors.New("Rewrap takes an altered wrapped key")
		}
		if !errors.Is(err, crypto.ErrNotOpened) {
			return fmt.Errorf("Rewrap of an altered wrapped key answers %w, not %w", err, crypto.ErrNotOpened)
		}
	}
	// A service that cannot check bind bytes may rewrap under others, but the key must not open under them.
	other := []byte(planted + " of another practice")
	if w, err := m.Rewrap(ctx, s.wrapped, other); err == nil {
		return shut(ctx, m, "a key that was rewrapped under other bind bytes", w, other, crypto.ErrAuth)
	}
	return nil
}

// quietErrors brings about all errors there are. What they say is searched as in every case.
func quietErrors(ctx context.Context, b *bench) error {
	m, err := b.open()
	if err != nil {
		return err
	}
	s, err := wrap(ctx, m, "practice")
	if err != nil {
		return err
	}
	over, cancel := context.WithCancel(ctx)
	defer cancel()
	ask := func(ctx context.Context) {
		flipped := bytes.Clone(s.wrapped.Blob)
		flipped[len(flipped)/2] ^= 1
		for _, w := range []crypto.Wrapped{
			s.wrapped, {KeyID: s.wrapped.KeyID, Blob: flipped}, {KeyID: "nobody-7", Blob: s.wrapped.Blob}, {KeyID: s.wrapped.KeyID},
		} {
			for _, bind := range [][]byte{s.bind, []byte(planted + " of another practice")} {
				for _, call := range calls(m, sample{key: s.key, bind: bind, wrapped: w}) {
					_, _ = call(ctx)
				}
			}
		}
	}
	ask(ctx)
	if b.Break != nil {
		for _, f := range []Fault{Refusing, Gone, HangsUp, Garbage, Endless, OtherRoot, OtherKey, ShortKey, Lost, Exchanged} {
			can, err := b.broken(f)
			if err != nil {
				return err
			}
			if can {
				ask(ctx)
			}
		}
		if _, err := b.broken(Healthy); err != nil {
			return err
		}
	}
	cancel()
	ask(over)
	return nil
}
