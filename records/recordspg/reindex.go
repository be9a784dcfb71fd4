package recordspg

import (
	"context"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/records"
)

// IndexKind names a kind of terms to a keyring, which has a key for each: for RotateIndex and RetireIndex.
func IndexKind(k records.TermKind) string { return "records." + string(k) }

// Reindex writes anew what the first limit patients of a practice after the given id are found by, 1 to 1,000 of them,
// and returns the id of the last: the empty string when there was none left. Call it page by page after an index key
// was rotated. Until IndexSettled of the keyring says of every kind that all processes write the new index, four
// lifetimes later, the answer wraps [crypto.ErrInUse], for what was written anew could get the old one again. A patient
// who is saved meanwhile is left to whoever saves; one whose key was shredded is left out. Repeating it changes nothing
// that is found.
func (s *Store) Reindex(ctx context.Context, practice, after string, limit int) (last string, err error) {
	if limit < 1 || limit > 1000 {
		return "", fmt.Errorf("%w: the limit is not from 1 to 1,000", records.ErrInvalid)
	}
	for _, kind := range []records.TermKind{records.ByName, records.ByPhone, records.ByEmail} {
		err := s.keys.IndexSettled(ctx, practice, IndexKind(kind))
		if err != nil && !errors.Is(err, crypto.ErrUnknownKey) { // of which there is no index yet
			return "", wrap("reindex", err)
		}
	}
	var rows []patientRow
	err = s.pg.Raw("SELECT practice, id, revision, sealed FROM ? WHERE practice = ? AND id > ? ORDER BY id LIMIT ?",
		s.pg.Table(patientTable), practice, after, limit).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return "", wrap("reindex", err)
	}
	// Keys are read and made on a connection of their own, so that indexes are made before a transaction begins.
	terms := map[string][]indexRow{}
	var read []patientRow
	for _, r := range rows {
		p, err := s.openPatient(ctx, r)
		if errors.Is(err, records.ErrGone) {
			continue
		}
		if err == nil {
			terms[p.ID], err = s.terms(ctx, p)
		}
		if err != nil {
			return "", wrap("reindex", err)
		}
		read = append(read, r)
	}
	err = s.pg.Atomic(ctx, func(pg pgstore.Handle) error { return rewrite(ctx, pg, practice, read, terms) })
	if err != nil {
		return "", wrap("reindex", err)
	}
	return rows[len(rows)-1].ID, nil
}

// rewrite replaces the index rows of those patients who still are in the revision that was read. Their locks make a
// save wait, whose own rows then replace these.
func rewrite(
	ctx context.Context, pg pgstore.Handle, practice string, read []patientRow, terms map[string][]indexRow,
) error {
	if len(read) == 0 {
		return nil
	}
	var ids []string
	revisions := map[string]int{}
	for _, r := range read {
		ids, revisions[r.ID] = append(ids, r.ID), r.Revision
	}
	var now []patientRow
	err := pg.Raw("SELECT practice, id, revision, sealed FROM ? WHERE practice = ? AND id IN (?) ORDER BY id FOR UPDATE",
		pg.Table(patientTable), practice, bun.List(ids)).Scan(ctx, &now)
	if err != nil {
		return err
	}
	var same []string
	var fresh []indexRow
	for _, r := range now {
		if r.Revision == revisions[r.ID] {
			same, fresh = append(same, r.ID), append(fresh, terms[r.ID]...)
		}
	}
	if len(same) == 0 {
		return nil
	}
	_, err = pg.Exec(ctx, "DELETE FROM ? WHERE practice = ? AND patient IN (?)",
		pg.Table(indexTable), practice, bun.List(same))
	if err != nil {
		return err
	}
	_, err = pg.Insert(indexTable, &fresh).Exec(ctx)
	return err
}
