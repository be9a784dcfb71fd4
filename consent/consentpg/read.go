package consentpg

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/enamel-go/enamel/consent"
	"github.com/enamel-go/enamel/internal/page"
	"github.com/enamel-go/enamel/internal/pgstore"
)

const (
	factColumns     = "id, kind, category, at, recorded, patient, sealed, evidence"
	standingColumns = "id, kind, category, at, recorded, patient, sealed, CASE WHEN patient IS NOT NULL THEN evidence END AS evidence"
)

// Ledger implements [consent.Store].
func (s *Store) Ledger(ctx context.Context, k consent.Key) ([]consent.Fact, error) {
	return s.ledger(ctx, k, factColumns, s.open)
}

// Standing implements [consent.Store]. It is one statement on one table, and brings only the evidence that may be erased.
func (s *Store) Standing(ctx context.Context, k consent.Key) ([]consent.Fact, error) {
	return s.ledger(ctx, k, standingColumns, s.stands)
}

func (s *Store) ledger(ctx context.Context, k consent.Key, columns string, open opener) ([]consent.Fact, error) {
	number, err := s.keys.Index(ctx, k.Practice, numberIndex, k.Number)
	if err != nil {
		return nil, fmt.Errorf("consentpg: ledger: %w", err)
	}
	var rows []row
	err = s.pg.Raw("SELECT "+columns+" FROM ? WHERE practice = ? AND number = ? ORDER BY seq",
		s.pg.Table(factTable), k.Practice, number).Scan(ctx, &rows)
	if err != nil {
		return nil, pgstore.Wrap("consentpg: ledger", err)
	}
	facts, err := factsOf(ctx, k.Practice, rows, open)
	for _, f := range facts {
		if f.Number != k.Number {
			err = errColumn
		}
	}
	if err != nil {
		return nil, fmt.Errorf("consentpg: ledger: %w", err)
	}
	return facts, nil
}

// placed is a row of the ledger that was asked for in this place.
type placed struct {
	row
	Place int `bun:"place"`
}

// Standings implements [consent.Store]. It is one statement on one table, which looks each ledger up by itself.
func (s *Store) Standings(ctx context.Context, keys []consent.Key) ([][]consent.Fact, error) {
	ledgers := make([][]consent.Fact, len(keys))
	if len(keys) == 0 {
		return ledgers, ctx.Err()
	}
	asked := pgstore.NewUnnest("int", "text", "bytea")
	for i, k := range keys {
		number, err := s.keys.Index(ctx, k.Practice, numberIndex, k.Number)
		if err != nil {
			return nil, fmt.Errorf("consentpg: standings: %w", err)
		}
		asked.Add(i, k.Practice, number)
	}
	var rows []placed
	var values pgstore.Beside
	err := s.pg.ScanWith(ctx, &values, &rows, "SELECT k.place, "+standingColumns+` FROM ? AS k (place, practice, number) CROSS JOIN LATERAL (
			SELECT * FROM ? AS f WHERE f.practice = k.practice COLLATE "C" AND f.number = k.number ORDER BY seq OFFSET 0
		) AS f`, values.Rows(asked), s.pg.Table(factTable))
	if err != nil {
		return nil, pgstore.Wrap("consentpg: standings", err)
	}
	for _, r := range rows {
		k := keys[r.Place]
		f, err := s.stands(ctx, k.Practice, r.row)
		if err == nil && f.Number != k.Number {
			err = errColumn
		}
		if err != nil {
			return nil, fmt.Errorf("consentpg: standings: %w", err)
		}
		ledgers[r.Place] = append(ledgers[r.Place], f)
	}
	return ledgers, nil
}

// Facts implements [consent.Store].
func (s *Store) Facts(ctx context.Context, q consent.Query) (consent.Page, error) {
	if err := q.Validate(); err != nil {
		return consent.Page{}, err
	}
	if q.After != "" {
		if there, err := known(ctx, s.pg, factTable, q.Practice, q.After); err != nil || !there {
			return consent.Page{}, pgstore.Wrap("consentpg: facts", cmp.Or(err, consent.ErrAfter))
		}
	}
	var rows []row
	err := s.pg.Raw("SELECT "+factColumns+" FROM ? WHERE practice = ? AND kind = ? ? ORDER BY seq LIMIT ?",
		s.pg.Table(factTable), q.Practice, string(q.Kind), after(s.pg, factTable, q.Practice, q.After), q.Size()+1).Scan(ctx, &rows)
	if err != nil {
		return consent.Page{}, pgstore.Wrap("consentpg: facts", err)
	}
	var p consent.Page
	rows, p.Next = page.Cut(rows, q.Size(), func(r row) string { return r.ID })
	p.Facts, err = factsOf(ctx, q.Practice, rows, s.open)
	if err != nil {
		return consent.Page{}, fmt.Errorf("consentpg: facts: %w", err)
	}
	return p, nil
}

