package sms

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/consent/keyword"
	"github.com/enamel-go/enamel/internal/form"
	"github.com/enamel-go/enamel/internal/uuidv7"
	"github.com/enamel-go/enamel/sms/screen"
)

// Gate is what texts ask of consent; *consent.Service meets it.
type Gate interface {
	Permission(ctx context.Context, k consent.Key, u consent.Use) (consent.Permission, error)
	Permissions(ctx context.Context, checks []consent.Check) ([]consent.Permission, error)
	Ask(ctx context.Context, by audit.Actor, a consent.Ask) (consent.State, error)
	Confirm(ctx context.Context, by audit.Actor, c consent.Confirmation) (consent.State, error)
	Revoke(ctx context.Context, by audit.Actor, r consent.Revocation) (consent.State, error)
	Hear(ctx context.Context, by audit.Actor, said consent.Said) (keyword.Understanding, error)
	Effect(ctx context.Context, k consent.Key, id string) (consent.Effect, error)
	Language(ctx context.Context, k consent.Key) (string, error)
	Restart(ctx context.Context, by audit.Actor, r consent.Restart) (consent.State, error)
	Grant(ctx context.Context, by audit.Actor, g consent.Grant) (consent.State, error)
	Clear(ctx context.Context, by audit.Actor, c consent.Clearance) (consent.State, error)
}

// Options adjusts a [Service]. The zero value is ready to use.
type Options struct {
	// AnswersPerDay is how many messages of one number that say HELP are answered within 24 hours, and how many that say
	// START, or STOP after it: a STOP that repeats one is not answered. All of them are heard. Defaults to 5.
	AnswersPerDay int
	// Channels is asked where a patient wants to be reached, before a text about the patient is queued, and when somebody answers
	// a reminder. Defaults to nobody asked for anything.
	Channels Channels
	// Answers is told which appointments patients confirm by text, and reminders offer an answer. Defaults to nobody: then
	// every answer to a reminder waits for a person.
	Answers Answers
	// FileWithin is how many days what a flagged message holds may wait to be filed or deleted, whatever day of the week
	// they are. It is overdue at the end of the last of them. Defaults to 7.
	FileWithin int
	// Now gives the time. Defaults to time.Now.
	Now func() time.Time
	// NewID gives ids to texts that bring none. Defaults to UUIDs of version 7.
	NewID func() string
}

// Service queues texts and takes in messages and receipts. It is immutable and may be used concurrently. Nothing that it
// does sends a text: that is the [Dispatcher]'s.
type Service struct {
	store      Store
	gate       Gate
	log        *audit.Log
	answers    int
	channels   Channels
	visits     Answers
	fileWithin int
	now        func() time.Time
	newID      func() string
}

// New returns a service on store. The log keeps reads and refusals, on a handle of its own; o may be nil.
func New(store Store, gate Gate, log *audit.Log, o *Options) (*Service, error) {
	if store == nil || gate == nil || log == nil {
		return nil, fmt.Errorf("%w: a service needs a store, a gate and a log", ErrInvalid)
	}
	s := &Service{store: store, gate: gate, log: log, answers: 5, fileWithin: fileWithin, now: time.Now, newID: uuidv7.New}
	if o == nil {
		return s, nil
	}
	if o.AnswersPerDay < 0 || o.FileWithin < 0 {
		return nil, fmt.Errorf("%w: AnswersPerDay or FileWithin is negative", ErrInvalid)
	}
	if o.AnswersPerDay > 0 {
		s.answers = o.AnswersPerDay
	}
	s.channels = o.Channels
	if o.FileWithin > 0 {
		s.fileWithin = o.FileWithin
	}
	s.visits = o.Answers
	if o.Now != nil {
		s.now = o.Now
	}
	if o.NewID != nil {
		s.newID = o.NewID
	}
	return s, nil
}

// WithStore returns a copy that writes through store, which is usually bound to the caller's transaction. The gate and
// the log of reads and refusals keep their own handles.
func (s *Service) WithStore(store Store) *Service {
	bound := *s
	bound.store = store
	return &bound
}

