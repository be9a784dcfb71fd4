package smstest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/sms"
)

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
		sms.Change{Requeue: &sms.Requeue{}},
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
		{Practice: practice, IDs: make([]string, 1)},
		{Practice: practice, IDs: []string{"\x00"}},
		{Practice: practice, IDs: strings.Split(strings.Repeat("x", 1001), "")},
		{Practice: practice, States: []sms.State{sms.Queued, "\x00"}},
		{Practice: practice, States: make([]sms.State, 1)},
		{Practice: practice, Category: "\x00"},
		{Practice: practice, Before: start.AddDate(-3000, 0, 0)},
		{Practice: practice, Claimed: start.AddDate(-3000, 0, 0)},
		{Practice: practice, Claimed: start.AddDate(8000, 0, 0)},
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
