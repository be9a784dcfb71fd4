package consentpg

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/pgstore"
)

const factColumns = "f.practice, f.id, f.kind, f.category, f.at, f.recorded, f.patient, f.sealed, f.evidence"

// Ledger implements [consent.Store]. It is one statement, which a check before every text waits for.
func (s *Store) Ledger(ctx context.Context, k consent.Key) (consent.Ledger, error) {
	l := consent.Ledger{Key: k}
	number, err := s.keys.Index(ctx, k.Practice, numberIndex, k.Number)
	if err != nil {
		return l, fmt.Errorf("consentpg: ledger: %w", err)
	}
	var rows []struct {
		settings
		row
	}
	err = s.pg.Raw("SELECT "+settingsColumns+", "+factColumns+` FROM (VALUES (1)) AS always
		LEFT JOIN ? AS s ON s.practice = ? LEFT JOIN ? AS f ON f.practice = ? AND f.number = ? ORDER BY f.seq`,
		s.pg.Table(settingsTable), k.Practice, s.pg.Table(factTable), k.Practice, number).Scan(ctx, &rows)
	if err != nil {
		return l, pgstore.Wrap("consentpg: ledger", err)
	}
	for _, r := range rows {
		l.Settings = r.settings.of(k.Practice)
		if r.ID == "" {
			break // there are no facts
		}
		f, err := s.open(ctx, r.row)
		if err == nil && f.Number != k.Number {
			err = errColumn
		}
		if err != nil {
			return consent.Ledger{Key: k}, fmt.Errorf("consentpg: ledger: %w", err)
		}
		l.Facts = append(l.Facts, f)
	}
	return l, nil
}

// Facts implements [consent.Store].
func (s *Store) Facts(ctx context.Context, q consent.Query) (consent.Page, error) {
	if err := q.Validate(); err != nil {
		return consent.Page{}, err
	}
	after := bun.SafeQuery("")
	if q.After != "" {
		known, err := s.known(ctx, q.Practice, q.After)
		if err != nil {
			return consent.Page{}, pgstore.Wrap("consentpg: facts", err)
		}
		if !known {
			return consent.Page{}, fmt.Errorf("%w: no fact has the id that the page comes after", consent.ErrInvalid)
		}
		after = bun.SafeQuery("AND seq > (SELECT seq FROM ? WHERE practice = ? AND id = ?)", s.pg.Table(factTable), q.Practice, q.After)
	}
	var rows []row
	err := s.pg.Raw("SELECT "+factColumns+" FROM ? AS f WHERE practice = ? AND kind = ? ? ORDER BY seq LIMIT ?",
		s.pg.Table(factTable), q.Practice, string(q.Kind), after, q.Size()+1).Scan(ctx, &rows)
	if err != nil {
		return consent.Page{}, pgstore.Wrap("consentpg: facts", err)
	}
	var page consent.Page
	if len(rows) > q.Size() {
		rows = rows[:q.Size()]
		page.Next = rows[len(rows)-1].ID
	}
	page.Facts, err = s.openAll(ctx, rows)
	if err != nil {
		return consent.Page{}, fmt.Errorf("consentpg: facts: %w", err)
	}
	return page, nil
}

// Fact implements [consent.Store].
func (s *Store) Fact(ctx context.Context, practice, id string) (consent.Fact, bool, error) {
	var rows []row
	err := s.pg.Raw("SELECT "+factColumns+" FROM ? AS f WHERE practice = ? AND id = ?", s.pg.Table(factTable), practice, id).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return consent.Fact{}, false, pgstore.Wrap("consentpg: fact", err)
	}
	f, err := s.open(ctx, rows[0])
	if err != nil {
		return consent.Fact{}, false, fmt.Errorf("consentpg: fact: %w", err)
	}
	return f, true, nil
}

// Numbers implements [consent.Store].
func (s *Store) Numbers(ctx context.Context, practice, patient string) ([]string, error) {
	if patient == "" {
		return nil, nil
	}
	index, err := s.keys.Index(ctx, practice, patientIndex, patient)
	if err != nil {
		return nil, fmt.Errorf("consentpg: numbers: %w", err)
	}
	var rows []row
	err = s.pg.Raw("SELECT DISTINCT ON (number) "+factColumns+" FROM ? AS f WHERE practice = ? AND patient = ? ORDER BY number, seq",
		s.pg.Table(factTable), practice, index).Scan(ctx, &rows)
	if err != nil {
		return nil, pgstore.Wrap("consentpg: numbers", err)
	}
	facts, err := s.openAll(ctx, rows)
	if err != nil {
		return nil, fmt.Errorf("consentpg: numbers: %w", err)
	}
	var numbers []string
	for _, f := range facts {
		if f.Patient != patient {
			return nil, fmt.Errorf("consentpg: numbers: %w", errColumn)
		}
		numbers = append(numbers, f.Number)
	}
	slices.Sort(numbers)
	return numbers, nil
}

func (s *Store) openAll(ctx context.Context, rows []row) ([]consent.Fact, error) {
	var facts []consent.Fact
	for _, r := range rows {
		f, err := s.open(ctx, r)
		if err != nil {
			return nil, err
		}
		facts = append(facts, f)
	}
	return facts, nil
}