// Fact implements [consent.Store].
func (s *Store) Fact(ctx context.Context, practice, id string) (consent.Fact, bool, error) {
	var rows []row
	err := s.pg.Raw("SELECT "+factColumns+" FROM ? WHERE practice = ? AND id = ?", s.pg.Table(factTable), practice, id).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return consent.Fact{}, false, pgstore.Wrap("consentpg: fact", err)
	}
	f, err := s.open(ctx, practice, rows[0])
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
	err = s.pg.Raw("SELECT DISTINCT ON (number) "+factColumns+" FROM ? WHERE practice = ? AND patient = ? ORDER BY number, seq",
		s.pg.Table(factTable), practice, index).Scan(ctx, &rows)
	if err != nil {
		return nil, pgstore.Wrap("consentpg: numbers", err)
	}
	facts, err := factsOf(ctx, practice, rows, s.open)
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

// numbered is a row and the index of its ledger's number.
type numbered struct {
	row
	Number []byte `bun:"number"`
}

// Ledgers implements [consent.Store]. They come in the order of their numbers' blind indexes, one of which a page's Next is.
func (s *Store) Ledgers(ctx context.Context, q consent.LedgerQuery) (consent.LedgerPage, error) {
	if err := q.Validate(); err != nil {
		return consent.LedgerPage{}, err
	}
	after, err := hex.DecodeString(q.After)
	if err != nil {
		return consent.LedgerPage{}, consent.ErrAfter
	}
	var rows []numbered
	table := s.pg.Table(factTable)
	err = s.pg.Raw("SELECT f.number, "+factColumns+` FROM (
			SELECT DISTINCT number FROM ? WHERE practice = ? AND number > ?::bytea ORDER BY number LIMIT ?
		) AS k CROSS JOIN LATERAL (SELECT * FROM ? AS f WHERE f.practice = ? AND f.number = k.number OFFSET 0) AS f
		ORDER BY f.number, f.seq`, table, q.Practice, after, q.Size()+1, table, q.Practice).Scan(ctx, &rows)
	if err != nil {
		return consent.LedgerPage{}, pgstore.Wrap("consentpg: ledgers", err)
	}
	var found [][]consent.Fact
	var last []byte // the index of the last of found
	var p consent.LedgerPage
	for _, r := range rows {
		f, err := s.open(ctx, q.Practice, r.row)
		if err != nil {
			return consent.LedgerPage{}, fmt.Errorf("consentpg: ledgers: %w", err)
		}
		if !bytes.Equal(r.Number, last) {
			if index, err := s.keys.Index(ctx, q.Practice, numberIndex, f.Number); err != nil || !bytes.Equal(index, r.Number) {
				return consent.LedgerPage{}, fmt.Errorf("consentpg: ledgers: %w", cmp.Or(err, errColumn))
			}
			if len(found) == q.Size() {
				p.Next = hex.EncodeToString(last)
				break
			}
			found, last = append(found, nil), r.Number
		}
		at := len(found) - 1
		if len(found[at]) > 0 && found[at][0].Number != f.Number {
			return consent.LedgerPage{}, fmt.Errorf("consentpg: ledgers: %w", errColumn)
		}
		found[at] = append(found[at], f)
	}
	p.Ledgers = found
	return p, nil
}

// opener returns the fact that a row of the practice keeps.
type opener func(ctx context.Context, practice string, r row) (consent.Fact, error)

func factsOf(ctx context.Context, practice string, rows []row, open opener) ([]consent.Fact, error) {
	var facts []consent.Fact
	for _, r := range rows {
		f, err := open(ctx, practice, r)
		if err != nil {
			return nil, err
		}
		facts = append(facts, f)
	}
	return facts, nil
}
