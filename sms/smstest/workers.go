package smstest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/enamel-go/enamel/sms"
)

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
		if done, err := one(h.Queue.Settle(ctx, s)); !errors.Is(err, sms.ErrInvalid) || done {
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
			_, err := one(h.Queue.Settle(gone, settlement("w", "t", sms.Sent)))
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
	begun := make(chan struct{})
	group.Go(func() {
		begin := sync.OnceFunc(func() { close(begun) })
		defer begin()
		c := work("w")
		for c.Limit = 3; claim == nil; begin() {
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
		<-begun
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
		func() error { _, err := one(h.Queue.Settle(ctx, s)); return quiet(err, secrets...) },
	); err != nil {
		return err
	}
	gone, cancel := context.WithCancel(ctx)
	cancel()
	_, err := one(h.Queue.Settle(gone, s))
	if err := quiet(err, secrets...); err != nil {
		return err
	}
	s.Decision.Reason = strings.Repeat(words, 2) + "\xff"
	_, err = one(h.Queue.Settle(ctx, s))
	return quiet(err, secrets...)
}
