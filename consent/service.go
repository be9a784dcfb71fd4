package consent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// Options adjusts a [Service]. The zero value is ready to use.
type Options struct {
	// Profile says what each basis needs and permits. Defaults to [Promised].
	Profile Profile
	// AnswerWithin is how long a confirmation request may be answered. Defaults to 7 days.
	AnswerWithin time.Duration
	// Now gives the recorded time. Defaults to time.Now.
	Now func() time.Time
	// NewID gives ids to commands that bring none. Defaults to UUIDs of version 7.
	NewID func() string
}

// Service keeps consent. It is immutable and may be used concurrently.
type Service struct {
	store   Store
	log     *audit.Log
	profile Profile
	answer  time.Duration
	now     func() time.Time
	newID   func() string
}

// New returns a service on store. The log keeps reads and refusals, on a handle of its own; o may be nil.
func New(store Store, log *audit.Log, o *Options) (*Service, error) {
	if store == nil || log == nil {
		return nil, fmt.Errorf("%w: a service needs a store and a log", ErrInvalid)
	}
	s := &Service{store: store, log: log, profile: Promised(), answer: 7 * 24 * time.Hour, now: time.Now, newID: uuidv7.New}
	if o == nil {
		return s, nil
	}
	if o.AnswerWithin < 0 {
		return nil, fmt.Errorf("%w: AnswerWithin is negative", ErrInvalid)
	}
	if o.AnswerWithin > 0 {
		s.answer = o.AnswerWithin
	}
	if o.Profile.Name != "" || len(o.Profile.Rules) > 0 {
		s.profile = o.Profile
	}
	if o.Now != nil {
		s.now = o.Now
	}
	if o.NewID != nil {
		s.newID = o.NewID
	}
	return s, nil
}

// WithStore returns a copy that writes through store, which is usually bound to the caller's transaction. The log of
// reads and refusals keeps its own handle.
func (s *Service) WithStore(store Store) *Service {
	bound := *s
	bound.store = store
	return &bound
}

// Grant records a consent and returns what the number stands at now. It is refused with [ErrEvidence] when the basis
// needs evidence that g does not carry. Where the practice's setting asks for it the grant is pending until confirmed.
func (s *Service) Grant(ctx context.Context, by audit.Actor, g Grant) (State, error) {
	now := s.moment()
	f := Fact{
		ID: g.ID, Practice: g.Practice, Number: g.Number, Kind: Granted, Category: g.Category,
		At: claimed(g.At, now), Recorded: now, Actor: by, Basis: g.Basis, Evidence: g.Evidence,
	}
	return s.append(ctx, "consent.grant", f, g.At.IsZero(), func(_ []Fact, f *Fact) error {
		if !f.Category.valid() {
			return fmt.Errorf("%w: %q is no category of texts", ErrInvalid, f.Category)
		}
		rule, known := s.profile.rule(f.Basis, f.At)
		if !known {
			return fmt.Errorf("%w: the profile %q knows no basis %q at that time", ErrInvalid, s.profile.Name, f.Basis)
		}
		if missing := rule.missing(f.Evidence); len(missing) > 0 {
			return fmt.Errorf("%w: a consent by %s needs %s", ErrEvidence, label(f.Basis), strings.Join(missing, ", "))
		}
		settings, err := s.store.Practice(ctx, f.Practice)
		f.Confirm = settings.confirms(f.Category)
		return err
	})
}

// Revoke records a revocation and returns what the number stands at now. It is never refused for what the ledger says:
// a number that nobody consented for can be stopped, and stopped again.
func (s *Service) Revoke(ctx context.Context, by audit.Actor, r Revocation) (State, error) {
	now := s.moment()
	f := Fact{
		ID: r.ID, Practice: r.Practice, Number: r.Number, Kind: Revoked, Category: r.Category,
		At: claimed(r.At, now), Recorded: now, Actor: by, Channel: r.Channel, Evidence: r.Evidence,
	}
	return s.append(ctx, "consent.revoke", f, r.At.IsZero(), func(_ []Fact, f *Fact) error {
		if f.Category != "" && !f.Category.valid() {
			return fmt.Errorf("%w: %q is no category of texts", ErrInvalid, f.Category)
		}
		if !f.Channel.valid() {
			return fmt.Errorf("%w: %q is no channel a revocation can come by", ErrInvalid, f.Channel)
		}
		return nil
	})
}

// Ask records that confirmation is being asked, for every pending grant that was not asked about before. It is refused
// with [ErrNothingPending] or, where all of them were asked, [ErrAsked]. The request expires; see [Options].
func (s *Service) Ask(ctx context.Context, by audit.Actor, a Ask) (State, error) {
	now := s.moment()
	f := Fact{
		ID: a.ID, Practice: a.Practice, Number: a.Number, Kind: Asked,
		At: now, Recorded: now, Actor: by, Expires: now.Add(s.answer),
	}
	return s.append(ctx, "consent.ask", f, true, func(facts []Fact, f *Fact) error {
		f.About = nil
		pending := s.pending(facts)
		for _, grant := range pending {
			if _, asked := requestFor(facts, grant); !asked {
				f.About = append(f.About, grant)
			}
		}
		switch {
		case len(pending) == 0:
			return ErrNothingPending
		case len(f.About) == 0:
			return ErrAsked
		}
		return nil
	})
}

