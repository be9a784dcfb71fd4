package sms

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/keyword"
	"github.com/enamel-go/enamel/internal/fact"
	"github.com/enamel-go/enamel/internal/form"
)

// Receive takes in a message for a practice, which [Router] found by the number it came to. What it says is understood in
// any words ([keyword.Understand]). A stop, and a stranger's word that the number is not the patient's, revoke consent at
// once, and then everything else happens: queued texts to the number die and the answer is queued, in one change with the
// message. Words that narrow a stop to what is promotional revoke that; words that a person should look at are a doubt, which
// holds all texts but answers. Each step is harmless when it is repeated, so a provider that delivers a message twice, or again
// because we were cut off in the middle, changes nothing more.
//
// Any other words are the patient's own text, which permits the answer to it. They may confirm an appointment ([Answers]), or
// choose one of those that it was asked about. What speaks of health, and any picture, is flagged: its words are kept apart
// ([Service.Content]) and answered with "please call". What needs a person becomes a [Task].
//
// A message that is longer than 16 KiB is understood like any other, and its first 16 KiB are kept.
//
// It reports false for a message that was taken in before.
func (s *Service) Receive(ctx context.Context, practice string, in Inbound) (bool, error) {
	// Whatever bytes a network delivers, the words in them must not be lost over a stray one, nor over how many there are.
	words := form.Legible(in.Body)
	in.Body = form.Within(words, maxKept)
	if err := in.valid(); err != nil {
		return false, err
	}
	r := Received{Inbound: in, Practice: practice, At: s.moment(), Flag: flag(in, "")}
	r.Inbound.At = in.said(r.At)
	// Actors are plain in the log, and a patient's number must not be: whoever sent this message is named by it.
	by := audit.Actor{Kind: audit.Patient, ID: messageID(in)}
	said, err := s.hear(ctx, by, r, words) // before anything that may fail: a stop is not lost over it
	if err != nil {
		return false, fmt.Errorf("sms: receive: %w", err)
	}
	sender, err := s.store.Sender(ctx, practice, in.To)
	if err != nil {
		return false, fmt.Errorf("sms: receive: %w", err)
	}
	r.Word = string(said.Asks)
	change := Change{Received: &r}
	if err := s.act(ctx, by, said, &r, sender, &change); err != nil {
		return false, fmt.Errorf("sms: receive: %w", err)
	}
	leaf, err := s.log.Stamp(ctx, received(by, r, change))
	if err != nil {
		return false, fmt.Errorf("sms: receive: %w", err)
	}
	change.Leaves = []audit.Leaf{leaf}
	written, err := s.store.Apply(ctx, change)
	if err == nil && !written && change.Finish != nil {
		change.Finish = nil // a person was faster, or it is the message that is known
		written, err = s.store.Apply(ctx, change)
	}
	if err != nil {
		return false, fmt.Errorf("sms: receive: %w", err)
	}
	return written, nil
}

// act does what a message asks for, as far as consent has not done it.
func (s *Service) act(ctx context.Context, by audit.Actor, said keyword.Understanding, r *Received, sender Sender, change *Change) (err error) {
	if r.Flag = flag(r.Inbound, sender.Name); r.Flag != Unflagged {
		r.Content = ContentHeld
	}
	var kind Kind // of the answer; empty: there is none
	var form func(voice) string
	switch said.Asks {
	case keyword.Stop, keyword.Stranger:
		// Only now that the revocation is committed: whoever finds the answer in the queue finds it in the ledger.
		change.Stop = &Stop{Practice: r.Practice, Number: r.From, Decision: stopped()}
		kind, form = StopAnswer, func(v voice) string { return v.stop }
	case keyword.Narrow:
		kind, form = StopAnswer, func(v voice) string { return v.narrow }
	case keyword.Help:
		kind, form = HelpAnswer, func(v voice) string { return v.help }
	case keyword.Start:
		kind = StartAnswer
		form, err = s.start(ctx, by, *r)
	case keyword.Agree:
		var asked bool
		if asked, err = s.agree(ctx, by, *r); !asked && r.Flag == Unflagged {
			change.Tasks = append(change.Tasks, taskOf(*r, TaskReply, endOf(r.At, replyWithin, sender))) // to something else, it may be
		}
	case keyword.Review:
		change.Tasks = append(change.Tasks, taskOf(*r, TaskDoubt, consent.Deadline(r.At)))
	}
	if err != nil {
		return err
	}
	if kind != "" && !sender.elsewhere(said.Asks, r.Inbound) && s.owed(ctx, *r, kind) { // one answer is the limit
		v := s.voice(ctx, r.ledger(), said.Language)
		change.Texts = []Text{answerTo(*r, kind, sender, v.says(form(v), sender))}
	}
	free := said.Asks == keyword.None || said.Asks == keyword.Review
	if free { // whoever asks a machine for one of its words has not begun a conversation
		if err := s.own(ctx, by, *r); err != nil {
			return err
		}
	}
	if free || r.Flag != Unflagged {
		s.read(ctx, free, r, sender, change)
	}
	return nil
}

// read looks for what a message means beside the words, and holds what is flagged.
func (s *Service) read(ctx context.Context, free bool, r *Received, sender Sender, change *Change) {
	texts := s.texted(ctx, *r)
	r.Patient = onlyPatient(texts)
	if free {
		s.replied(ctx, r, sender, texts, change)
	}
	if r.Flag == Unflagged {
		return
	}
	change.Tasks = append(change.Tasks, taskOf(*r, TaskSensitive, endOf(r.At, s.fileWithin, sender)))
	if len(change.Texts) == 0 && free {
		change.Texts = s.pleaseCall(ctx, *r, sender, texts)
	}
}

