package smstest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/sms"
)

// entry is the entry number n, for a settlement.
func entry(n int) []audit.Leaf { return with(n, sms.Change{}).Leaves }

func settled(ctx context.Context, h Harness) error {
	s := sms.Settlement{
		Worker: "w", Tried: now, ProviderID: "SM1", Delivery: sms.StatusUndelivered, Code: "30003", Class: sms.BadNumber,
		Decision: sms.Decision{
			Verdict: sms.Send, Until: now.Add(time.Hour), Rule: "hours", Reason: "It's \\ fine?", Law: "law-1", At: now, Facts: facts(),
			Next: []string{"t-2", "it's \\ a ? text"},
			Trail: []sms.Step{
				{Rule: "stop", Version: 3, Citation: "§ 1", Fact: "no ?0 stop", Says: sms.Send, Reason: "r"},
				{Rule: "hours", Version: 1, Citation: "§ 2", Fact: "noon", Says: sms.Send, Reason: "r"},
			},
		},
	}
	want := sms.Progress{
		Due: start, Attempts: 1, FirstTry: now, Claimed: now, ProviderID: s.ProviderID, Delivery: s.Delivery, Code: s.Code, Class: s.Class,
		Decision: s.Decision, InFlight: true,
	}
	for n, state := range []sms.State{
		sms.Sent, sms.Failed, sms.Refused, sms.Cancelled, sms.Review, sms.Doubtful, sms.Queued,
	} {
		t := text(string(state))
		t.To = fmt.Sprintf("+1212555%04d", n)
		answer := of(sms.StopAnswer, "answer-"+t.ID)
		answer.To = t.To
		s.Key, s.State, s.Leaves, want.State = t.Key(), state, entry(n), state
		late := work("v")
		late.Now = start.Add(time.Hour)
		if state == sms.Queued {
			s.Due = start.Add(2 * time.Hour)
			want.Due = s.Due
		}
		if err := filled(reflect.ValueOf(want)); err != nil {
			return err
		}
		err := steps(
			func() error { return queue(ctx, h, t) },
			func() error { return claims(ctx, h, work("w"), t.ID) },
			func() error { return queue(ctx, h, answer) },
			func() error { return claims(ctx, h, late, answer.ID) }, // marks the text
			func() error { return settle(ctx, h, s) },
			func() error {
				got, err := h.Store.Text(ctx, t.Key())
				return errors.Join(err, same("the text", got, sms.Tracked{Text: t, Progress: want}))
			},
			func() error { return logged(ctx, h, n+1) },
		)
		if err != nil {
			return err
		}
	}
	return nil
}

func takesPlace(ctx context.Context, h Harness) error {
	next, known, late := full(), text("known"), text("late")
	next.NotBefore, known.To = start.Add(time.Second), "+12125550177"
	taken := known
	taken.Body = "another one"
	s := settlement("w", "t", sms.Cancelled)
	s.Decision, s.Next, s.Leaves = decision("Apart."), []sms.Text{next, taken}, entry(1)
	lost := settlement("v", "u", sms.Cancelled)
	lost.Next, lost.Leaves = []sms.Text{late}, entry(2)
	return steps(
		func() error { return queue(ctx, h, text("t"), text("u"), known) },
		func() error { return claims(ctx, h, work("w"), "known t u") },
		func() error {
			done, err := h.Queue.Settle(ctx, s, lost)
			return errors.Join(err, same("what was settled", done, []bool{true, false}))
		},
		func() error {
			got, err := h.Store.Text(ctx, next.Key())
			want := sms.Tracked{Text: next, Progress: sms.Progress{State: sms.Queued, Due: next.NotBefore}}
			return errors.Join(err, same("the text", got, want))
		},
		func() error {
			got, err := h.Store.Text(ctx, known.Key())
			return errors.Join(err, same("the text whose id it has", got.Body, known.Body))
		},
		func() error { return in(ctx, h, key("t"), sms.Cancelled) },
		func() error {
			if _, err := h.Store.Text(ctx, late.Key()); !errors.Is(err, sms.ErrNotFound) {
				return fmt.Errorf("of a settlement that was refused something was queued: %w", err)
			}
			return logged(ctx, h, 1)
		},
		func() error { c := work("w"); c.Now = next.NotBefore; return claims(ctx, h, c, "t-1") },
	)
}

