package smstest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

func everyMessageField(ctx context.Context, h Harness) error {
	full := sms.Received{
		Inbound: sms.Inbound{
			Provider: "twilio", ID: "m-1", From: number, To: from, Body: "it's \\ fine? ?0 ¿sí? 👍", Media: 2, Keyword: "STOP",
			At: start.Add(-time.Minute),
		},
		Practice: practice, At: start, Word: "stop", Flag: sms.Picture, Content: sms.ContentHeld, Patient: "p-1", Subject: "a-1",
	}
	if err := filled(reflect.ValueOf(full)); err != nil {
		return err
	}
	if err := apply(ctx, h, with(1, sms.Change{Received: &full})); err != nil {
		return err
	}
	plain := full
	plain.ID, plain.Flag, plain.Content = "m-0", sms.Unflagged, ""
	if err := apply(ctx, h, with(2, sms.Change{Received: &plain})); err != nil {
		return err
	}
	full.Body = "" // what it holds is kept apart
	full.Inbound.At, plain.Inbound.At = time.Time{}, time.Time{}
	got, err := h.Store.Received(ctx, sms.Query{Practice: practice})
	return errors.Join(err, same("the messages", got, []sms.Received{full, plain}), logged(ctx, h, 2))
}

func repeatedMessage(ctx context.Context, h Harness) error {
	m, again := message("m"), message("m")
	again.Body, again.At = "Something else", start.Add(time.Minute)
	foreign := message("m")
	foreign.Provider = "carrier"
	return steps(
		func() error { return apply(ctx, h, with(1, sms.Change{Received: &m})) },
		func() error { return queue(ctx, h, text("t")) },
		func() error {
			return made(ctx, h, with(2, sms.Change{
				Received: &again, Texts: []sms.Text{of(sms.StopAnswer, "answer")},
				Stop: &sms.Stop{Practice: practice, Number: number, Decision: decision("stop")},
			}))
		},
		func() error { return made(ctx, h, with(3, sms.Change{Received: &again})) },
		func() error { return in(ctx, h, key("t"), sms.Queued) },
		func() error {
			if _, err := h.Store.Text(ctx, key("answer")); !errors.Is(err, sms.ErrNotFound) {
				return fmt.Errorf("a message that came twice was answered twice: %v", err)
			}
			return nil
		},
		func() error {
			got, err := h.Store.Received(ctx, sms.Query{Practice: practice})
			return errors.Join(err, same("the messages", got, []sms.Received{m}))
		},
		func() error { return logged(ctx, h, 1) },
		func() error { return apply(ctx, h, sms.Change{Received: &foreign}) },
	)
}

// known asks for a message as it is taken in, and as it is left once what it held is disposed of.
func known(ctx context.Context, h Harness) error {
	m, taken := message("m"), message("taken")
	m.Flag, m.Content = sms.Health, sms.ContentHeld
	isKnown := func(k sms.MessageKey, want bool) func() error {
		return func() error {
			got, err := h.Store.Known(ctx, k)
			return errors.Join(err, same("whether a message of this key is known", got, want))
		}
	}
	checks := []func() error{
		isKnown(m.Key(), false),
		func() error { return apply(ctx, h, sms.Change{Received: &m, Texts: []sms.Text{text("t")}}) },
		isKnown(m.Key(), true),
		func() error { return made(ctx, h, sms.Change{Received: &taken, Texts: []sms.Text{text("t")}}) },
		isKnown(taken.Key(), false),
		func() error {
			return apply(ctx, h, sms.Change{Dispose: &sms.Dispose{Message: m.Key(), As: sms.ContentDeleted}})
		},
		isKnown(m.Key(), true),
	}
	for _, k := range [][3]string{{other, m.Provider, m.ID}, {practice, "carrier", m.ID}, {practice, m.Provider, "M"}, {practice, m.Provider, "m\x00"}, {}} {
		checks = append(checks, isKnown(sms.MessageKey{Practice: k[0], Provider: k[1], ID: k[2]}, false))
	}
	return steps(checks...)
}

