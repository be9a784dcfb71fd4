package smstest

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
	"github.com/enamel-go/enamel/sms"
)

func everyField(ctx context.Context, h Harness) error {
	full := sms.Text{
		ID: "t-1", Practice: practice, Patient: "p-1", Kind: sms.ConfirmRequest, Category: consent.Promotional,
		Provider: "twilio", From: from, To: number, Body: "it's \\ fine? ?0 ¿sí? 👍", Subject: "a-1", Version: "7",
		Zone: "America/Chicago", NotBefore: start.Add(time.Minute), LastUseful: start.Add(time.Hour),
		Created: start.Add(time.Microsecond),
	}
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
			page, err := h.Store.Texts(ctx, sms.Query{Practice: practice, Number: number, State: sms.Queued})
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
		t := text(name)
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
		{sms.Query{Number: number, State: sms.Queued}, "c a"},
		{sms.Query{State: sms.Queued}, "d c a"},
		{sms.Query{State: sms.Cancelled}, "b"},
		{sms.Query{Number: away.To, State: sms.Cancelled}, ""},
		{sms.Query{Number: "2125550100"}, ""},
	} {
		c.query.Practice = practice
		page, err := h.Store.Texts(ctx, c.query)
		if err := errors.Join(err, same("the texts", ids(page.Texts), c.want)); err != nil {
			return err
		}
		c.query.Limit = 1
		var one []sms.Tracked
		for {
			page, err := h.Store.Texts(ctx, c.query)
			if err != nil {
				return err
			}
			one = append(one, page.Texts...)
			if c.query.After = page.Next; page.Next == "" {
				break
			}
		}
		if err := same("the texts one by one", ids(one), c.want); err != nil {
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
	d.Trail[0].Fact = "changed by the writer"
	for range 2 {
		got, err := h.Store.Text(ctx, key("t"))
		if err != nil {
			return err
		}
		if err := same("the decision", got.Decision, decision("no")); err != nil {
			return err
		}
		got.Decision.Trail[0].Fact = "changed by the reader"
	}
	return nil
}

func invalid(ctx context.Context, h Harness) error {
	var changes []sms.Change
	for _, spoil := range []func(*sms.Text){
		func(t *sms.Text) { t.ID = "" },
		func(t *sms.Text) { t.ID = "t\x00" },
		func(t *sms.Text) { t.ID = strings.Repeat("t", 257) },
		func(t *sms.Text) { t.Practice = "" },
		func(t *sms.Text) { t.Practice = strings.Repeat("p", 65) },
		func(t *sms.Text) { t.To = "" },
		func(t *sms.Text) { t.Kind = "" },
		func(t *sms.Text) { t.Body = "\x00" },
		func(t *sms.Text) { t.Body = "\xff" },
		func(t *sms.Text) { t.Subject = "\xff" },
	} {
		t := text("t")
		spoil(&t)
		changes = append(changes, sms.Change{Texts: []sms.Text{t}})
	}
	for _, spoil := range []func(*sms.Received){
		func(m *sms.Received) { m.ID = "" },
		func(m *sms.Received) { m.Provider = "\x00" },
		func(m *sms.Received) { m.From = "" },
		func(m *sms.Received) { m.Body = "\xff" },
	} {
		m := message("m")
		spoil(&m)
		changes = append(changes, sms.Change{Received: &m})
	}
	changes = append(changes,
		sms.Change{},
		sms.Change{Stop: &sms.Stop{Practice: practice}},
		sms.Change{Cancel: &sms.Cancel{Key: key("")}},
		sms.Change{Cancel: &sms.Cancel{Key: key("t"), Decision: decision("\xff")}},
		sms.Change{Receipt: &sms.Delivered{Key: key("t"), Code: "\x00"}},
		sms.Change{Resolve: &sms.Resolve{Key: key("t"), State: sms.Queued}},
		sms.Change{Sender: &sms.Sender{Practice: practice}},
		sms.Change{Sender: &sms.Sender{Practice: practice, Number: from, Name: "\x00"}},
	)
	for _, c := range changes {
		if written, err := h.Store.Apply(ctx, with(1, c)); !errors.Is(err, sms.ErrInvalid) || written {
			return fmt.Errorf("%+v: written %v, error %v, not ErrInvalid", c, written, err)
		}
	}
	for _, q := range []sms.Query{
		{},
		{Practice: "\x00"},
		{Practice: practice, Limit: -1},
		{Practice: practice, Limit: 1001},
		{Practice: practice, State: "\x00"},
		{Practice: practice, After: "x"},
		{Practice: practice, After: "1."},
		{Practice: practice, After: "1.\x00"},
	} {
		if _, err := h.Store.Texts(ctx, q); !errors.Is(err, sms.ErrInvalid) {
			return fmt.Errorf("texts by %+v: error %v, not ErrInvalid", q, err)
		}
		if _, err := h.Store.Received(ctx, q); !errors.Is(err, sms.ErrInvalid) {
			return fmt.Errorf("messages by %+v: error %v, not ErrInvalid", q, err)
		}
	}
	return logged(ctx, h, 0)
}

func allOrNothing(ctx context.Context, h Harness) error {
	m, s := message("m-2"), sender(from)
	t := text("t-1")
	if err := apply(ctx, h, with(1, sms.Change{Texts: []sms.Text{t}})); err != nil {
		return err
	}
	for _, c := range []sms.Change{
		{Texts: []sms.Text{text("t-2")}},
		{Texts: []sms.Text{text("t-2"), text("t-3")}},
		{Received: &m},
		{Received: &m, Texts: []sms.Text{text("t-2")}, Stop: &sms.Stop{Practice: practice, Number: number, Decision: decision("no")}},
		{Cancel: &sms.Cancel{Key: t.Key(), Decision: decision("no")}},
		{Receipt: &sms.Delivered{Key: t.Key(), Status: sms.StatusSent}},
		{Sender: &s},
	} {
		c.Leaves = []audit.Leaf{leaf(1, practice)}
		c.Leaves[0].Bytes = []byte("{}") // the entry's id is taken, by other bytes
		if written, err := h.Store.Apply(ctx, c); err == nil || written {
			return fmt.Errorf("a change whose entry was refused: written %v, error %v", written, err)
		}
		if h.OneConnection {
			return nil // the refused entry has ended the transaction, and the change with it
		}
		got, err := h.Store.Text(ctx, t.Key())
		want := sms.Tracked{Text: t, Progress: sms.Progress{State: sms.Queued, Due: t.NotBefore}}
		if err := errors.Join(err, same("the text", got, want)); err != nil {
			return err
		}
		for _, id := range []string{"t-2", "t-3"} {
			if _, err := h.Store.Text(ctx, key(id)); !errors.Is(err, sms.ErrNotFound) {
				return fmt.Errorf("a text was kept without its entry: %v", err)
			}
		}
		received, err := h.Store.Received(ctx, sms.Query{Practice: practice})
		if err != nil || len(received) != 0 {
			return fmt.Errorf("a message was kept without its entry: %d, %v", len(received), err)
		}
		if _, err := h.Store.Sender(ctx, practice, ""); !errors.Is(err, sms.ErrNotFound) {
			return fmt.Errorf("a sender was kept without its entry: %v", err)
		}
	}
	return logged(ctx, h, 1)
}

func everyEntry(ctx context.Context, h Harness) error {
	m := message("m")
	small := sms.Change{Texts: []sms.Text{text("a")}, Leaves: []audit.Leaf{leaf(1, practice), leaf(2, practice)}}
	large := sms.Change{Texts: []sms.Text{text("b"), text("c")}, Received: &m, Leaves: []audit.Leaf{leaf(3, practice), leaf(4, practice)}}
	return steps(
		func() error { return apply(ctx, h, small) },
		func() error { return apply(ctx, h, large) },
		func() error { return logged(ctx, h, 4) },
	)
}

func withoutEntries(ctx context.Context, h Harness) error {
	m, s := message("m"), sender(from)
	for _, c := range []sms.Change{
		{Texts: []sms.Text{text("a")}},
		{Texts: []sms.Text{text("b"), text("c")}, Received: &m},
		{Receipt: &sms.Delivered{Key: key("a"), Status: sms.StatusSent}},
		{Cancel: &sms.Cancel{Key: key("a"), Decision: decision("no")}},
		{Stop: &sms.Stop{Practice: practice, Number: number, Decision: decision("no")}},
		{Sender: &s},
	} {
		if err := apply(ctx, h, c); err != nil {
			return err
		}
	}
	return logged(ctx, h, 0)
}

func cancelledContext(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	m := message("m")
	for _, c := range []sms.Change{
		{Texts: []sms.Text{text("t")}},
		{Texts: []sms.Text{text("t"), text("u")}, Received: &m},
	} {
		if _, err := h.Store.Apply(gone, with(1, c)); !errors.Is(err, context.Canceled) {
			return fmt.Errorf("error %v, not context.Canceled", err)
		}
	}
	page, err := h.Store.Texts(ctx, sms.Query{Practice: practice})
	return errors.Join(err, same("the texts", len(page.Texts), 0), logged(ctx, h, 0))
}

func concurrent(ctx context.Context, h Harness) error {
	if h.OneConnection {
		return nil
	}
	const writers = 8
	var group sync.WaitGroup
	failed := make(chan error, writers)
	written := make(chan string, writers)
	for w := range writers {
		group.Go(func() {
			same, own := text("same"), text(fmt.Sprint(w))
			same.Body = own.ID
			for n, t := range []sms.Text{same, own} {
				ok, err := h.Store.Apply(ctx, with(2*w+n, sms.Change{Texts: []sms.Text{t}}))
				if err != nil || (t.ID != "same" && !ok) {
					failed <- fmt.Errorf("text %s: written %v, error %w", t.ID, ok, err)
				}
				if ok && t.ID == "same" {
					written <- t.Body
				}
			}
		})
	}
	group.Wait()
	close(failed)
	close(written)
	for err := range failed {
		return err
	}
	if len(written) != 1 {
		return fmt.Errorf("%d texts of one id were written", len(written))
	}
	got, err := h.Store.Text(ctx, key("same"))
	return errors.Join(err, same("the text that was written", got.Body, <-written), logged(ctx, h, writers+1))
}

func noSecrets(ctx context.Context, h Harness) error {
	const words = "planted-words-4711"
	t, m := text("t"), message("m")
	t.Body, t.Patient, m.Body = words, words+"-patient", words
	d := decision(words)
	secrets := []string{number, number[2:], from[2:], words}
	bad := t
	bad.Subject = "\xff"
	_, err := h.Store.Apply(ctx, sms.Change{Texts: []sms.Text{bad}})
	if err := quiet(err, secrets...); err != nil {
		return err
	}
	if err := apply(ctx, h, with(1, sms.Change{Texts: []sms.Text{t}})); err != nil {
		return err
	}
	u := t
	u.ID = "u"
	for _, c := range []sms.Change{
		{Texts: []sms.Text{u}},
		{Texts: []sms.Text{u}, Received: &m, Stop: &sms.Stop{Practice: practice, Number: number, Decision: d}},
		{Cancel: &sms.Cancel{Key: t.Key(), Decision: d}},
	} {
		c = with(1, c)
		c.Leaves[0].Bytes = []byte("other " + words)
		_, err := h.Store.Apply(ctx, c)
		if err := quiet(err, secrets...); err != nil || h.OneConnection {
			return err
		}
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	_, err = h.Store.Apply(gone, sms.Change{Texts: []sms.Text{u}})
	if err := quiet(err, secrets...); err != nil {
		return err
	}
	_, err = h.Store.Texts(gone, sms.Query{Practice: practice, Number: number})
	return quiet(err, secrets...)
}