func settlementKeeps(ctx context.Context, h Harness) error {
	full := settlement("w", "t", sms.Queued)
	full.Due, full.Tried = start, start
	full.ProviderID, full.Delivery, full.Code, full.Class = "SM1", sms.StatusSent, "30001", sms.Throttled
	full.Decision = decision("one")
	again := full
	again.ProviderID, again.Delivery, again.Code, again.Class = "SM2", sms.StatusDelivered, "30002", sms.Transient
	again.Decision, again.Tried = decision("two"), now
	want := sms.Progress{
		State: sms.Queued, Due: start, Attempts: 1, FirstTry: start, Claimed: now, ProviderID: "SM1", Delivery: sms.StatusSent,
		Code: "30001", Class: sms.Throttled, Decision: decision("one"),
	}
	stands := func() error {
		got, err := h.Store.Text(ctx, key("t"))
		return errors.Join(err, same("the progress", got.Progress, want))
	}
	return steps(
		func() error { return queue(ctx, h, text("t")) },
		func() error { return claims(ctx, h, work("w"), "t") },
		func() error { return settle(ctx, h, full) },
		stands,
		func() error { return claims(ctx, h, work("w"), "t") },
		func() error {
			want.State = sms.Doubtful
			return settle(ctx, h, settlement("w", "t", sms.Doubtful))
		},
		stands,
		func() error { return doubts(ctx, h, work("w"), "t") },
		func() error {
			want.ProviderID, want.Delivery, want.Code, want.Class = "SM2", sms.StatusDelivered, "30002", sms.Transient
			want.State, want.Attempts, want.Decision = sms.Queued, 2, decision("two")
			return settle(ctx, h, again)
		},
		stands,
	)
}

func settlementRank(ctx context.Context, h Harness) error {
	s := settlement("w", "t", sms.Sent)
	s.Delivery = sms.StatusAccepted
	return steps(
		func() error { return queue(ctx, h, text("t")) },
		func() error { return claims(ctx, h, work("w"), "t") },
		func() error { return apply(ctx, h, receipt(1, sms.StatusDelivered, "", "")) },
		func() error { return settle(ctx, h, s) },
		func() error {
			got, err := h.Store.Text(ctx, key("t"))
			return errors.Join(err, same("the delivery", got.Delivery, sms.StatusDelivered))
		},
	)
}

// course is a text that a worker claims, and what then becomes of it.
type course struct {
	Harness
	ctx context.Context
	id  string
	n   int // of the last entry
}

func (c *course) claimed() error { return claims(c.ctx, c.Harness, work("w"), c.id) }

// settled settles the text, with a code and its class.
func (c *course) settled(state sms.State, delivery sms.Status, code string, class sms.Class) error {
	s := settlement("w", c.id, state)
	s.Due, s.Delivery, s.Code, s.Class = start, delivery, code, class
	return settle(c.ctx, c.Harness, s)
}

// told lets a receipt tell of the text.
func (c *course) told(status sms.Status, code string, class sms.Class) error {
	c.n++
	r := receipt(c.n, status, code, class)
	r.Receipt.Key = key(c.id)
	return apply(c.ctx, c.Harness, r)
}

// has checks the code and the class of the text.
func (c *course) has(code string, class sms.Class) error {
	got, err := c.Store.Text(c.ctx, key(c.id))
	return errors.Join(err, same("the code of "+c.id, got.Code, code), same("the class of "+c.id, got.Class, class))
}

