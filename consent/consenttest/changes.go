package consenttest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

func settings(ctx context.Context, h Harness) error {
	for i, setting := range []consent.DoubleOptIn{consent.ConfirmAll, consent.ConfirmOff} {
		p := consent.Settings{Practice: practice, DoubleOptIn: setting}
		c := consent.Change{Settings: &p, Seen: consent.Any, Leaves: []audit.Leaf{leaf(uuid(i), practice)}}
		if err := apply(ctx, h.Store, c); err != nil {
			return err
		}
		got, err := h.Store.Settings(ctx, practice)
		if err != nil || got != p {
			return fmt.Errorf("set %+v, read %+v, error %v", p, got, err)
		}
	}
	return holds(ctx, h, 0, 2)
}

func settingsApart(ctx context.Context, h Harness) error {
	for i, name := range []string{"Elm", "elm"} {
		p := consent.Settings{Practice: name, DoubleOptIn: []consent.DoubleOptIn{consent.ConfirmAll, consent.ConfirmOff}[i]}
		if err := apply(ctx, h.Store, consent.Change{Settings: &p, Seen: consent.Any, Leaves: []audit.Leaf{leaf(uuid(i), name)}}); err != nil {
			return err
		}
	}
	for name, want := range map[string]consent.DoubleOptIn{"Elm": consent.ConfirmAll, "elm": consent.ConfirmOff, "oak": ""} {
		if got, err := h.Store.Settings(ctx, name); err != nil || got != (consent.Settings{Practice: name, DoubleOptIn: want}) {
			return fmt.Errorf("practice %q: read %+v, error %v", name, got, err)
		}
	}
	return nil
}

func severalEntries(ctx context.Context, h Harness) error {
	c := change(fact("a"), 1)
	c.Leaves = append(c.Leaves, leaf(uuid(2), practice), leaf(uuid(3), practice))
	if err := apply(ctx, h.Store, c); err != nil {
		return err
	}
	return holds(ctx, h, 1, 3)
}

func invalid(ctx context.Context, h Harness) error {
	broken := func(f func(*consent.Change)) consent.Change {
		c := change(fact("a"), 1)
		f(&c)
		return c
	}
	for name, c := range map[string]consent.Change{
		"a change without entry":       broken(func(c *consent.Change) { c.Leaves = nil }),
		"an entry of another practice": broken(func(c *consent.Change) { c.Leaves[0].Practice = "oak-street" }),
		"a change of nothing":          broken(func(c *consent.Change) { c.Fact = nil }),
		"a fact and settings at once":  broken(func(c *consent.Change) { c.Settings = &consent.Settings{Practice: practice} }),
		"settings and a duty at once": broken(func(c *consent.Change) {
			c.Fact, c.Settings, c.Duty = nil, &consent.Settings{Practice: practice}, &consent.Duty{}
		}),
		"a duty and a wording at once":    broken(func(c *consent.Change) { w := published("w"); c.Wording = &w }),
		"a wording of no category":        broken(func(c *consent.Change) { w := published("w"); w.Category = ""; c.Fact, c.Wording = nil, &w }),
		"a wording with a NUL":            broken(func(c *consent.Change) { w := published("w"); w.Text = "\x00"; c.Fact, c.Wording = nil, &w }),
		"a duty without terms":            broken(func(c *consent.Change) { c.Fact, c.Duty = nil, &consent.Duty{Practice: practice, By: c.Fact.Actor} }),
		"a fact that is erased already":   broken(func(c *consent.Change) { c.Fact.Erased = true }),
		"a patient with a NUL":            broken(func(c *consent.Change) { c.Fact.Patient = "p\x00" }),
		"a fact without id":               broken(func(c *consent.Change) { c.Fact.ID = "" }),
		"an id with a NUL":                broken(func(c *consent.Change) { c.Fact.ID = "a\x00" }),
		"an id that is not UTF-8":         broken(func(c *consent.Change) { c.Fact.ID = "\xff" }),
		"words with a NUL":                broken(func(c *consent.Change) { c.Fact.Evidence.Words = "stop\x00" }),
		"a number that is none":           broken(func(c *consent.Change) { c.Fact.Number = "2125550100" }),
		"a time finer than a microsecond": broken(func(c *consent.Change) { c.Fact.At = c.Fact.At.Add(time.Nanosecond) }),
		"a time in another zone":          broken(func(c *consent.Change) { c.Fact.At = c.Fact.At.In(time.FixedZone("", 3600)) }),
	} {
		if written, err := h.Store.Apply(ctx, c); err == nil || written {
			return fmt.Errorf("%s: written %v, error %v", name, written, err)
		}
	}
	return holds(ctx, h, 0, 0)
}

func allOrNothing(ctx context.Context, h Harness) error {
	if err := apply(ctx, h.Store, change(fact("a"), 1)); err != nil {
		return err
	}
	c := change(fact("b"), 1) // the entry's id is taken, by other bytes
	c.Leaves[0].Bytes = []byte("{}")
	if written, err := h.Store.Apply(ctx, c); err == nil || written {
		return fmt.Errorf("a change whose entry was refused: written %v, error %v", written, err)
	}
	if h.OneConnection {
		return nil // the refused entry has ended the transaction, and the change with it
	}
	s := consent.Change{Settings: &consent.Settings{Practice: practice, DoubleOptIn: consent.ConfirmAll}, Seen: consent.Any, Leaves: c.Leaves}
	if written, err := h.Store.Apply(ctx, s); err == nil || written {
		return fmt.Errorf("settings whose entry was refused: written %v, error %v", written, err)
	}
	if p, err := h.Store.Settings(ctx, practice); err != nil || p.DoubleOptIn != "" {
		return fmt.Errorf("settings were kept without their entry: %+v, %v", p, err)
	}
	return holds(ctx, h, 1, 1)
}

func noSecrets(ctx context.Context, h Harness) error {
	const words = "planted-words-4711"
	f := fact("a")
	f.Evidence.Words = words
	if err := apply(ctx, h.Store, change(f, 1)); err != nil {
		return err
	}
	clash := change(f, 1)
	clash.Fact.ID = "b"
	clash.Leaves[0].Bytes = []byte("other " + words)
	_, err := h.Store.Apply(ctx, clash)
	if err == nil {
		return errors.New("a clash of entries was no error")
	}
	for _, secret := range []string{number, number[2:], words} {
		if strings.Contains(err.Error(), secret) {
			return fmt.Errorf("an error names a secret")
		}
	}
	return nil
}