// Confirm records the patient's answer to the newest request. It is refused with [ErrNotAsked] when there is none, and
// with [ErrExpired] when it came too late. A stop between request and answer leaves nothing to confirm.
func (s *Service) Confirm(ctx context.Context, by audit.Actor, c Confirmation) (State, error) {
	now := s.moment()
	f := Fact{
		ID: c.ID, Practice: c.Practice, Number: c.Number, Kind: Confirmed,
		At: claimed(c.At, now), Recorded: now, Actor: by, Evidence: c.Evidence,
	}
	return s.append(ctx, "consent.confirm", f, c.At.IsZero(), func(facts []Fact, f *Fact) error {
		f.About = nil
		expired := false
		for _, grant := range s.pending(facts) {
			request, asked := requestFor(facts, grant)
			switch {
			case asked && f.Recorded.After(request.Expires):
				expired = true
			case asked:
				f.About = []string{request.ID}
			}
		}
		switch {
		case f.About != nil:
			return nil
		case expired:
			return ErrExpired
		}
		return ErrNotAsked
	})
}

// Restart records the patient's own START, which restores what written consent carried before the stop. It needs the
// text it came by: no member of staff can say START for a patient.
func (s *Service) Restart(ctx context.Context, by audit.Actor, r Restart) (State, error) {
	now := s.moment()
	f := Fact{
		ID: r.ID, Practice: r.Practice, Number: r.Number, Kind: Restarted,
		At: claimed(r.At, now), Recorded: now, Actor: by, Evidence: r.Evidence,
	}
	return s.append(ctx, "consent.restart", f, r.At.IsZero(), func(_ []Fact, f *Fact) error {
		if f.Actor.Kind != audit.Patient || f.Evidence.Words == "" || f.Evidence.Message == "" {
			return fmt.Errorf("%w: only the patient's own text restarts texts: its words and message are needed", ErrInvalid)
		}
		return nil
	})
}

// Configure replaces a practice's settings. Grants keep what was asked of them when they were recorded.
func (s *Service) Configure(ctx context.Context, by audit.Actor, p Practice) error {
	if p.DoubleOptIn == "" {
		p.DoubleOptIn = ConfirmPromotional
	}
	entry := audit.Entry{
		Practice: p.ID, Actor: by, Action: "consent.configure",
		Object: audit.Object{Kind: "practice", ID: p.ID}, Details: map[string]string{"double opt-in": string(p.DoubleOptIn)},
	}
	if p.DoubleOptIn != ConfirmOff && p.DoubleOptIn != ConfirmPromotional && p.DoubleOptIn != ConfirmAll {
		return s.log.Refuse(ctx, entry, fmt.Errorf("%w: double opt-in is off, promotional or all", ErrInvalid))
	}
	leaf, err := s.log.Stamp(ctx, entry)
	if err != nil {
		return fmt.Errorf("consent: configure: %w", err)
	}
	if _, err := s.store.Apply(ctx, Change{Practice: &p, Seen: Any, Leaves: []audit.Leaf{leaf}}); err != nil {
		return fmt.Errorf("consent: configure: %w", err)
	}
	return nil
}

// State returns what a number stands at now, after recording that by looked.
func (s *Service) State(ctx context.Context, by audit.Actor, k Key) (State, error) {
	facts, err := s.History(ctx, by, k)
	if err != nil {
		return State{}, err
	}
	return s.derive(k, facts), nil
}

// History returns a number's ledger with all evidence, in the order it was written, after recording that by looked.
func (s *Service) History(ctx context.Context, by audit.Actor, k Key) ([]Fact, error) {
	facts, err := s.store.Facts(ctx, k)
	if err != nil {
		return nil, fmt.Errorf("consent: history: %w", err)
	}
	err = s.log.Record(ctx, audit.Entry{
		Practice: k.Practice, Actor: by, Action: "consent.read", Object: audit.Object{Kind: "number", ID: k.Number},
	})
	if err != nil {
		return nil, fmt.Errorf("consent: history: %w", err)
	}
	return facts, nil
}

// Permission answers a machine that is about to text: may a text of category go to the number now? It reads the store
// every time, and records nothing: the caller records the decision it builds on the answer.
func (s *Service) Permission(ctx context.Context, k Key, c Category) (Permission, error) {
	facts, err := s.store.Facts(ctx, k)
	if err != nil {
		return Permission{}, fmt.Errorf("consent: permission: %w", err)
	}
	return s.derive(k, facts).For(c), nil
}

// Practice returns a practice's settings.
func (s *Service) Practice(ctx context.Context, id string) (Practice, error) {
	p, err := s.store.Practice(ctx, id)
	if err != nil {
		return Practice{}, fmt.Errorf("consent: practice: %w", err)
	}
	if p.DoubleOptIn == "" {
		p.DoubleOptIn = ConfirmPromotional
	}
	return p, nil
}