func lastCode(ctx context.Context, h Harness) error {
	c := &course{Harness: h, ctx: ctx}
	for _, one := range []struct {
		id    string
		steps []func() error
	}{
		{"tried again", []func() error{
			func() error { return c.settled(sms.Queued, "", "20429", sms.Throttled) },
			func() error { return c.has("20429", sms.Throttled) },
			c.claimed,
			func() error { return c.settled(sms.Sent, sms.StatusAccepted, "", "") },
			func() error { return c.has("", "") },
			func() error { return c.told(sms.StatusUndelivered, "30005", sms.BadNumber) },
			func() error { return c.has("30005", sms.BadNumber) },
		}},
		{"put back", []func() error{
			func() error { return c.settled(sms.Failed, "", "30034", sms.BadSender) },
			func() error {
				return apply(ctx, h, sms.Change{Requeue: &sms.Requeue{Key: key(c.id), Due: now.Add(time.Hour)}})
			},
			func() error { return c.has("", "") },
		}},
		{"told of before the answer", []func() error{
			func() error { return c.settled(sms.Queued, "", "20429", sms.Throttled) },
			c.claimed,
			func() error { return c.told(sms.StatusSent, "", "") },
			func() error { return c.has("", "") },
			func() error { return c.told(sms.StatusUndelivered, "30005", sms.BadNumber) },
			func() error { return c.settled(sms.Sent, sms.StatusAccepted, "", "") },
			func() error { return c.has("30005", sms.BadNumber) },
		}},
		{"told of, and the answer lost", []func() error{
			func() error { return c.told(sms.StatusUndelivered, "30005", "") },
			func() error { return c.settled(sms.Doubtful, "", "", sms.Unknown) },
			func() error { return c.has("30005", "") },
			func() error { return doubts(ctx, h, work("w"), c.id) },
			func() error { return c.settled(sms.Sent, sms.StatusUndelivered, "30006", sms.BadNumber) },
			func() error { return c.has("30006", sms.BadNumber) },
		}},
		{"told of without a code, and refused", []func() error{
			func() error { return c.told(sms.StatusSent, "", "") },
			func() error { return c.settled(sms.Failed, "", "30034", sms.BadSender) },
			func() error { return c.has("30034", sms.BadSender) },
		}},
		{"taken back, and refused", []func() error{
			func() error { return c.told(sms.StatusFailed, "withdrawn", "") },
			func() error { return c.settled(sms.Failed, "", "30034", sms.BadSender) },
			func() error { return c.has("withdrawn", sms.BadSender) },
		}},
		{"failed", []func() error{
			func() error { return c.settled(sms.Failed, "", "30034", sms.BadSender) },
			func() error { return c.told(sms.StatusFailed, "30008", sms.Unknown) },
			func() error { return c.has("30034", sms.BadSender) },
		}},
	} {
		c.id = one.id
		if err := steps(append([]func() error{func() error { return queue(ctx, h, text(c.id)) }, c.claimed}, one.steps...)...); err != nil {
			return err
		}
	}
	return nil
}

func toldIsNoReview(ctx context.Context, h Harness) error {
	review := settlement("w", "t", sms.Review)
	review.Leaves = entry(2)
	return steps(
		func() error { return queue(ctx, h, text("t"), text("u")) },
		func() error { return claims(ctx, h, work("w"), "t u") },
		func() error { return apply(ctx, h, receipt(1, sms.StatusSent, "", "")) },
		func() error {
			done, err := h.Queue.Settle(ctx, review, settlement("w", "u", sms.Review))
			return errors.Join(err, same("what was settled", done, []bool{false, true}))
		},
		func() error { return in(ctx, h, key("t"), sms.Sending) },
		func() error { return logged(ctx, h, 1) },
		func() error { return settle(ctx, h, settlement("w", "t", sms.Sent)) },
		func() error { return in(ctx, h, key("u"), sms.Review) },
	)
}

func attempts(ctx context.Context, h Harness) error {
	if err := queue(ctx, h, text("t")); err != nil {
		return err
	}
	for _, c := range []struct {
		tried, first time.Time
		attempts     int
	}{
		{time.Time{}, time.Time{}, 0},
		{start.Add(time.Second), start.Add(time.Second), 1},
		{time.Time{}, start.Add(time.Second), 1},
		{start.Add(time.Minute), start.Add(time.Second), 2},
	} {
		s := settlement("w", "t", sms.Queued)
		s.Due, s.Tried = start, c.tried
		err := steps(
			func() error { return claims(ctx, h, work("w"), "t") },
			func() error { return settle(ctx, h, s) },
			func() error {
				got, err := h.Store.Text(ctx, key("t"))
				return errors.Join(err, same("the attempts", got.Attempts, c.attempts), same("the first try", got.FirstTry, c.first))
			},
		)
		if err != nil {
			return err
		}
	}
	return nil
}

