package consenttest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/cookie"
	"github.com/enamel-go/enamel/internal/suite"
)

func cookieOrder(ctx context.Context, h CookieHarness) error {
	for i, c := range []struct {
		id   string
		late time.Duration
	}{{"d", 0}, {"b", 0}, {"a", time.Second}, {"c", -time.Microsecond}} {
		made := choice(c.id)
		made.Recorded = start.Add(c.late)
		if err := choose(ctx, h.Store, choosing(made, i)); err != nil {
			return err
		}
	}
	return chosen(ctx, h, "c b d a", 4)
}

func cookieFields(ctx context.Context, h CookieHarness) error {
	yes := cookie.Choice{
		ID: "c-1", Practice: practice, Visitor: visitor, Allowed: cookie.Optional(), At: start,
		Recorded: start.Add(time.Microsecond), Actor: audit.Actor{Kind: audit.Representative, ID: "mother"},
		Wording: "¿Permitir? it's \\ fine ?0 👍\n", Language: "es", Shown: "ff00",
		Signals: cookie.Signals{DoNotTrack: true, GlobalPrivacyControl: true},
	}
	back := choice("c-2")
	back.Withdrawn, back.Recorded = true, start.Add(time.Second)
	both := []cookie.Choice{yes, back}
	if err := suite.Filled(struct{ Choices []cookie.Choice }{both}); err != nil {
		return err
	}
	for i, c := range both {
		if err := choose(ctx, h.Store, choosing(c, i)); err != nil {
			return err
		}
		got, err := h.Store.Choice(ctx, c.Key())
		if err != nil || !reflect.DeepEqual(got, c) {
			return fmt.Errorf("written %+v\nread %+v, error %v", c, got, err)
		}
	}
	p, err := h.Store.Choices(ctx, cookie.Query{Practice: practice, Visitor: visitor})
	if err == nil && !reflect.DeepEqual(p.Choices, both) {
		err = fmt.Errorf("written %+v\nread %+v", both, p.Choices)
	}
	return err
}

func cookieAbsence(ctx context.Context, h CookieHarness) error {
	if _, err := h.Store.Choice(ctx, cookie.Key{Practice: practice, ID: "nothing"}); !errors.Is(err, cookie.ErrNotFound) {
		return fmt.Errorf("error %v of a choice that does not exist", err)
	}
	return chosen(ctx, h, "", 0)
}

func cookieRepeated(ctx context.Context, h CookieHarness) error {
	if err := choose(ctx, h.Store, choosing(choice("a"), 1)); err != nil {
		return err
	}
	again := choice("a")
	again.Withdrawn = true
	if written, err := h.Store.Apply(ctx, choosing(again, 2)); err != nil || written {
		return fmt.Errorf("repeated: written %v, error %v", written, err)
	}
	if c, err := h.Store.Choice(ctx, again.Key()); err != nil || c.Withdrawn {
		return fmt.Errorf("the second one took the first one's place: %+v, error %v", c, err)
	}
	return chosen(ctx, h, "a", 1)
}

func cookieIDs(ctx context.Context, h CookieHarness) error {
	if err := choose(ctx, h.Store, choosing(choice("a"), 1)); err != nil {
		return err
	}
	other := choice("a")
	other.Visitor = "somebody"
	if written, err := h.Store.Apply(ctx, choosing(other, 2)); err != nil || written {
		return fmt.Errorf("an id used for another visitor: written %v, error %v", written, err)
	}
	foreign := choice("a")
	foreign.Practice = "oak-street"
	if err := choose(ctx, h.Store, choosing(foreign, 3)); err != nil {
		return fmt.Errorf("an id used by another practice: %w", err)
	}
	return chosen(ctx, h, "a", 1)
}

