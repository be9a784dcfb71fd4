package sms

import (
	"context"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/civil"
	"github.com/enamel-go/enamel/sms/screen"
)

// Flag is why what a message holds is kept apart from it. No health information is collected by text (DentTracks SMS
// Privacy Policy, section 1); where a patient sends some, it goes to the chart or away, and is nowhere else meanwhile.
type Flag string

// The flags.
const (
	Unflagged Flag = ""
	Health    Flag = "health"  // its words speak of health, by package screen
	Picture   Flag = "picture" // it came with a picture or a file, which is never fetched
)

// Content is what became of what a flagged message holds.
type Content string

// The states of a flagged message's content.
const (
	ContentHeld    Content = "held"    // kept apart, sealed; only [Service.Content] reads it
	ContentFiled   Content = "filed"   // handed out for the chart; here no more
	ContentDeleted Content = "deleted" // destroyed
)

// MessageKey names a message that came in.
type MessageKey struct {
	Practice string
	Provider string
	ID       string // the provider's id
}

// Key returns the message's key.
func (r Received) Key() MessageKey { return MessageKey{r.Practice, r.Provider, r.ID} }

// Dispose destroys what a flagged message holds. That there was such a message remains.
type Dispose struct {
	Message MessageKey
	As      Content // ContentFiled or ContentDeleted
}

// fileWithin is how many days what a flagged message holds is kept at most: a week, so that it waits for no member of staff
// who works on one day of it, and is not forgotten in a place that nobody looks for a patient's record in.
const fileWithin = 7

// flag returns why what a message holds is to be kept apart. The words of the practice's own name say nothing.
func flag(in Inbound, name string) Flag {
	for _, f := range screen.Screen(in.Body, screen.Context{Practice: name}) {
		if f.Class == screen.Health || f.Class == screen.Link {
			return Health
		}
	}
	if in.Media > 0 {
		return Picture
	}
	return Unflagged
}

// Content returns what a flagged message holds, for whoever decides where it belongs. It is the one way to read it; that by
// reads it, and for which purpose, is recorded first. Of a picture it is the words that came with it. It fails with
// [ErrNotFound] when the message has no such content, or has it no more.
func (s *Service) Content(ctx context.Context, by audit.Actor, k MessageKey, p Purpose) (string, error) {
	entry := contentEntry(by, "sms.content.read", k)
	entry.Details = map[string]string{"purpose": string(p)}
	if err := p.valid(); err != nil {
		return "", s.refuse(ctx, entry, err)
	}
	body, err := s.store.Content(ctx, k)
	if err != nil {
		return "", fmt.Errorf("sms: content: %w", err)
	}
	if err := s.log.Record(ctx, entry); err != nil {
		return "", fmt.Errorf("sms: content: %w", err)
	}
	return body, nil
}

// File hands out what a flagged message holds, for the chart, and destroys it here: what remains is that there was such a
// message, and who filed it. Call it in the transaction that writes the chart ([Service.WithStore]), so that both happen or
// neither; that by has seen it is recorded either way. It fails with [ErrNotFound] when there is no such content any more.
func (s *Service) File(ctx context.Context, by audit.Actor, k MessageKey) (string, error) {
	body, err := s.store.Content(ctx, k)
	if err == nil {
		seen := contentEntry(by, "sms.content.read", k)
		seen.Details = map[string]string{"purpose": "chart"}
		err = s.log.Record(ctx, seen)
	}
	if err != nil {
		return "", fmt.Errorf("sms: file: %w", err)
	}
	if err := s.dispose(ctx, by, "sms.content.file", k, ContentFiled, ""); err != nil {
		return "", err
	}
	return body, nil
}

// Delete destroys what a flagged message holds. What remains is that there was such a message, and who deleted it, and why.
// It fails with [ErrNotFound] when there is no such content any more.
func (s *Service) Delete(ctx context.Context, by audit.Actor, k MessageKey, reason string) error {
	return s.dispose(ctx, by, "sms.content.delete", k, ContentDeleted, reason)
}

// dispose destroys what a flagged message holds, and ends the task with it.
func (s *Service) dispose(ctx context.Context, by audit.Actor, action string, k MessageKey, as Content, reason string) error {
	entry := contentEntry(by, action, k)
	entry.Reason = reason
	leaf, err := s.log.Stamp(ctx, entry)
	if err != nil {
		return fmt.Errorf("sms: dispose: %w", err)
	}
	done, err := s.store.Apply(ctx, Change{
		Dispose: &Dispose{Message: k, As: as},
		Finish:  &Finish{Key: Key{k.Practice, taskID(TaskSensitive, k)}, Outcome: Outcome(as), At: s.moment()},
		Leaves:  []audit.Leaf{leaf},
	})
	if err == nil && !done {
		err = ErrNotFound
	}
	if err != nil {
		return fmt.Errorf("sms: dispose: %w", err)
	}
	return nil
}

func contentEntry(by audit.Actor, action string, k MessageKey) audit.Entry {
	return audit.Entry{Practice: k.Practice, Actor: by, Action: action, Object: audit.Object{Kind: "message", ID: k.name()}}
}

// name names a message in ids and entries of ours.
func (k MessageKey) name() string { return messageID(Inbound{Provider: k.Provider, ID: k.ID}) }

// taskID is the id of a message's task.
func taskID(kind TaskKind, k MessageKey) string { return string(kind) + "-" + k.name() }

// callID is what the id of every answer to a flagged message begins with.
const callID = "please-call-"

// pleaseCall answers a flagged message with the one thing that a text may say to it, once in 24 hours; of two that come at the
// same instant each may be answered. It is a text of the conversation that the patient began: it waits for a lawful hour, and
// a stop refuses it like any other.
func (s *Service) pleaseCall(ctx context.Context, r Received, sender Sender, texts []Tracked) []Text {
	for _, t := range texts {
		if len(t.ID) > len(callID) && t.ID[:len(callID)] == callID && r.At.Sub(t.Created) < answerUseful {
			return nil
		}
	}
	v := s.voice(ctx, r.ledger(), "")
	return []Text{replyTo(r, callID, sender, v.says(v.call, sender))}
}

// replyTo returns a text that goes on with the conversation that a message began.
func replyTo(r Received, id string, sender Sender, body string) Text {
	return Text{
		ID: id + messageID(r.Inbound), Practice: r.Practice, Kind: Ordinary, Category: consent.Conversational,
		Provider: sender.Provider, From: sender.Number, To: r.From, Body: body,
		NotBefore: r.At, LastUseful: r.At.Add(answerUseful), Created: r.At,
	}
}

// taskOf returns a message's task.
func taskOf(r Received, kind TaskKind, due time.Time) Task {
	return Task{
		Practice: r.Practice, ID: taskID(kind, r.Key()), Kind: kind, Patient: r.Patient, Number: r.From, Message: r.Key(),
		Subject: r.Subject, Opened: r.At, Due: due,
	}
}

// endOf returns the end of the day that is so many days after the day of at, by the practice's clock.
func endOf(at time.Time, days int, sender Sender) time.Time {
	zone, err := time.LoadLocation(sender.Zone)
	if err != nil {
		zone = time.UTC // Register has seen the zone: this system has lost it since
	}
	return civil.Of(at.In(zone)).AddDays(days + 1).In(zone).UTC()
}
