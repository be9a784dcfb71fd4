package consenttest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/suite"
)

func inOrder(ctx context.Context, h Harness) error {
	// Equal times and descending ids: only the order of writing remains to sort by.
	for i, id := range []string{"c", "b", "a"} {
		if err := apply(ctx, h.Store, change(fact(id), i)); err != nil {
			return err
		}
	}
	got, err := ledger(ctx, h.Store, number)
	if err != nil {
		return err
	}
	var ids []string
	for _, f := range got {
		ids = append(ids, f.ID)
	}
	if order := strings.Join(ids, " "); order != "c b a" {
		return fmt.Errorf("written as c b a, read as %s", order)
	}
	return holds(ctx, h, 3, 3)
}

func everyField(ctx context.Context, h Harness) error {
	full := consent.Fact{
		ID: "g-1", Practice: practice, Number: number, Kind: consent.Granted, Category: consent.Promotional,
		Sender: "+12125550199", Patient: "p-1",
		At: start, Recorded: start.Add(time.Microsecond), Actor: audit.Actor{Kind: audit.Representative, ID: "mother"},
		Entry: uuid(1), Token: "t", Duty: "d", Basis: consent.WebForm, Channel: consent.ByPortal, Cause: consent.Landline, Confirm: true,
		About: []string{"x", "y"}, Expires: start.Add(time.Hour), Evidence: evidence,
	}
	readBack := full
	readBack.Erased = true // which no fact is when it is written
	if err := suite.Filled(readBack); err != nil {
		return err
	}
	if err := apply(ctx, h.Store, change(full, 1)); err != nil {
		return err
	}
	got, err := ledger(ctx, h.Store, number)
	if err != nil {
		return err
	}
	if len(got) != 1 || !reflect.DeepEqual(got[0], full) {
		return fmt.Errorf("written %+v\nread %+v", full, got)
	}
	return nil
}

var evidence = consent.Evidence{
	Wording: "I agree; it's \\ fine? ?0", Language: "es", Signature: "s", Document: "d", Address: "192.0.2.1",
	Browser: "b", Staff: "u", Choice: consent.Separate, Representative: "g", Words: "¿sí? 👍", Message: "m",
}

func absence(ctx context.Context, h Harness) error {
	facts, err := h.Store.Ledger(ctx, consent.Key{Practice: "nobody", Number: number})
	if err != nil || len(facts) != 0 {
		return fmt.Errorf("%d facts and error %v of a practice that does not exist", len(facts), err)
	}
	page, err := h.Store.Facts(ctx, consent.Query{Practice: "nobody", Kind: consent.Revoked})
	if err != nil || len(page.Facts) != 0 || page.Next != "" {
		return fmt.Errorf("a page %+v and error %v of a practice that does not exist", page, err)
	}
	numbers, err := h.Store.Numbers(ctx, "nobody", "p-1")
	if err != nil || len(numbers) != 0 {
		return fmt.Errorf("numbers %v and error %v of a practice that does not exist", numbers, err)
	}
	p, err := h.Store.Settings(ctx, "nobody")
	if err != nil || p != (consent.Settings{Practice: "nobody"}) {
		return fmt.Errorf("settings %+v and error %v of a practice that set none", p, err)
	}
	return nil
}

func repeated(ctx context.Context, h Harness) error {
	if err := apply(ctx, h.Store, change(fact("a"), 1)); err != nil {
		return err
	}
	for _, seen := range []int{consent.Any, 0, 1} {
		again := change(fact("a"), 2)
		again.Seen = seen
		written, err := h.Store.Apply(ctx, again)
		if err != nil || written {
			return fmt.Errorf("repeated with Seen %d: written %v, error %v", seen, written, err)
		}
	}
	return holds(ctx, h, 1, 1)
}

func idsArePerPractice(ctx context.Context, h Harness) error {
	if err := apply(ctx, h.Store, change(fact("a"), 1)); err != nil {
		return err
	}
	elsewhere := fact("a")
	elsewhere.Number = "+12125550101"
	if written, err := h.Store.Apply(ctx, change(elsewhere, 2)); err != nil || written {
		return fmt.Errorf("an id used for another number: written %v, error %v", written, err)
	}
	foreign := fact("a")
	foreign.Practice = "oak-street"
	if err := apply(ctx, h.Store, change(foreign, 3)); err != nil {
		return fmt.Errorf("an id used by another practice: %w", err)
	}
	return holds(ctx, h, 1, 1)
}