func messages(ctx context.Context, h Harness) error {
	words := map[string]string{"b": "help", "d": "review"}
	for i, id := range []string{"c", "a", "d", "b"} {
		m := message(id)
		m.At = start.Add(time.Duration(i/2) * time.Second)
		if id == "d" {
			m.From = "+12125550101"
		}
		m.Word = words[id]
		if err := apply(ctx, h, sms.Change{Received: &m}); err != nil {
			return err
		}
	}
	for _, c := range []struct {
		query sms.Query
		want  string
	}{
		{sms.Query{}, "dbca"},
		{sms.Query{Number: number}, "bca"},
		{sms.Query{Number: number, Limit: 2}, "bc"},
		{sms.Query{Number: "+12125550102"}, ""},
		{sms.Query{IDs: []string{"a"}, States: []sms.State{sms.Sent}, Category: consent.Promotional, Claimed: start}, "dbca"},
		{sms.Query{Free: true}, "dca"},
		{sms.Query{Number: number, Free: true, Limit: 1}, "c"},
	} {
		c.query.Practice = practice
		found, err := h.Store.Received(ctx, c.query)
		got := ""
		for _, m := range found {
			got += m.ID
		}
		if err := errors.Join(err, same("the messages", got, c.want)); err != nil {
			return err
		}
	}
	return nil
}

// messagesAfter reads messages of which most are of one instant, behind each of them in turn.
func messagesAfter(ctx context.Context, h Harness) error {
	var want []sms.Received
	for i, id := range []string{"9.1/2", "B", "b", "b", "é", "z"} {
		m := message(id)
		m.At, m.Provider = start.Add(time.Duration(i/5)*time.Microsecond), fmt.Sprintf("%d/ %%2F.", i%4)
		if err := apply(ctx, h, sms.Change{Received: &m}); err != nil {
			return err
		}
		want = append(want, m)
	}
	slices.SortFunc(want, func(a, b sms.Received) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(b.ID, a.ID), strings.Compare(b.Provider, a.Provider))
	})
	for limit := 1; limit < 4; limit++ {
		q := sms.Query{Practice: practice, Number: number, Limit: limit}
		var got []sms.Received
		for range len(want) + 1 {
			page, err := h.Store.Received(ctx, q)
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			got, q.After = append(got, page...), page[len(page)-1].Place()
		}
		if err := same(fmt.Sprintf("the messages, %d at a time", limit), got, want); err != nil {
			return err
		}
	}
	return nil
}

func stop(ctx context.Context, h Harness) error {
	away, foreign := text("away"), text("foreign")
	away.To, foreign.Practice = "+12125550101", other
	v := sms.Stop{Practice: practice, Number: number, Decision: decision("The patient said stop.")}
	err := steps(
		func() error {
			return queue(ctx, h, of(sms.Ordinary, "ordinary"), of(sms.ConfirmRequest, "request"), of(sms.StopAnswer, "stop"),
				of(sms.HelpAnswer, "help"), of(sms.StartAnswer, "start"), away, foreign, text("cancelled"))
		},
		func() error {
			return apply(ctx, h, sms.Change{Cancel: &sms.Cancel{Key: key("cancelled"), Decision: decision("cancelled")}})
		},
		func() error { return apply(ctx, h, with(1, sms.Change{Stop: &v})) },
		func() error { return in(ctx, h, foreign.Key(), sms.Queued) },
	)
	if err != nil {
		return err
	}
	for id, want := range map[string]sms.State{
		"ordinary": sms.Refused, "request": sms.Refused, "stop": sms.Queued, "help": sms.Queued, "start": sms.Queued,
		"away": sms.Queued, "cancelled": sms.Cancelled,
	} {
		if err := in(ctx, h, key(id), want); err != nil {
			return err
		}
	}
	for id, want := range map[string]sms.Decision{
		"ordinary": v.Decision, "request": v.Decision, "stop": {}, "cancelled": decision("cancelled"),
	} {
		got, err := h.Store.Text(ctx, key(id))
		if err := errors.Join(err, same("the decision on "+id, got.Decision, want)); err != nil {
			return err
		}
	}
	// A stop that finds nothing queued is one all the same.
	return errors.Join(apply(ctx, h, with(2, sms.Change{Stop: &v})), logged(ctx, h, 2))
}

