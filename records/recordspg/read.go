package recordspg

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/enamel-go/enamel/crypto"
	"github.com/enamel-go/enamel/internal/pgstore"
	"github.com/enamel-go/enamel/records"
)

// Patient implements [records.Store].
func (s *Store) Patient(ctx context.Context, k records.Key) (records.Patient, error) {
	var rows []patientRow
	err := s.pg.Raw("SELECT practice, id, revision, sealed FROM ? WHERE practice = ? AND id = ?",
		s.pg.Table(patientTable), k.Practice, k.ID).Scan(ctx, &rows)
	if err != nil {
		return records.Patient{}, wrap("patient", err)
	}
	if len(rows) == 0 {
		return records.Patient{}, records.ErrNotFound
	}
	p, err := s.openPatient(ctx, rows[0])
	return p, wrap("patient", err)
}

// Patients implements [records.Store]. A patient whose key was shredded is left out.
func (s *Store) Patients(ctx context.Context, q records.PatientQuery) ([]records.Patient, error) {
	terms := pgstore.NewUnnest("int", "text", "bytea")
	for i, term := range q.Terms {
		values, err := s.keys.Indexes(ctx, q.Practice, IndexKind(term.Kind), term.Value)
		if err != nil {
			return nil, wrap("patients", err)
		}
		for _, value := range values {
			terms.Add(i, string(term.Kind), value)
		}
	}
	var found []records.Patient
	for len(found) < q.Limit {
		var rows []foundRow
		limit := q.Limit - len(found)
		err := s.pg.Raw(`SELECT p.practice, p.id, p.revision, p.sealed, string_agg(DISTINCT t.i::text, ',') AS terms
			FROM ?0 AS t (i, kind, value) JOIN ?1 AS x ON x.practice = ?2 AND x.kind = t.kind AND x.value = t.value AND x.patient > ?3
				JOIN ?4 AS p ON p.practice = x.practice AND p.id = x.patient
			GROUP BY p.practice, p.id ORDER BY p.id LIMIT ?5`,
			terms, s.pg.Table(indexTable), q.Practice, q.After, s.pg.Table(patientTable), limit).Scan(ctx, &rows)
		if err != nil {
			return nil, wrap("patients", err)
		}
		for _, r := range rows {
			p, err := s.openPatient(ctx, r.patientRow)
			switch {
			case errors.Is(err, records.ErrGone):
				continue
			case err != nil:
				return nil, wrap("patients", err)
			case !r.leads(p, q.Terms):
				return nil, wrap("patients", fmt.Errorf("%w: an index leads to another patient", records.ErrTampered))
			}
			found = append(found, p)
		}
		if len(rows) < limit {
			break
		}
		q.After = rows[len(rows)-1].ID
	}
	return found, nil
}

// foundRow is a patient's row and the terms that lead to it.
type foundRow struct {
	patientRow
	Terms string `bun:"terms"` // where they stand among those that are asked for, with commas between
}

// leads reports whether the patient has all the terms that led to the row.
func (r foundRow) leads(p records.Patient, asked []records.Term) bool {
	has := records.Terms(p)
	for at := range strings.SplitSeq(r.Terms, ",") {
		i, err := strconv.Atoi(at)
		if err != nil || !slices.Contains(has, asked[i]) {
			return false
		}
	}
	return true
}

const appointmentColumns = "a.practice, a.id, a.patient, a.start, a.status, a.revision, a.version, a.changed, a.sealed"

// Appointment implements [records.Store].
func (s *Store) Appointment(ctx context.Context, k records.Key) (records.Appointment, error) {
	var rows []appointmentRow
	err := s.pg.Raw("SELECT "+appointmentColumns+" FROM ? AS a WHERE practice = ? AND id = ?",
		s.pg.Table(appointmentTable), k.Practice, k.ID).Scan(ctx, &rows)
	if err != nil {
		return records.Appointment{}, wrap("appointment", err)
	}
	if len(rows) == 0 {
		return records.Appointment{}, records.ErrNotFound
	}
	a, err := s.openAppointment(ctx, rows[0])
	if err != nil {
		return records.Appointment{}, wrap("appointment", err)
	}
	return a, nil
}

