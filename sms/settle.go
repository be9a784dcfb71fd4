package sms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/enamel-go/enamel/audit"
)

// settle records what became of texts, with an entry for each unless it only waits on. It is not cut off by a stop: a text
// that has left must be settled. Where the lease was lost, whoever holds the text now settles it.
func (d *Dispatcher) settle(ended []outcome) error {
	ctx, cancel := context.WithTimeout(context.Background(), d.o.Lease)
	defer cancel()
	settlements, of := make([]Settlement, 0, len(ended)), make([]outcome, 0, len(ended))
	var failed []error
	for _, o := range ended {
		s := o.Settlement
		s.Key = o.text.Key()
		for _, next := range s.Next {
			s.Decision.Next = append(s.Decision.Next, next.ID)
		}
		if s.State != Queued && s.State != o.text.State {
			entries := o.text.entries(settled(o.text, s))
			for _, next := range s.Next {
				entries = append(entries, next.entries(enqueued(dispatching, next))...)
			}
			var err error
			if s.Leaves, err = stamp(ctx, d.log, entries...); err != nil {
				failed = append(failed, fmt.Errorf("sms: settle: %w", err))
				continue
			}
		}
		settlements, of = append(settlements, s), append(of, o)
	}
	if len(settlements) == 0 {
		return errors.Join(failed...)
	}
	done, err := d.queue.Settle(ctx, settlements...)
	if err != nil {
		failed = append(failed, fmt.Errorf("sms: settle: %w", err))
	}
	var told []outcome
	for i, o := range of {
		switch {
		case err != nil || done[i]:
		case o.State == Review: // a receipt may have come meanwhile, and no person has to find out what it says
			told = append(told, outcome{text: o.text, Settlement: Settlement{Worker: o.Worker, State: Sent}})
		case !o.Tried.IsZero():
			failed = append(failed, fmt.Errorf("sms: settle: text %q of practice %q was taken over before its result was kept", o.text.ID, o.text.Practice))
		}
	}
	if len(told) > 0 {
		failed = append(failed, d.settle(told))
	}
	return errors.Join(failed...)
}

// dispatching is who sends texts, and takes them apart.
var dispatching = audit.Actor{Kind: audit.System, ID: "dispatcher"}

// settled is the entry of a text that was settled.
func settled(t Tracked, s Settlement) audit.Entry {
	entry := audit.Entry{
		Practice: t.Practice, Actor: dispatching, Action: "sms.text.send",
		Patient: t.Patient, Object: audit.Object{Kind: "text", ID: t.ID},
		Reason:  cmp.Or(s.Decision.Reason, "The text is "+string(s.State)+"."), // also where details cannot be kept
		Details: map[string]string{"state": string(s.State), "provider": t.Provider, "code": s.Code},
	}
	if len(s.Next) > 0 && len(t.Subjects) > 0 && s.Decision.Rule != moved { // what forbids it is one patient's, and the entry is every patient's
		entry.Reason = takenApart
	}
	if s.State == Refused || s.State == Failed || s.State == Cancelled {
		entry.Outcome = audit.Refused
	}
	return entry
}

// errPanic is what is left of a panic in a vendor's code.
var errPanic = errors.New("sms: a provider, a schedule, or who else is asked about a text, panicked")

// calm calls a vendor's code and turns its panic into an error: one text must not take down the worker with all others.
// What it panicked with may quote the text, so only the runtime's own words are told.
func calm(call func() error) (err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case runtime.Error:
			err = fmt.Errorf("%w: %w", errPanic, p)
		default:
			err = fmt.Errorf("%w: with a %T", errPanic, p)
		}
	}()
	return call()
}

// panicked returns err if it is a panic's: everything else is told by the text's own class and code.
func panicked(err error) error {
	if errors.Is(err, errPanic) {
		return err
	}
	return nil
}
