package consenttest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

// Harness is one fresh store under test and the audit store that its entries go to.
type Harness struct {
	Store   consent.Store
	Entries audit.Store
	// OneConnection says that the store works inside a single transaction, so that cases with concurrent writers and
	// cancelled contexts, which such a transaction does not survive, are left out.
	OneConnection bool
}

// Case is one rule that every store keeps.
type Case struct {
	Name  string
	Check func(ctx context.Context, h Harness) error
}

// Cases returns the suite.
func Cases() []Case {
	return []Case{
		{"facts come back as written, in order", inOrder},
		{"every field survives", everyField},
		{"a number without facts is empty", absence},
		{"a repeated fact changes nothing and leaves no second entry", repeated},
		{"an id belongs to the practice, not to the number", idsArePerPractice},
		{"practices do not see each other", practicesApart},
		{"numbers and ids are exact", exact},
		{"a stale change writes nothing", stale},
		{"a change on any length is never stale", anyLength},
		{"a refused entry takes the fact with it", allOrNothing},
		{"what is returned is not shared", notShared},
		{"settings are replaced, with their entry", settings},
		{"a cancelled context writes nothing", cancelled},
		{"concurrent writers lose nothing", concurrent},
		{"concurrent decisions on one ledger exclude each other", concurrentDecisions},
		{"a long ledger comes back whole", long},
		{"errors carry no number and no words", noSecrets},
	}
}

var start = time.Date(2026, 3, 2, 15, 0, 0, 123456000, time.UTC)

const (
	practice = "elm-street"
	number   = "+12125550100"
)

func fact(id string) consent.Fact {
	return consent.Fact{
		ID: id, Practice: practice, Number: number, Kind: consent.Revoked, Channel: consent.ByDesk,
		At: start, Recorded: start.Add(time.Second), Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
	}
}

func leaf(id, practice string) audit.Leaf {
	return audit.Leaf{
		ID: id, Practice: practice, At: start, Actor: audit.Actor{Kind: audit.Staff, ID: "u-1"},
		Action: "consent.revoke", Outcome: audit.Done, Bytes: []byte(`{"id":"` + id + `"}`), MAC: []byte("mac of " + id),
	}
}

// uuid gives the entry of a test's fact an id of the form that ours have.
func uuid(n int) string { return fmt.Sprintf("01920000-0000-7000-8000-%012d", n) }

func change(f consent.Fact, entry int) consent.Change {
	return consent.Change{Fact: &f, Seen: consent.Any, Leaves: []audit.Leaf{leaf(uuid(entry), f.Practice)}}
}

func apply(ctx context.Context, s consent.Store, c consent.Change) error {
	written, err := s.Apply(ctx, c)
	if err == nil && !written {
		err = errors.New("a new change was taken for a repeated one")
	}
	return err
}

func entries(ctx context.Context, h Harness, practice string) (int, error) {
	page, err := h.Entries.Leaves(ctx, audit.Query{Practice: practice, Limit: 1000})
	return len(page.Leaves), err
}

// holds checks how many facts the ledger of number and entries the practice's log have.
func holds(ctx context.Context, h Harness, facts, logged int) error {
	got, err := h.Store.Facts(ctx, consent.Key{Practice: practice, Number: number})
	if err != nil {
		return err
	}
	if len(got) != facts {
		return fmt.Errorf("the ledger holds %d facts, not %d", len(got), facts)
	}
	n, err := entries(ctx, h, practice)
	if err != nil {
		return err
	}
	if n != logged {
		return fmt.Errorf("the log holds %d entries, not %d", n, logged)
	}
	return nil
}

func inOrder(ctx context.Context, h Harness) error {
	// Equal times and descending ids: only the order of writing remains to sort by.
	for i, id := range []string{"c", "b", "a"} {
		if err := apply(ctx, h.Store, change(fact(id), i)); err != nil {
			return err
		}
	}
	got, err := h.Store.Facts(ctx, consent.Key{Practice: practice, Number: number})
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
		At: start, Recorded: start.Add(time.Microsecond), Actor: audit.Actor{Kind: audit.Representative, ID: "mother"},
		Basis: consent.WebForm, Channel: consent.ByPortal, Confirm: true, About: []string{"x", "y"},
		Expires: start.Add(time.Hour),
		Evidence: consent.Evidence{
			Wording: "I agree; it's \\ fine? ?0", Language: "es", Signature: "s", Document: "d", Address: "192.0.2.1",
			Browser: "b", Staff: "u", Guardian: "g", Words: "¿sí? 👍", Message: "m",
		},
	}
	if err := filled(reflect.ValueOf(full)); err != nil {
		return err
	}
	if err := apply(ctx, h.Store, change(full, 1)); err != nil {
		return err
	}
	got, err := h.Store.Facts(ctx, full.Key())
	if err != nil {
		return err
	}
	if len(got) != 1 || !reflect.DeepEqual(got[0], full) {
		return fmt.Errorf("written %+v\nread %+v", full, got)
	}
	return nil
}