// Appointments implements [records.Store]. Those of a patient whose key was shredded are left out.
func (s *Store) Appointments(ctx context.Context, q records.AppointmentQuery) ([]records.Appointment, error) {
	var found []records.Appointment
	for len(found) < q.Limit {
		var rows []appointmentRow
		limit := q.Limit - len(found)
		err := s.pg.Raw("SELECT "+appointmentColumns+` FROM ? AS a
			WHERE practice = ? AND start >= ? AND start < ? AND (start, id) > (?, ?) AND (? = '' OR status = ?)
			ORDER BY start, id LIMIT ?`,
			s.pg.Table(appointmentTable), q.Practice, q.From, q.Until, q.After.At, q.After.ID,
			string(q.Status), string(q.Status), limit).Scan(ctx, &rows)
		if err != nil {
			return nil, wrap("appointments", err)
		}
		for _, r := range rows {
			a, err := s.openAppointment(ctx, r)
			switch {
			case errors.Is(err, records.ErrGone):
				continue
			case err != nil:
				return nil, wrap("appointments", err)
			}
			found = append(found, a)
		}
		if len(rows) < limit {
			break
		}
		q.After = rows[len(rows)-1].plain().Place()
	}
	return found, nil
}

// Changed implements [records.Visits]. One statement reads appointments and patients, so both are as of one moment.
func (s *Store) Changed(ctx context.Context, limit int) ([]records.Appointed, error) {
	var rows []struct {
		appointmentRow
		Of     int    `bun:"patient_revision"`
		Secret []byte `bun:"patient_sealed"`
	}
	err := s.pg.Raw("SELECT "+appointmentColumns+`, p.revision AS patient_revision, p.sealed AS patient_sealed
		FROM ? AS a JOIN ? AS p ON p.practice = a.practice AND p.id = a.patient
		WHERE NOT a.planned ORDER BY greatest(a.changed, a.put_off), a.practice, a.id LIMIT ?`,
		s.pg.Table(appointmentTable), s.pg.Table(patientTable), limit).Scan(ctx, &rows)
	if err != nil {
		return nil, wrap("changed", err)
	}
	var found []records.Appointed
	for _, r := range rows {
		a, err := s.openAppointment(ctx, r.appointmentRow)
		p := records.Patient{}
		if err == nil {
			p, err = s.openPatient(ctx, patientRow{r.Practice, r.Patient, r.Of, r.Secret})
		}
		if ctx.Err() != nil {
			return nil, wrap("changed", ctx.Err())
		}
		if err != nil { // one record that does not open must not hold up the reminders of all practices
			if errors.Is(err, crypto.ErrNotOpened) && !errors.Is(err, records.ErrTampered) {
				err = fmt.Errorf("%w: %w", records.ErrTampered, err)
			}
			a, p = r.plain(), records.Patient{Practice: r.Practice, ID: r.Patient}
		}
		found = append(found, records.Appointed{Appointment: a, Patient: p, Err: err})
	}
	return found, nil
}

// PutOff implements [records.Visits].
func (s *Store) PutOff(ctx context.Context, k records.Key, version string, at time.Time) error {
	_, err := s.pg.Exec(ctx, "UPDATE ? SET put_off = ? WHERE practice = ? AND id = ? AND version = ? AND NOT planned",
		s.pg.Table(appointmentTable), at, k.Practice, k.ID, version)
	return wrap("put off", err)
}

// Planned implements [records.Visits].
func (s *Store) Planned(ctx context.Context, k records.Key, version string) error {
	_, err := s.pg.Exec(ctx, "UPDATE ? SET planned = true WHERE practice = ? AND id = ? AND version = ? AND NOT planned",
		s.pg.Table(appointmentTable), k.Practice, k.ID, version)
	return wrap("planned", err)
}
