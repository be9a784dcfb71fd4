package smstest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/sms"
)

// now is when the texts of the suite are due.
var now = start.Add(time.Minute)

// work is a claim of a worker that has time.
func work(worker string) sms.Claim {
	return sms.Claim{Worker: worker, Now: now, Lease: time.Hour, Wait: time.Hour, Limit: 100}
}

// brief is a claim whose lease, and the wait behind it, are over at once.
func brief(worker string) sms.Claim {
	c := work(worker)
	c.Lease, c.Wait = time.Nanosecond, 0
	return c
}

// claims checks which texts a claim gets.
func claims(ctx context.Context, h Harness, c sms.Claim, want string) error {
	texts, err := h.Queue.Claim(ctx, c)
	return errors.Join(err, same("the texts claimed by "+c.Worker, ids(texts), want))
}

// doubts checks which doubtful texts a worker gets.
func doubts(ctx context.Context, h Harness, c sms.Claim, want string) error {
	texts, err := h.Queue.Doubt(ctx, c)
	return errors.Join(err, same("the doubtful texts leased by "+c.Worker, ids(texts), want))
}

func settlement(worker, id string, state sms.State) sms.Settlement {
	return sms.Settlement{Key: key(id), Worker: worker, State: state}
}

// one is what became of a single settlement.
func one(done []bool, err error) (bool, error) { return len(done) == 1 && done[0], err }

func settle(ctx context.Context, h Harness, s sms.Settlement) error {
	done, err := one(h.Queue.Settle(ctx, s))
	if err == nil && !done {
		err = fmt.Errorf("text %s was not %s's to settle", s.Key.ID, s.Worker)
	}
	return err
}

func order(ctx context.Context, h Harness) error {
	var texts []sms.Text
	for _, c := range []struct {
		kind   sms.Kind
		id, to string
		due    time.Duration
	}{
		{sms.Ordinary, "g", "1", 0},
		{sms.Ordinary, "f", "1", 0},
		{sms.Ordinary, "h", "2", -time.Second},
		{sms.ConfirmRequest, "d", "3", time.Second},
		{sms.ConfirmRequest, "e", "3", 0},
		{sms.StartAnswer, "c", "4", 2 * time.Second},
		{sms.StopAnswer, "b", "5", time.Second},
		{sms.HelpAnswer, "a", "4", 2 * time.Second},
		{sms.Ordinary, "late", "4", time.Hour},
		{sms.Ordinary, "offer", "6", -time.Second},
		{sms.Ordinary, "reply", "6", time.Second},
	} {
		t := of(c.kind, c.id)
		switch c.id {
		case "offer":
			t.Category = consent.Promotional
		case "reply":
			t.Category = consent.Conversational
		}
		t.To, t.NotBefore = "+1212555010"+c.to, start.Add(c.due)
		texts = append(texts, t)
	}
	return steps(
		func() error { return queue(ctx, h, texts...) },
		func() error { c := work("w"); c.Limit = 4; return claims(ctx, h, c, "b a c e") },
		func() error { return claims(ctx, h, work("w"), "d reply h f g offer") },
		func() error { return claims(ctx, h, work("w"), "") },
	)
}

func claimedWhole(ctx context.Context, h Harness) error {
	t := text("t")
	t.Patient, t.Subject, t.Version, t.Zone = "p-1", "a-1", "7", "America/Chicago"
	deferred := settlement("v", "t", sms.Queued)
	deferred.Due, deferred.Decision, deferred.Tried = now, decision("Later."), start
	deferred.Code, deferred.Class = "20429", sms.Throttled
	if err := steps(
		func() error { return queue(ctx, h, t) },
		func() error { return claims(ctx, h, work("v"), "t") },
		func() error { return settle(ctx, h, deferred) },
	); err != nil {
		return err
	}
	want := sms.Tracked{Text: t, Progress: sms.Progress{
		State: sms.Sending, Due: now, Attempts: 1, FirstTry: start, Claimed: now, Code: "20429", Class: sms.Throttled,
	}}
	texts, err := h.Queue.Claim(ctx, brief("w"))
	if err := errors.Join(err, same("the texts claimed", texts, []sms.Tracked{want})); err != nil {
		return err
	}
	kept := want
	kept.Decision = decision("Later.")
	got, err := h.Store.Text(ctx, key("t"))
	if err := errors.Join(err, same("the text", got, kept)); err != nil {
		return err
	}
	want.State = sms.Doubtful
	texts, err = h.Queue.Doubt(ctx, brief("w"))
	return errors.Join(err, same("the doubtful texts", texts, []sms.Tracked{want}))
}

