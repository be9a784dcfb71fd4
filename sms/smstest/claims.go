package smstest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

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

func settle(ctx context.Context, h Harness, s sms.Settlement) error {
	done, err := h.Queue.Settle(ctx, s)
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
	} {
		t := of(c.kind, c.id)
		t.To, t.NotBefore = "+1212555010"+c.to, start.Add(c.due)
		texts = append(texts, t)
	}
	return steps(
		func() error { return queue(ctx, h, texts...) },
		func() error { c := work("w"); c.Limit = 4; return claims(ctx, h, c, "b a c e") },
		func() error { return claims(ctx, h, work("w"), "d h f g") },
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
		State: sms.Sending, Due: now, Attempts: 1, FirstTry: start, Code: "20429", Class: sms.Throttled,
		Decision: decision("Later."),
	}}
	texts, err := h.Queue.Claim(ctx, brief("w"))
	if err := errors.Join(err, same("the texts claimed", texts, []sms.Tracked{want})); err != nil {
		return err
	}
	got, err := h.Store.Text(ctx, key("t"))
	if err := errors.Join(err, same("the text", got, want)); err != nil {
		return err
	}
	want.State = sms.Doubtful
	texts, err = h.Queue.Doubt(ctx, brief("w"))
	return errors.Join(err, same("the doubtful texts", texts, []sms.Tracked{want}))
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

func answerWaits(ctx context.Context, h Harness) error {
	waits := func() error { return claims(ctx, h, work("v"), "") }
	return steps(
		func() error { return queue(ctx, h, text("t")) },
		func() error { return claims(ctx, h, work("w"), "t") },
		func() error { return queue(ctx, h, of(sms.StopAnswer, "answer")) },
		waits,
		func() error { return settle(ctx, h, settlement("w", "t", sms.Doubtful)) },
		waits,
		func() error { return doubts(ctx, h, work("w"), "t") },
		waits,
		func() error { return settle(ctx, h, settlement("w", "t", sms.Review)) },
		waits,
		func() error {
			return apply(ctx, h, sms.Change{Resolve: &sms.Resolve{Key: key("t"), State: sms.Failed}})
		},
		func() error { return claims(ctx, h, work("v"), "answer") },
		func() error {
			t, err := h.Store.Text(ctx, key("t"))
			return errors.Join(err, same("whether the text is marked", t.InFlight, false))
		},
	)
}

func answerWaitsForItsOwn(ctx context.Context, h Harness) error {
	away, foreign := text("a"), text("b")
	away.To, foreign.Practice = "+12125550101", other
	return steps(
		func() error { return queue(ctx, h, away, foreign, text("c")) },
		func() error { return claims(ctx, h, work("w"), "a b c") },
		func() error { return settle(ctx, h, settlement("w", "c", sms.Sent)) },
		func() error { return queue(ctx, h, of(sms.StopAnswer, "answer")) },
		func() error { return claims(ctx, h, work("v"), "answer") },
		func() error {
			// What is merely queued holds up nothing either, nor does an answer hold up what is no answer.
			return queue(ctx, h, text("d"))
		},
		func() error { return claims(ctx, h, work("v"), "d") },
	)
}

func patience(ctx context.Context, h Harness) error {
	at := func(d time.Duration) sms.Claim {
		c := work("v")
		c.Now = start.Add(d)
		return c
	}
	away, foreign := text("away"), text("foreign")
	away.To, foreign.Practice = "+12125550101", other
	texts := []sms.Text{text("doubtful"), text("review"), text("sending"), text("sent"), away, foreign}
	err := steps(
		func() error { return queue(ctx, h, texts...) },
		func() error { return claims(ctx, h, work("w"), "away doubtful foreign review sending sent") },
		func() error { return settle(ctx, h, settlement("w", "doubtful", sms.Doubtful)) },
		func() error { return settle(ctx, h, settlement("w", "review", sms.Review)) },
		func() error { return settle(ctx, h, settlement("w", "sent", sms.Sent)) },
		func() error { return queue(ctx, h, of(sms.StopAnswer, "answer")) },
		func() error { return claims(ctx, h, at(sms.Patience), "") },
		func() error { return claims(ctx, h, at(sms.Patience+time.Microsecond), "answer") },
	)
	if err != nil {
		return err
	}
	for _, t := range append(texts, of(sms.StopAnswer, "answer")) {
		got, err := h.Store.Text(ctx, t.Key())
		want := t.ID == "doubtful" || t.ID == "review" || t.ID == "sending"
		if err := errors.Join(err, same("whether the text "+t.ID+" is marked", got.InFlight, want)); err != nil {
			return err
		}
	}
	// The mark stays, whatever becomes of the text.
	return steps(
		func() error { return settle(ctx, h, settlement("w", "sending", sms.Sent)) },
		func() error {
			got, err := h.Store.Text(ctx, key("sending"))
			return errors.Join(err, same("whether the text is marked", got.InFlight, true))
		},
	)
}