func foreignWorker(ctx context.Context, h Harness) error {
	s := settlement("w", "t", sms.Sent)
	s.Leaves, s.Decision, s.ProviderID = entry(1), decision("no"), "SM1"
	refused := func(s sms.Settlement) func() error {
		return func() error {
			done, err := one(h.Queue.Settle(ctx, s))
			return errors.Join(err, same("whether "+s.Worker+" settled the text "+s.Key.ID, done, false), logged(ctx, h, 0))
		}
	}
	foreign, nothing := s, s
	foreign.Worker, nothing.Key = "v", key("nothing")
	s.Leaves = nil
	return steps(
		func() error { return queue(ctx, h, text("t")) },
		refused(s),
		func() error { return claims(ctx, h, work("w"), "t") },
		refused(foreign),
		refused(nothing),
		func() error {
			got, err := h.Store.Text(ctx, key("t"))
			want := sms.Progress{State: sms.Sending, Due: start, Claimed: now}
			return errors.Join(err, same("the progress", got.Progress, want))
		},
		func() error { return settle(ctx, h, s) },
		refused(s),
		refused(foreign),
	)
}

func everySettlementEntry(ctx context.Context, h Harness) error {
	s := settlement("w", "t", sms.Sent)
	s.Leaves = append(entry(1), entry(2)...)
	return steps(
		func() error { return queue(ctx, h, text("t")) },
		func() error { return claims(ctx, h, work("w"), "t") },
		func() error { return settle(ctx, h, s) },
		func() error { return logged(ctx, h, 2) },
	)
}

func settledWithoutEntries(ctx context.Context, h Harness) error {
	s := settlement("w", "t", sms.Queued)
	s.Due = start
	return steps(
		func() error { return queue(ctx, h, text("t")) },
		func() error { return claims(ctx, h, work("w"), "t") },
		func() error { return settle(ctx, h, s) },
		func() error { return logged(ctx, h, 0) },
		func() error { return claims(ctx, h, work("w"), "t") },
		func() error { s.Leaves = entry(1); return settle(ctx, h, s) },
		func() error { return logged(ctx, h, 1) },
	)
}

func settlementAllOrNothing(ctx context.Context, h Harness) error {
	s := settlement("w", "t", sms.Sent)
	s.Leaves, s.Decision = entry(1), decision("no")
	s.Leaves[0].Bytes = []byte("{}")
	return steps(
		func() error { return apply(ctx, h, with(1, sms.Change{Texts: []sms.Text{text("t")}})) },
		func() error { return claims(ctx, h, work("w"), "t") },
		func() error {
			if done, err := one(h.Queue.Settle(ctx, s)); err == nil || done {
				return fmt.Errorf("a settlement whose entry was refused: done %v, error %v", done, err)
			}
			return nil
		},
		func() error {
			got, err := h.Store.Text(ctx, key("t"))
			return errors.Join(err, same("the progress", got.Progress, sms.Progress{State: sms.Sending, Due: start, Claimed: now}))
		},
		func() error { s.Leaves = entry(2); return settle(ctx, h, s) },
		func() error { return logged(ctx, h, 2) },
	)
}

func backInQueue(ctx context.Context, h Harness) error {
	s := settlement("w", "t", sms.Queued)
	s.Due = now.Add(time.Minute)
	later := work("v")
	later.Now = s.Due
	return steps(
		func() error { return queue(ctx, h, text("t")) },
		func() error { return claims(ctx, h, work("w"), "t") },
		func() error { return settle(ctx, h, s) },
		func() error { return claims(ctx, h, work("w"), "") },
		func() error { return claims(ctx, h, later, "t") },
		func() error { return settle(ctx, h, settlement("v", "t", sms.Sent)) },
	)
}