func practicesApart(ctx context.Context, h Harness) error {
	foreign := fact("a")
	foreign.Practice = "oak-street"
	if err := apply(ctx, h.Store, change(foreign, 1)); err != nil {
		return err
	}
	return holds(ctx, h, 0, 0)
}

func exact(ctx context.Context, h Harness) error {
	for i, name := range []string{"Elm", "elm", "ELM", "élm", "e\u0301lm", "elm "} {
		f := fact("a")
		f.Practice = name
		if err := apply(ctx, h.Store, change(f, i)); err != nil {
			return fmt.Errorf("practice %q was taken for another: %w", name, err)
		}
	}
	for i, id := range []string{"ID", "id", "id "} {
		if err := apply(ctx, h.Store, change(fact(id), 10+i)); err != nil {
			return fmt.Errorf("id %q was taken for another: %w", id, err)
		}
	}
	return holds(ctx, h, 3, 3)
}

func stale(ctx context.Context, h Harness) error {
	if err := apply(ctx, h.Store, change(fact("a"), 1)); err != nil {
		return err
	}
	c := change(fact("b"), 2)
	c.Seen = 0
	if written, err := h.Store.Apply(ctx, c); !errors.Is(err, consent.ErrStale) || written {
		return fmt.Errorf("written %v, error %v, not ErrStale", written, err)
	}
	if err := holds(ctx, h, 1, 1); err != nil {
		return err
	}
	c.Seen = 1
	if err := apply(ctx, h.Store, c); err != nil {
		return err
	}
	// What was written whatever the ledger held counts like everything else.
	if err := apply(ctx, h.Store, change(fact("c"), 3)); err != nil {
		return err
	}
	late := change(fact("d"), 4)
	late.Seen = 2
	if written, err := h.Store.Apply(ctx, late); !errors.Is(err, consent.ErrStale) || written {
		return fmt.Errorf("after a stop: written %v, error %v, not ErrStale", written, err)
	}
	late.Seen = 3
	if err := apply(ctx, h.Store, late); err != nil {
		return err
	}
	return holds(ctx, h, 4, 4)
}

func anyLength(ctx context.Context, h Harness) error {
	for i := range 5 {
		if err := apply(ctx, h.Store, change(fact(fmt.Sprint(i)), i)); err != nil {
			return err
		}
	}
	return holds(ctx, h, 5, 5)
}

func notShared(ctx context.Context, h Harness) error {
	f := fact("a")
	f.About = []string{"one"}
	if err := apply(ctx, h.Store, change(f, 1)); err != nil {
		return err
	}
	f.About[0] = "changed by the writer"
	for range 2 {
		page, err := h.Store.Facts(ctx, consent.Query{Practice: practice, Kind: consent.Revoked})
		if err != nil {
			return err
		}
		if got := page.Facts; len(got) != 1 || len(got[0].About) != 1 || got[0].About[0] != "one" {
			return fmt.Errorf("the store's fact was changed from outside: %+v", got)
		}
		page.Facts[0].About[0] = "changed by the reader"
	}
	return nil
}

func lent(ctx context.Context, h Harness) error {
	if err := apply(ctx, h.Store, change(fact("a"), 1)); err != nil {
		return err
	}
	before, err := ledger(ctx, h.Store, number)
	if err != nil {
		return err
	}
	own := append(before, fact("a reader's own"))
	for i, id := range []string{"b", "c"} {
		if err := apply(ctx, h.Store, change(fact(id), 2+i)); err != nil {
			return err
		}
	}
	if len(before) != 1 || before[0].ID != "a" || own[1].ID != "a reader's own" {
		return fmt.Errorf("what was lent has changed to %+v", own)
	}
	now, err := ledger(ctx, h.Store, number)
	if err != nil || len(now) != 3 || now[1].ID != "b" {
		return fmt.Errorf("a reader's own fact stands in the ledger: %+v, error %v", now, err)
	}
	return nil
}

func long(ctx context.Context, h Harness) error {
	const n = 1000
	for i := range n {
		f := fact(fmt.Sprint(i))
		f.At = f.At.Add(time.Duration(n-i) * time.Minute)
		if err := apply(ctx, h.Store, consent.Change{Fact: &f, Seen: i, Leaves: []audit.Leaf{leaf(uuid(i), practice)}}); err != nil {
			return err
		}
	}
	got, err := ledger(ctx, h.Store, number)
	if err != nil {
		return err
	}
	for i, f := range got {
		if f.ID != fmt.Sprint(i) {
			return fmt.Errorf("place %d holds fact %s", i, f.ID)
		}
	}
	return holds(ctx, h, n, n)
}