func answerAlone(ctx context.Context, h Harness) error {
	help := of(sms.HelpAnswer, "help")
	help.NotBefore = start.Add(time.Second)
	away := text("away")
	away.To = "+12125550101"
	return steps(
		func() error { return queue(ctx, h, of(sms.StopAnswer, "answer"), help, text("t"), away) },
		func() error { return claims(ctx, h, work("w"), "answer away") },
		func() error { return claims(ctx, h, work("w"), "help t") },
		// Where another answer is due before it, that one is the first.
		func() error {
			late, early := of(sms.StopAnswer, "stop-2"), of(sms.HelpAnswer, "help-2")
			late.To, early.To = "+12125550102", "+12125550102"
			late.NotBefore = start.Add(time.Second)
			return queue(ctx, h, late, early)
		},
		func() error { return claims(ctx, h, work("w"), "help-2") },
		func() error { return claims(ctx, h, work("w"), "") },
		func() error { return settle(ctx, h, settlement("w", "help-2", sms.Sent)) },
		func() error { return claims(ctx, h, work("w"), "stop-2") },
	)
}

func answersApart(ctx context.Context, h Harness) error {
	return steps(
		func() error { return queue(ctx, h, of(sms.StopAnswer, "a"), of(sms.StopAnswer, "b")) },
		func() error { return claims(ctx, h, work("w"), "a") },
		func() error { return claims(ctx, h, work("w"), "") },
		func() error { return settle(ctx, h, settlement("w", "a", sms.Sent)) },
		func() error { return claims(ctx, h, work("w"), "b") },
	)
}

func invalidClaims(ctx context.Context, h Harness) error {
	if err := queue(ctx, h, text("t")); err != nil {
		return err
	}
	for _, spoil := range []func(*sms.Claim){
		func(c *sms.Claim) { c.Worker = "" },
		func(c *sms.Claim) { c.Worker = "\x00" },
		func(c *sms.Claim) { c.Lease = 0 },
		func(c *sms.Claim) { c.Wait = -1 },
		func(c *sms.Claim) { c.Limit = 0 },
	} {
		c := work("w")
		spoil(&c)
		if _, err := h.Queue.Claim(ctx, c); !errors.Is(err, sms.ErrInvalid) {
			return fmt.Errorf("claim %+v: error %v, not ErrInvalid", c, err)
		}
		if _, err := h.Queue.Doubt(ctx, c); !errors.Is(err, sms.ErrInvalid) {
			return fmt.Errorf("doubt %+v: error %v, not ErrInvalid", c, err)
		}
	}
	if err := claims(ctx, h, work("w"), "t"); err != nil {
		return err
	}
	for _, spoil := range []func(*sms.Settlement){
		func(s *sms.Settlement) { s.Worker = "" },
		func(s *sms.Settlement) { s.Key.ID = "" },
		func(s *sms.Settlement) { s.State = "" },
		func(s *sms.Settlement) { s.State = sms.Sending },
		func(s *sms.Settlement) { s.State = "\x00" },
		func(s *sms.Settlement) { s.Wait = -1 },
		func(s *sms.Settlement) { s.Code = "\x00" },
	} {
		s := settlement("w", "t", sms.Sent)
		spoil(&s)
		if done, err := h.Queue.Settle(ctx, s); !errors.Is(err, sms.ErrInvalid) || done {
			return fmt.Errorf("settlement %+v: done %v, error %v, not ErrInvalid", s, done, err)
		}
	}
	return in(ctx, h, key("t"), sms.Sending)
}

func cancelledClaim(ctx context.Context, h Harness) error {
	gone, cancel := context.WithCancel(ctx)
	cancel()
	canceled := func(err error) error {
		if !errors.Is(err, context.Canceled) {
			return fmt.Errorf("error %v, not context.Canceled", err)
		}
		return nil
	}
	return steps(
		func() error { return queue(ctx, h, text("t")) },
		func() error { _, err := h.Queue.Claim(gone, work("w")); return canceled(err) },
		func() error { return claims(ctx, h, brief("w"), "t") },
		func() error { _, err := h.Queue.Doubt(gone, brief("w")); return canceled(err) },
		func() error { return in(ctx, h, key("t"), sms.Sending) },
		func() error {
			_, err := h.Queue.Settle(gone, settlement("w", "t", sms.Sent))
			return canceled(err)
		},
		func() error { return in(ctx, h, key("t"), sms.Sending) },
	)
}