func expired(ctx context.Context, h Harness) error {
	patient := work("v")
	return steps(
		func() error { return queue(ctx, h, text("t")) },
		func() error { return claims(ctx, h, brief("w"), "t") },
		func() error { return in(ctx, h, key("t"), sms.Sending) }, // until somebody looks
		func() error { return doubts(ctx, h, patient, "") },
		func() error { return in(ctx, h, key("t"), sms.Doubtful) },
		func() error { return doubts(ctx, h, brief("v"), "") }, // its wait is the first one's
		func() error { return claims(ctx, h, work("w"), "") },
		func() error { return queue(ctx, h, text("u")) },
		func() error { return claims(ctx, h, brief("w"), "u") },
		func() error { return doubts(ctx, h, brief("v"), "u") },
		func() error { return in(ctx, h, key("u"), sms.Doubtful) },
		// The lease of a doubtful text expires too, and the wait begins anew.
		func() error { return doubts(ctx, h, patient, "") },
		func() error { return doubts(ctx, h, brief("v"), "") },
	)
}

func running(ctx context.Context, h Harness) error {
	s := settlement("w", "t", sms.Doubtful)
	s.Wait = time.Hour
	return steps(
		func() error { return queue(ctx, h, text("t")) },
		func() error { return claims(ctx, h, work("w"), "t") },
		func() error { return doubts(ctx, h, brief("v"), "") },
		func() error { return in(ctx, h, key("t"), sms.Sending) },
		func() error { return settle(ctx, h, s) },
		func() error { return doubts(ctx, h, brief("v"), "") },
		func() error { return in(ctx, h, key("t"), sms.Doubtful) },
		func() error { return queue(ctx, h, text("u")) },
		func() error { return claims(ctx, h, work("w"), "u") },
		func() error { return settle(ctx, h, settlement("w", "u", sms.Doubtful)) },
		func() error { return doubts(ctx, h, work("v"), "u") },
		func() error { return doubts(ctx, h, brief("w"), "") },
	)
}

func doubted(ctx context.Context, h Harness) error {
	one := work("v")
	one.Limit = 1
	foreign := text("a")
	foreign.Practice = other
	return steps(
		func() error { return queue(ctx, h, text("a"), text("b"), text("c"), foreign) },
		func() error { return claims(ctx, h, work("w"), "a a b c") },
		func() error { return settle(ctx, h, settlement("w", "c", sms.Doubtful)) },
		func() error { return settle(ctx, h, settlement("w", "a", sms.Doubtful)) },
		func() error { return settle(ctx, h, settlement("w", "b", sms.Doubtful)) },
		func() error { return doubts(ctx, h, one, "c") },
		func() error { return doubts(ctx, h, work("w"), "a b") },
		func() error { return doubts(ctx, h, work("w"), "") },
		func() error { return in(ctx, h, key("a"), sms.Doubtful) },
		func() error { return settle(ctx, h, settlement("v", "c", sms.Sent)) },
		func() error { return settle(ctx, h, settlement("w", "a", sms.Review)) },
		func() error { return settle(ctx, h, settlement("w", "b", sms.Doubtful)) },
		func() error { return doubts(ctx, h, work("v"), "b") },
		func() error { return logged(ctx, h, 0) },
	)
}

func lateSettlement(ctx context.Context, h Harness) error {
	return steps(
		func() error { return queue(ctx, h, text("a"), text("b"), text("c")) },
		func() error { return claims(ctx, h, brief("w"), "a b c") },
		func() error { return settle(ctx, h, settlement("w", "a", sms.Sent)) },
		func() error { return doubts(ctx, h, work("v"), "") },
		func() error { return in(ctx, h, key("b"), sms.Doubtful) },
		func() error { return settle(ctx, h, settlement("w", "b", sms.Sent)) },
		func() error { return settle(ctx, h, settlement("w", "c", sms.Doubtful)) },
		func() error { return doubts(ctx, h, work("v"), "c") },
		func() error {
			done, err := one(h.Queue.Settle(ctx, settlement("w", "c", sms.Sent)))
			return errors.Join(err, same("whether a worker settled another's text", done, false))
		},
		func() error { return settle(ctx, h, settlement("v", "c", sms.Failed)) },
	)
}

