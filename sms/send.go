package sms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/enamel-go/enamel/consent"
)

// fresh is how old what is known of a recipient's consent may be when the request begins.
const fresh = time.Second

// errSlow is why texts stay where the store cannot be read in time.
var errSlow = errors.New("sms: consent takes longer to read than it stays fresh")

// checked is what was decided on a text, and when its consent was asked for.
type checked struct {
	decision  Decision
	at        time.Time
	elsewhere []string       // the other numbers that those whom it is about asked for, in their order
	carrier   string         // the provider that carries its number now
	runs      bool           // the broadcast that it is one of, if any
	gone      bool           // the keys of its patient
	contended bool           // nothing but promotional texts that another claim holds keeps it from leaving
	stop      consent.Effect // of the answer to a stop: what the stop came to
	stopped   bool           // of the answer to a START: the patient said stop after it
	err       error          // why nobody could decide
}

// check decides on texts by facts that are gathered anew every time. Consent is read last, for it is the one fact that has
// to be fresh, and for all texts at once. Where that fails each text is asked for by itself, so that one whose ledger
// cannot be read holds up no other.
func (d *Dispatcher) check(ctx context.Context, texts []Tracked) []checked {
	d, of := d.once()
	gathering, cancel := context.WithTimeout(ctx, d.o.Lease/3) // what is slow without being silent leaves time to send
	defer cancel()
	checks := make([]checked, len(texts))
	facts, held := make([]Facts, len(texts)), make([][]time.Time, len(texts))
	var asked []consent.Check
	var complete []int // whose facts are gathered but for consent; as often as a text is about appointments
	d.families(gathering, texts)
	for i, t := range texts {
		checks[i].err = calm(func() (err error) {
			if facts[i], held[i], err = d.facts(gathering, t); err == nil {
				checks[i].runs, err = d.runs(gathering, t)
			}
			if err == nil {
				checks[i].carrier, err = d.carrier(gathering, t)
			}
			if err == nil && facts[i].Restricted {
				checks[i].elsewhere, err = d.elsewhere(gathering, t.Text)
			}
			return err
		})
		if checks[i].err == nil {
			for _, about := range t.about() {
				asked = append(asked, consent.Check{
					Key: consent.Key{Practice: t.Practice, Number: t.To}, Use: consent.Use{Category: t.Category, Sender: t.From, Patient: about.Patient},
				})
				complete = append(complete, i)
			}
		}
	}
	began := time.Now()
	permissions, failed := d.permissions(ctx, of, asked)
	for n := 0; n < len(complete); {
		i, m := complete[n], n
		for n++; n < len(complete) && complete[n] == i; n++ { // a text about several
		}
		checks[i].at, checks[i].err = began, errors.Join(failed[m:n]...)
		if checks[i].err == nil && texts[i].Kind == StopAnswer {
			checks[i].stop, checks[i].err = ask(ctx, of, gate, func(ctx context.Context) (consent.Effect, error) {
				return d.gate.Effect(ctx, consent.Key{Practice: texts[i].Practice, Number: texts[i].To}, texts[i].Answers)
			})
		}
		if checks[i].err == nil {
			facts[i].permit(permissions[m:n])
			p := facts[i].Permission
			checks[i].stopped = texts[i].Kind == StartAnswer && p.Status == consent.Stopped && p.Since.After(texts[i].Created)
			checks[i].decision = d.law.Decide(facts[i], d.o.Now()).kept(facts[i])
			switch {
			case checks[i].decision.Verdict == Send:
				checks[i].err = d.spare(ctx, &facts[i], &checks[i])
			case len(held[i]) > 0:
				checks[i].contended = d.law.Decide(facts[i].without(held[i]), d.o.Now()).Verdict == Send
			}
		}
	}
	for i := range checks {
		if checks[i].err != nil {
			checks[i].err = fmt.Errorf("sms: check: %w", checks[i].err)
		}
	}
	return checks
}

// carrier returns the provider that carries a text's number now.
func (d *Dispatcher) carrier(ctx context.Context, t Tracked) (string, error) {
	sender, err := d.store.Sender(ctx, t.Practice, t.From)
	return sender.Provider, err
}

// runs reports whether nothing is known to hold the broadcast that a text is one of. What is asked after the claim's commit
// sees every pause and cancellation that was answered before it.
func (d *Dispatcher) runs(ctx context.Context, t Tracked) (bool, error) {
	if t.Broadcast == "" || d.o.Broadcasts == nil {
		return t.Broadcast == "", nil
	}
	return d.o.Broadcasts.Runs(ctx, t.Practice, t.Broadcast)
}

