package consentpg

import (
	"context"
	"time"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
)

const wordingTable = "consent_wording"

type wordingRow struct {
	ID        string    `bun:"id"`
	Category  string    `bun:"category"`
	Language  string    `bun:"language"`
	Body      string    `bun:"body"`
	Effective time.Time `bun:"effective"`
	Recorded  time.Time `bun:"recorded"`
	ByKind    string    `bun:"by_kind"`
	ByID      string    `bun:"by_id"`
}

func (s *Store) publish(ctx context.Context, w consent.Wording, leaves []audit.Leaf) (bool, error) {
	n, err := s.pg.Exec(ctx, `WITH fact AS (
		INSERT INTO ? (practice, id, category, language, body, effective, recorded, by_kind, by_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING RETURNING 1
	) ?`, s.pg.Table(wordingTable), w.Practice, w.ID, string(w.Category), w.Language, w.Text, w.Effective, w.Recorded,
		string(w.By.Kind), w.By.ID, pgentry.After(s.pg, "fact", leaves))
	return n > 0, pgstore.Wrap("consentpg: apply", err)
}

// Wordings implements [consent.Store].
func (s *Store) Wordings(ctx context.Context, practice string) ([]consent.Wording, error) {
	var rows []wordingRow
	err := s.pg.Raw("SELECT id, category, language, body, effective, recorded, by_kind, by_id FROM ? WHERE practice = ? ORDER BY seq",
		s.pg.Table(wordingTable), practice).Scan(ctx, &rows)
	if err != nil {
		return nil, pgstore.Wrap("consentpg: wordings", err)
	}
	var wordings []consent.Wording
	for _, r := range rows {
		wordings = append(wordings, consent.Wording{
			ID: r.ID, Practice: practice, Category: consent.Category(r.Category), Language: r.Language, Text: r.Body,
			Effective: r.Effective.UTC(), Recorded: r.Recorded.UTC(), By: audit.Actor{Kind: audit.ActorKind(r.ByKind), ID: r.ByID},
		})
	}
	return wordings, nil
}