func resolve(ctx context.Context, h Harness) error {
	s := settlement("w", "t", sms.Review)
	s.Decision = decision("Nobody can tell.")
	sent := sms.Change{Resolve: &sms.Resolve{Key: key("t"), State: sms.Sent}}
	return steps(
		func() error { return made(ctx, h, with(1, sent)) },
		func() error { return queue(ctx, h, text("t")) },
		func() error { return made(ctx, h, with(2, sent)) },
		func() error { return claims(ctx, h, work("w"), "t") },
		func() error { return made(ctx, h, with(3, sent)) },
		func() error { return settle(ctx, h, s) },
		func() error { return doubts(ctx, h, brief("w"), "") },
		func() error { return apply(ctx, h, with(4, sent)) },
		func() error { return made(ctx, h, with(5, sent)) },
		func() error {
			return made(ctx, h, sms.Change{Resolve: &sms.Resolve{Key: key("t"), State: sms.Failed}})
		},
		func() error {
			got, err := h.Store.Text(ctx, key("t"))
			want := sms.Progress{State: sms.Sent, Due: start, Claimed: now, Decision: s.Decision}
			return errors.Join(err, same("the progress", got.Progress, want))
		},
		func() error { return logged(ctx, h, 1) },
	)
}

func decisions(ctx context.Context, h Harness) error {
	kept := func(id string, want ...sms.Decision) func() error {
		return func() error {
			got, err := h.Store.Decisions(ctx, key(id))
			if len(got) == 0 && len(want) == 0 {
				return err
			}
			return errors.Join(err, same("the decisions on "+id, got, want))
		}
	}
	deferred, sent := settlement("w", "t", sms.Queued), settlement("w", "t", sms.Sent)
	deferred.Due, deferred.Decision, sent.Decision = now, decision("later"), decision("now")
	foreign := settlement("v", "t", sms.Refused)
	foreign.Decision = decision("nobody's")
	return steps(
		kept("t"),
		func() error { return queue(ctx, h, text("t"), text("other")) },
		kept("t"),
		func() error { return claims(ctx, h, work("w"), "other t") },
		func() error { return settle(ctx, h, deferred) },
		kept("t", deferred.Decision),
		func() error { return claims(ctx, h, work("w"), "t") },
		func() error { _, err := h.Queue.Settle(ctx, foreign); return err },
		kept("t", deferred.Decision),
		func() error { return settle(ctx, h, sent) },
		kept("t", deferred.Decision, sent.Decision),
		func() error {
			got, err := h.Store.Decisions(ctx, key("t"))
			if err == nil {
				got[0].Trail[0].Rule = "changed by the caller"
			}
			return err
		},
		kept("t", deferred.Decision, sent.Decision),
		kept("other"), kept("nobody's"), kept("\x00"),
		func() error {
			got, err := h.Store.Decisions(ctx, sms.Key{Practice: "oak-street", ID: "t"})
			return errors.Join(err, same("another practice's decisions", len(got), 0))
		},
	)
}

func requeue(ctx context.Context, h Harness) error {
	back := func(id string) sms.Change {
		return sms.Change{Requeue: &sms.Requeue{Key: key(id), Due: now.Add(time.Minute + time.Nanosecond)}}
	}
	failed, refused := settlement("w", "failed", sms.Failed), settlement("w", "refused", sms.Refused)
	failed.Tried, failed.Code, refused.Decision = now, "30007", decision("no")
	refused.Class = sms.Unknown // of a request before, which the provider then denied
	review := settlement("w", "unsure", sms.Review)
	review.Class = sms.Unknown
	later := work("w")
	later.Now = now.Add(time.Minute)
	return steps(
		func() error { return made(ctx, h, with(1, back("failed"))) },
		func() error { return queue(ctx, h, text("failed"), text("refused"), text("sent"), text("unsure")) },
		func() error { return made(ctx, h, with(2, back("failed"))) },
		func() error { return claims(ctx, h, work("w"), "failed refused sent unsure") },
		func() error { return made(ctx, h, with(3, back("failed"))) },
		func() error { return settle(ctx, h, failed) },
		func() error { return settle(ctx, h, refused) },
		func() error { return settle(ctx, h, settlement("w", "sent", sms.Sent)) },
		func() error { return made(ctx, h, with(4, back("sent"))) },
		func() error { return settle(ctx, h, review) },
		func() error { return made(ctx, h, with(8, back("unsure"))) },
		func() error {
			return apply(ctx, h, sms.Change{Resolve: &sms.Resolve{Key: key("unsure"), State: sms.Failed}, Leaves: entry(9)})
		},
		func() error { return made(ctx, h, with(10, back("unsure"))) },
		func() error { return apply(ctx, h, with(5, back("failed"))) },
		func() error { return made(ctx, h, with(6, back("failed"))) },
		func() error { return apply(ctx, h, with(7, back("refused"))) },
		func() error {
			got, err := h.Store.Text(ctx, key("failed"))
			want := sms.Progress{State: sms.Queued, Due: now.Add(time.Minute), Claimed: now, Attempts: 1, FirstTry: now}
			return errors.Join(err, same("the progress", got.Progress, want))
		},
		func() error { return claims(ctx, h, work("w"), "") },
		func() error { return claims(ctx, h, later, "failed refused") },
		func() error { return logged(ctx, h, 3) },
	)
}