func concurrentClaims(ctx context.Context, h Harness) error {
	const workers, n = 4, 60
	var batch []sms.Text
	for i := range n {
		t := text(fmt.Sprintf("%02d", i))
		t.Kind = []sms.Kind{sms.Ordinary, sms.ConfirmRequest, sms.HelpAnswer}[i%3]
		batch = append(batch, t)
	}
	if err := apply(ctx, h, sms.Change{Texts: batch}); err != nil {
		return err
	}
	var group sync.WaitGroup
	failed := make(chan error, workers)
	got := make(chan string, 2*n)
	for w := range workers {
		group.Go(func() {
			c := work(fmt.Sprint(w))
			c.Limit = 7
			for misses := 0; misses < 3; {
				texts, err := h.Queue.Claim(ctx, c)
				if err != nil {
					failed <- err
					return
				}
				if len(texts) == 0 {
					misses++ // others may have held what they did not take
				}
				for _, t := range texts {
					got <- t.ID
					if err := settle(ctx, h, settlement(c.Worker, t.ID, sms.Sent)); err != nil {
						failed <- err
						return
					}
				}
			}
		})
	}
	group.Wait()
	close(failed)
	close(got)
	for err := range failed {
		return err
	}
	seen := map[string]bool{}
	for id := range got {
		if seen[id] {
			return fmt.Errorf("text %s was claimed twice", id)
		}
		seen[id] = true
	}
	return same("how many texts were claimed", len(seen), n)
}

func stopBesideClaims(ctx context.Context, h Harness) error {
	const n = 40
	var batch []sms.Text
	for i := range n {
		batch = append(batch, text(fmt.Sprintf("%02d", i)))
	}
	if err := apply(ctx, h, sms.Change{Texts: batch}); err != nil {
		return err
	}
	claimed := map[string]bool{}
	var group sync.WaitGroup
	var claim, stop error
	group.Go(func() {
		c := work("w")
		for c.Limit = 3; claim == nil; {
			var texts []sms.Tracked
			if texts, claim = h.Queue.Claim(ctx, c); len(texts) == 0 {
				return
			}
			for _, t := range texts {
				claimed[t.ID] = true
			}
		}
	})
	group.Go(func() {
		m := message("m")
		stop = apply(ctx, h, with(1, sms.Change{
			Received: &m, Stop: &sms.Stop{Practice: practice, Number: number, Decision: decision("stop")},
		}))
	})
	group.Wait()
	if err := errors.Join(claim, stop); err != nil {
		return err
	}
	for _, t := range batch {
		got, err := h.Store.Text(ctx, t.Key())
		if err != nil {
			return err
		}
		switch {
		case claimed[t.ID] && got.State == sms.Sending:
		case !claimed[t.ID] && got.State == sms.Refused && got.Decision.Verdict == sms.Refuse:
		default:
			return fmt.Errorf("text %s: claimed %v, and it is %s", t.ID, claimed[t.ID], got.State)
		}
	}
	return logged(ctx, h, 1)
}

func noQueueSecrets(ctx context.Context, h Harness) error {
	const words = "planted-words-4711"
	t := text("t")
	t.Body = words
	s := settlement("w", "t", sms.Sent)
	s.Decision = decision(words)
	s.Leaves = with(1, sms.Change{}).Leaves
	s.Leaves[0].Bytes = []byte("other " + words)
	secrets := []string{number, number[2:], from[2:], words}
	if err := steps(
		func() error { return apply(ctx, h, with(1, sms.Change{Texts: []sms.Text{t}})) },
		func() error { return claims(ctx, h, work("w"), "t") },
		func() error { _, err := h.Queue.Settle(ctx, s); return quiet(err, secrets...) },
	); err != nil {
		return err
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	_, err := h.Queue.Settle(gone, s)
	if err := quiet(err, secrets...); err != nil {
		return err
	}
	s.Decision.Reason = strings.Repeat(words, 2) + "\xff"
	_, err = h.Queue.Settle(ctx, s)
	return quiet(err, secrets...)
}
