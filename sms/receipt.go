package sms

import (
	"context"
	"crypto/sha256"
	"fmt"

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
	leaves, err := stamp(ctx, s.log, t.entries(audit.Entry{
		Practice: k.Practice, Actor: audit.Actor{Kind: audit.System, ID: receipt.Provider}, Action: "sms.text.receipt",
		Object:  audit.Object{Kind: "text", ID: k.ID},
		Details: map[string]string{"status": string(receipt.Status), "code": receipt.Code},
	})...)
	if err != nil {
		return false, fmt.Errorf("sms: deliver: %w", err)
	}
	change := Change{
		Receipt: &Delivered{Key: k, ProviderID: receipt.ID, Status: receipt.Status, Code: receipt.Code, Class: receipt.Class},
		Leaves:  leaves,
	}
	s.undelivered(t, receipt, &change)
	written, err := s.store.Apply(ctx, change)
	if err == nil && !written && (len(change.Tasks) > 0 || change.Finish != nil) {
		change.Tasks, change.Finish = nil, nil // another receipt, or a person, was faster
		written, err = s.store.Apply(ctx, change)
	}
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

// undelivered opens a task for a text that the provider took on and then could not deliver, and finishes it when the text was
// delivered after all. Who opted out is owed nothing.
func (s *Service) undelivered(t Tracked, receipt Receipt, change *Change) {
	task := Task{
		Practice: t.Practice, ID: hashed("undelivered", t.ID), Kind: TaskFailed, Patient: t.Patient, Number: t.To, Text: t.ID,
		Subject: t.Subject, Opened: s.moment(), Due: t.LastUseful,
	}
	failed := receipt.Status.Rank() == StatusFailed.Rank()
	switch before := t.Delivery.Rank(); {
	case failed && receipt.Class != OptedOut && before < StatusFailed.Rank():
		change.Tasks = []Task{task}
	case receipt.Status == StatusDelivered && before == StatusFailed.Rank():
		change.Finish = &Finish{Key: task.Key(), Outcome: Needless, At: task.Opened}
	}
}

// revokeAtProvider records that a text was refused because its recipient opted out at the provider.
func revokeAtProvider(ctx context.Context, gate Gate, t Text) error {
	_, err := gate.Revoke(ctx, audit.Actor{Kind: audit.System, ID: t.Provider}, consent.Revocation{
		ID: fmt.Sprintf("opted-out-%x", sha256.Sum256([]byte(t.ID)))[:42], Practice: t.Practice, Number: t.To, Channel: consent.ByProvider, Sender: t.From,
	})
	return err
}