// spare looks whether the keys of a patient whom a text is about were destroyed: then nothing about the patient leaves any more.
// Of several the others are still told. Where nobody knows, no entry can be kept, and nothing leaves either. Answers are about
// nobody in particular.
func (d *Dispatcher) spare(ctx context.Context, f *Facts, c *checked) error {
	if f.Text.Kind.Answer() {
		return nil
	}
	for i, about := range f.Text.about() {
		gone, err := d.log.Shredded(ctx, f.Text.Practice, about.Patient)
		switch {
		case err != nil:
			return err
		case gone && len(f.Each) > 0:
			f.Each[i].Current, f.Current = false, false
		case gone:
			c.gone = true
		}
	}
	if !f.Current {
		c.decision = d.law.Decide(*f, d.o.Now()).kept(*f)
	}
	return nil
}

// permissions asks for the consent to many texts.
func (d *Dispatcher) permissions(ctx context.Context, of *asking, asked []consent.Check) (permissions []consent.Permission, failed []error) {
	failed = make([]error, len(asked))
	if len(asked) > 1 {
		permissions, err := ask(ctx, of, gate, func(ctx context.Context) ([]consent.Permission, error) { return d.gate.Permissions(ctx, asked) })
		if err == nil && len(permissions) == len(asked) {
			return permissions, failed
		}
	}
	permissions = make([]consent.Permission, len(asked))
	for i, a := range asked {
		permissions[i], failed[i] = ask(ctx, of, gate, func(ctx context.Context) (consent.Permission, error) {
			return d.gate.Permission(ctx, a.Key, a.Use)
		})
	}
	return permissions, failed
}

// gate is whom consent is asked of.
const gate = "the gate"

// weigh says what a check makes of a text: it is settled, or its request may begin. What cannot be carried here is released, for
// another worker may carry it. The error is what somebody has to hear of.
func (d *Dispatcher) weigh(ctx context.Context, t Tracked, c checked) (s Settlement, send bool, err error) {
	if taken(t) {
		return Settlement{State: Sent}, false, c.err
	}
	if c.err != nil {
		return d.release(ctx, t), false, c.err
	}
	decision := c.decision
	if c.carrier != t.Provider && t.Broadcast == "" {
		return t.through(c.carrier, decision), false, nil
	}
	switch {
	case c.contended: // of two that hold the last room each may wait for the other
		decision.Verdict, decision.Until = Defer, d.again(t)
		decision.Rule, decision.Reason = string(CheckCap), "Another promotional text to the number may be on its way, and leaves no room for it."
	case decision.Verdict != Send:
	case c.carrier != t.Provider: // its broadcast counts it
		decision = decision.refused(moved, movedOn)
	case c.stop.Undone:
		decision = decision.refused("start", "The patient agreed to texts again after the stop that it confirms.")
	case c.stopped:
		decision = decision.refused("stop", "The patient said stop after the START that it answers.")
	case c.gone:
		decision = decision.refused("patient", "The keys of the patient that it is about were destroyed.")
	case d.providers[t.Provider] == nil:
		return d.release(ctx, t), false, fmt.Errorf("sms: check: no provider named %q is set up here", t.Provider)
	case !c.runs && d.o.Broadcasts == nil:
		decision = decision.refused("broadcast", "Nobody is set up here who knows whether its broadcast still runs.")
	case !c.runs: // the broadcast's worker takes it back
		decision.Verdict, decision.Until = Defer, d.again(t)
		decision.Rule, decision.Reason = "broadcast", "Its broadcast was paused or cancelled."
	}
	switch decision.Verdict {
	case Refuse:
		return d.refuse(ctx, t, decision, c.elsewhere), false, nil
	case Defer:
		return Settlement{State: Queued, Due: decision.Until, Decision: decision}, false, nil
	}
	return Settlement{}, true, nil
}

// send asks the provider to carry a text that may leave and was claimed after began.
func (d *Dispatcher) send(ctx context.Context, t Tracked, c checked, began time.Time) (Settlement, error) {
	var unsure error
	if t.Kind == StopAnswer {
		unsure = d.withdraw(ctx, t.Text, c.stop)
	}
	s, err := d.sendFresh(ctx, t, c, began)
	return s, errors.Join(unsure, err)
}

// sendFresh asks the provider as long as what was checked is fresh, and checks again where it is not.
func (d *Dispatcher) sendFresh(ctx context.Context, t Tracked, c checked, began time.Time) (Settlement, error) {
	for range 3 {
		now := d.o.Now()
		left := c.decision.Until.Sub(now)
		// A request is not under way any more when the window has closed, and the provider may take the text on at its very end:
		// from then on the validity counts.
		timeout := min(d.o.Timeout, left)
		m := Message{
			Reference: t.Key().reference(), From: t.From, To: t.To, Body: t.Body,
			Validity: max(shortest, left-timeout), Sent: t.FirstTry,
		}
		if m.Sent.IsZero() {
			m.Sent = now
		}
		switch {
		case ctx.Err() != nil:
			return d.release(ctx, t), ctx.Err()
		case d.o.Lease-passed(began) < d.o.Timeout:
			return Settlement{State: Queued, Due: t.Due}, nil
		case passed(c.at) <= fresh && left >= shortest:
			accepted, err := d.request(ctx, timeout, d.providers[t.Provider], m)
			s, err := d.answered(ctx, t, accepted, err)
			s.Decision = c.decision
			if s.Class != Paused { // then no request began
				s.Tried = micro(now)
			}
			return d.inTime(t, s), err
		}
		// A process that was paused here looks again: consent may have ended, or the window.
		c = d.check(ctx, []Tracked{t})[0]
		if s, send, err := d.weigh(ctx, t, c); !send {
			return s, err
		}
	}
	return d.release(ctx, t), errSlow
}