// filled fails when a field of the fact above is zero, so that a field added later cannot be forgotten here.
func filled(v reflect.Value) error {
	for i := range v.NumField() {
		f := v.Field(i)
		if f.IsZero() {
			return fmt.Errorf("the suite does not set %s", v.Type().Field(i).Name)
		}
		if f.Kind() == reflect.Struct && f.Type() != reflect.TypeFor[time.Time]() {
			if err := filled(f); err != nil {
				return err
			}
		}
	}
	return nil
}

func absence(ctx context.Context, h Harness) error {
	facts, err := h.Store.Facts(ctx, consent.Key{Practice: "nobody", Number: number})
	if err != nil || len(facts) != 0 {
		return fmt.Errorf("%d facts and error %v of a practice that does not exist", len(facts), err)
	}
	p, err := h.Store.Practice(ctx, "nobody")
	if err != nil || p != (consent.Practice{ID: "nobody"}) {
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
	for i, id := range []string{"ID", "id", "Id "} {
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
	return holds(ctx, h, 2, 2)
}

func anyLength(ctx context.Context, h Harness) error {
	for i := range 5 {
		if err := apply(ctx, h.Store, change(fact(fmt.Sprint(i)), i)); err != nil {
			return err
		}
	}
	return holds(ctx, h, 5, 5)
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
	s := consent.Change{Practice: &consent.Practice{ID: practice, DoubleOptIn: consent.ConfirmAll}, Seen: consent.Any, Leaves: c.Leaves}
	if written, err := h.Store.Apply(ctx, s); err == nil || written {
		return fmt.Errorf("settings whose entry was refused: written %v, error %v", written, err)
	}
	if p, err := h.Store.Practice(ctx, practice); err != nil || p.DoubleOptIn != "" {
		return fmt.Errorf("settings were kept without their entry: %+v, %v", p, err)
	}
	return holds(ctx, h, 1, 1)
}

func notShared(ctx context.Context, h Harness) error {
	f := fact("a")
	f.About = []string{"one"}
	if err := apply(ctx, h.Store, change(f, 1)); err != nil {
		return err
	}
	f.About[0] = "changed by the writer"
	for range 2 {
		got, err := h.Store.Facts(ctx, f.Key())
		if err != nil {
			return err
		}
		if got[0].About[0] != "one" {
			return fmt.Errorf("the store's fact was changed from outside: %q", got[0].About[0])
		}
		got[0].About[0] = "changed by the reader"
	}
	return nil
}

func settings(ctx context.Context, h Harness) error {
	for i, setting := range []consent.DoubleOptIn{consent.ConfirmAll, consent.ConfirmOff} {
		p := consent.Practice{ID: practice, DoubleOptIn: setting}
		c := consent.Change{Practice: &p, Seen: consent.Any, Leaves: []audit.Leaf{leaf(uuid(i), practice)}}
		if err := apply(ctx, h.Store, c); err != nil {
			return err
		}
		got, err := h.Store.Practice(ctx, practice)
		if err != nil || got != p {
			return fmt.Errorf("set %+v, read %+v, error %v", p, got, err)
		}
	}
	return holds(ctx, h, 0, 2)
}

func cancelled(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := h.Store.Apply(gone, change(fact("a"), 1)); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("error %v, not context.Canceled", err)
	}
	return holds(ctx, h, 0, 0)
}

func concurrent(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	const writers, each = 4, 8
	var group sync.WaitGroup
	failed := make(chan error, writers*each)
	for w := range writers {
		group.Go(func() {
			for i := range each {
				n := w*each + i
				if err := apply(ctx, h.Store, change(fact(fmt.Sprint(n)), n)); err != nil {
					failed <- err
				}
			}
		})
	}
	group.Wait()
	close(failed)
	for err := range failed {
		return err
	}
	return holds(ctx, h, writers*each, writers*each)
}

func concurrentDecisions(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	const writers = 8
	var group sync.WaitGroup
	results := make(chan error, writers)
	for w := range writers {
		group.Go(func() {
			c := change(fact(fmt.Sprint(w)), w)
			c.Seen = 0
			results <- apply(ctx, h.Store, c)
		})
	}
	group.Wait()
	close(results)
	won := 0
	for err := range results {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, consent.ErrStale):
			return err
		}
	}
	if won != 1 {
		return fmt.Errorf("%d decisions on an empty ledger were written", won)
	}
	return holds(ctx, h, 1, 1)
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
	got, err := h.Store.Facts(ctx, consent.Key{Practice: practice, Number: number})
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
