package smstest

import (
	"context"
	"errors"
	"time"

	"github.com/enamel-go/enamel/sms"
)

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
