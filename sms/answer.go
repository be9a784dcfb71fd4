package sms

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/form"
)

// answerUseful is how long an answer to the patient's own message is worth sending.
const answerUseful = 24 * time.Hour

// answerTo returns the text that answers a message. Its id comes from the message's, so that a message that is delivered
// twice is answered once.
func answerTo(r Received, kind Kind, sender Sender, body string) Text {
	id := messageID(r.Inbound)
	return Text{
		ID: string(kind) + "-" + id, Practice: r.Practice, Kind: kind, Category: consent.Conversational,
		Provider: sender.Provider, From: sender.Number, To: r.From, Body: body, Answers: id,
		NotBefore: r.At, LastUseful: r.At.Add(answerUseful), Created: r.At,
	}
}

// messageID names a provider's message in ids of ours: by its hash where the ledger could not keep it.
func messageID(in Inbound) string {
	id := in.Provider + "-" + in.ID
	if len(id) <= form.ID {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return in.Provider + "-" + hex.EncodeToString(sum[:20])
}

// hashed returns an id of ours that follows from another one.
func hashed(what, id string) string {
	sum := sha256.Sum256([]byte(id))
	return what + "-" + hex.EncodeToString(sum[:16])
}

// stopAnswer returns the answer to a stop, or none where it repeats one that was confirmed. Where nobody can tell, it is answered.
func (s *Service) stopAnswer(ctx context.Context, r Received, sender Sender, body string) []Text {
	e, err := s.gate.Effect(ctx, consent.Key{Practice: r.Practice, Number: r.From}, messageID(r.Inbound))
	if err == nil && e.Repeats {
		return nil
	}
	return s.answer(ctx, r, StopAnswer, sender, body)
}

// answer returns the text that answers a message, or none when as many of its kind as are answered went to the number
// within 24 hours: a phone that answers by itself must not talk to us for ever. An old text that cannot be read any more
// keeps no message from its answer.
func (s *Service) answer(ctx context.Context, r Received, kind Kind, sender Sender, body string) []Text {
	answer := []Text{answerTo(r, kind, sender, body)}
	q := Query{Practice: r.Practice, Number: r.From, Limit: 20}
	for answers := 0; ; {
		page, err := s.store.Texts(ctx, q)
		if err != nil {
			return answer
		}
		for _, t := range page.Texts {
			if r.At.Sub(t.Created) >= 24*time.Hour {
				return answer
			}
			if t.Kind == kind {
				answers++
			}
			if answers == s.answers {
				return nil
			}
		}
		if q.After = page.Next; q.After == "" {
			return answer
		}
	}
}

// The bodies. None of them advertises, and none but the confirmation request, which follows a consent, asks for one; the
// answer to a STOP says nothing but that it was heard, and how to come back (47 CFR 64.1200(a)(12)). The confirmation request
// carries what a recurring programme must say when it begins (CTIA Messaging Principles, section 5.1.2.1) and never asks for
// YES, which Twilio takes for START.

func stopBody(s Sender) string {
	return fmt.Sprintf("%s: you are removed from our texts and will get no more. Reply START to get them again.", s.Name)
}

func narrowBody(s Sender) string {
	return fmt.Sprintf("%s: you get no more offers by text. Reply STOP to end all our texts.", s.Name)
}

func helpBody(s Sender) string {
	return fmt.Sprintf("%s: help at %s. We send %s. Msg & data rates may apply. Reply STOP to end texts.", s.Name, s.Contact, s.Frequency)
}

func startBody(s Sender, restored bool) string {
	if restored {
		return fmt.Sprintf("%s: you get our appointment texts again. Reply HELP for help, STOP to end them. Msg & data rates may apply.", s.Name)
	}
	// Canada lets no text ask for a consent, and nobody knows where a phone is.
	return fmt.Sprintf("%s: nothing on record permits our texts to this number, so it gets none. Help at %s. Reply STOP to end texts.", s.Name, s.Contact)
}

func confirmBody(s Sender) string {
	return fmt.Sprintf("%s: reply AGREE to confirm that you want our texts (%s). Not a condition of any purchase or service. "+
		"Msg & data rates may apply. Texts are not encrypted. Help at %s or reply HELP. Reply STOP to end.", s.Name, s.Frequency, s.Contact)
}
