package recordspg

import (
	"bytes"
	"context"

	"github.com/enamel-go/enamel/internal/pgentry"
	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/records"
)

// indexRow is one term of a patient.
type indexRow struct {
	Practice string `bun:"practice"`
	Kind     string `bun:"kind"`
	Value    []byte `bun:"value"`
	Patient  string `bun:"patient"`
}

// hidden is a change with all that is secret sealed or indexed.
type hidden struct {
	records.Change
	act    []byte
	record []byte
	terms  []indexRow
}

// Apply implements [records.Store]. The record, its act and its entries are one statement, in which act and entries hang
// on the record: a repeated or stale change writes nothing at all.
func (s *Store) Apply(ctx context.Context, c records.Change) (bool, error) {
	if err := c.Validate(); err != nil {
		return false, err
	}
	h, err := s.hide(ctx, c)
	if err != nil {
		return false, wrap("apply", err)
	}
	var written bool
	err = s.pg.Atomic(ctx, func(pg pgstore.Handle) error {
		written = false
		n, err := write(ctx, pg, h)
		if err != nil || n == 0 {
			return err
		}
		written = true
		return follow(ctx, pg, h)
	})
	if err != nil && !pgstore.Duplicate(err) {
		return false, wrap("apply", err)
	}
	if err == nil && written {
		return true, nil
	}
	return false, s.refused(ctx, c, err)
}

// hide seals and indexes before a transaction begins, for keys are read and made on a connection of their own.
func (s *Store) hide(ctx context.Context, c records.Change) (hidden, error) {
	h := hidden{Change: c}
	var err error
	if p := c.Patient; p != nil {
		if h.record, err = s.sealPatient(ctx, *p); err != nil {
			return h, err
		}
		if h.terms, err = s.terms(ctx, *p); err != nil {
			return h, err
		}
	} else if h.record, err = s.sealAppointment(ctx, *c.Appointment); err != nil {
		return h, err
	}
	h.act, err = s.keys.Seal(ctx, nil, c.Act.Digest, binding(c.Act.Practice, c.Act.Patient, actTable, c.Act.ID))
	return h, gone(err)
}

// terms returns the rows by which a patient is found.
func (s *Store) terms(ctx context.Context, p records.Patient) ([]indexRow, error) {
	var rows []indexRow
	for _, term := range records.Terms(p) {
		value, err := s.keys.Index(ctx, p.Practice, IndexKind(term.Kind), term.Value)
		if err != nil {
			return nil, err
		}
		rows = append(rows, indexRow{p.Practice, string(term.Kind), value, p.ID})
	}
	return rows, nil
}

// write writes the record with its act and entries and returns 0 when it is refused.
func write(ctx context.Context, pg pgstore.Handle, h hidden) (int64, error) {
	known := pg.Raw("SELECT FROM ? WHERE practice = ? AND id = ?", pg.Table(actTable), h.Act.Practice, h.Act.ID)
	var fact any
	switch p, a := h.Patient, h.Appointment; {
	case p != nil && p.Revision == 1:
		fact = pg.Raw(`INSERT INTO ? (practice, id, revision, sealed) SELECT ?, ?, 1, ?::bytea
			WHERE NOT EXISTS (?) ON CONFLICT DO NOTHING RETURNING 1`,
			pg.Table(patientTable), p.Practice, p.ID, h.record, known)
	case p != nil:
		fact = pg.Raw(`UPDATE ? SET revision = ?, sealed = ?
			WHERE practice = ? AND id = ? AND revision = ? AND NOT EXISTS (?) RETURNING 1`,
			pg.Table(patientTable), p.Revision, h.record, p.Practice, p.ID, p.Revision-1, known)
	case a.Revision == 1:
		// The lock makes a reissue of the patient's appointments wait for this one, and this one for a reissue.
		fact = pg.Raw(`INSERT INTO ? (practice, id, patient, start, status, revision, version, changed, planned, sealed)
			SELECT ?, ?, p.id, ?::timestamptz, ?, 1, ?, ?::timestamptz, ?, ?::bytea
			FROM ? AS p WHERE p.practice = ? AND p.id = ? AND NOT EXISTS (?) FOR SHARE OF p
			ON CONFLICT DO NOTHING RETURNING 1`,
			pg.Table(appointmentTable), a.Practice, a.ID, a.Start, string(a.Status), a.Version, a.Changed, !h.Plan, h.record,
			pg.Table(patientTable), a.Practice, a.Patient, known)
	default:
		fact = pg.Raw(`UPDATE ? SET start = ?, status = ?, revision = ?, version = ?, changed = ?, sealed = ?,
				planned = CASE ? WHEN '' THEN ? ELSE planned END
			WHERE practice = ? AND id = ? AND patient = ? AND revision = ? AND ? IN ('', version) AND NOT EXISTS (?) RETURNING 1`,
			pg.Table(appointmentTable), a.Start, string(a.Status), a.Revision, a.Version, a.Changed, h.record, h.Seen, !h.Plan,
			a.Practice, a.ID, a.Patient, a.Revision-1, h.Seen, known)
	}
	return pg.Exec(ctx, `WITH fact AS (?), act AS (
		INSERT INTO ? (practice, id, patient, sealed) SELECT ?, ?, ?, ?::bytea FROM fact
	) ?`, fact, pg.Table(actTable), h.Act.Practice, h.Act.ID, h.Act.Patient, h.act,
		pgentry.After(pg, "fact", h.Leaves))
}

