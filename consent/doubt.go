package consent

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/internal/form"
)

// Doubt records that the patient said what may be a revocation, by any channel. Promotional texts and those of care are held
// at once, and a person has to look within a day: see [Service.Alarms]. Whoever takes it for a revocation revokes; whoever does
// not clears the doubt. It is never refused for what the ledger says, and a time that lies ahead counts from now.
func (s *Service) Doubt(ctx context.Context, by audit.Actor, d Doubt) (State, error) {
	d.Evidence.Words = legible(d.Evidence.Words)
	f := Fact{
		ID: d.ID, Practice: d.Practice, Number: d.Number, Kind: Doubted, Channel: d.Channel, At: d.At, Actor: by, Evidence: d.Evidence,
	}
	return s.append(ctx, "consent.doubt", f, func(_ []Fact, f *Fact) error {
		if !f.Channel.valid() {
			return errChannel
		}
		if err := form.Text(ErrEvidence, "what the patient said", f.Evidence.Words, 16<<10, true); err != nil {
			return err
		}
		f.Expires = Deadline(f.moment())
		return nil
	})
}

// Clear records that a person looked at a doubt and that it was no revocation. Only a member of staff clears; a doubt that
// is not open is refused with [ErrNoDoubt].
func (s *Service) Clear(ctx context.Context, by audit.Actor, c Clearance) (State, error) {
	f := Fact{ID: c.ID, Practice: c.Practice, Number: c.Number, Kind: Cleared, Actor: by, About: []string{c.Doubt}}
	return s.append(ctx, "consent.clear", f, func(facts []Fact, f *Fact) error {
		if f.Actor.Kind != audit.Staff {
			return fmt.Errorf("%w: only a member of staff clears a doubt", ErrInvalid)
		}
		v := s.view(f.Key(), facts, f.Recorded)
		for doubt := range v.known(Doubted) {
			if doubt.ID == c.Doubt && v.open(doubt.Fact) {
				return nil
			}
		}
		return ErrNoDoubt
	})
}

// Deadline returns by when a person has to have looked at what may be a revocation: a day after it was said, however long the
// law leaves (ten business days, 47 CFR 64.1200(a)(10)), for meanwhile the patient is not reminded of visits. What is a
// revocation for certain is honoured at once.
func Deadline(said time.Time) time.Time { return said.Add(24 * time.Hour).UTC() }

// Alarm is a doubt that nobody has settled.
type Alarm struct {
	Doubt   Fact
	Due     time.Time // UTC; see [Deadline]
	Overdue bool
}

// Alarms returns the practice's open doubts, the oldest first, after recording that by looked. When that cannot be recorded
// nothing is returned.
func (s *Service) Alarms(ctx context.Context, by audit.Actor, practice string) ([]Alarm, error) {
	e := audit.Entry{Practice: practice, Actor: by, Action: "consent.alarms", Object: audit.Object{Kind: "practice", ID: practice}}
	if by.Validate() != nil {
		return nil, errActor
	}
	if err := form.Text(ErrInvalid, "the practice", practice, form.ID, true); err != nil {
		return nil, err
	}
	cleared := map[string]bool{}
	for f, err := range s.all(ctx, practice, Cleared) {
		if err != nil {
			return nil, fmt.Errorf("consent: alarms: %w", err)
		}
		for _, doubt := range f.About {
			cleared[doubt] = true
		}
	}
	var alarms []Alarm
	for f, err := range s.all(ctx, practice, Doubted) {
		if err != nil {
			return nil, fmt.Errorf("consent: alarms: %w", err)
		}
		if cleared[f.ID] {
			continue
		}
		facts, err := s.store.Standing(ctx, f.Key())
		if err != nil {
			return nil, fmt.Errorf("consent: alarms: %w", err)
		}
		moment := latest(s.moment(), facts)
		if s.view(f.Key(), facts, moment).open(&f) {
			alarms = append(alarms, Alarm{Doubt: f, Due: f.Expires, Overdue: !moment.Before(f.Expires)})
		}
	}
	if err := s.log.Record(ctx, e); err != nil {
		return nil, fmt.Errorf("consent: alarms: %w", err)
	}
	return alarms, nil
}

// all yields every fact of a kind that a practice has, page by page.
func (s *Service) all(ctx context.Context, practice string, kind Kind) iter.Seq2[Fact, error] {
	return func(yield func(Fact, error) bool) {
		q := Query{Practice: practice, Kind: kind, Limit: 1000}
		for {
			page, err := s.store.Facts(ctx, q)
			if err != nil {
				yield(Fact{}, err)
				return
			}
			for _, f := range page.Facts {
				if !yield(f, nil) {
					return
				}
			}
			if q.After = page.Next; q.After == "" {
				return
			}
		}
	}
}
