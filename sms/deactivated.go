package sms

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// DeactivationLister is the optional ability to read which numbers carriers took out of service on a day. Senders are to go by
// these lists daily (CTIA, Messaging Principles and Best Practices, section 5.1.5). Unlike a [NumberLookup] it tells nobody
// which numbers a practice knows.
type DeactivationLister interface {
	// Deactivated goes through the numbers, E.164, that were taken out of service on day, a day in UTC, each at least once
	// and in any order. It ends at the first error, which is, or wraps, a *[SendError] at [AtLookup]; it is [Transient] where
	// the list of that day is not out yet. What cannot be read of the list is such an error too.
	Deactivated(ctx context.Context, day time.Time) iter.Seq2[string, error]
}

// Deactivated reads the list of one provider, which must be a [DeactivationLister], for a day in UTC, records what it says of
// numbers, the practice's own as E.164, as [Lookups.Record] does, and returns how many of them are on it. What was given for
// those up to the end of that day lapses, for a list names no hour. It is refused with [ErrAgreement], and nothing is read, when
// the practice has no agreement with the provider in force; without numbers nothing is read either. Of numbers that are not on
// the list nothing is recorded: that a number was not taken out of service on one day says little. After an error, repeat it:
// the same day again lapses nothing twice.
func (l *Lookups) Deactivated(
	ctx context.Context, by audit.Actor, provider, practice string, day time.Time, numbers iter.Seq[string],
) (found int, err error) {
	refused := audit.Entry{
		Practice: practice, Actor: by, Action: "sms.numbers.deactivated", Object: audit.Object{Kind: "list"},
		Details: map[string]string{"provider": provider, "day": day.UTC().Format(time.DateOnly)},
	}
	if by.Validate() != nil || form.Text(ErrInvalid, "the practice", practice, form.ID, true) != nil || day.IsZero() {
		return 0, fmt.Errorf("%w: a list of deactivated numbers needs who reads it, a practice and a day", ErrInvalid)
	}
	lister, able := l.providers[provider].(DeactivationLister)
	if !able {
		return 0, l.log.Refuse(ctx, refused, fmt.Errorf("%w: no list of deactivated numbers is set up with that provider", ErrInvalid))
	}
	if err := l.agreed(ctx, provider, refused); err != nil {
		return 0, err
	}
	ours := map[string]bool{}
	for n := range numbers {
		if !form.E164(n) {
			return 0, fmt.Errorf("%w: a number that is looked for is not in E.164", ErrInvalid)
		}
		ours[n] = true
	}
	if len(ours) == 0 {
		return 0, nil
	}
	day = day.UTC().Truncate(24 * time.Hour)
	last := day.Add(24*time.Hour - time.Microsecond)
	for n, err := range lister.Deactivated(ctx, day) {
		if err != nil {
			return found, fmt.Errorf("sms: read the deactivated numbers: %w", err)
		}
		if !ours[n] {
			continue
		}
		delete(ours, n)
		line := Line{Number: n, Reassigned: NoData, Deactivated: Yes, Landline: NoData, At: last}
		if err := l.Record(ctx, by, provider, practice, line); err != nil {
			return found, err
		}
		found++
	}
	return found, nil
}
