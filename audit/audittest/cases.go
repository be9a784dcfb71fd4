package audittest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/suite"
)

func absence(ctx context.Context, h Harness) error {
	page, err := h.Entries.Leaves(ctx, audit.Query{Practice: practice})
	if err != nil {
		return err
	}
	if len(page.Leaves) != 0 || page.Next != "" {
		return fmt.Errorf("an empty log has the page %+v", page)
	}
	return h.Entries.Append(ctx)
}

func everyField(ctx context.Context, h Harness) error {
	var any256 []byte
	for i := range 256 {
		any256 = append(any256, byte(i))
	}
	odd := `'";--?$1\x ü 歯科 {} %s`
	want := []audit.Leaf{
		{
			ID: odd, Practice: practice, At: start, Actor: audit.Actor{Kind: audit.System, ID: odd},
			Action: odd, Outcome: audit.Refused, Term: audit.OneYear, Tag: any256, Bytes: any256, MAC: any256,
		},
		leaf(practice, 1),
	}
	want[1].Actor = audit.Actor{Kind: audit.Representative}
	if err := suite.Filled(want[0]); err != nil {
		return err
	}
	want[1].Tag = nil
	if err := h.Entries.Append(ctx, want...); err != nil {
		return err
	}
	return holds(ctx, h.Entries, practice, want)
}

func repeated(ctx context.Context, h Harness) error {
	want := leaves(practice, 0, 4)
	err := errors.Join(
		h.Entries.Append(ctx, want[0]), h.Entries.Append(ctx, want[0]),
		h.Entries.Append(ctx, want[0], want[1], want[1]),
		h.Entries.Append(ctx, want...), h.Entries.Append(ctx, want...),
	)
	if err != nil {
		return err
	}
	return holds(ctx, h.Entries, practice, want)
}

func conflicts(ctx context.Context, h Harness) error {
	kept := leaf(practice, 0)
	if err := h.Entries.Append(ctx, kept); err != nil {
		return err
	}
	for what, change := range map[string]func(*audit.Leaf){
		"time":    func(f *audit.Leaf) { f.At = f.At.Add(time.Microsecond) },
		"kind":    func(f *audit.Leaf) { f.Actor.Kind = audit.System },
		"actor":   func(f *audit.Leaf) { f.Actor.ID = "U-17" },
		"action":  func(f *audit.Leaf) { f.Action += " " },
		"outcome": func(f *audit.Leaf) { f.Outcome = audit.Refused },
		"tag":     func(f *audit.Leaf) { f.Tag[0]++ },
		"no tag":  func(f *audit.Leaf) { f.Tag = nil },
		"bytes":   func(f *audit.Leaf) { f.Bytes = append(f.Bytes, ' ') },
		"code":    func(f *audit.Leaf) { f.MAC[0]++ },
	} {
		other := kept.Clone()
		change(&other)
		if err := refused("another "+what, h.Entries.Append(ctx, other), audit.ErrConflict); err != nil {
			return err
		}
	}
	return holds(ctx, h.Entries, practice, []audit.Leaf{kept})
}

func allOrNothing(ctx context.Context, h Harness) error {
	kept := leaf(practice, 0)
	if err := h.Entries.Append(ctx, kept); err != nil {
		return err
	}
	other := kept.Clone()
	other.MAC[0]++
	twice := leaf(practice, 2)
	twice.MAC[0]++
	return errors.Join(
		refused("a conflict at the end", h.Entries.Append(ctx, leaf(practice, 1), leaf("oak", 1), other), audit.ErrConflict),
		refused("a conflict at the start", h.Entries.Append(ctx, other, leaf(practice, 1)), audit.ErrConflict),
		refused("a conflict among what is given", h.Entries.Append(ctx, leaf(practice, 2), twice), audit.ErrConflict),
		holds(ctx, h.Entries, practice, []audit.Leaf{kept}),
		holds(ctx, h.Entries, "oak", nil),
	)
}

func practicesApart(ctx context.Context, h Harness) error {
	here, there := leaf(practice, 0), leaf("oak", 0)
	if err := h.Entries.Append(ctx, here, there); err != nil {
		return err
	}
	found, err := h.Entries.Leaves(ctx, audit.Query{Practice: "oak", Tag: here.Tag})
	return errors.Join(
		err, same("oak, by a tag that both have,", found.Leaves, []audit.Leaf{there}),
		holds(ctx, h.Entries, practice, []audit.Leaf{here}), holds(ctx, h.Entries, "oak", []audit.Leaf{there}),
	)
}

