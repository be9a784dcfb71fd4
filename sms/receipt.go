package sms

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

// Deliver takes in a receipt. Receipts come late, twice and out of order: one that tells nothing new reports false. A
// provider that says the recipient opted out there has told us of a revocation, and it is recorded as one.
func (s *Service) Deliver(ctx context.Context, receipt Receipt) (bool, error) {
	k, ok := keyOf(receipt.Reference)
	if !ok || receipt.Status.Rank() == 0 {
		return false, fmt.Errorf("%w: the receipt names no text or no status of ours", ErrInvalid)
	}
	t, err := s.store.Text(ctx, k)
	if err != nil {
		return false, fmt.Errorf("sms: deliver: %w", err)
	}
	if receipt.Class == OptedOut {
		if err := revokeAtProvider(ctx, s.gate, t.Text); err != nil {
			return false, fmt.Errorf("sms: deliver: %w", err)
		}
	}
	t, written, err := learn(ctx, s.store, s.log, t, receipt, s.moment())
	if err != nil {
		return false, fmt.Errorf("sms: deliver: %w", err)
	}
	if t.State == Review { // it is at the provider, and no person has to find that out
		by := audit.Actor{Kind: audit.System, ID: receipt.Provider}
		if _, err := s.Resolve(ctx, by, k, true, "The provider says that it has the text."); err != nil {
			return false, err
		}
	}
	return written, nil
}

// learn keeps what a provider says of a text that was read before, with the task that it opens or finishes. A text that has moved
// on meanwhile is read and decided on anew. It returns the text as it was decided on, and whether there was anything new.
func learn(ctx context.Context, store Store, log *audit.Log, t Tracked, receipt Receipt, now time.Time) (Tracked, bool, error) {
	leaves, err := stamp(ctx, log, t.entries(audit.Entry{
		Practice: t.Practice, Actor: audit.Actor{Kind: audit.System, ID: receipt.Provider}, Action: "sms.text.receipt",
		Object: audit.Object{Kind: "text", ID: t.ID}, Reason: "The provider says " + string(receipt.Status) + ".",
		Details: map[string]string{"status": string(receipt.Status), "code": receipt.Code},
	})...)
	if err != nil {
		return t, false, err
	}
	for alone := false; ; {
		seen := Seen{t.State, t.Delivery}
		change := Change{Receipt: &Delivered{
			Key: t.Key(), ProviderID: receipt.ID, Status: receipt.Status, Code: receipt.Code, Class: receipt.Class, Seen: &seen,
		}, Leaves: leaves}
		tasks := !alone && t.undelivered(receipt, now, &change)
		written, err := store.Apply(ctx, change)
		if err != nil || written {
			return t, written, err
		}
		if t, err = store.Text(ctx, t.Key()); err != nil {
			return t, false, err
		}
		alone = seen == Seen{t.State, t.Delivery}
		if alone && !tasks {
			return t, false, nil
		} // else a person was faster with the task
	}
}

// undelivered adds to a change the task of a text that the provider took on and then could not deliver, or its end when the text
// was delivered after all. Who opted out is owed nothing. It reports whether it added anything.
func (t Tracked) undelivered(receipt Receipt, now time.Time, change *Change) bool {
	task := Task{
		Practice: t.Practice, ID: hashed("undelivered", t.ID), Kind: TaskFailed, Patient: t.Patient, Number: t.To, Text: t.ID,
		Subject: t.Subject, Opened: now, Due: t.LastUseful,
	}
	switch before := t.Delivery.Rank(); {
	case receipt.failed() && receipt.Class != OptedOut && before < StatusFailed.Rank():
		change.Tasks = []Task{task}
		return true
	case receipt.Status == StatusDelivered && before == StatusFailed.Rank():
		change.Finish = &Finish{Key: task.Key(), Outcome: Needless, At: task.Opened}
		return true
	}
	return false
}

// failed reports whether the provider could not deliver.
func (r Receipt) failed() bool { return r.Status.Rank() == StatusFailed.Rank() }

// revokeAtProvider records that a text was refused because its recipient opted out at the provider.
func revokeAtProvider(ctx context.Context, gate Gate, t Text) error {
	_, err := gate.Revoke(ctx, audit.Actor{Kind: audit.System, ID: t.Provider}, consent.Revocation{
		ID: fmt.Sprintf("opted-out-%x", sha256.Sum256([]byte(t.ID)))[:42], Practice: t.Practice, Number: t.To, Channel: consent.ByProvider, Sender: t.From,
	})
	return err
}
