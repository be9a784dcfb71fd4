package consenttest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/cookie"
)

func cookieAllOrNothing(ctx context.Context, h CookieHarness) error {
	if err := choose(ctx, h.Store, choosing(choice("a"), 1)); err != nil {
		return err
	}
	c := choosing(choice("b"), 1) // the entry's id is taken, by other bytes
	c.Leaves[0].Bytes = []byte("{}")
	if written, err := h.Store.Apply(ctx, c); err == nil || written {
		return fmt.Errorf("a change whose entry was refused: written %v, error %v", written, err)
	}
	if h.OneConnection {
		return nil // the refused entry has ended the transaction, and the change with it
	}
	return chosen(ctx, h, "a", 1)
}

func cookieEntries(ctx context.Context, h CookieHarness) error {
	c := choosing(choice("a"), 1)
	c.Leaves = append(c.Leaves, leaf(uuid(2), practice), leaf(uuid(3), practice))
	if err := choose(ctx, h.Store, c); err != nil {
		return err
	}
	return chosen(ctx, h, "a", 3)
}

func cookieInvalid(ctx context.Context, h CookieHarness) error {
	for name, spoil := range map[string]func(*cookie.Change){
		"a change without entry":          func(c *cookie.Change) { c.Leaves = nil },
		"an entry of another practice":    func(c *cookie.Change) { c.Leaves[0].Practice = "oak-street" },
		"a choice without id":             func(c *cookie.Change) { c.Choice.ID = "" },
		"a choice of nobody":              func(c *cookie.Change) { c.Choice.Visitor = "" },
		"an id with a NUL":                func(c *cookie.Change) { c.Choice.ID = "a\x00" },
		"a visitor that is not UTF-8":     func(c *cookie.Change) { c.Choice.Visitor = "\xff" },
		"a wording with a NUL":            func(c *cookie.Change) { c.Choice.Wording = "yes\x00" },
		"nobody who acts":                 func(c *cookie.Change) { c.Choice.Actor = audit.Actor{} },
		"a time finer than a microsecond": func(c *cookie.Change) { c.Choice.At = start.Add(time.Nanosecond) },
		"a time in another zone":          func(c *cookie.Change) { c.Choice.Recorded = start.In(time.FixedZone("", 3600)) },
		"a necessary category":            func(c *cookie.Change) { c.Choice.Allowed = []cookie.Category{cookie.Session} },
		"a category twice": func(c *cookie.Change) {
			c.Choice.Allowed = []cookie.Category{cookie.Analytics, cookie.Analytics}
		},
		"a withdrawal that allows": func(c *cookie.Change) {
			c.Choice.Allowed, c.Choice.Withdrawn = cookie.Optional(), true
		},
	} {
		c := choosing(choice("a"), 1)
		spoil(&c)
		if written, err := h.Store.Apply(ctx, c); err == nil || written {
			return fmt.Errorf("%s: written %v, error %v", name, written, err)
		}
	}
	return chosen(ctx, h, "", 0)
}

func cookieCancelled(ctx context.Context, h CookieHarness) error {
	if h.OneConnection {
		return nil
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if written, err := h.Store.Apply(gone, choosing(choice("a"), 1)); written || !errors.Is(err, context.Canceled) {
		return fmt.Errorf("written %v, error %v, not context.Canceled", written, err)
	}
	return chosen(ctx, h, "", 0)
}

func cookieConcurrent(ctx context.Context, h CookieHarness) error {
	if h.OneConnection {
		return nil
	}
	err := atOnce(func(n int) error { return choose(ctx, h.Store, choosing(choice(fmt.Sprint(n)), n)) })
	if err != nil {
		return err
	}
	p, err := h.Store.Choices(ctx, cookie.Query{Practice: practice, Visitor: visitor})
	if err == nil && len(p.Choices) != acts {
		err = fmt.Errorf("%d choices were kept of %d", len(p.Choices), acts)
	}
	return err
}

func cookieSecrets(ctx context.Context, h CookieHarness) error {
	const words = "planted-words-4711"
	c := choice("a")
	c.Wording = words
	if err := choose(ctx, h.Store, choosing(c, 1)); err != nil {
		return err
	}
	clash := choosing(c, 1)
	clash.Choice.ID = "b"
	clash.Leaves[0].Bytes = []byte("other " + words)
	_, err := h.Store.Apply(ctx, clash)
	if err == nil {
		return errors.New("a clash of entries was no error")
	}
	if strings.Contains(err.Error(), visitor) || strings.Contains(err.Error(), words) {
		return errors.New("an error names a secret")
	}
	return nil
}