// passed returns how much time has gone by, on the clock that went further: on many systems the monotonic one stands still
// while the machine sleeps, and the other one may be set back.
func passed(since time.Time) time.Duration {
	now := time.Now()
	return max(now.Sub(since), now.Round(0).Sub(since.Round(0)))
}

// request asks a provider to carry a message. Once it has begun it is waited for, even when we are told to stop.
func (d *Dispatcher) request(ctx context.Context, timeout time.Duration, provider Provider, m Message) (accepted Accepted, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
	defer cancel()
	err = calm(func() (err error) {
		accepted, err = provider.Send(ctx, m)
		return err
	})
	return accepted, err
}

// answered settles a text by the provider's answer. The error is what somebody has to hear of.
func (d *Dispatcher) answered(ctx context.Context, t Tracked, accepted Accepted, err error) (Settlement, error) {
	if err == nil {
		return Settlement{State: Sent, ProviderID: accepted.ID, Delivery: StatusAccepted}, nil
	}
	// An error that says nothing clear leaves the outcome open: nobody knows whether the request arrived.
	refusal := &SendError{}
	errors.As(err, &refusal)
	s := Settlement{State: Doubtful, Wait: d.o.Wait, Code: refusal.Code, Class: cmp.Or(refusal.Class, Unknown)}
	later := micro(d.o.Now().Add(max(backoff(t.Attempts+1), refusal.After)))
	switch s.Class {
	case Paused:
		s.State, s.Due = Queued, micro(d.o.Now().Add(refusal.After+rand.N(refusal.After/4+time.Second)))
	case Transient, Throttled:
		s.State, s.Due = Queued, later
	case DailyLimit:
		s.State, s.Due = Queued, micro(s.Class.Again(d.o.Now()))
	case BadNumber, Blocked, Filtered, BadSender, Expired, Rejected:
		s.State = Failed
	case OptedOut:
		s.State = Failed
		if err := d.revoke(ctx, t.Text); err != nil {
			s.State, s.Due = Queued, later // the provider will say it again
			return s, err
		}
	}
	return s, panicked(err)
}

// revoke records that a text's recipient opted out at the provider.
func (d *Dispatcher) revoke(ctx context.Context, t Text) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.o.Timeout)
	defer cancel()
	return revokeAtProvider(ctx, d.gate, t)
}

// inTime returns a settlement, or in the place of one that puts a text off for so long that it could not arrive any more while
// it is of use, its refusal: a person hears of it while there is time to call.
func (d *Dispatcher) inTime(t Tracked, s Settlement) Settlement {
	f := Facts{Text: t.Text, Linger: d.linger(t.Text)}
	if s.State == Queued && s.Due.Add(f.least()).After(t.LastUseful) {
		s.State, s.Due, s.Class, s.Decision = Refused, time.Time{}, Expired, s.Decision.refused(string(CheckUseful), tooLate)
	}
	return s
}

// release is the settlement of a text that could not be decided on. It is looked at again ever later, so that a text on which
// nobody can decide does not hold up the others, and ends when it is of no use any more.
func (d *Dispatcher) release(ctx context.Context, t Tracked) Settlement {
	now := micro(d.o.Now())
	switch {
	case ctx.Err() != nil: // we are told to stop, and another worker may take it at once
		return Settlement{State: Queued, Due: t.Due}
	case !now.Before(t.LastUseful):
		return Settlement{State: Refused, Class: Expired, Decision: Decision{Verdict: Refuse, Rule: string(CheckUseful), Reason: tooLate}}
	}
	return Settlement{State: Queued, Due: d.again(t)}
}

// again returns when a text is looked at again that has to wait for it is not known how long: after a quarter of the time that
// it has been due, and once more at its last useful moment.
func (d *Dispatcher) again(t Tracked) time.Time {
	now := micro(d.o.Now())
	at := now.Add(max(backoff(1), min(now.Sub(t.NotBefore)/4, time.Hour)))
	if now.Before(t.LastUseful) && at.After(t.LastUseful) {
		return t.LastUseful
	}
	return at
}

// backoff returns how long to wait before another attempt: twice as long each time, up to an hour, half of it by chance,
// so that texts that failed together do not come back together.
func backoff(attempts int) time.Duration {
	full := min(15*time.Second<<min(attempts, 10), time.Hour)
	return full/2 + rand.N(full/2)
}