func stopIsOneChange(ctx context.Context, h Harness) error {
	m := message("m")
	c := sms.Change{
		Received: &m, Texts: []sms.Text{of(sms.StopAnswer, "answer")},
		Stop: &sms.Stop{Practice: practice, Number: number, Decision: decision("stop")},
	}
	return steps(
		func() error { return queue(ctx, h, text("a"), text("b"), text("taken")) },
		func() error {
			clash := c
			clash.Texts = []sms.Text{of(sms.StopAnswer, "taken")}
			return made(ctx, h, with(1, clash))
		},
		func() error { return in(ctx, h, key("a"), sms.Queued) },
		func() error {
			got, err := h.Store.Received(ctx, sms.Query{Practice: practice})
			return errors.Join(err, same("the messages", len(got), 0))
		},
		func() error { return apply(ctx, h, with(2, c)) },
		func() error { return in(ctx, h, key("a"), sms.Refused) },
		func() error { return in(ctx, h, key("b"), sms.Refused) },
		func() error { return in(ctx, h, key("answer"), sms.Queued) },
		func() error {
			got, err := h.Store.Received(ctx, sms.Query{Practice: practice})
			return errors.Join(err, same("the messages", got, []sms.Received{m}))
		},
		func() error { return logged(ctx, h, 1) },
	)
}

func cancel(ctx context.Context, h Harness) error {
	c := sms.Change{Cancel: &sms.Cancel{Key: key("t"), Decision: decision("The visit was called off.")}}
	return steps(
		func() error { return made(ctx, h, with(1, c)) },
		func() error { return queue(ctx, h, text("t"), text("u")) },
		func() error { return apply(ctx, h, with(2, c)) },
		func() error { return made(ctx, h, with(3, c)) },
		func() error { return in(ctx, h, key("t"), sms.Cancelled) },
		func() error { return in(ctx, h, key("u"), sms.Queued) },
		func() error {
			if _, err := h.Store.Apply(ctx, sms.Change{Cancel: &sms.Cancel{Key: key(" "), Decision: decision("no")}}); err == nil {
				return errors.New("a text whose id is blank was looked for")
			}
			return nil
		},
		func() error {
			got, err := h.Store.Text(ctx, key("t"))
			return errors.Join(err, same("the decision", got.Decision, c.Cancel.Decision))
		},
		func() error { return logged(ctx, h, 1) },
	)
}

// receipt is a change that tells a status of the text t, with the entry number n.
func receipt(n int, status sms.Status, code string, class sms.Class) sms.Change {
	return with(n, sms.Change{Receipt: &sms.Delivered{Key: key("t"), Status: status, Code: code, Class: class}})
}

