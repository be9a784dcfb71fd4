package representative

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/uuidv7"
)

// Options adjusts a [Service]. The zero value is ready to use.
type Options struct {
	// Law is what is decided by. Defaults to the rules of [Promised] and the [Ages].
	Law *Law
	// Now gives the recorded time. Defaults to time.Now.
	Now func() time.Time
	// NewID gives ids to commands that bring none. Defaults to UUIDs of version 7.
	NewID func() string
}

// Service keeps who may act for whom. It is immutable and may be used concurrently.
type Service struct {
	store Store
	log   *audit.Log
	law   *Law
	now   func() time.Time
	newID func() string
}

// New returns a service on store. The log keeps reads and refusals, on a handle of its own. Both are required; o may be
// nil.
func New(store Store, log *audit.Log, o *Options) (*Service, error) {
	if store == nil || log == nil {
		return nil, fmt.Errorf("%w: a service needs a store and a log", ErrInvalid)
	}
	s := &Service{store: store, log: log, law: &Law{rules: Promised(), ages: Ages()}, now: time.Now, newID: uuidv7.New}
	if o == nil {
		return s, nil
	}
	if o.Law != nil {
		s.law = o.Law
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

// Appoint records an appointment and returns its fact. It is refused with [ErrEvidence] without its proof. Whether it
// counts on a day says [Law.May]: a parent's ends with majority, and a minor appoints nobody.
func (s *Service) Appoint(ctx context.Context, by audit.Actor, a Appointment) (Fact, error) {
	return s.append(ctx, "appoint", Fact{
		ID: a.ID, Practice: a.Practice, Patient: a.Patient, Kind: Appointed, Person: a.Person, Basis: a.Basis, Acts: slices.Clone(a.Acts),
		From: a.From, Until: a.Until, Proof: a.Proof, At: a.At, Actor: by,
	}, nil)
}

// Order records a court's order about a person and returns its fact. Of several in force, the one of the latest first day
// counts. It wins over every appointment, and over a parent's consent.
func (s *Service) Order(ctx context.Context, by audit.Actor, o Order) (Fact, error) {
	return s.append(ctx, "order", Fact{
		ID: o.ID, Practice: o.Practice, Patient: o.Patient, Kind: Ordered, Person: o.Person, Bars: o.Bars, Acts: slices.Clone(o.Acts),
		From: o.From, Until: o.Until, Proof: o.Proof, At: o.At, Actor: by,
	}, nil)
}

// Emancipate records that a minor is of age from a day on, and returns the fact.
func (s *Service) Emancipate(ctx context.Context, by audit.Actor, e Emancipation) (Fact, error) {
	return s.append(ctx, "emancipate", Fact{
		ID: e.ID, Practice: e.Practice, Patient: e.Patient, Kind: Emancipated, From: e.From, Proof: e.Proof, At: e.At, Actor: by,
	}, nil)
}

// End records that an appointment, an order or an emancipation has ended, and returns the fact. It counts at once. It is
// refused with [ErrUnknown] where there is none of that id, or it was ended before.
func (s *Service) End(ctx context.Context, by audit.Actor, e Ending) (Fact, error) {
	return s.append(ctx, "end", Fact{
		ID: e.ID, Practice: e.Practice, Patient: e.Patient, Kind: Ended, About: e.About, Reason: e.Reason, At: e.At, Actor: by,
	}, func(facts []Fact, f Fact) error {
		ends := known(facts, f.About)
		if ends == nil || ends.Kind != Appointed && ends.Kind != Ordered && ends.Kind != Emancipated || about(facts, f.About, Ended) != nil {
			return ErrUnknown
		}
		return nil
	})
}

// Shield records that an episode of care is the minor's own, and returns the fact. It is never lifted: once of age, the
// patient shows it to whom it will.
func (s *Service) Shield(ctx context.Context, by audit.Actor, h Shield) (Fact, error) {
	return s.append(ctx, "shield", Fact{
		ID: h.ID, Practice: h.Practice, Patient: h.Patient, Kind: Shielded, Episode: h.Episode, Basis: h.Basis, Reason: h.Reason, At: h.At, Actor: by,
	}, nil)
}

// Consent records a parent's verified consent that the child gives data itself, and returns the fact. It is refused with
// [ErrEvidence] without the words on which the parent consented and the proof of the verification. It permits no texts and
// no care.
func (s *Service) Consent(ctx context.Context, by audit.Actor, c ParentConsent) (Fact, error) {
	return s.append(ctx, "consent", Fact{
		ID: c.ID, Practice: c.Practice, Patient: c.Patient, Kind: Consented, Person: c.Parent, Method: c.Method, Proof: c.Proof,
		Evidence: Evidence{Wording: c.Wording, Language: c.Language, Confirmation: c.Confirmation}, At: c.At, Actor: by,
	}, nil)
}

// Withdraw records that a parent takes the consent back, and returns the fact. It is never refused for what was consented
// to before, nor for its time, and counts at once, whichever parent consented.
func (s *Service) Withdraw(ctx context.Context, by audit.Actor, w ParentWithdrawal) (Fact, error) {
	return s.append(ctx, "withdraw", Fact{
		ID: w.ID, Practice: w.Practice, Patient: w.Patient, Kind: Withdrawn, Person: w.Parent, Evidence: Evidence{Words: w.Words},
		At: w.At, Actor: by,
	}, nil)
}

// Report records that somebody believes that a child gave data, and returns the fact. Nothing but a patient is needed: all
// that the patient gave itself is frozen at once, until a member of staff has verified and decided by [Service.Unfreeze] or
// [Service.Remove].
func (s *Service) Report(ctx context.Context, by audit.Actor, r ChildReport) (Fact, error) {
	return s.append(ctx, "report", Fact{
		ID: r.ID, Practice: r.Practice, Patient: r.Patient, Kind: Reported,
		Evidence: Evidence{Name: r.Name, Contact: r.Contact, Words: r.Words}, At: r.At, Actor: by,
	}, nil)
}

// Unfreeze decides on a report that what the child gave may be used, and returns the fact. It is refused with [ErrUncovered]
// where the finding is that a parent's consent covers it and none is in force.
func (s *Service) Unfreeze(ctx context.Context, by audit.Actor, r Release) (Fact, error) {
	return s.append(ctx, "unfreeze", Fact{
		ID: r.ID, Practice: r.Practice, Patient: r.Patient, Kind: Unfrozen, About: r.Report, Finding: r.Finding, Proof: r.Proof,
		Reason: r.Reason, At: r.At, Actor: by,
	}, func(facts []Fact, f Fact) error {
		if err := decides(facts, f); err != nil {
			return err
		}
		if f.Finding == Covered && s.law.state(f.Key(), facts, Question{Zone: r.Zone}, f.Recorded).consent() == nil {
			return ErrUncovered
		}
		return nil
	})
}

// Remove records the decision on a report that what the child gave was deleted, and returns the fact.
func (s *Service) Remove(ctx context.Context, by audit.Actor, r Removal) (Fact, error) {
	return s.append(ctx, "remove", Fact{
		ID: r.ID, Practice: r.Practice, Patient: r.Patient, Kind: Removed, About: r.Report, Proof: r.Proof, Reason: r.Reason, At: r.At, Actor: by,
	}, decides)
}

// decides refuses a decision that is not a member of staff's, or not about an open report.
func decides(facts []Fact, f Fact) error {
	report := known(facts, f.About)
	switch {
	case f.Actor.Kind != audit.Staff:
		return ErrStaff
	case report == nil || report.Kind != Reported:
		return ErrUnknown
	case decision(facts, f.About) != nil:
		return ErrDecided
	}
	return nil
}

// Answer records that whoever reported got the answer, and returns the fact. [Law.Reports] says until when it is due. It is
// refused with [ErrUndecided] before the decision.
func (s *Service) Answer(ctx context.Context, by audit.Actor, r Reply) (Fact, error) {
	return s.append(ctx, "answer", Fact{
		ID: r.ID, Practice: r.Practice, Patient: r.Patient, Kind: Answered, About: r.Report,
		Evidence: Evidence{Message: r.Message, Words: r.Words}, At: r.At, Actor: by,
	}, func(facts []Fact, f Fact) error {
		report := known(facts, f.About)
		switch {
		case report == nil || report.Kind != Reported:
			return ErrUnknown
		case decision(facts, f.About) == nil:
			return ErrUndecided
		}
		return nil
	})
}