func exact(ctx context.Context, h Harness) error {
	names := []string{"elm", "Elm", "elm ", "ÉLM", "E\u0301LM", "elm%", "el_"}
	for i, name := range names {
		if err := h.Entries.Append(ctx, leaf(name, i)); err != nil {
			return err
		}
	}
	for i, name := range names {
		if err := holds(ctx, h.Entries, name, []audit.Leaf{leaf(name, i)}); err != nil {
			return fmt.Errorf("%q: %w", name, err)
		}
	}
	found, err := h.Entries.Leaves(ctx, audit.Query{Practice: "elm", Tag: []byte{1, 2}})
	return errors.Join(err, same("a tag's beginning", found.Leaves, nil))
}

func order(ctx context.Context, h Harness) error {
	var want []audit.Leaf
	for i, id := range []string{"B", "a", "b", "É", "A", "C"} {
		f := leaf(practice, i/4) // the same time for the first four, and the next for the others
		f.ID = id
		want = append(want, f)
	}
	given := []audit.Leaf{want[5], want[2], want[0], want[4], want[3], want[1]}
	for _, f := range given {
		if err := h.Entries.Append(ctx, f); err != nil {
			return err
		}
	}
	newest, err := all(ctx, h.Entries, audit.Query{Practice: practice, Newest: true, Limit: 2})
	slices.Reverse(newest)
	oldest, err2 := all(ctx, h.Entries, audit.Query{Practice: practice, Limit: 2})
	return errors.Join(err, err2, same("newest first, reversed,", newest, want), same("oldest first", oldest, want))
}

func paging(ctx context.Context, h Harness) error {
	want := leaves(practice, 0, 1000)
	if err := h.Entries.Append(ctx, want...); err != nil {
		return err
	}
	page, err := h.Entries.Leaves(ctx, audit.Query{Practice: practice, Limit: 300})
	if err != nil {
		return err
	}
	newest, err := h.Entries.Leaves(ctx, audit.Query{Practice: practice, Limit: 300, Newest: true})
	if err != nil {
		return err
	}
	// What comes in between neither shifts a later page nor repeats a leaf.
	later := leaf(practice, 1000)
	if err := h.Entries.Append(ctx, later); err != nil {
		return err
	}
	rest, err := all(ctx, h.Entries, audit.Query{Practice: practice, Limit: 300, After: page.Next})
	older, err2 := all(ctx, h.Entries, audit.Query{Practice: practice, Limit: 300, After: newest.Next, Newest: true})
	found := slices.Concat(newest.Leaves, older)
	slices.Reverse(found)
	return errors.Join(
		err, err2, same("the log", slices.Concat(page.Leaves, rest), append(slices.Clone(want), later)),
		same("newest first, reversed,", found, want),
	)
}

func tags(ctx context.Context, h Harness) error {
	every := leaves(practice, 0, 30)
	if err := h.Entries.Append(ctx, every...); err != nil {
		return err
	}
	var want []audit.Leaf
	for i := 1; i < 30; i += 3 {
		want = append(want, every[i])
	}
	oldest, err := all(ctx, h.Entries, audit.Query{Practice: practice, Tag: []byte{1, 2, 1}, Limit: 3})
	newest, err2 := all(ctx, h.Entries, audit.Query{Practice: practice, Tag: []byte{1, 2, 1}, Limit: 5, Newest: true})
	slices.Reverse(newest)
	return errors.Join(err, err2, same("the tag", oldest, want), same("the tag, newest first,", newest, want))
}

func limits(ctx context.Context, h Harness) error {
	if err := h.Entries.Append(ctx, leaves(practice, 0, 101)...); err != nil {
		return err
	}
	page, err := h.Entries.Leaves(ctx, audit.Query{Practice: practice})
	if err != nil || len(page.Leaves) != 100 || page.Next == "" {
		return fmt.Errorf("a page without a limit has %d leaves, and the error is %w", len(page.Leaves), err)
	}
	page, err = h.Entries.Leaves(ctx, audit.Query{Practice: practice, Limit: 101})
	if err != nil || len(page.Leaves) != 101 || page.Next != "" {
		return fmt.Errorf("a page of everything has %d leaves, the next is %q, and the error is %w",
			len(page.Leaves), page.Next, err)
	}
	for _, q := range []audit.Query{
		{Practice: practice, Limit: -1},
		{Practice: practice, Limit: 1001},
		{Practice: practice, After: "from nowhere"},
		{Practice: practice, After: "12."},
		{Practice: practice, After: "-9223372036854775808.a"}, // a time that Postgres cannot hold
		{Practice: "a\x00b"},
		{},
	} {
		if _, err := h.Entries.Leaves(ctx, q); !errors.Is(err, audit.ErrInvalid) {
			return fmt.Errorf("the query %+v: the error is %w", q, err)
		}
	}
	return nil
}