// Register adds a number that a practice texts from, or replaces what is known of it. Texts that are queued leave through the
// provider that carries the number when they are due, except those of a broadcast, which are refused then. They keep the words
// that they were queued with, such as the practice's old contact: a reminder until its visit changes.
func (s *Service) Register(ctx context.Context, by audit.Actor, sender Sender) error {
	entry := audit.Entry{
		Practice: sender.Practice, Actor: by, Action: "sms.sender.register",
		Object: audit.Object{Kind: "sender", ID: sender.Number},
	}
	for _, field := range []struct {
		name, value string
		required    bool
	}{
		{"provider", sender.Provider, true},
		{"name", sender.Name, true},
		{"contact", sender.Contact, true},
		{"frequency", sender.Frequency, true},
		{"frequency in Spanish", sender.FrequencySpanish, false},
		{"frequency in French", sender.FrequencyFrench, false},
		{"time zone", sender.Zone, true},
	} {
		if err := form.Text(ErrInvalid, "the sender's "+field.name, field.value, 160, field.required); err != nil {
			return s.refuse(ctx, entry, err)
		}
	}
	// They stand in every reminder, and in answers, whose words no rule looks at.
	for _, said := range []string{sender.Contact, sender.Frequency, sender.FrequencySpanish, sender.FrequencyFrench} {
		if found := screen.Screen(said, screen.Context{Practice: sender.Name}); len(found) > 0 {
			return s.refuse(ctx, entry, fmt.Errorf("%w: the sender's contact or frequency carries what no text may (%s)", ErrInvalid, found[0].Class))
		}
	}
	if !form.E164(sender.Number) {
		return s.refuse(ctx, entry, fmt.Errorf("%w: the sender's number is not in E.164 form", ErrInvalid))
	}
	if err := sender.Answering.valid(); err != nil {
		return s.refuse(ctx, entry, err)
	}
	if !form.Zone(sender.Zone) {
		return s.refuse(ctx, entry, fmt.Errorf("%w: the sender's time zone is not known here", ErrInvalid))
	}
	leaf, err := s.log.Stamp(ctx, entry)
	if err != nil {
		return fmt.Errorf("sms: register: %w", err)
	}
	if _, err := s.store.Apply(ctx, Change{Sender: &sender, Leaves: []audit.Leaf{leaf}}); err != nil {
		return fmt.Errorf("sms: register: %w", err)
	}
	return nil
}

// Enqueue queues a text of kind [Ordinary]: From, Provider, Kind and Created are filled in here. Whether it leaves is
// decided when it is due, by what holds then. The same id with the same content again changes nothing; with other content it
// is refused with [ErrConflict]. A text about a patient who asked for another number goes to that one; one of a broadcast is
// refused with [ErrRedirected]. What it would come to, [Dispatcher.Decide] says beforehand: a body that no text may carry,
// or a LastUseful that has passed, is refused when the text is due. The practice registers the number that it texts from
// first, see [Service.Register].
func (s *Service) Enqueue(ctx context.Context, by audit.Actor, t Text) (Key, error) {
	t.Kind = Ordinary
	if !t.Start.IsZero() || t.Clock != "" || t.Language != "" || len(t.Subjects) > 0 {
		return Key{}, s.refuse(ctx, enqueued(by, t), fmt.Errorf("%w: Start, Clock, Language and Subjects are the planner's to say", ErrInvalid))
	}
	t, err := s.turn(ctx, by, t)
	if err != nil {
		return Key{}, err
	}
	given := t
	t, written, err := s.enqueue(ctx, by, t, nil)
	if err != nil || written {
		return t.Key(), err
	}
	kept, err := s.store.Text(ctx, t.Key())
	if err != nil {
		return Key{}, fmt.Errorf("sms: enqueue: %w", err)
	}
	t.Created, t.Provider = kept.Created, kept.Provider
	if given.From == "" {
		t.From = kept.From
	}
	if given.NotBefore.IsZero() {
		t.NotBefore = kept.NotBefore
	}
	if !kept.Text.same(t) {
		return Key{}, s.refuse(ctx, enqueued(by, t), ErrConflict)
	}
	return t.Key(), nil
}

// enqueue completes a text and queues it with its entries, in the place of a queued one where there is one before. It reports
// false when there is a text of this id already, or the one before is not queued any more.
func (s *Service) enqueue(ctx context.Context, by audit.Actor, t Text, before *Text) (Text, bool, error) {
	if t.ID == "" {
		t.ID = s.newID()
	}
	t.Created = s.moment()
	if t.NotBefore.IsZero() {
		t.NotBefore = t.Created
	}
	t.NotBefore, t.LastUseful = micro(t.NotBefore), micro(t.LastUseful)
	if err := t.valid(); err != nil {
		return t, false, s.refuse(ctx, enqueued(by, t), err)
	}
	sender, err := s.store.Sender(ctx, t.Practice, t.From)
	if err != nil {
		return t, false, s.refuse(ctx, enqueued(by, t), fmt.Errorf("%w: the practice has no such number to text from; Register it first", err))
	}
	t.From, t.Provider = sender.Number, sender.Provider
	change, entries := Change{Texts: []Text{t}}, t.entries(enqueued(by, t))
	if before != nil {
		change.Cancel = &Cancel{Key: before.Key(), Decision: Decision{Verdict: Refuse, Rule: joined, Reason: joins, Next: []string{t.ID}}}
		entries = append(entries, before.entries(cancelled(by, before.Key(), joins))...)
	}
	if len(entries) == 1 { // about a patient whose key is destroyed nothing is begun
		change.Leaves = make([]audit.Leaf, 1)
		change.Leaves[0], err = s.log.Stamp(ctx, entries[0])
	} else {
		change.Leaves, err = stamp(ctx, s.log, entries...)
	}
	if err != nil {
		return t, false, fmt.Errorf("sms: enqueue: %w", err)
	}
	written, err := s.store.Apply(ctx, change)
	if err != nil {
		return t, false, fmt.Errorf("sms: enqueue: %w", err)
	}
	return t, written, nil
}

