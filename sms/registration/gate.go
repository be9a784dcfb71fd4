package registration

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/sms"
)

// Gate answers a dispatcher: it implements [sms.Registrations] and [sms.Limits].
type Gate struct{ service *Service }

// Gate returns what a dispatcher asks of the registrations.
func (s *Service) Gate() Gate { return Gate{s} }

// Standing implements [sms.Registrations].
func (g Gate) Standing(ctx context.Context, practice, number string) (sms.Standing, error) {
	s, err := g.service.Standing(ctx, practice, number)
	return sms.Standing{
		Kind: sms.SenderKind(s.Kind), Approved: s.Approved, Why: s.Why, Categories: s.Categories, Until: s.Until,
	}, err
}

// Allowances implements [sms.Limits]: a campaign's texts of the minute, and a brand's of the day in Pacific time.
func (g Gate) Allowances(ctx context.Context, practice, number string, now time.Time) ([]sms.Allowance, error) {
	l, limited, err := g.service.Limits(ctx, practice, number)
	if err != nil || !limited {
		return nil, err
	}
	minute := now.UTC().Truncate(time.Minute)
	from, until, err := Day(now)
	if err != nil {
		return nil, err
	}
	return []sms.Allowance{
		{Key: l.PerMinute.Key, Count: l.PerMinute.Count, From: minute, Until: minute.Add(time.Minute), Source: l.PerMinute.Source},
		{Key: l.PerDay.Key, Count: l.PerDay.Count, From: from, Until: until, Source: l.PerDay.Source},
	}, nil
}
