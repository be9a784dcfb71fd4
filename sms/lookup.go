package sms

import (
	"context"
	"crypto/sha256"
	"fmt"
	"maps"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/form"
)

// NumberLookup is the optional ability to ask who holds a number, and on what kind of line. It costs money, and tells a
// third party which numbers a practice knows.
type NumberLookup interface {
	// Lookup asks about a number, E.164, whose holder was last known for certain on the day of verified, in UTC; where that
	// is zero, whether it was reassigned is not asked. What the provider does not know is [NoData]. An error is, or wraps,
	// a *[SendError] at [AtLookup], and nothing is known then.
	Lookup(ctx context.Context, number string, verified time.Time) (Line, error)
}

// Answer is what a look-up says to a question. No data is no "no": it excuses nothing (47 CFR 64.1200(m)).
type Answer string

// The answers.
const (
	Yes    Answer = "yes"
	No     Answer = "no"
	NoData Answer = "no_data"
)

// Line is what somebody else knows of a number: a look-up, the Reassigned Numbers Database, or a carrier's list of numbers
// that were taken out of service. Each answer speaks of a day, and of no later one.
type Line struct {
	Number      string    // E.164
	Verified    time.Time // the day that Reassigned counts from: the holder was known on it; zero: not asked
	Reassigned  Answer    // another holder since Verified
	Deactivated Answer    // taken out of service
	Landline    Answer    // takes no texts
	At          time.Time // since when the number was reassigned or out of service, where that is told; UTC
}

// Ledger is what look-ups and the [Reconciler] ask of consent; *consent.Service meets it.
type Ledger interface {
	Permission(ctx context.Context, k consent.Key, u consent.Use) (consent.Permission, error)
	Effect(ctx context.Context, k consent.Key, id string) (consent.Effect, error)
	Revoke(ctx context.Context, by audit.Actor, r consent.Revocation) (consent.State, error)
	Lapse(ctx context.Context, by audit.Actor, l consent.Lapse) (consent.State, error)
}

// Lookups asks about numbers and records what comes back. There are none until somebody makes one, and no number is
// looked up at a third party with which the practice has no agreement in force. It is immutable and may be used
// concurrently.
type Lookups struct {
	ledger     Ledger
	log        *audit.Log
	agreements Agreements
	providers  map[string]NumberLookup
}

// NewLookups returns what asks providers about numbers, by the names that agreements give them. Without providers it only
// takes in what was learned elsewhere, see [Lookups.Record].
func NewLookups(ledger Ledger, log *audit.Log, agreements Agreements, providers map[string]NumberLookup) (*Lookups, error) {
	if ledger == nil || log == nil || agreements == nil && len(providers) > 0 {
		return nil, fmt.Errorf("%w: look-ups need a ledger, a log, and someone who knows of agreements", ErrInvalid)
	}
	return &Lookups{ledger: ledger, log: log, agreements: agreements, providers: maps.Clone(providers)}, nil
}

// Check asks one provider about a number and records what it answers, as [Lookups.Record] does. It is refused with
// [ErrAgreement], and nobody is asked, when the practice has no agreement with the provider in force. Asked twice, the
// same answer lapses nothing twice; each asking is an entry of its own in the log.
func (l *Lookups) Check(ctx context.Context, by audit.Actor, provider string, k consent.Key, verified time.Time) (Line, error) {
	asked := l.providers[provider]
	refused := audit.Entry{
		Practice: k.Practice, Actor: by, Action: "sms.number.lookup", Object: audit.Object{Kind: "number", ID: k.Number},
		Details: map[string]string{"provider": provider},
	}
	switch {
	case by.Validate() != nil || form.Text(ErrInvalid, "the practice", k.Practice, form.ID, true) != nil || !form.E164(k.Number):
		return Line{}, fmt.Errorf("%w: a look-up needs who asks, a practice, and a number in E.164", ErrInvalid)
	case asked == nil:
		return Line{}, l.log.Refuse(ctx, refused, fmt.Errorf("%w: no look-ups are set up with that provider", ErrInvalid))
	}
	if err := l.agreed(ctx, provider, refused); err != nil {
		return Line{}, err
	}
	line, err := asked.Lookup(ctx, k.Number, verified)
	if err != nil {
		return Line{}, fmt.Errorf("sms: look up a number: %w", err)
	}
	line.Number = k.Number
	return line, l.Record(ctx, by, provider, k.Practice, line)
}

// agreed refuses, with the entry, where the entry's practice has no agreement with a provider in force.
func (l *Lookups) agreed(ctx context.Context, provider string, refused audit.Entry) error {
	ok, err := l.agreements.InForce(ctx, refused.Practice, provider)
	if err != nil {
		return fmt.Errorf("sms: look up a number: %w", err)
	}
	if !ok {
		return l.log.Refuse(ctx, refused, ErrAgreement)
	}
	return nil
}

// Record takes in what source, a provider or a list, says of a number: every answer becomes an entry of the log with its
// dates, for "no" is worth proving too, and a yes lapses what was given for the number before line.At, or before now where
// no day is told. The entry comes first: when it cannot be kept nothing changes. The same answer again lapses nothing
// twice.
func (l *Lookups) Record(ctx context.Context, by audit.Actor, source, practice string, line Line) error {
	details := map[string]string{
		"provider": source, "reassigned": string(line.Reassigned), "deactivated": string(line.Deactivated), "landline": string(line.Landline),
	}
	for name, at := range map[string]time.Time{"verified": line.Verified, "since": line.At} {
		if !at.IsZero() {
			details[name] = at.UTC().Format(time.DateOnly)
		}
	}
	err := l.log.Record(ctx, audit.Entry{
		Practice: practice, Actor: by, Action: "sms.number.lookup", Object: audit.Object{Kind: "number", ID: line.Number}, Details: details,
	})
	if err != nil {
		return fmt.Errorf("sms: record a look-up: %w", err)
	}
	for _, said := range []struct {
		answer Answer
		cause  consent.Cause
	}{
		{line.Reassigned, consent.Reassigned},
		{line.Deactivated, consent.Deactivated},
		{line.Landline, consent.Landline},
	} {
		if said.answer != Yes {
			continue
		}
		id := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %d %d", source, line.Number, said.cause, line.Verified.Unix(), line.At.Unix()))
		_, err := l.ledger.Lapse(ctx, by, consent.Lapse{
			ID: fmt.Sprintf("lookup-%x", id)[:42], Practice: practice, Number: line.Number, Cause: said.cause,
			At: line.At, Evidence: consent.Evidence{Document: source},
		})
		if err != nil {
			return fmt.Errorf("sms: record a look-up: %w", err)
		}
	}
	return nil
}