func cookieApart(ctx context.Context, h CookieHarness) error {
	foreign := choice("a")
	foreign.Practice = "oak-street"
	if err := choose(ctx, h.Store, choosing(foreign, 1)); err != nil {
		return err
	}
	if _, err := h.Store.Choice(ctx, choice("a").Key()); !errors.Is(err, cookie.ErrNotFound) {
		return fmt.Errorf("error %v of another practice's choice", err)
	}
	return chosen(ctx, h, "", 0)
}

func cookieExact(ctx context.Context, h CookieHarness) error {
	n := 0
	add := func(change func(*cookie.Choice)) error {
		n++
		c := choice("ID")
		change(&c)
		if err := choose(ctx, h.Store, choosing(c, n)); err != nil {
			return fmt.Errorf("%q %q %q was taken for another: %w", c.Practice, c.Visitor, c.ID, err)
		}
		return nil
	}
	for _, name := range []string{"Elm", "elm", "élm", "e\u0301lm", "elm "} {
		if err := add(func(c *cookie.Choice) { c.Practice = name }); err != nil {
			return err
		}
	}
	for _, id := range []string{"ID", "id", "id "} {
		if err := add(func(c *cookie.Choice) { c.ID = id }); err != nil {
			return err
		}
	}
	for i, name := range []string{strings.ToUpper(visitor), visitor + " "} {
		if err := add(func(c *cookie.Choice) { c.Visitor, c.ID = name, fmt.Sprint(i) }); err != nil {
			return err
		}
	}
	return chosen(ctx, h, "ID id id ", 5)
}

func cookieNotShared(ctx context.Context, h CookieHarness) error {
	c := choice("a")
	c.Allowed = cookie.Optional()
	if err := choose(ctx, h.Store, choosing(c, 1)); err != nil {
		return err
	}
	c.Allowed[0] = "changed by the writer"
	for range 2 {
		one, err := h.Store.Choice(ctx, c.Key())
		if err != nil {
			return err
		}
		p, err := h.Store.Choices(ctx, cookie.Query{Practice: practice, Visitor: visitor})
		if err != nil {
			return err
		}
		for _, got := range append(p.Choices, one) {
			if !reflect.DeepEqual(got.Allowed, cookie.Optional()) {
				return fmt.Errorf("the store's choice was changed from outside: %+v", got)
			}
			got.Allowed[0] = "changed by the reader"
		}
	}
	return nil
}

func cookiePages(ctx context.Context, h CookieHarness) error {
	const n = 250
	for i := range n {
		c := choice(fmt.Sprintf("%03d", i))
		c.Recorded = start.Add(time.Duration(i/3) * time.Microsecond) // three at each moment
		if err := choose(ctx, h.Store, choosing(c, i)); err != nil {
			return err
		}
	}
	for limit, pages := range map[int]int{0: 3, 1: n, 100: 3, n: 1} {
		q, read, seen := cookie.Query{Practice: practice, Visitor: visitor, Limit: limit}, 0, 0
		for more := true; more; more = q.After != "" {
			p, err := h.Store.Choices(ctx, q)
			if err != nil {
				return err
			}
			for _, c := range p.Choices {
				if c.ID != fmt.Sprintf("%03d", seen) {
					return fmt.Errorf("by %d: place %d holds choice %s", limit, seen, c.ID)
				}
				seen++
			}
			q.After = p.Next
			read++
		}
		if seen != n || read != pages {
			return fmt.Errorf("by %d: %d choices on %d pages", limit, seen, read)
		}
	}
	for _, q := range []cookie.Query{
		{Visitor: visitor},
		{Practice: practice},
		{Practice: practice, Visitor: visitor, Limit: -1},
		{Practice: practice, Visitor: visitor, Limit: 1001},
		{Practice: practice, Visitor: visitor, After: "what no page gave"},
	} {
		if _, err := h.Store.Choices(ctx, q); !errors.Is(err, cookie.ErrInvalid) {
			return fmt.Errorf("a query that asks for nothing: error %v", err)
		}
	}
	return nil
}
