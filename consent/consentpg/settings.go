package consentpg

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
)

// settings is a practice's row. The duty's columns are NULL where it was not accepted.
type settings struct {
	Name        string     `bun:"name"`
	Platform    string     `bun:"platform"`
	Zone        string     `bun:"zone"`
	DoubleOptIn string     `bun:"double_opt_in"`
	Terms       *string    `bun:"duty_terms"`
	Accepted    *time.Time `bun:"duty_accepted"`
	ByKind      *string    `bun:"duty_by_kind"`
	ByID        *string    `bun:"duty_by_id"`
}

const settingsColumns = "name, platform, zone, double_opt_in, duty_terms, duty_accepted, duty_by_kind, duty_by_id"

func (s settings) of(practice string) consent.Settings {
	set := consent.Settings{
		Practice: practice, Name: s.Name, Platform: s.Platform, Zone: s.Zone, DoubleOptIn: consent.DoubleOptIn(s.DoubleOptIn),
	}
	if s.Terms != nil {
		set.Duty = consent.Duty{
			Practice: practice, Terms: *s.Terms, Accepted: s.Accepted.UTC(),
			By: audit.Actor{Kind: audit.ActorKind(*s.ByKind), ID: *s.ByID},
		}
	}
	return set
}

func (s *Store) configure(ctx context.Context, set consent.Settings, leaves []audit.Leaf) (bool, error) {
	_, err := s.pg.Exec(ctx, `WITH fact AS (
		INSERT INTO ? (practice, name, platform, zone, double_opt_in) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (practice) DO UPDATE SET name = excluded.name, platform = excluded.platform, zone = excluded.zone,
			double_opt_in = excluded.double_opt_in
		RETURNING 1
	) ?`, s.pg.Table(settingsTable), set.Practice, set.Name, set.Platform, set.Zone, string(set.DoubleOptIn),
		pgentry.After(s.pg, "fact", leaves))
	return err == nil, pgstore.Wrap("consentpg: apply", err)
}

func (s *Store) accept(ctx context.Context, d consent.Duty, leaves []audit.Leaf) (bool, error) {
	_, err := s.pg.Exec(ctx, `WITH fact AS (
		INSERT INTO ? (practice, double_opt_in, duty_terms, duty_accepted, duty_by_kind, duty_by_id) VALUES (?, '', ?, ?, ?, ?)
		ON CONFLICT (practice) DO UPDATE SET duty_terms = excluded.duty_terms, duty_accepted = excluded.duty_accepted,
			duty_by_kind = excluded.duty_by_kind, duty_by_id = excluded.duty_by_id
		RETURNING 1
	) ?`, s.pg.Table(settingsTable), d.Practice, d.Terms, d.Accepted, string(d.By.Kind), d.By.ID,
		pgentry.After(s.pg, "fact", leaves))
	return err == nil, pgstore.Wrap("consentpg: apply", err)
}

// Settings implements [consent.Store].
func (s *Store) Settings(ctx context.Context, practice string) (consent.Settings, error) {
	var rows []settings
	err := s.pg.Raw("SELECT "+settingsColumns+" FROM ? WHERE practice = ?", s.pg.Table(settingsTable), practice).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return consent.Settings{Practice: practice}, pgstore.Wrap("consentpg: settings", err)
	}
	return rows[0].of(practice), nil
}