// claimedAfter queues texts of two categories that are claimed at two moments and then are in every state, and two that nobody
// claims.
func claimedAfter(ctx context.Context, h Harness) error {
	states := []sms.State{sms.Sent, sms.Sending, sms.Review, sms.Refused, sms.Queued, sms.Failed, sms.Doubtful, sms.Cancelled} // as ids of them come
	first, second := now, now.Add(time.Microsecond)
	never := func(id string) sms.Text {
		t := text(id)
		t.Category, t.NotBefore = consent.Promotional, now.Add(2*time.Hour)
		return t
	}
	if err := steps(
		func() error { return queue(ctx, h, never("a-1"), never("a-2")) },
		func() error {
			return apply(ctx, h, sms.Change{Cancel: &sms.Cancel{Key: key("a-2"), Decision: decision("no")}})
		},
		func() error { return claimInto(ctx, h, states, first, "1") },
		func() error { return claimInto(ctx, h, states, second, "2") },
	); err != nil {
		return err
	}
	var all, recent, offers []string
	for _, state := range states {
		id := string(state)
		all = append(all, id+"-t-2", id+"-t-1", id+"-p-2", id+"-p-1")
		recent, offers = append(recent, id+"-t-2", id+"-p-2"), append(offers, id+"-p-2")
		for _, c := range []struct {
			query sms.Query
			want  string
		}{
			{sms.Query{Claimed: first}, id + "-t-2 " + id + "-p-2"},
			{sms.Query{Claimed: first, Category: consent.Promotional}, id + "-p-2"},
			{sms.Query{Claimed: second}, ""},
		} {
			c.query.States = []sms.State{state}
			if err := finds(ctx, h, c.query, c.want); err != nil {
				return err
			}
		}
	}
	for _, c := range []struct {
		query sms.Query
		want  []string
	}{
		{sms.Query{Claimed: first.Add(-time.Microsecond)}, all},
		{sms.Query{Claimed: second.Add(-time.Nanosecond).In(time.FixedZone("", 3600))}, recent},
		{sms.Query{Claimed: first, Category: consent.Promotional, Number: number}, offers},
		{sms.Query{Claimed: first, Category: consent.Conversational}, nil},
		{sms.Query{Claimed: first, Number: "+12125550101"}, nil},
		{sms.Query{Claimed: first, Before: start}, nil},
	} {
		if err := finds(ctx, h, c.query, strings.Join(c.want, " ")); err != nil {
			return err
		}
	}
	again := work("v")
	again.Now = now.Add(time.Hour)
	return steps(
		func() error { return claims(ctx, h, again, "queued-t-1 queued-t-2 queued-p-1 queued-p-2") },
		func() error { return doubts(ctx, h, again, "doubtful-p-1 doubtful-t-1 doubtful-p-2 doubtful-t-2") },
		func() error {
			return finds(ctx, h, sms.Query{Claimed: second}, "queued-t-2 queued-t-1 queued-p-2 queued-p-1")
		},
	)
}

