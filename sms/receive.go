package sms

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/keyword"
	"github.com/enamel-go/enamel/internal/form"
)

// Receive takes in a message for a practice, which [Router] found by the number it came to. A STOP revokes consent at
// once, and then everything else happens: queued texts to the number die and the answer is queued, in one change with
// the message. Each step is harmless when it is repeated, so a provider that delivers a message twice, or again because
// we were cut off in the middle, changes nothing more.
//
// It reports false for a message that was taken in before.
func (s *Service) Receive(ctx context.Context, practice string, in Inbound) (bool, error) {
	// Whatever bytes a network delivers, the words in them must not be lost over a stray one.
	in.Body = strings.ReplaceAll(strings.ToValidUTF8(in.Body, "\uFFFD"), "\x00", "\uFFFD")
	if err := in.valid(); err != nil {
		return false, err
	}
	r := Received{Inbound: in, Practice: practice, At: s.moment()}
	// Actors are plain in the log, and a patient's number must not be: whoever sent this message is named by it.
	by := audit.Actor{Kind: audit.Patient, ID: messageID(in)}
	sender, err := s.store.Sender(ctx, practice, in.To)
	if err != nil {
		return false, fmt.Errorf("sms: receive: %w", err)
	}
	change := Change{}
	switch word(in) {
	case keyword.Stop:
		r.Word = "stop"
		err = s.stop(ctx, by, r, sender, &change)
	case keyword.Help:
		r.Word = "help"
		err = s.answerHelp(ctx, r, sender, &change)
	case keyword.Start:
		r.Word = "start"
		err = s.start(ctx, by, r, sender, &change)
	case keyword.Agree:
		r.Word = "agree"
		err = s.agree(ctx, by, r)
	}
	if err != nil {
		return false, fmt.Errorf("sms: receive: %w", err)
	}
	if in.Keyword != "" {
		change.Texts = nil // the provider has answered already, and one answer is the limit
	}
	leaf, err := s.log.Stamp(ctx, audit.Entry{
		Practice: practice, Actor: by, Action: "sms.message.receive",
		Object: audit.Object{Kind: "message", ID: messageID(in)}, Details: map[string]string{"word": r.Word},
	})
	if err != nil {
		return false, fmt.Errorf("sms: receive: %w", err)
	}
	change.Received, change.Leaves = &r, []audit.Leaf{leaf}
	written, err := s.store.Apply(ctx, change)
	if err != nil {
		return false, fmt.Errorf("sms: receive: %w", err)
	}
	return written, nil
}

// word is what a message asks for: what the provider took it for, where it acted on it, else what its words say.
func word(in Inbound) keyword.Word {
	switch in.Keyword {
	case "STOP":
		return keyword.Stop
	case "HELP":
		return keyword.Help
	case "START":
		return keyword.Start
	}
	return keyword.Classify(in.Body)
}

// stop revokes everything and, only when that is committed, has the queued texts refused and the answer queued.
func (s *Service) stop(ctx context.Context, by audit.Actor, r Received, sender Sender, change *Change) error {
	_, err := s.gate.Revoke(ctx, by, consent.Revocation{
		ID: messageID(r.Inbound), Practice: r.Practice, Number: r.From, Channel: consent.ByText,
		Evidence: consent.Evidence{Words: r.Body, Message: messageID(r.Inbound)},
	})
	if err != nil {
		return err
	}
	change.Stop = &Stop{Practice: r.Practice, Number: r.From, Decision: stopped("The patient said stop (text).")}
	change.Texts = []Text{answerTo(r, StopAnswer, sender, stopBody(sender))}
	return nil
}

// stopped is the decision that a STOP puts on every queued text to the number.
func stopped(reason string) Decision {
	return Decision{Verdict: Refuse, Reason: reason, Trail: []Step{{
		Rule: "stop", Version: 1, Citation: "DentTracks SMS Privacy Policy, section 4; 47 CFR 64.1200(a)(10)",
		Fact: "a stop came in while the text was queued", Says: Refuse, Reason: reason,
	}}}
}

