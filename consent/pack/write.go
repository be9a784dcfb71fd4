package pack

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"

	"github.com/enamel-go/enamel/audit"
	"github.com/enamel-go/enamel/consent"
)

// Write writes the file of a release to w, and returns the fact that accounts for it. What the ledgers say now is in it. It
// is refused with [ErrNotApproved] before a court's or a carrier's is approved, with [ErrDenied], and with [ErrNothing]
// where nothing is on record that the recipient may see. The fact, with the file's hash, is committed before w gets the
// first byte: what cannot be recorded is not written. That is so on a service bound by [Service.WithStore] too, so a
// request or an approval counts once its transaction is committed. Writing again is another fact.
func (s *Service) Write(ctx context.Context, by audit.Actor, w io.Writer, practice, release string) (Fact, error) {
	const action = "consent.pack.write"
	f := Fact{Practice: practice, Release: release, Kind: Written, Actor: by}
	if by.Validate() != nil {
		return Fact{}, errActor
	}
	if err := f.Key().valid(); err != nil {
		return Fact{}, s.log.Refuse(ctx, entry(action, f), err)
	}
	facts, err := s.own.Ledger(ctx, f.Key())
	if err != nil {
		return Fact{}, fmt.Errorf("pack: write: %w", err)
	}
	f.Recorded = latest(s.moment(), facts)
	if err := permit(facts, &f); err != nil {
		return Fact{}, s.log.Refuse(ctx, entry(action, f), err)
	}
	c := content{State: Derive(f.Key(), facts, f.Recorded), Made: f.Recorded}
	if c.ledgers, err = s.collect(ctx, by, practice, f.Scope); err != nil {
		return Fact{}, fmt.Errorf("pack: write: %w", err)
	}
	if c.ledgers == nil {
		return Fact{}, s.log.Refuse(ctx, entry(action, f), ErrNothing)
	}
	if c.Extract, err = s.proofs(ctx, practice, c.ledgers); err != nil {
		return Fact{}, fmt.Errorf("pack: write: %w", err)
	}
	file, err := c.file()
	if err != nil {
		return Fact{}, fmt.Errorf("pack: write: %w", err)
	}
	sum := sha256.Sum256(file)
	written, err := s.append(ctx, s.own, "write", Fact{
		Practice: practice, Release: release, Kind: Written, Actor: by, Hash: hex.EncodeToString(sum[:]), Size: int64(len(file)),
	})
	if err != nil {
		return Fact{}, err
	}
	if _, err := w.Write(file); err != nil {
		return written, fmt.Errorf("pack: write: it is recorded as handed out, but was not written whole: %w", err)
	}
	return written, nil
}

// collect returns what a file of the scope shows, the numbers in ascending order; nil where that is nothing.
func (s *Service) collect(ctx context.Context, by audit.Actor, practice string, scope Scope) ([]ledger, error) {
	numbers := []string{scope.Number}
	if scope.Patient != "" {
		known, err := s.ledgers.Numbers(ctx, by, practice, scope.Patient)
		if err != nil {
			return nil, err
		}
		if scope.Number == "" {
			numbers = known
		} else if !slices.Contains(known, scope.Number) {
			return nil, nil
		}
	}
	var ledgers []ledger
	for _, number := range numbers {
		k := consent.Key{Practice: practice, Number: number}
		facts, err := s.ledgers.History(ctx, by, k)
		if err != nil {
			return nil, err
		}
		moment := s.moment()
		for _, f := range facts {
			if f.Recorded.After(moment) {
				moment = f.Recorded
			}
		}
		if l := choose(scope, k, facts, s.ledgers.Profile(), moment); len(l.facts) > 0 {
			ledgers = append(ledgers, l)
		}
	}
	return ledgers, nil
}

// proofs returns the extract of the log with the entries of what is shown; empty where there are none.
func (s *Service) proofs(ctx context.Context, practice string, ledgers []ledger) (string, error) {
	var entries []string
	for _, l := range ledgers {
		for _, f := range l.facts {
			if f.Entry != "" {
				entries = append(entries, f.Entry)
			}
		}
	}
	if len(entries) == 0 {
		return "", nil
	}
	var extract bytes.Buffer
	if err := s.prove(ctx, &extract, practice, entries); err != nil {
		return "", fmt.Errorf("the log's extract: %w", err)
	}
	return extract.String(), nil
}
