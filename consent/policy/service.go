package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/civil"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// Options adjusts a [Service]. The zero value is ready to use.
type Options struct {
	// Rules say how changes are announced. Nil means [Promised]; an empty list asks for nothing.
	Rules []Rule
	// Now gives the recorded time. Defaults to time.Now.
	Now func() time.Time
	// NewID gives ids to commands that bring none. Defaults to UUIDs of version 7.
	NewID func() string
}

// Service keeps versions, and who was told of them and accepted them. It is immutable and may be used concurrently.
type Service struct {
	store Store
	log   *audit.Log
	rules []Rule
	now   func() time.Time
	newID func() string
}

// New returns a service on store. The log keeps reads and refusals, on a handle of its own. Both are required; o may be
// nil. A rule without channels is refused with [ErrInvalid].
func New(store Store, log *audit.Log, o *Options) (*Service, error) {
	if store == nil || log == nil {
		return nil, fmt.Errorf("%w: a service needs a store and a log", ErrInvalid)
	}
	s := &Service{store: store, log: log, rules: Promised(), now: time.Now, newID: uuidv7.New}
	if o == nil {
		return s, nil
	}
	if o.Rules != nil {
		s.rules = nil
		for _, r := range o.Rules {
			if err := r.valid(); err != nil {
				return nil, err
			}
			r.OneOf = slices.Clone(r.OneOf)
			s.rules = append(s.rules, r)
		}
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

// Publish records a version and returns its fact; Edition.From says from when it is in effect. It is refused with
// [ErrDate] when its date is missing, past, or not after that of the version before; with [ErrUnannounced] when the change
// is not announced as the rules ask; and with [ErrPublished] when the label was used before.
func (s *Service) Publish(ctx context.Context, by audit.Actor, p Publication) (Fact, error) {
	f := Fact{
		ID: p.ID, Practice: p.Practice, Document: p.Document, Kind: Published, Version: p.Version, Actor: by,
		Edition: Edition{
			Texts: slices.Clone(p.Texts), Effective: p.Effective, Zone: p.Zone, Material: p.Material, Changes: p.Changes,
			Announced: slices.Clone(p.Announced),
		},
	}
	return s.append(ctx, "publish", f, func(l ledger, f *Fact) error { return publishable(s.rules, l.own, f) })
}

// publishable refuses a publication that may not be, and else says from when it is in effect.
func publishable(rules []Rule, own []Fact, f *Fact) error {
	e := &f.Edition
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		return fmt.Errorf("%w: the time zone is not known here", ErrInvalid)
	}
	if slices.ContainsFunc(own, func(old Fact) bool { return old.Kind == Published && old.Version == f.Version }) {
		return ErrPublished
	}
	if e.Effective.Before(civil.Of(f.Recorded.In(zone))) {
		return fmt.Errorf("%w: it is past; a version takes effect today at the earliest", ErrDate)
	}
	before := Standing(own, f.Recorded)
	for _, old := range before {
		if !old.Edition.Effective.Before(e.Effective) {
			return fmt.Errorf("%w: version %s takes effect on %s, and a newer one takes effect later; withdraw that one if it must not",
				ErrDate, old.Version, old.Edition.Effective)
		}
	}
	if len(before) > 0 || e.Material {
		if strings.TrimSpace(e.Changes) == "" {
			return fmt.Errorf("%w: a change needs what changed, in plain words", ErrInvalid)
		}
		if lacks := e.Lacks(rules, f.Recorded); len(lacks) > 0 {
			return fmt.Errorf("%w: %s", ErrUnannounced, strings.Join(lacks, "; "))
		}
	}
	if e.From = e.Effective.In(zone).UTC(); f.Recorded.After(e.From) {
		e.From = f.Recorded
	}
	return nil
}

// Withdraw takes a version back, and returns the fact. Once its date has come that is refused with [ErrInEffect]. Its
// label stays used, and its text readable to whoever reads [Service.Versions].
func (s *Service) Withdraw(ctx context.Context, by audit.Actor, w Withdrawal) (Fact, error) {
	f := Fact{
		ID: w.ID, Practice: w.Practice, Document: w.Document, Kind: Withdrawn, Version: w.Version, Reason: w.Reason, Actor: by,
	}
	return s.append(ctx, "withdraw", f, func(l ledger, f *Fact) error {
		version, err := find(l.own, f.Version, f.Recorded)
		if err == nil && !version.Edition.From.After(f.Recorded) {
			return ErrInEffect
		}
		return err
	})
}

// Tell records that a person was told of a version, and returns the fact.
func (s *Service) Tell(ctx context.Context, by audit.Actor, t Telling) (Fact, error) {
	f := Fact{
		ID: t.ID, Practice: t.Practice, Document: t.Document, Person: t.Person, Kind: Told, Version: t.Version, At: t.At, Actor: by,
		Evidence: Evidence{Channel: t.Channel, Message: t.Message, Language: t.Language, Wording: t.Wording},
	}
	return s.append(ctx, "tell", f, func(l ledger, f *Fact) error {
		if f.Evidence.Channel != Email && f.Evidence.Channel != Notice {
			return fmt.Errorf("%w: a person is told by email or by a notice", ErrInvalid)
		}
		_, err := find(l.own, f.Version, f.Recorded)
		return err
	})
}

// Accept records that a person accepted a version, and returns the fact. It is refused with [ErrEvidence] without what the
// person was shown, and with [ErrChanged] when that was not the published text. It is an acceptance of the policy and
// nothing else: it permits no texts and signs no authorization.
func (s *Service) Accept(ctx context.Context, by audit.Actor, a Acceptance) (Fact, error) {
	f := Fact{
		ID: a.ID, Practice: a.Practice, Document: a.Document, Person: a.Person, Kind: Accepted, Version: a.Version, At: a.At, Actor: by,
		Evidence: Evidence{Language: a.Language, Wording: a.Wording, Hash: a.Hash},
	}
	return s.append(ctx, "accept", f, func(l ledger, f *Fact) error {
		for _, shown := range []string{f.Evidence.Language, f.Evidence.Wording, f.Evidence.Hash} {
			if strings.TrimSpace(shown) == "" {
				return fmt.Errorf("%w: an acceptance needs the words that were shown, their language and the hash of the text", ErrEvidence)
			}
		}
		version, err := find(l.own, f.Version, f.Recorded)
		if err != nil {
			return err
		}
		if text, ok := version.Edition.Text(f.Evidence.Language); !ok || text.Hash() != f.Evidence.Hash {
			return ErrChanged
		}
		return nil
	})
}

// Use records that a person used on, where by [Next] that accepts the version in effect, and returns the fact. Everywhere
// else it is refused with [ErrUse]. As with [Service.Accept], nothing but the policy is accepted.
func (s *Service) Use(ctx context.Context, by audit.Actor, u Usage) (Fact, error) {
	f := Fact{
		ID: u.ID, Practice: u.Practice, Document: u.Document, Person: u.Person, Kind: Used, Version: u.Version, At: u.At, Actor: by,
	}
	return s.append(ctx, "use", f, func(l ledger, f *Fact) error {
		version, err := find(l.own, f.Version, f.Recorded)
		if err != nil {
			return err
		}
		if f.At.Before(version.Edition.From) {
			return fmt.Errorf("%w: it was used before the version was in effect", ErrUse)
		}
		due := Next(l.own, l.person, f.At)
		if accepts(l.person, f.Version) || due.Step == Use && due.Fact.Version == f.Version {
			return nil
		}
		return fmt.Errorf("%w: %s", ErrUse, due.Why)
	})
}

// find returns the publication of a label that stands at a moment, or [ErrUnknown].
func find(own []Fact, version string, moment time.Time) (Fact, error) {
	for _, f := range Standing(own, moment) {
		if f.Version == version {
			return f, nil
		}
	}
	return Fact{}, ErrUnknown
}