// joins is why a queued reminder is taken back when another appointment of the day comes to it, and joined stands in the rule's
// place.
const (
	joined = "joined"
	joins  = "One text tells of all appointments of the day."
)

// cancelled is the entry of a text that is taken back.
func cancelled(by audit.Actor, k Key, reason string) audit.Entry {
	return audit.Entry{
		Practice: k.Practice, Actor: by, Action: "sms.text.cancel", Object: audit.Object{Kind: "text", ID: k.ID}, Reason: reason,
	}
}

// enqueued is the entry of a text that is queued, or refused.
func enqueued(by audit.Actor, t Text) audit.Entry {
	return audit.Entry{
		Practice: t.Practice, Actor: by, Action: "sms.text.enqueue", Patient: t.Patient,
		Object:  audit.Object{Kind: "text", ID: t.ID},
		Details: map[string]string{"kind": string(t.Kind), "category": string(t.Category)},
	}
}

// RequestConfirmation makes the one request of a double opt-in: it records in the ledger that confirmation is asked, and
// queues the text that asks. It is refused as consent refuses it, with consent.ErrNothingPending or consent.ErrAsked. A
// repeated call with the same id queues the text if an earlier one was cut off before it did, so give the request one.
//
// The text waits for a lawful hour for up to three days: consent's own setting must leave patients longer than that to
// answer, as it does by default.
func (s *Service) RequestConfirmation(ctx context.Context, by audit.Actor, ask consent.Ask) (Key, error) {
	if ask.ID == "" {
		ask.ID = s.newID()
	}
	sender, err := s.store.Sender(ctx, ask.Practice, "")
	if err != nil {
		return Key{}, fmt.Errorf("sms: request confirmation: %w: the practice has no number to text from", err)
	}
	state, err := s.gate.Ask(ctx, by, ask)
	if err != nil {
		return Key{}, err
	}
	v := s.voice(ctx, state.Key, "")
	t, _, err := s.enqueue(ctx, by, Text{
		ID: "confirm-" + ask.ID, Practice: ask.Practice, Kind: ConfirmRequest, Category: pending(state),
		To: ask.Number, Body: v.says(v.confirm, sender), LastUseful: s.moment().Add(72 * time.Hour),
	}, nil)
	return t.Key(), err
}

// pending returns the first category that waits for confirmation.
func pending(state consent.State) consent.Category {
	for _, c := range consent.Categories() {
		if state.For(c).Status == consent.Pending {
			return c
		}
	}
	return consent.Transactional
}

// Cancel takes back a text that is still queued. It reports false when it is too late or there is no such text.
func (s *Service) Cancel(ctx context.Context, by audit.Actor, k Key, reason string) (bool, error) {
	return s.TakeBack(ctx, by, k, "", reason)
}

// TakeBack is [Service.Cancel] for programs: the rule, an id of the program's own, stands in the text's decision, so that it tells
// what it took back itself from what somebody else did, whatever the reason says.
func (s *Service) TakeBack(ctx context.Context, by audit.Actor, k Key, rule, reason string) (bool, error) {
	leaf, err := s.log.Stamp(ctx, cancelled(by, k, reason))
	if err != nil {
		return false, fmt.Errorf("sms: cancel: %w", err)
	}
	done, err := s.store.Apply(ctx, Change{
		Cancel: &Cancel{Key: k, Decision: Decision{Verdict: Refuse, Rule: rule, Reason: reason}}, Leaves: []audit.Leaf{leaf},
	})
	if err != nil {
		return false, fmt.Errorf("sms: cancel: %w", err)
	}
	return done, nil
}

// Resolve records what a person found out about a text in review: that it was sent, or that it was not. It is not sent
// again, whatever was found out: the provider may have it all the same, and [Service.Requeue] refuses it. It reports false when the text is not in review.
func (s *Service) Resolve(ctx context.Context, by audit.Actor, k Key, sent bool, reason string) (bool, error) {
	r := Resolve{Key: k, State: Failed}
	if sent {
		r.State = Sent
	}
	leaf, err := s.log.Stamp(ctx, audit.Entry{
		Practice: k.Practice, Actor: by, Action: "sms.text.resolve", Object: audit.Object{Kind: "text", ID: k.ID},
		Reason: reason, Details: map[string]string{"state": string(r.State)},
	})
	if err != nil {
		return false, fmt.Errorf("sms: resolve: %w", err)
	}
	done, err := s.store.Apply(ctx, Change{Resolve: &r, Leaves: []audit.Leaf{leaf}})
	if err != nil {
		return false, fmt.Errorf("sms: resolve: %w", err)
	}
	return done, nil
}

