package smstest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

func everyField(ctx context.Context, h Harness) error {
	full := full()
	if err := filled(reflect.ValueOf(full)); err != nil {
		return err
	}
	if err := apply(ctx, h, with(1, sms.Change{Texts: []sms.Text{full}})); err != nil {
		return err
	}
	want := sms.Tracked{Text: full, Progress: sms.Progress{State: sms.Queued, Due: full.NotBefore}}
	got, err := h.Store.Text(ctx, full.Key())
	if err != nil {
		return err
	}
	if err := same("the text", got, want); err != nil {
		return err
	}
	page, err := h.Store.Texts(ctx, sms.Query{Practice: practice})
	if err != nil {
		return err
	}
	if err := same("the page", page, sms.Page{Texts: []sms.Tracked{want}}); err != nil {
		return err
	}
	return logged(ctx, h, 1)
}

func absence(ctx context.Context, h Harness) error {
	for _, k := range []sms.Key{{}, key(""), key("nothing"), key("t\x00"), {Practice: "nobody", ID: "t"}} {
		if _, err := h.Store.Text(ctx, k); !errors.Is(err, sms.ErrNotFound) {
			return fmt.Errorf("a text that does not exist: error %v", err)
		}
	}
	page, err := h.Store.Texts(ctx, sms.Query{Practice: "nobody", Number: number})
	if err != nil || len(page.Texts) != 0 || page.Next != "" {
		return fmt.Errorf("texts of a practice that does not exist: %d, %v", len(page.Texts), err)
	}
	received, err := h.Store.Received(ctx, sms.Query{Practice: "nobody", Number: number})
	if err != nil || len(received) != 0 {
		return fmt.Errorf("messages to a practice that does not exist: %d, %v", len(received), err)
	}
	if _, err := h.Store.Sender(ctx, "nobody", ""); !errors.Is(err, sms.ErrNotFound) {
		return fmt.Errorf("the sender of a practice that does not exist: error %v", err)
	}
	if _, err := h.Router.Route(ctx, from); !errors.Is(err, sms.ErrNotFound) {
		return fmt.Errorf("the practice of a number that nobody has: error %v", err)
	}
	return nil
}

func repeated(ctx context.Context, h Harness) error {
	changed := text("t")
	changed.Body, changed.To = "Something else", "+12125550101"
	return steps(
		func() error { return apply(ctx, h, with(1, sms.Change{Texts: []sms.Text{text("t")}})) },
		func() error { return made(ctx, h, with(2, sms.Change{Texts: []sms.Text{text("t")}})) },
		func() error { return made(ctx, h, with(3, sms.Change{Texts: []sms.Text{changed}})) },
		func() error {
			got, err := h.Store.Text(ctx, key("t"))
			return errors.Join(err, same("the text", got.Text, text("t")))
		},
		func() error { return logged(ctx, h, 1) },
	)
}

func together(ctx context.Context, h Harness) error {
	return steps(
		func() error { return queue(ctx, h, text("b")) },
		func() error {
			return made(ctx, h, with(1, sms.Change{Texts: []sms.Text{text("a"), text("b"), text("c")}}))
		},
		func() error { return made(ctx, h, with(2, sms.Change{Texts: []sms.Text{text("d"), text("d")}})) },
		func() error {
			page, err := h.Store.Texts(ctx, sms.Query{Practice: practice})
			return errors.Join(err, same("the texts", ids(page.Texts), "b"))
		},
		func() error { return logged(ctx, h, 0) },
		func() error { return apply(ctx, h, with(3, sms.Change{Texts: []sms.Text{text("x"), text("y")}})) },
		func() error {
			page, err := h.Store.Texts(ctx, sms.Query{Practice: practice})
			return errors.Join(err, same("the texts", ids(page.Texts), "y x b"))
		},
		func() error { return logged(ctx, h, 1) },
	)
}

func practicesApart(ctx context.Context, h Harness) error {
	foreign, letter := text("t"), message("m")
	foreign.Practice, letter.Practice = other, other
	return steps(
		func() error { return apply(ctx, h, sms.Change{Texts: []sms.Text{foreign}, Received: &letter}) },
		func() error {
			page, err := h.Store.Texts(ctx, sms.Query{Practice: practice})
			return errors.Join(err, same("the texts", len(page.Texts), 0))
		},
		func() error {
			page, err := h.Store.Texts(ctx, sms.Query{Practice: practice, Number: number, States: []sms.State{sms.Queued}})
			return errors.Join(err, same("the texts to a number", len(page.Texts), 0))
		},
		func() error {
			received, err := h.Store.Received(ctx, sms.Query{Practice: practice, Number: number})
			return errors.Join(err, same("the messages", len(received), 0))
		},
		func() error {
			return made(ctx, h, with(1, sms.Change{Cancel: &sms.Cancel{Key: key("t"), Decision: decision("no")}}))
		},
		func() error {
			return apply(ctx, h, sms.Change{Stop: &sms.Stop{Practice: practice, Number: number, Decision: decision("no")}})
		},
		func() error { return in(ctx, h, foreign.Key(), sms.Queued) },
		func() error { return queue(ctx, h, text("t")) },
		func() error { l := message("m"); return apply(ctx, h, sms.Change{Received: &l}) },
	)
}