// append decides on a fact against its ledger and writes it with its entry. decide may complete the fact; when it
// refuses, the refusal is recorded and nothing else. When the ledger grows in between, it is read and decided on again.
func (s *Service) append(ctx context.Context, action string, f Fact, now bool, decide func([]Fact, *Fact) error) (State, error) {
	if err := check(f.Key(), f.ID, f.Evidence, f.At, f.Recorded); err != nil {
		return State{}, s.refuse(ctx, action, f, err)
	}
	if f.ID == "" {
		f.ID = s.newID()
	}
	for {
		facts, err := s.store.Facts(ctx, f.Key())
		if err != nil {
			return State{}, fmt.Errorf("%s: %w", op(action), err)
		}
		if replay, err := replayed(facts, f, now); replay || err != nil {
			return s.derive(f.Key(), facts), err
		}
		if err := decide(facts, &f); err != nil {
			return State{}, s.refuse(ctx, action, f, err)
		}
		leaf, err := s.log.Stamp(ctx, entry(action, f))
		if err != nil {
			return State{}, fmt.Errorf("%s: %w", op(action), err)
		}
		change := Change{Fact: &f, Seen: len(facts), Leaves: []audit.Leaf{leaf}}
		if f.Kind == Revoked {
			change.Seen = Any // nothing that happens beside a stop may hold it up
		}
		written, err := s.store.Apply(ctx, change)
		switch {
		case errors.Is(err, ErrStale):
		case err != nil:
			return State{}, fmt.Errorf("%s: %w", op(action), err)
		case written:
			return s.derive(f.Key(), append(facts, f)), nil
		default:
			// Somebody wrote this id since we read: the same act twice at once, or another one's. The ledger tells.
			again, err := s.store.Facts(ctx, f.Key())
			if err != nil {
				return State{}, fmt.Errorf("%s: %w", op(action), err)
			}
			if replay, _ := replayed(again, f, now); replay {
				return s.derive(f.Key(), again), nil
			}
			return State{}, s.refuse(ctx, action, f, ErrConflict)
		}
	}
}

// replayed reports whether the ledger holds f's id with f's content, or returns [ErrConflict] for other content. What we
// add ourselves (recorded time, confirmation, requests) is not content, nor is a claimed time that the command left out.
func replayed(facts []Fact, f Fact, now bool) (bool, error) {
	for _, old := range facts {
		if old.ID != f.ID {
			continue
		}
		if old.Kind == f.Kind && old.Category == f.Category && old.Basis == f.Basis && old.Channel == f.Channel &&
			old.Evidence == f.Evidence && old.Actor == f.Actor && (now || old.At.Equal(f.At)) {
			return true, nil
		}
		return false, ErrConflict
	}
	return false, nil
}

// derive computes the state by everything that is known. A fact that another process recorded by a clock ahead of ours
// counts at once: a stop must not wait for our clock.
func (s *Service) derive(k Key, facts []Fact) State {
	moment := s.moment()
	for _, f := range facts {
		if f.Recorded.After(moment) {
			moment = f.Recorded
		}
	}
	return Derive(k, facts, s.profile, moment)
}

// pending returns the ids of the grants that wait for a confirmation, one for each category.
func (s *Service) pending(facts []Fact) []string {
	if len(facts) == 0 {
		return nil
	}
	state := s.derive(facts[0].Key(), facts)
	var ids []string
	for _, c := range Categories() {
		if p := state.For(c); p.Status == Pending {
			ids = append(ids, p.Fact)
		}
	}
	return ids
}

// refuse records a refusal, where there is a practice's log to record it in, and returns cause.
func (s *Service) refuse(ctx context.Context, action string, f Fact, cause error) error {
	if f.Practice == "" || len(f.Practice) > 64 || f.Actor.Valid() != nil {
		return cause
	}
	return s.log.Refuse(ctx, entry(action, f), cause)
}

func entry(action string, f Fact) audit.Entry {
	details := map[string]string{"fact": f.ID, "category": string(f.Category)}
	if f.Basis != "" {
		details["basis"] = string(f.Basis)
	}
	if f.Channel != "" {
		details["channel"] = string(f.Channel)
	}
	if hash := f.Evidence.Hash(); hash != "" {
		details["wording sha-256"] = hash
	}
	return audit.Entry{
		Practice: f.Practice, Actor: f.Actor, Action: action,
		Object: audit.Object{Kind: "number", ID: f.Number}, Details: details,
	}
}

// op turns "consent.grant" into "consent: grant", the prefix of an error.
func op(action string) string { return strings.Replace(action, ".", ": ", 1) }

func (s *Service) moment() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// claimed returns the claimed time, or now where the command left it out.
func claimed(at, now time.Time) time.Time {
	if at.IsZero() {
		return now
	}
	return at.UTC().Truncate(time.Microsecond)
}
