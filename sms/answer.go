package sms

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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

// owed reports whether a message is to be answered: a stop unless it repeats one that was confirmed, and no more of a kind to a
// number within 24 hours than are answered: a phone that answers by itself must not talk to us for ever. Where nobody can tell,
// because an old text cannot be read any more, say, it is answered.
func (s *Service) owed(ctx context.Context, r Received, kind Kind) bool {
	if kind == StopAnswer {
		if e, err := s.gate.Effect(ctx, r.ledger(), messageID(r.Inbound)); err == nil && e.Repeats {
			return false
		}
	}
	q := Query{Practice: r.Practice, Number: r.From, Limit: 20}
	for answers := 0; ; {
		page, err := s.store.Texts(ctx, q)
		if err != nil {
			return true
		}
		for _, t := range page.Texts {
			if r.At.Sub(t.Created) >= 24*time.Hour {
				return true
			}
			if t.Kind == kind {
				answers++
			}
			if answers == s.answers {
				return false
			}
		}
		if q.After = page.Next; q.After == "" {
			return true
		}
	}
}