func exact(ctx context.Context, h Harness) error {
	for _, name := range []string{"Elm", "elm", "ELM", "élm", "e\u0301lm", "elm "} {
		t := text("t")
		t.Practice = name
		if err := queue(ctx, h, t); err != nil {
			return fmt.Errorf("practice %q was taken for another: %w", name, err)
		}
	}
	for _, id := range []string{"ID", "id", "Id ", "\\", "'", "?", "%", "_"} {
		if err := queue(ctx, h, text(id)); err != nil {
			return fmt.Errorf("id %q was taken for another: %w", id, err)
		}
		if err := in(ctx, h, key(id), sms.Queued); err != nil {
			return err
		}
	}
	page, err := h.Store.Texts(ctx, sms.Query{Practice: practice})
	return errors.Join(err, same("the texts", ids(page.Texts), "id _ \\ Id  ID ? ' %"))
}

func pages(ctx context.Context, h Harness) error {
	const n = 1000
	var batch []sms.Text
	want := map[string]bool{}
	for i := range n {
		t := text(fmt.Sprintf("%03d", (i*7)%n))
		t.Created = start.Add(time.Duration(i/3) * time.Minute) // every three are of one time
		want[t.ID] = true
		if batch = append(batch, t); len(batch) == n/4 {
			if err := apply(ctx, h, sms.Change{Texts: batch}); err != nil {
				return err
			}
			batch = nil
		}
	}
	var last *sms.Tracked
	for q := (sms.Query{Practice: practice, Limit: 97}); ; {
		page, err := h.Store.Texts(ctx, q)
		if err != nil {
			return err
		}
		for _, t := range page.Texts {
			if !want[t.ID] {
				return fmt.Errorf("text %s came twice or was never written", t.ID)
			}
			delete(want, t.ID)
			if last != nil && (t.Created.After(last.Created) || t.Created.Equal(last.Created) && t.ID > last.ID) {
				return fmt.Errorf("text %s came behind %s", t.ID, last.ID)
			}
			last = &t
		}
		if q.After = page.Next; q.After == "" {
			break
		}
		if len(page.Texts) != q.Limit {
			return fmt.Errorf("a page that is not the last has %d texts, not %d", len(page.Texts), q.Limit)
		}
		// What is queued while somebody turns the pages is newer than all of them, and moves nothing.
		t := text("new-" + page.Texts[0].ID)
		t.Created = start.Add(1000 * time.Hour)
		if err := queue(ctx, h, t); err != nil {
			return err
		}
	}
	if len(want) > 0 {
		return fmt.Errorf("%d texts were on no page", len(want))
	}
	page, err := h.Store.Texts(ctx, sms.Query{Practice: practice})
	if err != nil || len(page.Texts) != 100 {
		return fmt.Errorf("a page has %d texts by default, error %v", len(page.Texts), err)
	}
	page, err = h.Store.Texts(ctx, sms.Query{Practice: practice, Limit: 11, After: page.Next})
	return errors.Join(err, same("the second page", len(page.Texts), 11))
}

func filtered(ctx context.Context, h Harness) error {
	away := text("d")
	away.To = "+12125550101"
	if err := queue(ctx, h, text("a"), text("b"), text("c"), away); err != nil {
		return err
	}
	if err := apply(ctx, h, sms.Change{Cancel: &sms.Cancel{Key: key("b"), Decision: decision("no")}}); err != nil {
		return err
	}
	for _, c := range []struct {
		query sms.Query
		want  string
	}{
		{sms.Query{Number: number}, "c b a"},
		{sms.Query{Number: number, States: []sms.State{sms.Queued}}, "c a"},
		{sms.Query{States: []sms.State{sms.Queued}}, "d c a"},
		{sms.Query{States: []sms.State{sms.Cancelled}}, "b"},
		{sms.Query{States: []sms.State{sms.Cancelled, sms.Queued}}, "d c b a"},
		{sms.Query{Number: number, States: []sms.State{sms.Sent, sms.Cancelled}}, "b"},
		{sms.Query{Number: away.To, States: []sms.State{sms.Cancelled}}, ""},
		{sms.Query{Number: "2125550100"}, ""},
	} {
		if err := finds(ctx, h, c.query, c.want); err != nil {
			return err
		}
	}
	return nil
}

// finds checks which of the practice's texts a query finds, on one page and on pages of one text each.
func finds(ctx context.Context, h Harness, q sms.Query, want string) error {
	q.Practice = practice
	page, err := h.Store.Texts(ctx, q)
	if err := errors.Join(err, same(fmt.Sprintf("the texts by %+v", q), ids(page.Texts), want)); err != nil {
		return err
	}
	var one []sms.Tracked
	for q.Limit = 1; ; {
		page, err := h.Store.Texts(ctx, q)
		if err != nil {
			return err
		}
		if page.Next != "" && len(page.Texts) != 1 {
			return fmt.Errorf("a page by %+v that is not the last has %d texts, not 1", q, len(page.Texts))
		}
		one = append(one, page.Texts...)
		if q.After = page.Next; q.After == "" {
			return same(fmt.Sprintf("the texts one by one by %+v", q), ids(one), want)
		}
	}
}

