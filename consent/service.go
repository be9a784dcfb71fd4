package consent

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent/keyword"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// Options adjusts a [Service]. The zero value is ready to use.
type Options struct {
	// Profile says what each basis needs and permits. Defaults to [Promised].
	Profile Profile
	// ConfirmWithin is how long a confirmation request may be answered. Defaults to 7 days.
	ConfirmWithin time.Duration
	// Shared says which practices share a sender: a stop that comes to it stops them all. Defaults to none.
	Shared Shared
	// Now gives the recorded time. Defaults to time.Now.
	Now func() time.Time
	// NewID gives ids to commands that bring none. Defaults to UUIDs of version 7.
	NewID func() string
}

// Shared knows which practices text from the same number.
type Shared interface {
	// Practices returns the ids of all practices that text from the sender. It may be called concurrently.
	Practices(ctx context.Context, sender string) ([]string, error)
}

// Service keeps consent. It is immutable and may be used concurrently.
type Service struct {
	store   Store
	log     *audit.Log
	profile Profile
	within  time.Duration
	shared  Shared
	now     func() time.Time
	newID   func() string
}

// New returns a service on store. The log keeps reads and refusals, on a handle of its own. Both are required; o may be
// nil. Options are refused with [ErrInvalid] when ConfirmWithin is negative, or when a profile has rules and no name, is
// called "promised" and is wider than [Promised], or needs what is no evidence.
func New(store Store, log *audit.Log, o *Options) (*Service, error) {
	if store == nil || log == nil {
		return nil, fmt.Errorf("%w: a service needs a store and a log", ErrInvalid)
	}
	s := &Service{store: store, log: log, profile: Promised(), within: 7 * 24 * time.Hour, now: time.Now, newID: uuidv7.New}
	if o == nil {
		return s, nil
	}
	if o.ConfirmWithin < 0 {
		return nil, fmt.Errorf("%w: ConfirmWithin is negative", ErrInvalid)
	}
	if o.ConfirmWithin > 0 {
		s.within = o.ConfirmWithin.Truncate(time.Microsecond)
	}
	if o.Profile.Name != "" || len(o.Profile.Rules) > 0 {
		if err := o.Profile.valid(); err != nil {
			return nil, err
		}
		s.profile = o.Profile.clone()
	}
	s.shared = o.Shared
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

// Profile returns the rules that the service goes by. Where [Profile.Wider] names any, promise D2.1 is not kept.
func (s *Service) Profile() Profile { return s.profile.clone() }

// Grant records a consent and returns what the number stands at now. It is refused with [ErrEvidence] when the basis
// needs evidence that g does not carry, with [ErrWording] when the text that was shown is not a published one
// ([Service.Publish]), and with [ErrDuty] before the practice has accepted its duty. Where the practice's
// setting asks for it the grant is pending until confirmed; one that the law implies is not, for no text may ask for it.
func (s *Service) Grant(ctx context.Context, by audit.Actor, g Grant) (State, error) {
	state, _, err := s.grant(ctx, by, g)
	return state, err
}

// grant also reports whether the consent is new.
func (s *Service) grant(ctx context.Context, by audit.Actor, g Grant) (State, bool, error) {
	f := Fact{
		ID: g.ID, Practice: g.Practice, Number: g.Number, Kind: Granted, Category: g.Category, Sender: g.Sender, Patient: g.Patient,
		At: g.At, Actor: by, Basis: g.Basis, Evidence: g.Evidence,
	}
	return s.write(ctx, "consent.grant", f, func(_ []Fact, f *Fact) error {
		set, err := s.settings(ctx, f.Practice)
		if err != nil {
			return err
		}
		if f.Duty = set.Duty.Terms; f.Duty == "" {
			return ErrDuty
		}
		if !f.Category.valid() {
			return errCategory
		}
		rule := s.profile.rule(f.Basis, f.At)
		if rule == nil {
			return fmt.Errorf("%w: the profile %q knows no such basis at that time", ErrInvalid, s.profile.Name)
		}
		if err := rule.admits(f); err != nil {
			return err
		}
		if slices.Contains(rule.Needs, "wording") {
			if err := s.shown(ctx, f); err != nil {
				return err
			}
		}
		if rule.Lasts != (Period{}) {
			zone, err := set.location()
			if err != nil {
				return err
			}
			f.Expires = rule.Lasts.end(f.At, zone)
		}
		f.Confirm = !f.Basis.implied() && set.confirms(f.Category)
		return nil
	})
}

// Revoke records a revocation and returns what the number stands at now. It is never refused for what the ledger says:
// a number that nobody consented for can be stopped, and stopped again. Nor is it for its time: one that lies ahead, by a
// provider's clock or a slip, counts from now. It is written even where the ledger cannot be read, because a row was altered
// or a key cannot be had: then the state returned knows of nothing else.
//
// Where it came to a sender that several practices share, it is recorded for each of them, for the practice of r first;
// see [Options]. When one of them cannot be written the error says so, and the same command again finishes the rest.
func (s *Service) Revoke(ctx context.Context, by audit.Actor, r Revocation) (State, error) {
	if r.ID == "" {
		r.ID = s.newID()
	}
	r.Evidence.Words = legible(r.Evidence.Words)
	state, err := s.revoke(ctx, by, r)
	if err != nil {
		return state, err
	}
	return state, s.others(ctx, r.Practice, r.Sender, r.ID, func(practice, id string) error {
		r.Practice, r.ID = practice, id
		_, err := s.revoke(ctx, by, r)
		return err
	})
}

// others records an act for every other practice that shares a sender, under an id of its own, for the practice may have used
// this one. It goes on after an error.
func (s *Service) others(ctx context.Context, practice, sender, id string, record func(practice, id string) error) error {
	if s.shared == nil || sender == "" {
		return nil
	}
	practices, err := s.shared.Practices(ctx, sender)
	if err != nil {
		return fmt.Errorf("consent: revoke: whose the sender is: %w", err)
	}
	var failed error
	for _, other := range practices {
		if other != practice {
			failed = errors.Join(failed, record(other, following(practice+" "+id)))
		}
	}
	return failed
}

func (s *Service) revoke(ctx context.Context, by audit.Actor, r Revocation) (State, error) {
	f := Fact{
		ID: r.ID, Practice: r.Practice, Number: r.Number, Kind: Revoked, Category: r.Category, Sender: r.Sender,
		At: r.At, Actor: by, Channel: r.Channel, Evidence: r.Evidence,
	}
	if f.Category.valid() && !narrowed(r.Evidence.Words) {
		f.Category = ""
	}
	return s.append(ctx, "consent.revoke", f, func(_ []Fact, f *Fact) error {
		if f.Category != "" && !f.Category.valid() {
			return errCategory
		}
		if !f.Channel.valid() {
			return errChannel
		}
		return nil
	})
}

// narrowed reports whether words can narrow a revocation: a stop is everything, and nobody but the patient makes less of it.
func narrowed(words string) bool {
	asks := keyword.Understand(words).Asks
	return strings.TrimSpace(words) != "" && asks != keyword.Stop && asks != keyword.Stranger
}

// Restart records the patient's own START, which restores what written consent carried before the stop, and lets the patient's
// own texts that come after it permit their answers. It is refused with [ErrEvidence] without the patient's words and the
// text they came by: nobody says START for a patient.
func (s *Service) Restart(ctx context.Context, by audit.Actor, r Restart) (State, error) {
	f := Fact{
		ID: r.ID, Practice: r.Practice, Number: r.Number, Kind: Restarted, At: r.At, Actor: by, Evidence: r.Evidence,
	}
	return s.append(ctx, "consent.restart", f, func(_ []Fact, f *Fact) error { return own(f) })
}

// Configure replaces a practice's settings. Grants keep what was asked of them when they were recorded.
func (s *Service) Configure(ctx context.Context, by audit.Actor, set Settings) error {
	set = set.settled()
	set.Duty = Duty{}
	e := audit.Entry{
		Practice: set.Practice, Actor: by, Action: "consent.configure", Object: audit.Object{Kind: "practice", ID: set.Practice},
	}
	if by.Validate() != nil {
		return errActor
	}
	if err := set.valid(); err != nil {
		return s.log.Refuse(ctx, e, err)
	}
	e.Details = map[string]string{"double opt-in": string(set.DoubleOptIn)}
	_, err := s.keep(ctx, e, Change{Settings: &set})
	return err
}

// keep writes a change that holds whatever else the store has, with its entry. It reports false when its id is taken.
func (s *Service) keep(ctx context.Context, e audit.Entry, c Change) (bool, error) {
	leaf, err := s.log.Stamp(ctx, e)
	if err != nil {
		return false, fmt.Errorf("%s: %w", op(e.Action), err)
	}
	c.Seen, c.Leaves = Any, []audit.Leaf{leaf}
	written, err := s.store.Apply(ctx, c)
	if err != nil {
		return false, fmt.Errorf("%s: %w", op(e.Action), err)
	}
	return written, nil
}