func invalid(ctx context.Context, h Harness) error {
	for what, change := range map[string]func(*audit.Leaf){
		"without an id":             func(f *audit.Leaf) { f.ID = "" },
		"with a NUL in its id":      func(f *audit.Leaf) { f.ID = "a\x00b" },
		"without a practice":        func(f *audit.Leaf) { f.Practice = "" },
		"with broken text":          func(f *audit.Leaf) { f.Practice = "\xff" },
		"with a NUL in its actor":   func(f *audit.Leaf) { f.Actor.ID = "a\x00b" },
		"with no actor's kind":      func(f *audit.Leaf) { f.Actor.Kind = "" },
		"with a NUL in its action":  func(f *audit.Leaf) { f.Action = "a\x00b" },
		"with an odd outcome":       func(f *audit.Leaf) { f.Outcome = "perhaps" },
		"with an odd term":          func(f *audit.Leaf) { f.Term = "2y" },
		"with a patient's id":       func(f *audit.Leaf) { f.Actor.Kind = audit.Patient },
		"with a time of nanosecond": func(f *audit.Leaf) { f.At = f.At.Add(1) },
		"without bytes":             func(f *audit.Leaf) { f.Bytes = nil },
		"without a code":            func(f *audit.Leaf) { f.MAC = nil },
	} {
		bad := leaf(practice, 1)
		change(&bad)
		if err := refused("a leaf "+what, h.Entries.Append(ctx, leaf(practice, 0), bad), audit.ErrInvalid); err != nil {
			return err
		}
	}
	return holds(ctx, h.Entries, practice, nil)
}

func notShared(ctx context.Context, h Harness) error {
	want := leaf(practice, 0)
	given := want.Clone()
	if err := h.Entries.Append(ctx, given); err != nil {
		return err
	}
	for range 2 {
		given.Tag[0], given.Bytes[0], given.MAC[0] = 9, 9, 9
		page, err := h.Entries.Leaves(ctx, audit.Query{Practice: practice})
		if err != nil {
			return err
		}
		if err := same("the log", page.Leaves, []audit.Leaf{want}); err != nil {
			return err
		}
		given = page.Leaves[0]
	}
	return nil
}

func noSecrets(ctx context.Context, h Harness) error {
	const secret = "planted"
	f := leaf(practice, 0)
	f.Bytes, f.MAC, f.Tag = []byte(secret+"-bytes"), []byte(secret+"-code"), []byte(secret+"-tag")
	f.Actor.ID = secret + "-actor"
	if err := h.Entries.Append(ctx, f); err != nil {
		return err
	}
	other := f.Clone()
	other.MAC = append(other.MAC, '!')
	bad := f.Clone()
	bad.Actor.ID += "\x00"
	_, err := h.Entries.Leaves(ctx, audit.Query{Practice: practice, After: secret})
	for _, err := range []error{h.Entries.Append(ctx, other), h.Entries.Append(ctx, leaf(practice, 1), bad), err} {
		if err == nil || strings.Contains(err.Error(), secret) {
			return fmt.Errorf("an error says too much or nothing: %w", err)
		}
	}
	return nil
}

func cancelled(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	ended, stop := context.WithCancel(ctx)
	stop()
	if err := refused("append", h.Entries.Append(ended, leaf(practice, 0)), context.Canceled); err != nil {
		return err
	}
	_, err := h.Entries.Leaves(ended, audit.Query{Practice: practice})
	return errors.Join(refused("leaves", err, context.Canceled), holds(ctx, h.Entries, practice, nil))
}

func concurrent(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	const writers, each = 8, 20
	var group sync.WaitGroup
	errs := make([]error, writers)
	for w := range writers {
		group.Go(func() {
			for i := range each {
				// Every leaf is appended by two writers, as by a retry that meets its first attempt.
				f := leaf(practice, w/2*each+i)
				errs[w] = errors.Join(errs[w], h.Entries.Append(ctx, f), h.Entries.Append(ctx, f, leaf(fmt.Sprint("other-", w), i)))
			}
		})
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return holds(ctx, h.Entries, practice, leaves(practice, 0, writers/2*each))
}