// answerHelp answers each HELP once, up to so many a day: a phone that answers by itself must not talk to us for ever.
func (s *Service) answerHelp(ctx context.Context, r Received, sender Sender, change *Change) error {
	earlier, err := s.store.Received(ctx, Query{Practice: r.Practice, Number: r.From, Limit: 100})
	if err != nil {
		return err
	}
	answered := 0
	for _, e := range earlier {
		if e.Word == "help" && r.At.Sub(e.At) < 24*time.Hour {
			answered++
		}
	}
	if answered < s.help {
		change.Texts = []Text{answerTo(r, HelpAnswer, sender, helpBody(sender))}
	}
	return nil
}

// start restores what written consent carries, and says whether it did.
func (s *Service) start(ctx context.Context, by audit.Actor, r Received, sender Sender, change *Change) error {
	state, err := s.gate.Restart(ctx, by, consent.Restart{
		ID: messageID(r.Inbound), Practice: r.Practice, Number: r.From,
		Evidence: consent.Evidence{Words: r.Body, Message: messageID(r.Inbound)},
	})
	if err != nil {
		return err
	}
	body := startBody(sender, state.Transactional.Status == consent.Active)
	change.Texts = []Text{answerTo(r, StartAnswer, sender, body)}
	return nil
}

// agree records the answer to a double opt-in. An answer that nobody asked for, or that came too late, was refused and
// recorded by the gate; the message is kept like any other.
func (s *Service) agree(ctx context.Context, by audit.Actor, r Received) error {
	_, err := s.gate.Confirm(ctx, by, consent.Confirmation{
		ID: messageID(r.Inbound), Practice: r.Practice, Number: r.From,
		Evidence: consent.Evidence{Words: r.Body, Message: messageID(r.Inbound)},
	})
	if errors.Is(err, audit.ErrNotRecorded) {
		return err
	}
	if errors.Is(err, consent.ErrNotAsked) || errors.Is(err, consent.ErrExpired) {
		return nil
	}
	return err
}

// valid refuses a message that cannot be kept. Its number may be anything a network puts there, short codes included.
func (in Inbound) valid() error {
	for _, field := range []struct {
		name, value string
		limit       int
		required    bool
	}{
		{"provider", in.Provider, 16, true},
		{"id", in.ID, 47, true}, // with the provider's name it is an id of the ledger, which has 64 bytes
		{"sender", in.From, 16, true},
		{"number", in.To, 16, true},
		{"body", in.Body, 16 << 10, false},
	} {
		if err := form.Text(ErrInvalid, "the message's "+field.name, field.value, field.limit, field.required); err != nil {
			return err
		}
	}
	if !form.E164(in.From) {
		return fmt.Errorf("%w: the message comes from no phone number", ErrInvalid)
	}
	return nil
}

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
	leaf, err := s.log.Stamp(ctx, audit.Entry{
		Practice: k.Practice, Actor: audit.Actor{Kind: audit.System, ID: receipt.Provider}, Action: "sms.text.receipt",
		Object: audit.Object{Kind: "text", ID: k.ID}, Patient: t.Patient,
		Details: map[string]string{"status": string(receipt.Status), "code": receipt.Code},
	})
	if err != nil {
		return false, fmt.Errorf("sms: deliver: %w", err)
	}
	written, err := s.store.Apply(ctx, Change{
		Receipt: &Delivered{Key: k, ProviderID: receipt.ID, Status: receipt.Status, Code: receipt.Code, Class: receipt.Class},
		Leaves:  []audit.Leaf{leaf},
	})
	if err != nil {
		return false, fmt.Errorf("sms: deliver: %w", err)
	}
	return written, nil
}

// revokeAtProvider records that a text was refused because its recipient opted out at the provider.
func revokeAtProvider(ctx context.Context, gate Gate, t Text) error {
	_, err := gate.Revoke(ctx, audit.Actor{Kind: audit.System, ID: t.Provider}, consent.Revocation{
		ID: fmt.Sprintf("opted-out-%x", sha256.Sum256([]byte(t.ID)))[:42], Practice: t.Practice, Number: t.To, Channel: consent.ByProvider,
	})
	return err
}