func receipts(ctx context.Context, h Harness) error {
	if err := made(ctx, h, receipt(1, sms.StatusSent, "", "")); err != nil {
		return fmt.Errorf("a receipt of no text: %w", err)
	}
	if err := queue(ctx, h, text("t"), text("u")); err != nil {
		return err
	}
	entries := 0
	for n, c := range []struct {
		status, want sms.Status
		news         bool
	}{
		{"", "", false},
		{"nonsense", "", false},
		{sms.StatusAccepted, sms.StatusAccepted, true},
		{sms.StatusAccepted, sms.StatusAccepted, false},
		{sms.StatusUndelivered, sms.StatusUndelivered, true},
		{sms.StatusSent, sms.StatusUndelivered, false},
		{sms.StatusFailed, sms.StatusUndelivered, false},
		{sms.StatusDelivered, sms.StatusDelivered, true},
		{sms.StatusFailed, sms.StatusDelivered, false},
		{"nonsense", sms.StatusDelivered, false},
	} {
		written, err := h.Store.Apply(ctx, receipt(n, c.status, "", ""))
		if err := errors.Join(err, same(fmt.Sprintf("whether receipt %d is news", n), written, c.news)); err != nil {
			return err
		}
		if c.news {
			entries++
		}
		t, err := h.Store.Text(ctx, key("t"))
		if err := errors.Join(err, same("the delivery", t.Delivery, c.want)); err != nil {
			return err
		}
	}
	u, err := h.Store.Text(ctx, key("u"))
	return errors.Join(err, same("another text's delivery", u.Delivery, ""), in(ctx, h, key("t"), sms.Queued), logged(ctx, h, entries))
}

func receiptCodes(ctx context.Context, h Harness) error {
	if err := queue(ctx, h, text("t")); err != nil {
		return err
	}
	id := func(n int, id string) sms.Change {
		c := receipt(n, sms.StatusAccepted, "", "")
		c.Receipt.ProviderID = id
		return c
	}
	for _, c := range []struct {
		change sms.Change
		news   bool
	}{
		{id(1, ""), true},
		{id(2, "SM1"), true},
		{id(3, "SM1"), false},
		{id(4, "SM2"), false},
		{receipt(5, sms.StatusSent, "", ""), true},
		{receipt(6, sms.StatusSent, "30007", sms.Filtered), true},
		{receipt(7, sms.StatusSent, "30007", sms.Filtered), false},
		{receipt(8, sms.StatusSent, "30008", sms.Unknown), false},
		{receipt(9, sms.StatusFailed, "30008", sms.Unknown), true},
	} {
		written, err := h.Store.Apply(ctx, c.change)
		what := fmt.Sprintf("whether receipt %s is news", c.change.Leaves[0].ID)
		if err := errors.Join(err, same(what, written, c.news)); err != nil {
			return err
		}
	}
	t, err := h.Store.Text(ctx, key("t"))
	want := sms.Progress{
		State: sms.Queued, Due: start, ProviderID: "SM1", Delivery: sms.StatusFailed, Code: "30007", Class: sms.Filtered,
	}
	return errors.Join(err, same("the progress", t.Progress, want), logged(ctx, h, 5))
}

func receiptSeen(ctx context.Context, h Harness) error {
	if err := queue(ctx, h, text("t")); err != nil {
		return err
	}
	entries := 0
	for n, c := range []struct {
		seen sms.Seen
		news bool
	}{
		{sms.Seen{State: sms.Sent}, false},
		{sms.Seen{State: sms.Queued, Delivery: sms.StatusSent}, false},
		{sms.Seen{}, false},
		{sms.Seen{State: sms.Queued}, true},
		{sms.Seen{State: sms.Queued}, false}, // it has moved on
		{sms.Seen{State: sms.Queued, Delivery: sms.StatusUndelivered}, true},
	} {
		r := receipt(n, []sms.Status{sms.StatusUndelivered, sms.StatusDelivered}[entries%2], "", "")
		r.Receipt.Seen = &c.seen
		if !c.news {
			r.Tasks = []sms.Task{task("not opened")}
		}
		written, err := h.Store.Apply(ctx, r)
		if err := errors.Join(err, same(fmt.Sprintf("whether receipt %d is kept", n), written, c.news)); err != nil {
			return err
		}
		if c.news {
			entries++
		}
	}
	return errors.Join(tasks(ctx, h, sms.TaskQuery{}, ""), logged(ctx, h, entries))
}