// received is the entry of a message. It says what came of it, and nothing of what it said. It is no patient's: a message
// must be kept whatever became of the keys of those whom the number is known of.
func received(by audit.Actor, r Received, c Change) audit.Entry {
	details := map[string]string{"word": r.Word}
	if r.Flag != Unflagged {
		details["flag"] = string(r.Flag)
	}
	var tasks []string
	for _, t := range c.Tasks {
		tasks = append(tasks, string(t.Kind))
	}
	if len(tasks) > 0 {
		details["tasks"] = strings.Join(tasks, " ")
	}
	if r.Subject != "" {
		details["appointment"] = r.Subject
	}
	return audit.Entry{
		Practice: r.Practice, Actor: by, Action: "sms.message.receive",
		Object: audit.Object{Kind: "message", ID: messageID(r.Inbound)}, Details: details,
	}
}

// hear returns what a message asks for, and has revoked what it revokes: what the provider took it for, where it acted on
// it, else what its words say, which may be more than is kept.
func (s *Service) hear(ctx context.Context, by audit.Actor, r Received, words string) (keyword.Understanding, error) {
	switch r.Keyword {
	case "HELP":
		return keyword.Understanding{Asks: keyword.Help}, nil
	case "START":
		return keyword.Understanding{Asks: keyword.Start}, nil
	case "STOP":
		_, err := s.gate.Revoke(ctx, by, consent.Revocation{
			ID: messageID(r.Inbound), Practice: r.Practice, Number: r.From, Channel: consent.ByText, Sender: r.To, Evidence: evidence(r),
		})
		return keyword.Understanding{Asks: keyword.Stop}, err
	}
	r.Body = words
	e := evidence(r)
	if r.Flag != Unflagged {
		e.Words = r.Body // to be understood, and not kept
	}
	return s.gate.Hear(ctx, by, consent.Said{
		ID: messageID(r.Inbound), Practice: r.Practice, Number: r.From, Channel: consent.ByText, Sender: r.To, Evidence: e,
		Withhold: r.Flag != Unflagged,
	})
}

// stopped is the decision that a STOP puts on every queued text to the number.
func stopped() Decision {
	const reason = "The patient said stop (text)."
	return Decision{Verdict: Refuse, Rule: "stop", Reason: reason, Trail: []Step{{
		Rule: "stop", Version: 1, Citation: "DentTracks SMS Privacy Policy, section 4; 47 CFR 64.1200(a)(10)",
		Fact: "a stop came in while the text was queued", Says: Refuse, Reason: reason,
	}}}
}

// start restores what written consent carries, and returns what says whether it did.
func (s *Service) start(ctx context.Context, by audit.Actor, r Received) (form func(voice) string, err error) {
	// It counts from when it came in: one that is held up, at the provider or here, does not undo the STOP that came after it.
	state, err := s.gate.Restart(ctx, by, consent.Restart{
		ID: messageID(r.Inbound), Practice: r.Practice, Number: r.From, Evidence: evidence(r), At: r.started(),
	})
	if state.Transactional.Status == consent.Active {
		return func(v voice) string { return v.again }, err
	}
	return func(v voice) string { return v.nothing }, err
}

// agree records the answer to a double opt-in. An answer that nobody asked for, or that came too late, was refused and
// recorded by the gate; the message is kept like any other, for a person to read.
func (s *Service) agree(ctx context.Context, by audit.Actor, r Received) (asked bool, err error) {
	c := consent.Confirmation{ID: messageID(r.Inbound), Practice: r.Practice, Number: r.From, Evidence: evidence(r)}
	if at := r.Inbound.At; !at.IsZero() && at.Add(fact.Leeway).Before(r.At) {
		c.At = at.Add(fact.Leeway) // one that is held up answers no request that was made since; clocks differ by less
	}
	_, err = s.gate.Confirm(ctx, by, c)
	known := errors.Is(err, consent.ErrNotAsked) || errors.Is(err, consent.ErrExpired)
	if known && !errors.Is(err, audit.ErrNotRecorded) {
		return false, nil
	}
	return true, err
}

// evidence is what proves that the patient said so: the words, or what the provider took them for. What a flagged message
// holds stays where it can be filed or deleted.
func evidence(r Received) consent.Evidence {
	e := consent.Evidence{Words: r.Body, Message: messageID(r.Inbound)}
	if r.Flag != Unflagged {
		e.Words = consent.Withheld
	}
	if strings.TrimSpace(e.Words) == "" {
		e.Words = r.Keyword
	}
	return e
}

// maxKept is how much is kept of what a message says, in bytes. A text is ten times shorter.
const maxKept = 16 << 10

// said returns when the provider says that it took a message in, or zero where it does not say, or where that lies ahead by
// more than clocks differ.
func (in Inbound) said(now time.Time) time.Time {
	if in.At.IsZero() || fact.Ahead(in.At, now) {
		return time.Time{}
	}
	return micro(in.At)
}

// again is longer than a provider goes on delivering a message that was not taken in: Bandwidth does for a day. What came in
// longer ago did not.
const again = 48 * time.Hour

// started returns when a message was written as far as a START is concerned. A stop counts from when it came in, whatever a clock
// of the provider's says: an earlier moment could only take force from it.
func (r Received) started() time.Time {
	if r.Inbound.At.IsZero() {
		return r.At
	}
	return latest(r.Inbound.At, r.At.Add(-again))
}

// valid refuses a message that cannot be kept. Its number may be anything a network puts there, short codes included.
func (in Inbound) valid() error {
	for _, field := range []struct {
		name, value string
		limit       int
		required    bool
	}{
		{"provider", in.Provider, 16, true},
		{"id", in.ID, 256, true},
		{"sender", in.From, 16, true},
		{"number", in.To, 16, true},
		{"body", in.Body, maxKept, false},
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