// claimInto queues a promotional text and a transactional one for each state, lets a worker claim them at a moment, and brings
// each into its state.
func claimInto(ctx context.Context, h Harness, states []sms.State, at time.Time, suffix string) error {
	var texts []sms.Text
	var settlements []sms.Settlement
	for _, state := range states {
		for _, c := range []consent.Category{consent.Promotional, consent.Transactional} {
			t := text(string(state) + "-" + string(c[:1]) + "-" + suffix)
			t.Category = c
			texts = append(texts, t)
			if state != sms.Sending {
				s := settlement("w", t.ID, state)
				s.Due = now.Add(time.Hour)
				settlements = append(settlements, s)
			}
		}
	}
	if err := apply(ctx, h, sms.Change{Texts: texts}); err != nil {
		return err
	}
	c := work("w")
	c.Now = at
	claimed, err := h.Queue.Claim(ctx, c)
	if err := errors.Join(err, same("how many texts were claimed", len(claimed), len(texts))); err != nil {
		return err
	}
	done, err := h.Queue.Settle(ctx, settlements...)
	return errors.Join(err, same("what was settled", slices.Contains(done, false), false))
}

func claimedOnce(ctx context.Context, h Harness) error {
	return steps(
		func() error { return queue(ctx, h, text("a"), text("b"), text("c")) },
		func() error { c := work("v"); c.Limit = 2; return claims(ctx, h, c, "a b") },
		func() error { return in(ctx, h, key("a"), sms.Sending) },
		func() error { return in(ctx, h, key("c"), sms.Queued) },
		func() error { return claims(ctx, h, work("w"), "c") },
		func() error { return claims(ctx, h, work("v"), "") },
		func() error { return logged(ctx, h, 0) },
	)
}

func acrossPractices(ctx context.Context, h Harness) error {
	foreign := text("a")
	foreign.Practice = other
	return steps(
		func() error { return queue(ctx, h, foreign, text("b"), text("a")) },
		func() error {
			texts, err := h.Queue.Claim(ctx, work("w"))
			return errors.Join(err, same("the texts claimed", ids(texts), "a a b"),
				same("whose they are", texts[0].Practice+" "+texts[1].Practice, practice+" "+other))
		},
		func() error { return settle(ctx, h, settlement("w", "a", sms.Sent)) },
		func() error { return in(ctx, h, key("a"), sms.Sent) },
		func() error { return in(ctx, h, foreign.Key(), sms.Sending) },
	)
}

func notDue(ctx context.Context, h Harness) error {
	t := text("t")
	t.NotBefore = now.Add(time.Microsecond)
	return steps(
		func() error { return queue(ctx, h, t) },
		func() error { return claims(ctx, h, work("w"), "") },
		func() error { c := work("w"); c.Now = t.NotBefore; return claims(ctx, h, c, "t") },
	)
}

func tooLate(ctx context.Context, h Harness) error {
	v := sms.Stop{Practice: practice, Number: number, Decision: decision("stop")}
	return steps(
		func() error { return queue(ctx, h, text("a"), text("b")) },
		func() error { c := work("w"); c.Limit = 1; return claims(ctx, h, c, "a") },
		func() error {
			return made(ctx, h, with(1, sms.Change{Cancel: &sms.Cancel{Key: key("a"), Decision: decision("no")}}))
		},
		func() error { return apply(ctx, h, sms.Change{Stop: &v}) },
		func() error { return in(ctx, h, key("a"), sms.Sending) },
		func() error { return in(ctx, h, key("b"), sms.Refused) },
		func() error { return logged(ctx, h, 0) },
		func() error { return claims(ctx, h, work("w"), "") },
		func() error { return settle(ctx, h, settlement("w", "a", sms.Refused)) },
	)
}

func answersAlone(ctx context.Context, h Harness) error {
	c := work("w")
	c.Answers = true
	return steps(
		func() error {
			return queue(ctx, h, text("a"), of(sms.ConfirmRequest, "b"), of(sms.HelpAnswer, "c"), of(sms.StartAnswer, "d"))
		},
		func() error { return claims(ctx, h, c, "c d") },
		func() error { return claims(ctx, h, c, "") },
		func() error { return claims(ctx, h, work("v"), "b a") },
	)
}