// follow writes what a patient's change brings with it. These are statements of their own, so that they see what was
// committed while the first one waited for its lock.
func follow(ctx context.Context, pg pgstore.Handle, h hidden) error {
	p := h.Patient
	if p == nil {
		return nil
	}
	if p.Revision > 1 {
		_, err := pg.Exec(ctx, "DELETE FROM ? WHERE practice = ? AND patient = ?", pg.Table(indexTable), p.Practice, p.ID)
		if err != nil {
			return err
		}
	}
	if _, err := pg.Insert(indexTable, &h.terms).Exec(ctx); err != nil {
		return err
	}
	if h.Reissue == nil {
		return nil
	}
	_, err := pg.Exec(ctx, `UPDATE ? SET version = ?, changed = ?, planned = NOT start > ?
		WHERE practice = ? AND patient = ? AND status = 'booked'`,
		pg.Table(appointmentTable), h.Reissue.Version, h.Reissue.At, h.Reissue.At, p.Practice, p.ID)
	return err
}

// refused says why a change was not written: nil for a repeated act. Duplicate is the violated key, if one was.
func (s *Store) refused(ctx context.Context, c records.Change, duplicate error) error {
	var is struct {
		Known  bool `bun:"known"`  // the act
		Kept   bool `bun:"kept"`   // the appointment, in any revision
		Treats bool `bun:"treats"` // the patient
	}
	k := records.Key{Practice: c.Act.Practice}
	if c.Appointment != nil {
		k.ID = c.Appointment.ID
	}
	err := s.pg.Raw(`SELECT EXISTS (SELECT FROM ? WHERE practice = ? AND id = ?) AS known,
		EXISTS (SELECT FROM ? WHERE practice = ? AND id = ?) AS kept,
		EXISTS (SELECT FROM ? WHERE practice = ? AND id = ?) AS treats`,
		s.pg.Table(actTable), c.Act.Practice, c.Act.ID, s.pg.Table(appointmentTable), k.Practice, k.ID,
		s.pg.Table(patientTable), c.Act.Practice, c.Act.Patient).Scan(ctx, &is)
	switch {
	case err != nil:
		return wrap("apply", err)
	case is.Known:
		return nil
	case duplicate != nil:
		return wrap("apply", duplicate)
	case c.Appointment != nil && c.Appointment.Revision == 1 && !is.Kept && !is.Treats:
		return records.ErrNotFound
	}
	return records.ErrStale
}

// Done implements [records.Store].
func (s *Store) Done(ctx context.Context, a records.Act) (bool, error) {
	var rows []struct {
		Patient string `bun:"patient"`
		Sealed  []byte `bun:"sealed"`
	}
	err := s.pg.Raw("SELECT patient, sealed FROM ? WHERE practice = ? AND id = ?",
		s.pg.Table(actTable), a.Practice, a.ID).Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return false, wrap("done", err)
	}
	digest, err := s.keys.Open(ctx, nil, rows[0].Sealed, binding(a.Practice, rows[0].Patient, actTable, a.ID))
	switch {
	case err != nil:
		return false, wrap("done", opened(err))
	case !bytes.Equal(digest, a.Digest):
		return false, records.ErrConflict
	}
	return true, nil
}

// wrap names the operation that an error came from.
func wrap(op string, err error) error { return pgstore.Wrap("recordspg: "+op, err) }