func manySettlements(ctx context.Context, h Harness) error {
	var texts []sms.Text
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		texts = append(texts, text(id))
	}
	if err := queue(ctx, h, texts...); err != nil {
		return err
	}
	if err := claims(ctx, h, work("w"), "a b c d e"); err != nil {
		return err
	}
	all := []sms.Settlement{
		settlement("w", "a", sms.Sent), settlement("w", "b", sms.Failed), settlement("v", "c", sms.Sent),
		settlement("w", "nobody's", sms.Sent), settlement("w", "d", sms.Queued), settlement("w", "e", "\x00"),
	}
	for i := range all[:4] {
		all[i].Leaves = entry(i + 1)
	}
	all[0].Decision, all[0].ProviderID, all[0].Delivery, all[0].Tried = decision("a"), "SM-a", sms.StatusSent, now
	all[1].Decision, all[1].Code, all[1].Class, all[1].Tried = decision("b"), "30007", sms.Filtered, now
	all[4].Due = now.Add(time.Hour)
	done, err := h.Queue.Settle(ctx, all...)
	if !errors.Is(err, sms.ErrInvalid) {
		return fmt.Errorf("the settlement that is invalid: error %v, not ErrInvalid", err)
	}
	return steps(
		func() error { return same("what was settled", done, []bool{true, true, false, false, true, false}) },
		func() error {
			for id, want := range map[string]sms.Progress{
				"a": {State: sms.Sent, Due: start, Claimed: now, Attempts: 1, FirstTry: now, ProviderID: "SM-a", Delivery: sms.StatusSent, Decision: decision("a")},
				"b": {State: sms.Failed, Due: start, Claimed: now, Attempts: 1, FirstTry: now, Code: "30007", Class: sms.Filtered, Decision: decision("b")},
				"c": {State: sms.Sending, Due: start, Claimed: now},
				"d": {State: sms.Queued, Due: now.Add(time.Hour), Claimed: now},
				"e": {State: sms.Sending, Due: start, Claimed: now},
			} {
				got, err := h.Store.Text(ctx, key(id))
				if err := errors.Join(err, same("text "+id, got.Progress, want)); err != nil {
					return err
				}
			}
			return nil
		},
		func() error { return logged(ctx, h, 2) },
		func() error {
			none, err := h.Queue.Settle(ctx)
			return errors.Join(err, same("what was settled of nothing", len(none), 0))
		},
	)
}

func settledTwiceAtOnce(ctx context.Context, h Harness) error {
	return steps(
		func() error { return queue(ctx, h, text("a"), text("b")) },
		func() error { return claims(ctx, h, work("w"), "a b") },
		func() error {
			done, err := h.Queue.Settle(ctx, settlement("w", "b", sms.Sent), settlement("w", "a", sms.Sent), settlement("w", "a", sms.Failed))
			if !errors.Is(err, sms.ErrInvalid) {
				return fmt.Errorf("done %v, error %v, not ErrInvalid", done, err)
			}
			return nil
		},
		func() error { return in(ctx, h, key("a"), sms.Sending) },
		func() error { return in(ctx, h, key("b"), sms.Sending) },
	)
}
