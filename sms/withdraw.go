package sms

import (
	"context"
	"errors"
	"fmt"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

// withdrawn is the code of a text that its provider took back.
const withdrawn = "withdrawn"

// withdraw takes back what a provider took on for a number before it said STOP, as far as the stop covers it and the provider
// can, and records of each text whether it did. It comes before the answer: what cannot be taken back may arrive after it, and
// was in flight at the stop.
func (d *Dispatcher) withdraw(ctx context.Context, answer Text, stop consent.Effect) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.o.Timeout)
	defer cancel()
	var failed []error
	q := Query{
		Practice: answer.Practice, Number: answer.To, States: []State{Sent}, Category: stop.Category, Claimed: answer.Created.Add(-longest), Limit: 1000,
	}
	for { // a text that was taken on just now may have been queued long ago, and stand on the last page
		page, err := d.store.Texts(ctx, q)
		if err != nil {
			return errors.Join(append(failed, fmt.Errorf("sms: withdraw: %w", err))...)
		}
		for _, t := range page.Texts {
			canceller, able := d.providers[t.Provider].(Canceller)
			since := !stop.Since.IsZero() && t.Claimed.After(stop.Since) // the patient has agreed to it
			if !able || since || t.Kind.Answer() || t.ProviderID == "" || t.Delivery.Rank() > StatusAccepted.Rank() {
				continue
			}
			if err := d.takeBack(ctx, canceller, t); err != nil {
				failed = append(failed, fmt.Errorf("sms: withdraw: %w", err))
			}
		}
		if q.After = page.Next; q.After == "" {
			return errors.Join(failed...)
		}
	}
}

func (d *Dispatcher) takeBack(ctx context.Context, canceller Canceller, t Tracked) error {
	var back bool
	asked := calm(func() (err error) {
		back, err = canceller.Cancel(ctx, t.ProviderID)
		return err
	})
	entry := audit.Entry{
		Practice: t.Practice, Actor: audit.Actor{Kind: audit.System, ID: "dispatcher"}, Action: "sms.text.withdraw",
		Patient: t.Patient, Object: audit.Object{Kind: "text", ID: t.ID}, Reason: "The patient said stop (text).",
		Details: map[string]string{"provider": t.Provider, "taken back": fmt.Sprint(back)},
	}
	if back {
		leaves, err := stamp(ctx, d.log, t.entries(entry)...)
		if err != nil {
			return err
		}
		_, err = d.store.Apply(ctx, Change{
			Receipt: &Delivered{Key: t.Key(), Status: StatusFailed, Code: withdrawn}, Leaves: leaves,
		})
		return err
	}
	entry.Outcome = audit.Refused
	return errors.Join(asked, d.log.RecordSeen(ctx, t.entries(entry)...))
}