func sender(number string) sms.Sender {
	return sms.Sender{
		Practice: practice, Number: number, Provider: "twilio", Name: "Elm Street Dental", Contact: "+12125550198",
		Frequency: "about 2 texts per visit", Zone: "America/New_York",
		FrequencySpanish: "unos 2 textos por cita", FrequencyFrench: "environ 2 textos par visite",
		Answering: sms.Answering{Stop: sms.ByCarrier, Help: sms.ByUs, Start: sms.ByProvider},
	}
}

func everySenderField(ctx context.Context, h Harness) error {
	full := sender(from)
	full.Name = "O'Hara \\ Söhne? ?0"
	if err := filled(reflect.ValueOf(full)); err != nil {
		return err
	}
	if err := apply(ctx, h, with(1, sms.Change{Sender: &full})); err != nil {
		return err
	}
	for _, number := range []string{from, ""} {
		got, err := h.Store.Sender(ctx, practice, number)
		if err := errors.Join(err, same("the sender", got, full)); err != nil {
			return err
		}
	}
	changed := sender(from)
	changed.Name, changed.Provider, changed.Zone = "Elm Street", "carrier", "America/Chicago"
	changed.Contact, changed.Frequency = "+12125550197", "about 1 text per visit"
	changed.FrequencySpanish, changed.FrequencyFrench = "1 texto por cita", ""
	changed.Answering = sms.Answering{Stop: sms.ByProvider, Help: sms.ByCarrier, Start: sms.ByUs}
	if err := apply(ctx, h, with(2, sms.Change{Sender: &changed})); err != nil {
		return err
	}
	got, err := h.Store.Sender(ctx, practice, "")
	return errors.Join(err, same("the sender that was replaced", got, changed), logged(ctx, h, 2))
}

func senders(ctx context.Context, h Harness) error {
	first, second := sender("+12125550199"), sender("+12125550100")
	again := first
	again.Name = "Elm Street"
	for _, s := range []sms.Sender{first, second, again} {
		if err := apply(ctx, h, sms.Change{Sender: &s}); err != nil {
			return err
		}
	}
	for number, want := range map[string]sms.Sender{"": again, first.Number: again, second.Number: second} {
		got, err := h.Store.Sender(ctx, practice, number)
		if err := errors.Join(err, same("the sender", got, want)); err != nil {
			return err
		}
	}
	for _, k := range [][2]string{{practice, "+12125550101"}, {practice, "+1212555010"}, {other, first.Number}, {other, ""}, {practice, "\x00"}} {
		if _, err := h.Store.Sender(ctx, k[0], k[1]); !errors.Is(err, sms.ErrNotFound) {
			return fmt.Errorf("a sender that %s does not have: error %v", k[0], err)
		}
	}
	return nil
}

func oneOwner(ctx context.Context, h Harness) error {
	own, foreign := sender(from), sender(from)
	foreign.Practice = other
	if err := apply(ctx, h, sms.Change{Sender: &own}); err != nil {
		return err
	}
	if written, err := h.Store.Apply(ctx, with(1, sms.Change{Sender: &foreign})); !errors.Is(err, sms.ErrInvalid) || written {
		return fmt.Errorf("another practice's number: written %v, error %v, not ErrInvalid", written, err)
	}
	if _, err := h.Store.Sender(ctx, other, ""); !errors.Is(err, sms.ErrNotFound) {
		return fmt.Errorf("the number went to another practice: %v", err)
	}
	if err := logged(ctx, h, 0); err != nil || h.OneConnection {
		return err
	}
	got, err := h.Router.Route(ctx, from)
	if err := errors.Join(err, same("the number's practice", got, practice)); err != nil {
		return err
	}
	for _, number := range []string{"", "+1212555019", from + "\x00"} {
		if _, err := h.Router.Route(ctx, number); !errors.Is(err, sms.ErrNotFound) {
			return fmt.Errorf("a number that nobody has was routed: %v", err)
		}
	}
	return nil
}