// Requeue puts a text back that failed or was refused, once a person has seen to what was in its way. It is decided on anew
// before it leaves, and not before its time, so what still forbids it refuses it again. It reports false when the text neither
// failed nor was refused. It is refused with [ErrUnsure] where it failed by a person's word alone ([Service.Resolve],
// [NotSent]): who wants the patient texted once more queues another text.
func (s *Service) Requeue(ctx context.Context, by audit.Actor, k Key, reason string) (bool, error) {
	entry := audit.Entry{
		Practice: k.Practice, Actor: by, Action: "sms.text.requeue", Object: audit.Object{Kind: "text", ID: k.ID}, Reason: reason,
	}
	leaf, err := s.log.Stamp(ctx, entry)
	if err != nil {
		return false, fmt.Errorf("sms: requeue: %w", err)
	}
	t, err := s.store.Text(ctx, k)
	switch {
	case errors.Is(err, ErrNotFound):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("sms: requeue: %w", err)
	case t.State == Failed && t.Class == Unknown:
		return false, s.refuse(ctx, entry, ErrUnsure)
	}
	due := latest(s.moment(), t.NotBefore)
	done, err := s.store.Apply(ctx, Change{Requeue: &Requeue{Key: k, Due: due}, Leaves: []audit.Leaf{leaf}})
	if err != nil {
		return false, fmt.Errorf("sms: requeue: %w", err)
	}
	return done, nil
}

// Texts returns a page of a practice's texts, newest first, after recording that by looked and what for. It is refused with
// [ErrPurpose] without a purpose.
func (s *Service) Texts(ctx context.Context, by audit.Actor, q Query) (Page, error) {
	if err := q.Purpose.serves(q.Number); err != nil {
		return Page{}, s.refuse(ctx, looked(by, "sms.texts.read", q), err)
	}
	page, err := s.store.Texts(ctx, q)
	if err == nil {
		err = s.log.Record(ctx, looked(by, "sms.texts.read", q))
	}
	if err != nil {
		return Page{}, fmt.Errorf("sms: texts: %w", err)
	}
	return page, nil
}

// Decisions returns every decision on a text with the facts it was made from, in the order in which they were made, after
// recording that by looked. [Law.Replay] makes each of them again.
func (s *Service) Decisions(ctx context.Context, by audit.Actor, k Key) ([]Decision, error) {
	decisions, err := s.store.Decisions(ctx, k)
	if err == nil {
		err = s.log.Record(ctx, audit.Entry{
			Practice: k.Practice, Actor: by, Action: "sms.decisions.read", Object: audit.Object{Kind: "text", ID: k.ID},
		})
	}
	if err != nil {
		return nil, fmt.Errorf("sms: decisions: %w", err)
	}
	return decisions, nil
}

// Received returns the newest messages that came in, newest first, after recording that by looked and what for. It is
// refused with [ErrPurpose] without a purpose. Flagged messages have no body, see [Service.Content].
func (s *Service) Received(ctx context.Context, by audit.Actor, q Query) ([]Received, error) {
	if err := q.Purpose.serves(q.Number); err != nil {
		return nil, s.refuse(ctx, looked(by, "sms.received.read", q), err)
	}
	messages, err := s.store.Received(ctx, q)
	if err == nil {
		err = s.log.Record(ctx, looked(by, "sms.received.read", q))
	}
	if err != nil {
		return nil, fmt.Errorf("sms: received: %w", err)
	}
	return messages, nil
}

// looked is the entry of a read.
func looked(by audit.Actor, action string, q Query) audit.Entry {
	return audit.Entry{
		Practice: q.Practice, Actor: by, Action: action, Object: audit.Object{Kind: "texts", ID: q.Number},
		Details: map[string]string{"purpose": string(q.Purpose)},
	}
}

// refuse records a refusal, where somebody is named who was refused, and returns cause. What no log can hold is left out of
// the entry.
func (s *Service) refuse(ctx context.Context, e audit.Entry, cause error) error {
	if e.Actor.Validate() != nil {
		return cause
	}
	if form.Text(ErrInvalid, "the patient", e.Patient, form.ID, false) != nil {
		e.Patient = ""
	}
	if form.Text(ErrInvalid, "the object", e.Object.ID, 256, false) != nil {
		e.Object.ID = ""
	}
	return s.log.Refuse(ctx, e, cause)
}

func (s *Service) moment() time.Time { return micro(s.now()) }

func micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