func categories(ctx context.Context, h Harness) error {
	for _, t := range []struct {
		id, to string
		of     consent.Category
	}{
		{"a", number, consent.Transactional},
		{"b", number, consent.Promotional},
		{"c", number, consent.Conversational},
		{"d", "+12125550101", consent.Promotional},
		{"e", number, consent.Promotional},
		{"f", number, consent.Transactional},
		{"g", number, consent.Promotional},
	} {
		x := text(t.id)
		x.To, x.Category = t.to, t.of
		if err := queue(ctx, h, x); err != nil {
			return err
		}
	}
	if err := apply(ctx, h, sms.Change{Cancel: &sms.Cancel{Key: key("e"), Decision: decision("no")}}); err != nil {
		return err
	}
	for _, c := range []struct {
		query sms.Query
		want  string
	}{
		{sms.Query{Category: consent.Transactional}, "f a"},
		{sms.Query{Category: consent.Conversational}, "c"},
		{sms.Query{Category: consent.Promotional}, "g e d b"},
		{sms.Query{Category: consent.Promotional, Number: number}, "g e b"},
		{sms.Query{Category: consent.Promotional, Number: number, States: []sms.State{sms.Queued}}, "g b"},
		{sms.Query{Category: consent.Promotional, Before: start}, ""},
		{sms.Query{Category: "Promotional"}, ""},
		{sms.Query{Category: "promo"}, ""},
	} {
		if err := finds(ctx, h, c.query, c.want); err != nil {
			return err
		}
	}
	return nil
}

func named(ctx context.Context, h Harness) error {
	foreign, away := text("c"), text("d")
	foreign.Practice, away.To = other, "+12125550101"
	if err := queue(ctx, h, text("a"), text("b"), foreign, away, text("A"), text("e"), text("f")); err != nil {
		return err
	}
	if err := apply(ctx, h, sms.Change{Cancel: &sms.Cancel{Key: key("b"), Decision: decision("no")}}); err != nil {
		return err
	}
	most := make([]string, 1000)
	for i := range most {
		most[i] = fmt.Sprint("nothing ", i)
	}
	most[0], most[999] = "f", "a"
	for _, c := range []struct {
		query sms.Query
		want  string
	}{
		{sms.Query{IDs: []string{"a", "d", "b"}}, "d b a"},
		{sms.Query{IDs: []string{"a", "a", "c", "e "}}, "a"},
		{sms.Query{IDs: []string{"c", "nothing"}}, ""},
		{sms.Query{IDs: []string{}}, "f e d b a A"},
		{sms.Query{IDs: []string{"a", "b", "d"}, States: []sms.State{sms.Queued}}, "d a"},
		{sms.Query{IDs: []string{"a", "b", "d"}, Number: number}, "b a"},
		{sms.Query{IDs: []string{"a", "b"}, Before: start}, ""},
		{sms.Query{IDs: most}, "f a"},
	} {
		if err := finds(ctx, h, c.query, c.want); err != nil {
			return err
		}
	}
	return nil
}

func instants(ctx context.Context, h Harness) error {
	zone := time.FixedZone("", -5*3600)
	t := text("t")
	t.Created = start.Add(999 * time.Nanosecond).In(zone)
	t.NotBefore, t.LastUseful = t.Created, t.Created.Add(time.Hour)
	d := decision("no")
	d.Until = t.Created
	m := message("m")
	m.At = t.Created
	return steps(
		func() error { return apply(ctx, h, sms.Change{Texts: []sms.Text{t}, Received: &m}) },
		func() error { return apply(ctx, h, sms.Change{Cancel: &sms.Cancel{Key: t.Key(), Decision: d}}) },
		func() error {
			got, err := h.Store.Text(ctx, t.Key())
			return errors.Join(err,
				same("the times", []time.Time{got.Created, got.NotBefore, got.LastUseful, got.Due, got.Decision.Until},
					[]time.Time{start, start, start.Add(time.Hour), start, start}))
		},
		func() error {
			got, err := h.Store.Received(ctx, sms.Query{Practice: practice})
			want := m
			want.At = start
			return errors.Join(err, same("the messages", got, []sms.Received{want}))
		},
	)
}

func notShared(ctx context.Context, h Harness) error {
	d := decision("no")
	c := sms.Change{Cancel: &sms.Cancel{Key: key("t"), Decision: d}}
	if err := steps(
		func() error { return queue(ctx, h, text("t")) },
		func() error { return apply(ctx, h, c) },
	); err != nil {
		return err
	}
	d.Trail[0].Fact, d.Facts.Zones[0] = "changed by the writer", "changed by the writer"
	for range 2 {
		got, err := h.Store.Text(ctx, key("t"))
		if err != nil {
			return err
		}
		if err := same("the decision", got.Decision, decision("no")); err != nil {
			return err
		}
		got.Decision.Trail[0].Fact, got.Decision.Facts.Zones[0] = "changed by the reader", "changed by the reader"
	}
	return nil
}
